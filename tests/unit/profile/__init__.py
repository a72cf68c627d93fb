"""The judge, its language and its loader."""
