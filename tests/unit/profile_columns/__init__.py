"""The evaluator over columns, held to the judge of one deal."""
