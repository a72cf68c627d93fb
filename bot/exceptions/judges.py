"""The judges of profiles that were live: read from the store once, kept while they are used."""

from __future__ import annotations

import threading
from collections import OrderedDict

from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.problems import ProfileError
from bot.store.database import Store

KEPT = 8


class Judges:
    """Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, Judge] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, sha256: str) -> Judge | None:
        """The judge of the profile with this hash; None when it was not kept, or this Dealfit cannot read it."""
        with self._lock:
            if sha256 in self._known:
                self._known.move_to_end(sha256)
                return self._known[sha256]
        judge = self._read(sha256)
        with self._lock:
            if judge is not None:
                self._known[sha256] = judge
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return judge

    def _read(self, sha256: str) -> Judge | None:
        source = self._store.profile_source(sha256)
        if source is None:
            return None
        try:
            return Judge(parse_profile(source, "deal-profile.yaml"))
        except ProfileError:
            return None
