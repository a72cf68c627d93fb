"""What did not change between two questions is not made again: records of deals, and an asker's vocabulary."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.pipeline.records import Judged, Record, judge_records
from bot.pipeline.vocabulary import Vocabulary, vocabulary
from bot.profile.judge import Judge
from bot.profile.people import People, Person
from bot.store.records import SavedDeal

MOST_RECORDS = 50_000
MOST_VOCABULARIES = 16


@dataclass(frozen=True, slots=True)
class _Entry:
    stamp: tuple[Any, ...]
    record: Record
    rejudged: bool


class Memory:
    """Records and vocabularies of one profile and one people file; another of either starts it anew.

    Safe to use from several threads. What is remembered is never an answer to what somebody may see: the deals and the
    persons that come in are already only those.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[str, People] | None = None
        self._records: dict[str, _Entry] = {}
        self._vocabularies: OrderedDict[tuple[str, ...], tuple[tuple[Record, ...], Vocabulary]] = OrderedDict()

    def records(self, saved: Iterable[SavedDeal], judge: Judge, people: People) -> Judged:
        """The deals as records; only those that were saved since they were last looked at are made anew."""
        with self._lock:
            self._start(judge, people)
            found: list[_Entry] = []
            for deal in saved:
                entry = self._records.get(deal.key)
                stamp = _stamp(deal)
                if entry is None or entry.stamp != stamp:
                    judged = judge_records([deal], judge, people)
                    entry = self._records[deal.key] = _Entry(stamp, judged.records[0], judged.rejudged > 0)
                found.append(entry)
            if len(self._records) > max(MOST_RECORDS, len(found)):
                self._records = {entry.record.key: entry for entry in found}
        return Judged(tuple(entry.record for entry in found), sum(entry.rejudged for entry in found))

    def vocabulary(
        self, judge: Judge, people: People, persons: tuple[Person, ...], records: tuple[Record, ...]
    ) -> Vocabulary:
        """The words of somebody who sees these persons' deals and these records."""
        key = tuple(person.key for person in persons)
        with self._lock:
            self._start(judge, people)
            known = self._vocabularies.get(key)
            # The records of unchanged deals are the very same objects, so that this compares pointers.
            if known is None or known[0] != records:
                known = (records, vocabulary(judge.profile, people, persons, records))
                self._vocabularies[key] = known
            self._vocabularies.move_to_end(key)
            while len(self._vocabularies) > MOST_VOCABULARIES:
                self._vocabularies.popitem(last=False)
        return known[1]

    def _start(self, judge: Judge, people: People) -> None:
        of = (judge.profile.id.sha256, people)
        if self._of is None or self._of[0] != of[0] or self._of[1] is not people:
            self._of = of
            self._records = {}
            self._vocabularies.clear()


def _stamp(deal: SavedDeal) -> tuple[Any, ...]:
    """What a record is made of, cheap to compare."""
    return (
        deal.updated_at, deal.deal_sha256, deal.profile_sha256, deal.name, deal.customer, deal.owner, deal.stage,
        deal.close_date, deal.currency, deal.status,
    )  # fmt: skip
