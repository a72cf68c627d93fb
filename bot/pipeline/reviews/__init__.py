"""What was promised to customers after the signature: monthly calls, business reviews, renewals, and their agendas."""
