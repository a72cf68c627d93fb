"""Erasing everywhere that texts of people stand: the database, the queue's database, and the copies of deals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.bootstrap.slack_side import queue_url

if TYPE_CHECKING:
    from bot.bootstrap.core import Core
    from bot.profile.people import People
    from bot.slack.work_texts import TakenOut
    from bot.store.texts import Erased


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What was erased in the database and in the queue's. `clean`: the files hold nothing of it any more either.

    `in_the_log` are the rows of the log that an earlier version wrote with their texts in them: these stay. `snapshots`
    of the pipeline had it, and have it no more.
    """

    store: Erased
    queue: TakenOut
    clean: bool
    in_the_log: list[int]
    snapshots: int = 0


def erase_everywhere(
    core: Core,
    *,
    before: datetime | None = None,
    authors: Collection[str] | None = None,
    deal: str | None = None,
) -> Everywhere:
    """Erase what was written before a moment, by one of these, about a deal: all that is given must be so.

    Authors that are given alone lose their name as owners too: of deals, calls and accounts, and in snapshots. What
    does not say whose it is goes with whatever is erased: questions about the pipeline, and the texts of finished work.
    Doing it again is harmless. Raises StoreError or OSError, or WarehouseError before anything is erased.
    """
    from bot.slack.work_texts import take_texts_out

    authors = None if authors is None else core.store.personal.names_of(authors)
    saved = core.store.deal(deal) if deal is not None else None
    named = () if deal is None else (deal, *(() if saved is None else (saved.name, saved.customer or saved.name)))
    owners = _owned_as(core.people(), authors) if authors and before is None and deal is None else frozenset()
    empties = deal is not None and before is None and authors is None
    if (owners or empties) and core.settings.warehouse_url is not None:
        _ = core.tables.deals  # connected before anything goes: the database would not know any more whose it was
    erased = core.store.personal.erase(before=before, authors=authors, deal=deal, owners=owners)
    queue = take_texts_out(queue_url(core.settings), before=before, users=authors, mentions=named)
    snapshots = core.tables.forget(deal=deal if empties else None, owners=owners) if owners or empties else 0
    clean = core.store.scrub() or not core.settings.store_url.startswith("sqlite")
    return Everywhere(erased, queue, clean and queue.clean, core.store.personal.in_the_log(), snapshots)


def _owned_as(people: People, authors: Collection[str]) -> frozenset[str]:
    """The texts that name these people as owners: those given and, of people in people.yaml, key, address and name."""
    persons = {person for each in authors if (person := people.by_key(each) or people.by_slack(each)) is not None}
    known = {text for each in persons for text in (each.key, each.email, each.name) if people.by_name(text) == each}
    return frozenset(known.union(authors))
