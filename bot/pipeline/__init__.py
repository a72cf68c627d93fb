"""Many deals: import, fit, and questions in words about the pipeline."""
