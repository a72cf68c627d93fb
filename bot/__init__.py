"""Dealfit: whether a proposed deal fits the firm's Deal Profile, why, and what to say next."""

__version__ = "0.1.0"
