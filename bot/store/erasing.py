"""Erasing what is personal: by age, by author, by deal. The decision log stays whole, and says that it was done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, delete, exists, func, literal, select, update

from bot.store import decision_log, erasing_deals, erasing_owners, erasing_requests
from bot.store.asked_tables import asked, asked_threads
from bot.store.connections import DEALS_LOCK, LOG_LOCK, Database
from bot.store.exception_tables import exceptions, personal_texts
from bot.store.plain import clean
from bot.store.records import NewDecision
from bot.store.tables import decisions, feedback, threads, turns
from bot.store.texts import BESIDE, Erased

OPERATOR, RETENTION = "operator", "dealfit"
ERASURE = "erasure"
BESIDE_ALWAYS = (
    "verdict", "answer", "proposal", "exception.asked", "exception.decided", "exception.withdrawn",
    "exception.superseded", "exception.question", "exception.answer",
)  # fmt: skip
"""Kinds of entries that hold what is personal: by its mark, since it stands beside the log."""
UNKNOWN = "not a deal that is kept"
NOBODY = "nobody who acted or wrote"
_AT_ONCE = 500


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
        owners: Collection[str] = (),
        actor: str = OPERATOR,
    ) -> Erased:
        """Erase what was written before a moment, by one of these authors, about a deal: all that is given must be so.

        An author is a key of people.yaml or a Slack user id; `deal` is a deal's key. A `deal` that is given alone is
        emptied as well: it keeps its key, has no name and no facts, and counts nowhere. `owners` are texts that name
        the authors as owners, in any case: deals, calls and accounts lose that name. A request for an exception that
        waits or holds is taken back with what it said. Retention (`actor`) leaves such requests as they are, and
        records nothing where nothing was to be erased.
        """
        names = None if authors is None else sorted({clean(each) for each in authors})
        spared, alone = actor == RETENTION, before is None and names is None
        with self._database.writing() as connection:
            self._database.hold(connection, LOG_LOCK)
            held = erasing_requests.in_force(connection) if spared else []
            wanted = erasing_requests.Wanted(before, names, deal, owners)
            known = deal is not None and erasing_deals.is_known(connection, deal)
            owned = self._owned(connection, owners) if owners else erasing_owners.Owned()
            found = Erased(
                texts=self._texts(connection, before, names, deal, held),
                turns=_turns(connection, before, names, deal),
                feedback=_feedback(connection, before, names) if names is not None else 0,
                requests=erasing_requests.erase(self._database, connection, self._clock, wanted, actor, spared=spared),
                questions=_questions(connection, before),
                deals=self._deal(connection, deal) if deal is not None and alone else 0,
                owned=owned.deals_and_calls,
                accounts=owned.accounts,
            )
            if found.nothing and spared:
                return found
            body: dict[str, Any] = {"before": before.isoformat() if before else None, **asdict(found)}
            # What was no deal and nobody's key may be a name that somebody typed: the log cannot forget it.
            body |= {"deal": deal if deal is None or known or found.texts else UNKNOWN}
            body |= {"authors": None if names is None else _known(connection, names)}
            entry = decision_log.prepare(NewDecision(ERASURE, actor, "personal texts", body))
            decision_log.append(self._database, connection, [entry], self._clock)
        return found

    def _texts(
        self,
        connection: Connection,
        before: datetime | None,
        names: list[str] | None,
        deal: str | None,
        held: list[str],
    ) -> int:
        wanted: list[ColumnElement[bool]] = [personal_texts.c.erased_at.is_(None)]
        if before is not None:
            wanted.append(personal_texts.c.at < before)
        if names is not None:
            wanted.append(personal_texts.c.author.in_(names))
        if deal is not None:
            request = literal("exception ") + cast(exceptions.c.number, String)
            asked = exists(
                select(exceptions.c.number).where(exceptions.c.deal_key == deal, request == personal_texts.c.about)
            )
            wanted.append((personal_texts.c.about == about_deal(deal)) | asked)
        wanted += [personal_texts.c.about.not_in(held[at : at + _AT_ONCE]) for at in range(0, len(held), _AT_ONCE)]
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

    def names_of(self, names: Collection[str]) -> list[str]:
        """These names with all others of the same people: keys of those accounts, accounts of those keys.

        The log says which account acted, and beside it stands whose the text was.
        """
        body = decisions.c.body
        with self._database.reading() as connection:
            owned = connection.execute(select(personal_texts.c.mark, personal_texts.c.author))
            whose = {row.mark: row.author for row in owned}
            acted = select(decisions.c.actor, body).where(body.like('%"beside":"%'), decisions.c.actor != OPERATOR)
            pairs = {(actor, whose.get(json.loads(said).get(BESIDE))) for actor, said in connection.execute(acted)}
        wanted = {clean(each) for each in names}
        return sorted(wanted.union(*({a, b} for a, b in pairs if b is not None and (a in wanted or b in wanted))))

    def in_the_log(self) -> list[int]:
        """The rows of the log that hold texts themselves, as earlier versions wrote them: no erasure reaches them."""
        body = decisions.c.body
        whole = decisions.c.kind.in_(BESIDE_ALWAYS) & body.not_like('%"beside":"%')
        words = (decisions.c.kind == "answer") & body.like('%"strangers":["%')  # names that a question had in it
        with self._database.reading() as connection:
            found = select(decisions.c.id).where(whole | words).order_by(decisions.c.id)
            return list(connection.execute(found).scalars())

    def _deal(self, connection: Connection, key: str) -> int:
        """Empty a deal as it stands now, and what hangs on it."""
        self._database.hold(connection, DEALS_LOCK)
        return erasing_deals.empty(connection, key, self._clock())

    def _owned(self, connection: Connection, owners: Collection[str]) -> erasing_owners.Owned:
        """Take people's names from what they own."""
        self._database.hold(connection, DEALS_LOCK)
        return erasing_owners.erase(connection, owners)


