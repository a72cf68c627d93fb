"""What deals can be grouped by, as people call it."""

from __future__ import annotations

from types import MappingProxyType

LABELS = MappingProxyType(
    {
        "owner": "Owner", "team": "Team", "customer": "Customer", "stage": "Stage", "status": "Status",
        "segment": "Segment", "stance": "Stance", "verdict": "Verdict", "check": "Failing check",
        "part": "Failing part", "authority": "Who may approve", "close_month": "Closes in",
        "close_quarter": "Closes in", "close_year": "Closes in",
    }
)  # fmt: skip
"""What people call each dimension."""

SEVERAL = frozenset({"check", "part", "authority"})
"""A deal may stand in several groups of these, and in none."""
