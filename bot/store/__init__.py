"""What must be remembered: the decision log, deals, threads and feedback, in SQLite or PostgreSQL."""
