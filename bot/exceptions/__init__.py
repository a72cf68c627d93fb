"""Asking to go outside the profile: who decides, what a decision holds for, and what was decided before."""
