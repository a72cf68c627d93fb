"""The judge: the Deal Profile's language, its strict loader, and the three-valued verdict on one deal. Pure."""
