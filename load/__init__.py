"""Puts load on a real app process and measures; `python -m load --help`, `make load`. Writes build/load.json."""
