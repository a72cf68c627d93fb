"""Measures speed and memory, each next to a peer in the same run; writes build/bench.json."""
