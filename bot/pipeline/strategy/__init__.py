"""What a strategist asks of past deals: where the money came from, what other rules would have done, what helps."""
