"""What runs, measured: metrics, health and traces. Numbers and kinds only, never texts, names or ids of people."""
