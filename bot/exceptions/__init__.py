"""Asking to go outside the profile: routing, decision, expiry."""
