"""Erasing what requests for exceptions hold themselves: the deal as it was asked for, its figures, and names.

The state of a request is kept beside the log, under a hash that each of its entries carries. So erasing from it is an
entry too, with the hash of what is left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.store import blanking, decision_log
from bot.store.connections import Database
from bot.store.exception_tables import exceptions
from bot.store.exceptions import ExceptionRow, read_row, subject_of
from bot.store.plain import json_bytes
from bot.store.records import NewDecision, folded

KIND = "exception.erased"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests: asked before a moment, about a deal, by or with some people (keys or account ids); all given.

    `owners` are the texts that name these people as the owner of a deal.
    """

    before: datetime | None
    names: Collection[str] | None
    deal: str | None
    owners: Collection[str] = ()


def in_force(connection: Connection) -> list[str]:
    """The requests that wait or of which an approval holds, as the log names them."""
    query = select(exceptions.c.number, exceptions.c.state, exceptions.c.body)
    rows = connection.execute(query)
    return [subject_of(number) for number, state, body in rows if blanking.in_force(state, json.loads(body))]


def erase(
    database: Database,
    connection: Connection,
    clock: Callable[[], datetime],
    wanted: Wanted,
    actor: str,
    *,
    spared: bool,
) -> int:
    """Erase from the requests that are wanted, in the transaction of `connection`. How many there were.

    A request goes whole, and is taken back where it was in force; but where only somebody who decided or spoke is
    wanted, their name goes alone. `spared`: what is in force is left.
    """
    query = select(exceptions)
    if wanted.before is not None:
        query = query.where(exceptions.c.asked_at < wanted.before)
    if wanted.deal is not None:
        query = query.where(exceptions.c.deal_key == wanted.deal)
    count = 0
    for found in connection.execute(query.order_by(exceptions.c.number)).mappings().all():
        row = read_row(dict(found))
        if spared and blanking.in_force(row.state, row.body):
            continue
        left = _left(row, wanted)
        if json_bytes(left.body) == json_bytes(row.body):
            continue
        values = {"version": row.version + 1, "state": left.state, "body": json_bytes(left.body).decode()}
        values |= {"due_at": left.due_at}
        connection.execute(update(exceptions).where(exceptions.c.number == row.number).values(**values))
        body = {"exception": row.number, "state": left.state, "state_sha256": left.sha256}
        entry = decision_log.prepare(NewDecision(KIND, actor, subject_of(row.number), body))
        decision_log.append(database, connection, [entry], clock)
        count += 1
    return count


def _left(row: ExceptionRow, wanted: Wanted) -> ExceptionRow:
    if wanted.names is not None and not blanking.asked_by(row.body, wanted.names):
        body = blanking.without_people(row.body, wanted.names)
        subject = body["subject"]
        if folded(subject["owner"]) in {folded(each) for each in wanted.owners} - {""}:
            body["subject"] = {**subject, "owner": None}
        return replace(row, body=body)
    body = blanking.without_all(row.body)
    states = {part["state"] for part in body["parts"]}
    withdrawn = blanking.WITHDRAWN in states and "declined" not in states
    return replace(row, body=body, state=blanking.WITHDRAWN if withdrawn else row.state, due_at=None)
