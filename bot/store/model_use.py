"""What language models were used for: tokens by day and person, counted so that a budget holds over all processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Date, Named, Table, Text, TypedColumns, select, update

from bot.store.plain import label
from bot.store.tables import BigId, metadata
from bot.store.upsert import inserting

if TYPE_CHECKING:
    from bot.store.connections import Database

EVERYBODY = ""
"""The row of a day that counts for all: no user has this id."""

MICRO = Decimal(1_000_000)
_LONGEST_NAME = 300


class ModelUseColumns(TypedColumns):
    """One row a day and person, and one a day for everybody. `held` are tokens of calls that have not ended yet.

    `cost_micros` is in millionths of the currency that the settings give prices in.
    """

    day: Named[date] = Column(Date, primary_key=True)
    user: Named[str] = Column("user_id", Text, primary_key=True)
    held: Named[int] = Column(BigId)
    tokens_in: Named[int] = Column(BigId)
    tokens_out: Named[int] = Column(BigId)
    answers: Named[int] = Column(BigId)
    cost_micros: Named[int] = Column(BigId)


model_use = Table("model_use", metadata, ModelUseColumns)


@dataclass(frozen=True, slots=True)
class Used:
    """What a day's answers took: `tokens` in and out, `answers` that a model was asked for, `cost` in money."""

    day: date
    user: str
    tokens_in: int
    tokens_out: int
    answers: int
    cost: Decimal

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.tokens_in + self.tokens_out


class ModelUse:
    """The account of tokens. Days are UTC."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def hold(self, user: str, tokens: int, *, per_person: int | None, in_all: int | None) -> date | None:
        """Set tokens aside for a call that is about to be made; None when that would break one of the day's limits.

        Of all who ask at once, in any process, only as many get a yes as the limits allow. Raises StoreError.
        """
        day = self._clock().date()
        with self._database.writing() as connection:
            # Everybody's row first, always: two who ask at once wait for each other and never lock each other out.
            granted = _hold(connection, day, EVERYBODY, tokens, in_all)
            granted = granted and _hold(connection, day, label(user, _LONGEST_NAME), tokens, per_person)
            if not granted:
                connection.rollback()
        return day if granted else None

    def settle(
        self, day: date, user: str, *, held: int, tokens_in: int, tokens_out: int, cost: Decimal = Decimal(0)
    ) -> None:
        """Put what a call really took in the place of what was held for it. Raises StoreError."""
        micros = int(cost * MICRO)
        with self._database.writing() as connection:
            for who in (EVERYBODY, label(user, _LONGEST_NAME)):
                here = (model_use.c.day == day) & (model_use.c.user == who)
                connection.execute(
                    update(model_use)
                    .where(here)
                    .values(
                        {
                            model_use.c.held: model_use.c.held - held,
                            model_use.c.tokens_in: model_use.c.tokens_in + tokens_in,
                            model_use.c.tokens_out: model_use.c.tokens_out + tokens_out,
                            model_use.c.answers: model_use.c.answers + 1,
                            model_use.c.cost_micros: model_use.c.cost_micros + micros,
                        }
                    )
                )

    def used(self, day: date | None = None) -> list[Used]:
        """A day's use: of everybody first (user ""), then of each person, the largest first. Today without a day."""
        wanted = day or self._clock().date()
        query = select(model_use).where(model_use.c.day == wanted)
        with self._database.reading() as connection:
            rows = [
                Used(row.day, row.user_id, row.tokens_in, row.tokens_out, row.answers, Decimal(row.cost_micros) / MICRO)
                for row in connection.execute(query)
            ]
        return sorted(rows, key=lambda one: (one.user != EVERYBODY, -one.tokens, one.user))


def _hold(connection: Connection, day: date, user: str, tokens: int, limit: int | None) -> bool:
    """Add to what is held unless a limit forbids it."""
    if limit is not None and tokens > limit:
        return False
    table = model_use
    fresh = {"day": day, "user": user, "held": tokens, "tokens_in": 0, "tokens_out": 0, "answers": 0, "cost_micros": 0}
    statement = inserting(connection, table).values({table.c[name]: value for name, value in fresh.items()})
    taken = table.c.held + table.c.tokens_in + table.c.tokens_out
    room = None if limit is None else taken + tokens <= limit
    held = statement.on_conflict_do_update(
        index_elements=[table.c.day, table.c.user], set_={"held": table.c.held + tokens}, where=room
    ).returning(table.c.day)
    return connection.execute(held).first() is not None
