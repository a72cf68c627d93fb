"""The evaluator over columns on a real PostgreSQL."""
