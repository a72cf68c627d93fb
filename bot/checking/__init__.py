"""One deal from words to a recorded verdict with guidance: the use case behind every deal check."""
