"""What did not change between two questions is not made again: an asker's vocabulary."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from bot.pipeline.vocabulary import Vocabulary

MOST_VOCABULARIES = 32


class Memory:
    """Vocabularies by what they are made of: the profile, the people, the persons whose deals are seen, the deals.

    Safe to use from several threads. What is remembered is never an answer to what somebody may see: the persons and
    the names that a vocabulary is made of are already only those.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._vocabularies: OrderedDict[Any, Vocabulary] = OrderedDict()

    def vocabulary(self, key: Any, make: Callable[[], Vocabulary]) -> Vocabulary:
        """The vocabulary for this key, made where it is not known."""
        with self._lock:
            known = self._vocabularies.get(key)
            if known is not None:
                self._vocabularies.move_to_end(key)
                return known
        made = make()
        with self._lock:
            self._vocabularies[key] = made
            while len(self._vocabularies) > MOST_VOCABULARIES:
                self._vocabularies.popitem(last=False)
        return made
