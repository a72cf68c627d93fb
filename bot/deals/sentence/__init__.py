"""The parts of the reader of sentences: English words, the profile's words, tokens, quantities, clauses."""
