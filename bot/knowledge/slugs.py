"""Anchors of headings as GitHub makes them, so that a link in a playbook or in the Deal Profile works there too."""

from __future__ import annotations

import re

_DROPPED = re.compile(r"[^\w\- ]")


def slug(heading: str) -> str:
    """The anchor of a heading: lower case, punctuation dropped, spaces to hyphens."""
    return _DROPPED.sub("", heading.strip().lower()).replace(" ", "-")


class Slugs:
    """The anchors of one document: a repeated heading gets -1, -2 and so on."""

    def __init__(self) -> None:
        """Start a document."""
        self._used: dict[str, int] = {}

    def anchor(self, heading: str) -> str:
        """The next heading's anchor, unique within the document; "section" for a heading of punctuation only."""
        wanted = slug(heading) or "section"
        found = wanted
        while found in self._used:
            self._used[wanted] += 1
            found = f"{wanted}-{self._used[wanted]}"
        self._used[found] = 0
        return found
