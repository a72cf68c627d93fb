"""A question becomes evidence, an answer that cites it, and a check of the answer against that evidence."""
