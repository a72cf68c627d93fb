"""What is proposed: a deal, its facts and outcomes, and how they are read from a form, a sentence or a row. Pure."""
