"""The standard proposal: made from a deal that fits, with every figure from the deal and every gap in sight."""
