"""What is to be said in Slack, kept until it was: in order, at the pace of each place, by one process at a time.

A lane is a place that takes one message after the other. Whoever wants to send claims the lane; its first message is
theirs until they say what came of it, or until their claim runs out because they died.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.store.connections import Database
from bot.store.outgoing_tables import lanes, outgoing, troubles
from bot.store.plain import clean, json_bytes
from bot.store.upsert import inserting, upsert

HELD = 30_000
"""Milliseconds that a claim lasts: longer than a message takes to send, short enough to wait for after a crash."""
WAITING, SENT, REFUSED = "waiting", "sent", "refused"
METHOD = "method:"
"""What stands before a method's name in the lane that keeps its own pause, over all places."""
MOST_LANES = 500
TOLD = timedelta(days=90)
"""How long a refusal is remembered."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send. `tried_at`: an earlier try may have posted it, so look before posting again."""

    number: int
    mark: str
    lane: str
    method: str
    body: Mapping[str, Any]
    tries: int
    put_at: datetime
    tried_at: datetime | None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages wait, in how many places, and since when the oldest does."""

    messages: int
    places: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What Slack refused and nobody but the operator can mend."""

    place: str
    reason: str
    words: str
    times: int
    last_at: datetime


class OutgoingBook:
    """The messages of all processes at one database. Every method raises StoreError when the database fails."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, mark: str, lane: str, method: str, body: Mapping[str, Any], trace: str | None = None) -> bool:
        """Keep a message to be sent. One of this mark that is known, sent or not, is not kept again.

        `trace` names the span that it was written in to whoever sends it.
        """
        row = {"mark": mark, "lane": clean(lane), "method": method, "state": WAITING, "tries": 0, "trace": trace}
        row |= {"body": json_bytes(body).decode(), "put_at": self._clock()}
        with self._database.writing() as connection:
            statement = inserting(connection, outgoing).values(**row)
            done = connection.execute(statement.on_conflict_do_nothing(index_elements=[outgoing.c.mark]))
        return done.rowcount == 1

    def is_refused(self, mark: str) -> bool:
        """Whether the message of this mark was refused for good, as far back as marks are remembered."""
        with self._database.reading() as connection:
            found = connection.execute(select(outgoing.c.state).where(outgoing.c.mark == mark)).scalar()
        return bool(found == REFUSED)

    def is_known(self, mark: str) -> bool:
        """Whether there is a message of this mark, sent or not, as far back as marks are remembered."""
        with self._database.reading() as connection:
            return connection.execute(select(outgoing.c.mark).where(outgoing.c.mark == mark)).first() is not None

    def stands_in(self, mark: str) -> str | None:
        """The channel of the message of this mark, or its place while it waits.

        "" where it was refused for good, None where there is no such message.
        """
        row = outgoing.c
        with self._database.reading() as connection:
            found = connection.execute(select(row.state, row.channel, row.lane).where(row.mark == mark)).first()
        if found is None or found.state == REFUSED:
            return None if found is None else ""
        return str(found.channel or found.lane)

    def claim(self, holder: str, most: int, held: int = HELD) -> tuple[list[Claimed], float | None]:
        """The first messages of places that are free now, and in how many seconds another place will be.

        None instead of seconds where nothing waits. A claim lasts `held` milliseconds.
        """
        with self._database.reading() as connection:
            now, rows = self._heads(connection)
        ready = [row for row in rows if row.ready_at <= now]
        claimed: list[Claimed] = []
        for row in ready[:most]:
            with self._database.writing() as connection:
                found = self._take(connection, row.lane, holder, held)
            if found is not None:
                claimed.append(found)
        later = [row.ready_at - now for row in rows if row.ready_at > now]
        if len(ready) > most:
            later.append(0)
        return claimed, max(0, min(later)) / 1000 if later else None

    def sent(self, claimed: Claimed, holder: str, *, channel: str, ts: str | None, pause: float) -> None:
        """It was sent. Its text is forgotten; the place takes its next message after `pause` seconds."""
        values: dict[str, Any] = {"state": SENT, "body": "", "tried_at": None, "channel": clean(channel), "ts": ts}
        # After a power cut that undoes this, the message is looked for in Slack and found.
        with self._database.writing(lasting=False) as connection:
            connection.execute(update(outgoing).where(outgoing.c.number == claimed.number).values(**values))
            self._let_go(connection, claimed.lane, holder, pause)

    def put_off(
        self,
        claimed: Claimed,
        holder: str,
        seconds: float,
        *,
        doubt: bool,
        limited: bool = False,
        for_all: bool = False,
    ) -> None:
        """It could not be sent for now: the place waits, and this message stays its first.

        `doubt`: it may have been posted all the same. `limited`: Slack asked for the pause; when it asks in a second
        place meanwhile, or with `for_all`, every place waits that is written to by the same method.
        """
        tried = {} if doubt else {"tried_at": None}
        values: dict[str, Any] = {"tries": outgoing.c.tries + (0 if limited else 1), **tried}
        with self._database.writing() as connection:
            connection.execute(update(outgoing).where(outgoing.c.number == claimed.number).values(**values))
            now = self._now(connection)
            self._let_go(connection, claimed.lane, holder, seconds)
            if not limited:
                return
            until = now + round(seconds * 1000)
            others = select(lanes.c.lane).where(lanes.c.limited_until > now, lanes.c.lane != claimed.lane)
            if for_all or connection.execute(others).first() is not None:
                gate = {"lane": METHOD + claimed.method, "free_at": until, "limited_until": 0}
                upsert(connection, lanes, [{**gate, "held_until": 0, "holder": ""}])
            connection.execute(update(lanes).where(lanes.c.lane == claimed.lane).values(limited_until=until))

    def move(self, claimed: Claimed, holder: str, *, lane: str, method: str, body: Mapping[str, Any]) -> None:
        """It goes to another place, or another way, and was certainly not posted yet."""
        values = {"lane": clean(lane), "method": method, "body": json_bytes(body).decode(), "tried_at": None}
        with self._database.writing() as connection:
            connection.execute(update(outgoing).where(outgoing.c.number == claimed.number).values(**values))
            self._let_go(connection, claimed.lane, holder, 0)

    def refuse(self, claimed: Claimed, holder: str) -> None:
        """It can never be sent."""
        values = {"state": REFUSED, "body": "", "tried_at": None}
        with self._database.writing() as connection:
            connection.execute(update(outgoing).where(outgoing.c.number == claimed.number).values(**values))
            self._let_go(connection, claimed.lane, holder, 0)

    def let_go(self, holder: str) -> None:
        """Everything that this holder has claimed is free: it has stopped, or starts anew."""
        with self._database.writing() as connection:
            connection.execute(update(lanes).where(lanes.c.holder == holder).values(held_until=0, holder=""))

    def take_turn(self, lane: str, pause: float) -> float:
        """Take the next free moment of a place for something that is sent otherwise. In how many seconds it comes."""
        with self._database.writing(lasting=False) as connection:
            now = self._now(connection)
            self._be_there(connection, lane)
            at = connection.execute(select(lanes.c.free_at).where(lanes.c.lane == lane).with_for_update()).scalar_one()
            turn = max(now, at)
            taken = turn + round(pause * 1000)
            connection.execute(update(lanes).where(lanes.c.lane == lane).values(free_at=taken))
        return (turn - now) / 1000

    def waiting(self) -> Waiting:
        """What is not sent yet."""
        columns = (func.count(), func.count(outgoing.c.lane.distinct()), func.min(outgoing.c.put_at))
        with self._database.reading() as connection:
            messages, places, oldest = connection.execute(select(*columns).where(outgoing.c.state == WAITING)).one()
        return Waiting(messages, places, oldest)

    def outcome(self, mark: str) -> tuple[str, str | None, str | None] | None:
        """State, channel and timestamp of a message by its mark."""
        with self._database.reading() as connection:
            query = select(outgoing.c.state, outgoing.c.channel, outgoing.c.ts).where(outgoing.c.mark == mark)
            row = connection.execute(query).first()
        return None if row is None else (row.state, row.channel, row.ts)

    def forget(self, older_than: timedelta) -> None:
        """Forget the marks of what was sent or refused so long ago, and the pace of places that are quiet."""
        before = self._clock() - older_than
        with self._database.writing() as connection:
            done = outgoing.c.state.in_([SENT, REFUSED])
            connection.execute(delete(outgoing).where(done, outgoing.c.put_at < before))
            quiet = self._now(connection) - 3_600_000
            idle = (lanes.c.free_at < quiet) & (lanes.c.held_until < quiet) & (lanes.c.limited_until < quiet)
            connection.execute(delete(lanes).where(idle))
            connection.execute(delete(troubles).where(troubles.c.last_at < self._clock() - TOLD))

    # What only the operator can mend

    def note_trouble(self, place: str, reason: str, words: str) -> None:
        """Count a refusal."""
        now = self._clock()
        row = {"place": clean(place)[:200], "reason": clean(reason)[:200], "words": clean(words)[:2000], "times": 1}
        with self._database.writing() as connection:
            statement = inserting(connection, troubles).values(**row, first_at=now, last_at=now)
            again = {"times": troubles.c.times + 1, "words": row["words"], "last_at": now}
            keys = [troubles.c.place, troubles.c.reason]
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=again))

    def troubles(self, since: timedelta) -> list[Trouble]:
        """What was refused lately, the newest first."""
        query = select(troubles).where(troubles.c.last_at >= self._clock() - since).order_by(troubles.c.last_at.desc())
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Trouble(row.place, row.reason, row.words, row.times, row.last_at) for row in rows]

    # Inside

    def _heads(self, connection: Connection) -> tuple[int, list[_Head]]:
        """Now, and the first message of each place with the moment from which it may be sent, the oldest first."""
        first = (
            select(outgoing.c.lane, func.min(outgoing.c.number).label("number"))
            .where(outgoing.c.state == WAITING)
            .group_by(outgoing.c.lane)
            .subquery()
        )
        gates = lanes.alias("gates")
        zero = 0
        query = (
            select(
                first.c.lane,
                first.c.number,
                func.coalesce(lanes.c.free_at, zero).label("free_at"),
                func.coalesce(lanes.c.held_until, zero).label("held_until"),
                func.coalesce(gates.c.free_at, zero).label("gate_at"),
                self._moment().label("now"),
            )
            .join(outgoing, outgoing.c.number == first.c.number)
            .outerjoin(lanes, lanes.c.lane == first.c.lane)
            .outerjoin(gates, gates.c.lane == METHOD + outgoing.c.method)
            .order_by(first.c.number)
            .limit(MOST_LANES)
        )
        rows = connection.execute(query).all()
        return rows[0].now if rows else 0, [_Head(row) for row in rows]

    def _take(self, connection: Connection, lane: str, holder: str, held: int) -> Claimed | None:
        now = self._moment()
        new = {"lane": lane, "free_at": 0, "limited_until": 0, "held_until": now + held, "holder": holder}
        claim = inserting(connection, lanes).values(**new)
        free = (lanes.c.free_at <= now) & (lanes.c.held_until <= now)
        mine = {"held_until": claim.excluded.held_until, "holder": holder}
        claim = claim.on_conflict_do_update(index_elements=[lanes.c.lane], set_=mine, where=free)
        if connection.execute(claim.returning(lanes.c.lane)).first() is None:
            return None
        head = (
            select(outgoing)
            .where(outgoing.c.state == WAITING, outgoing.c.lane == lane)
            .order_by(outgoing.c.number)
            .limit(1)
        )
        row = connection.execute(head).first()
        if row is None:  # another process sent it since we looked
            connection.execute(update(lanes).where(lanes.c.lane == lane).values(held_until=0, holder=""))
            return None
        if row.tried_at is None:
            began = update(outgoing).where(outgoing.c.number == row.number)
            connection.execute(began.values(tried_at=self._clock()))
        body = json.loads(row.body)
        known = (row.number, row.mark, row.lane, row.method, body, row.tries, row.put_at, row.tried_at)
        return Claimed(*known, row.trace)

    @staticmethod
    def _be_there(connection: Connection, lane: str) -> None:
        new = {"lane": lane, "free_at": 0, "limited_until": 0, "held_until": 0, "holder": ""}
        statement = inserting(connection, lanes).values(**new)
        connection.execute(statement.on_conflict_do_nothing(index_elements=[lanes.c.lane]))

    def _let_go(self, connection: Connection, lane: str, holder: str, pause: float) -> None:
        free_at = self._moment() + math.ceil(pause * 1000)
        mine = (lanes.c.lane == lane) & or_(lanes.c.holder == holder, lanes.c.holder == "")
        connection.execute(update(lanes).where(mine).values(free_at=free_at, held_until=0, holder=""))

    def _moment(self) -> ColumnElement[int]:
        """Milliseconds since 1970: by the server's clock where several machines share it, else by ours."""
        if self._database.is_sqlite:
            return literal(int(self._clock().timestamp() * 1000), BigInteger)
        return cast(func.date_part("epoch", func.clock_timestamp()) * 1000, BigInteger)

    def _now(self, connection: Connection) -> int:
        return int(connection.execute(select(self._moment())).scalar_one())


class _Head:
    """The first message of a place, with the moment from which it may be sent."""

    def __init__(self, row: Row[Any]) -> None:
        self.lane: str = row.lane
        self.ready_at: int = max(row.free_at, row.held_until, row.gate_at)