def _known(connection: Connection, names: list[str]) -> list[str]:
    """Those of the names that stand in the log or beside it anyway, as who acted or wrote; others are not repeated."""
    acted = select(decisions.c.actor).where(decisions.c.actor.in_(names)).distinct()
    wrote = select(personal_texts.c.author).where(personal_texts.c.author.in_(names)).distinct()
    known = {*connection.execute(acted).scalars(), *connection.execute(wrote).scalars()}
    return [each for each in names if each in known] or [NOBODY]


def about_deal(key: str) -> str:
    """What a text beside the log is about, when that is a deal."""
    return f"deal {clean(key)}"


def _turns(connection: Connection, before: datetime | None, names: list[str] | None, deal: str | None) -> int:
    wanted: list[ColumnElement[bool]] = []
    if before is not None:
        wanted.append(turns.c.at < before)
    if names is not None:  # whose an earlier version's turns were is not known: better too many go than too few
        wanted.append(turns.c.author.in_(names) | turns.c.author.is_(None))
    if deal is not None:
        of_deal = (threads.c.channel == turns.c.channel) & (threads.c.thread_ts == turns.c.thread_ts)
        wanted.append(exists(select(threads.c.channel).where(of_deal, threads.c.deal_key == deal)))
    return int(connection.execute(delete(turns).where(and_(*wanted))).rowcount)


def _questions(connection: Connection, before: datetime | None) -> int:
    """Questions about the pipeline, which may name anybody and do not say whose they are: all, or those of before."""
    count = 0
    for table in (asked_threads, asked):
        query = delete(table) if before is None else delete(table).where(table.c.at < before)
        count = int(connection.execute(query).rowcount)
    return count


def _feedback(connection: Connection, before: datetime | None, names: list[str]) -> int:
    wanted: ColumnElement[bool] = feedback.c.user.in_(names)
    if before is not None:
        wanted &= feedback.c.at < before
    count = int(connection.execute(select(func.count()).select_from(feedback).where(wanted)).scalar_one())
    connection.execute(delete(feedback).where(wanted))
    return count
