"""Whom a call was with: job titles as choices of the profile's sponsor, and words as kinds of activity."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.deals.mapping import ActivityMapping
from bot.deals.text import key
from bot.pipeline.sources.calls import buyers
from bot.profile.model import Profile

_SPLIT = re.compile(r"\s*(?:[,;/&]|\band\b)\s*")
KINDS = {
    "call": "call", "phone": "call", "phone call": "call", "telephone": "call", "anruf": "call",
    "meeting": "meeting", "visit": "meeting", "site visit": "meeting", "video call": "meeting", "demo": "meeting",
    "event": "meeting", "besuch": "meeting",
}  # fmt: skip


class RoleReader:
    """Reads titles and kinds, by the mapping's words first and the profile's own second."""

    def __init__(self, profile: Profile, mapping: ActivityMapping) -> None:
        sponsor = profile.facts.get("sponsor")
        choices = sponsor.choices if sponsor is not None else {}
        self._order = {choice: at for at, choice in enumerate(choices)}
        self._matter = buyers(profile)
        self._roles = {key(word): choice for choice, words in choices.items() for word in (choice, *words)}
        self._roles.update({key(word): choice for choice, words in mapping.roles.items() for word in (choice, *words)})
        self._kinds = KINDS | {key(word): kind for kind, words in mapping.kinds.items() for word in (kind, *words)}

    def role(self, title: str) -> str | None:
        """The choice that a title means: as a whole, or one of its parts ("CFO, Mercy Regional")."""
        whole = self._roles.get(key(title))
        if whole is not None:
            return whole
        found = [self._roles[key(part)] for part in _SPLIT.split(title) if key(part) in self._roles]
        return self._highest(found)

    def best(self, titles: Iterable[str]) -> tuple[str | None, str | None]:
        """Of several who were met, the one that matters most: the role and the title it was read from."""
        known = [(role, title) for title in titles if (role := self.role(title)) is not None]
        if not known:
            return None, next((title for title in titles if title.strip()), None)
        best = self._highest([role for role, _ in known])
        return next(each for each in known if each[0] == best)

    def kind(self, word: str | None) -> str:
        """The kind of activity that a word means; the word itself where nobody says."""
        return self._kinds.get(key(word or ""), key(word or "") or "call")

    def _highest(self, roles: list[str]) -> str | None:
        return min(roles, key=lambda role: (role not in self._matter, self._order.get(role, 0)), default=None)
