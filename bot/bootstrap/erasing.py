"""Erasing everywhere that texts of people stand: the database, the queue's database, and the copies of deals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.bootstrap.slack_side import queue_url

if TYPE_CHECKING:
    from bot.bootstrap.core import Core
    from bot.slack.work_texts import TakenOut
    from bot.store.texts import Erased


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What was erased in the database and in the queue's. `clean`: the files hold nothing of it any more either.

    `in_the_log` are the rows of the log that an earlier version wrote with their texts in them: these stay.
    """

    store: Erased
    queue: TakenOut
    clean: bool
    in_the_log: list[int]


def erase_everywhere(
    core: Core,
    *,
    before: datetime | None = None,
    authors: Collection[str] | None = None,
    deal: str | None = None,
) -> Everywhere:
    """Erase what was written before a moment, by one of these, about a deal: all that is given must be so.

    What does not say whose it is goes with whatever is erased: questions about the pipeline, and the texts of finished
    work. Doing it again is harmless. Raises StoreError or OSError; do it again then.
    """
    from bot.slack.work_texts import take_texts_out

    authors = None if authors is None else core.store.personal.names_of(authors)
    saved = core.store.deal(deal) if deal is not None else None
    named = () if deal is None else (deal, *(() if saved is None else (saved.name, saved.customer or saved.name)))
    erased = core.store.personal.erase(before=before, authors=authors, deal=deal)
    queue = take_texts_out(queue_url(core.settings), before=before, users=authors, mentions=named)
    if deal is not None and erased.deals:
        from bot.pipeline.deal_table.forgetting import forget

        forget(core.settings.data_dir / "pipeline", deal)
    clean = core.store.scrub() or not core.settings.store_url.startswith("sqlite")
    return Everywhere(erased, queue, clean and queue.clean, core.store.personal.in_the_log())
