"""Erasing what is personal: by age, by author, by deal. The decision log stays whole, and says that it was done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, delete, exists, func, literal, select, update

from bot.deals.deal import Deal
from bot.store import decision_log
from bot.store.connections import DEALS_LOCK, LOG_LOCK, Database
from bot.store.deal_book import next_version, prepare
from bot.store.exception_tables import exceptions, personal_texts
from bot.store.plain import clean
from bot.store.records import DealToSave, NewDecision
from bot.store.tables import deals, decisions, feedback, threads, turns
from bot.store.texts import BESIDE, Erased

_IN_FORCE = ("open", "granted")
"""Requests that wait, or hold: what was written in them is needed until they end."""
OPERATOR, RETENTION = "operator", "dealfit"
GONE, ERASURE = "Erased deal", "erasure"


class Eraser:
    """Takes personal texts away. Every method raises StoreError when the database fails; nothing is gone then."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def erase(
        self,
        *,
        before: datetime | None = None,
        authors: Collection[str] | None = None,
        deal: str | None = None,
        actor: str = OPERATOR,
    ) -> Erased:
        """Erase what was written before a moment, by one of these authors, about a deal: all that is given must be so.

        An author is a key of people.yaml or a Slack user id; `deal` is a deal's key. Turns of threads have no author,
        so that with `authors` they stay until they are old enough. A `deal` that is given alone is emptied as well: it
        keeps its key, has no name and no facts, and counts nowhere. Retention (`actor`) leaves what was written in
        exceptions that wait or hold, and records nothing where nothing was to be erased.
        """
        names = None if authors is None else sorted({clean(each) for each in authors})
        with self._database.writing() as connection:
            self._database.hold(connection, LOG_LOCK)
            found = Erased(
                texts=self._texts(connection, before, names, deal, spared=actor == RETENTION),
                turns=0 if names is not None else _turns(connection, before, deal),
                feedback=0 if names is None else _feedback(connection, before, names),
                deals=0 if deal is None or before is not None or names is not None else self._deal(connection, deal),
            )
            if found.nothing and actor == RETENTION:
                return found
            body: dict[str, Any] = {"before": before.isoformat() if before else None, "texts": found.texts}
            body |= {"turns": found.turns, "feedback": found.feedback, "deals": found.deals}
            body |= {"authors": names, "deal": deal}
            entry = decision_log.prepare(NewDecision(ERASURE, actor, "personal texts", body))
            decision_log.append(self._database, connection, [entry], self._clock)
        return found

    def _texts(
        self,
        connection: Connection,
        before: datetime | None,
        names: list[str] | None,
        deal: str | None,
        *,
        spared: bool,
    ) -> int:
        wanted: list[ColumnElement[bool]] = [personal_texts.c.erased_at.is_(None)]
        if before is not None:
            wanted.append(personal_texts.c.at < before)
        if names is not None:
            wanted.append(personal_texts.c.author.in_(names))
        request = literal("exception ") + cast(exceptions.c.number, String)
        if deal is not None:
            asked = exists(
                select(exceptions.c.number).where(exceptions.c.deal_key == deal, request == personal_texts.c.about)
            )
            wanted.append((personal_texts.c.about == about_deal(deal)) | asked)
        if spared:
            in_force = exceptions.c.state.in_(_IN_FORCE)
            wanted.append(~exists(select(exceptions.c.number).where(in_force, request == personal_texts.c.about)))
        gone = update(personal_texts).where(and_(*wanted)).values(text=None, salt=None, erased_at=self._clock())
        return int(connection.execute(gone).rowcount)

    def altered(self) -> list[str]:
        """Texts beside the log that are not what was logged, or went without an erasure: where each belongs."""
        with self._database.reading() as connection:
            logged: dict[str, int] = {}
            erasures = 0
            query = select(decisions.c.id, decisions.c.kind, decisions.c.body)
            marked = decisions.c.body.like('%"beside":"%')
            for number, kind, said in connection.execute(query.where(marked | (decisions.c.kind == ERASURE))):
                body = json.loads(said)
                erasures += int(body.get("texts", 0)) if kind == ERASURE else 0
                if isinstance(body.get(BESIDE), str):
                    logged[body[BESIDE]] = number
            wrong, gone, there = [], 0, set()
            text = personal_texts.c
            kept = select(text.mark, text.salt, text.text, text.about, text.erased_at.is_not(None))
            for mark, salt, words, about, erased in connection.execute(kept):
                there.add(mark)
                if erased and words is None:
                    gone += 1
                elif hashlib.sha256(f"{salt}{words}".encode()).hexdigest() != mark:
                    wrong.append(f"row {logged[mark]}" if mark in logged else str(about))
        wrong += [f"row {number}" for mark, number in logged.items() if mark not in there]
        if gone > erasures:
            wrong.append(f"{gone - erasures} texts that no erasure of the log took")
        return wrong

    def _deal(self, connection: Connection, key: str) -> int:
        """Empty a deal as it stands now."""
        self._database.hold(connection, DEALS_LOCK)
        nothing = Deal(name=GONE, facts={}, currency="USD")
        empty = prepare(DealToSave(nothing, key=key, status="removed"), self._clock())
        kept = {"currency", "source", "source_id", "decision_id", "key"}
        values = {name: value for name, value in empty.items() if name not in kept}
        query = update(deals).where(deals.c.key == key).values(**values, version=next_version(connection))
        return int(connection.execute(query).rowcount)


def about_deal(key: str) -> str:
    """What a text beside the log is about, when that is a deal."""
    return f"deal {clean(key)}"


def _turns(connection: Connection, before: datetime | None, deal: str | None) -> int:
    wanted: list[ColumnElement[bool]] = []
    if before is not None:
        wanted.append(turns.c.at < before)
    if deal is not None:
        of_deal = (threads.c.channel == turns.c.channel) & (threads.c.thread_ts == turns.c.thread_ts)
        wanted.append(exists(select(threads.c.channel).where(of_deal, threads.c.deal_key == deal)))
    count = int(connection.execute(select(func.count()).select_from(turns).where(and_(*wanted))).scalar_one())
    connection.execute(delete(turns).where(and_(*wanted)))
    return count


def _feedback(connection: Connection, before: datetime | None, names: list[str]) -> int:
    wanted: ColumnElement[bool] = feedback.c.user.in_(names)
    if before is not None:
        wanted &= feedback.c.at < before
    count = int(connection.execute(select(func.count()).select_from(feedback).where(wanted)).scalar_one())
    connection.execute(delete(feedback).where(wanted))
    return count
