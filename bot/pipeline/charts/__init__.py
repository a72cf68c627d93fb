"""Pictures of a pipeline to share: what to draw as plain data (`sheet`), and the drawing of it as a PNG (`drawing`)."""
