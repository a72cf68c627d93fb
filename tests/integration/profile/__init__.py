"""The judge with real files and real processes."""
