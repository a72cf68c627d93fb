"""The strategist's figures: exact, three-valued, and no surer than they may be."""
