"""One reader a format: bytes in, a Document out, or a refusal with its reason and remedy."""
