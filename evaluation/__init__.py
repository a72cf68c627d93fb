"""How well passages are found, questions answered and refused: `make eval` measures it and prints a table."""
