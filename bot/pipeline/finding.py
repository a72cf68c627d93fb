"""A deal by its key or its name; where that is not one deal, those that may be meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
from rapidfuzz import fuzz, process, utils

from bot.pipeline.deal_table import layout
from bot.profile.columns import names

MOST_NEAR = 8
_MOST_READ = 200_000
_LIKE = 65


@dataclass(frozen=True, slots=True)
class Named:
    """A deal by the names that people know it by."""

    key: str
    name: str
    customer: str | None
    owner: str | None
    source_id: str | None

    @property
    def words(self) -> str:
        """The deal in a line: its name, whose it is, and its key."""
        return f"{self.name} ({self.owner or 'no owner'}): {self.key}"


@dataclass(frozen=True, slots=True)
class Found:
    """The key of the one deal that is meant, else `several` of that name, else those that are `near`."""

    key: str | None = None
    several: tuple[Named, ...] = ()
    near: tuple[Named, ...] = ()


def find_deal(text: str, deals: ir.Table, rows: Callable[[ir.Table], list[dict[str, Any]]]) -> Found:
    """Which of these deals the text means, by key, id at the source, name or customer; else those near to it."""
    wanted, text = layout.words_of(text), text.strip()
    named = (deals[layout.NAME_WORDS] == wanted) | (deals[layout.ACCOUNT_WORDS] == wanted)
    said = (deals[layout.KEY] == text) | named | (deals[names.SOURCE_ID] == text).fill_null(ibis.literal(value=False))
    exact = _named(rows(_names_of(deals.filter(said)).limit(MOST_NEAR + 1)))
    by_key = [each for each in exact if each.key == text]
    if by_key or len(exact) == 1:
        return Found(key=(by_key or exact)[0].key)
    if exact:
        return Found(several=tuple(exact[:MOST_NEAR]))
    some = _named(rows(_names_of(deals).limit(_MOST_READ)))
    likeness: dict[int, float] = {}
    for texts, scorer in (
        ([each.name for each in some], fuzz.WRatio),
        ([each.customer or "" for each in some], fuzz.WRatio),
        ([each.source_id or "" for each in some], fuzz.ratio),
    ):
        like = process.extract(
            text, texts, scorer=scorer, processor=utils.default_process, score_cutoff=_LIKE, limit=MOST_NEAR
        )
        for _, score, place in like:
            likeness[place] = max(score, likeness.get(place, 0.0))
    best = sorted(likeness, key=lambda place: (-likeness[place], some[place].name, some[place].key))[:MOST_NEAR]
    return Found(near=tuple(some[place] for place in best))


def _names_of(deals: ir.Table) -> ir.Table:
    return deals.select(
        key=deals[layout.KEY], name=deals[names.NAME], customer=deals[names.CUSTOMER], owner=deals[layout.OWNER_NAME],
        source_id=deals[names.SOURCE_ID],
    )  # fmt: skip


def _named(rows: list[dict[str, Any]]) -> list[Named]:
    return sorted((Named(**row) for row in rows), key=lambda each: (each.name.casefold(), each.key))
