"""Playbooks -> passages -> index -> search: what the firm has written about selling, found at the moment of need.

`library.Library` is the way in; `passages` has the types and the errors. Nothing heavy is imported before it is needed.
"""
