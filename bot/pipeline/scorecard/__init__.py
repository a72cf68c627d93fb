"""A rep's scorecard: fair, with its counts, against their own past and the team's median, and what to coach."""
