"""Threads: which deal a thread is about, and what was said in it lately."""

from __future__ import annotations

from typing import cast, get_args

from sqlalchemy import Connection, delete, func, insert, select

from bot.store.errors import RecordError
from bot.store.plain import clean, label
from bot.store.records import LONGEST_KEY, Role, ThreadState, Turn
from bot.store.tables import threads, turns
from bot.store.upsert import inserting

KEPT_TURNS = 20
LONGEST_TEXT = 4000
LONGEST_NAME = 300


def get(connection: Connection, channel: str, thread_ts: str) -> ThreadState:
    """What is remembered of a thread; an empty state when nothing is."""
    channel, thread_ts = label(channel, LONGEST_NAME), label(thread_ts, LONGEST_NAME)
    thread = connection.execute(
        select(threads).where(threads.c.channel == channel, threads.c.thread_ts == thread_ts)
    ).first()
    if thread is None:
        return ThreadState(channel, thread_ts)
    said = connection.execute(
        select(turns.c.role, turns.c.text, turns.c.at)
        .where(turns.c.channel == channel, turns.c.thread_ts == thread_ts)
        .order_by(turns.c.number)
    )
    remembered = tuple(Turn(cast("Role", role), text, at) for role, text, at in said)
    return ThreadState(channel, thread_ts, thread.deal_key, remembered, thread.updated_at)


def remember(
    connection: Connection,
    channel: str,
    thread_ts: str,
    turn: Turn,
    deal_key: str | None,
    author: str | None = None,
) -> None:
    """Adds a turn and forgets the oldest over the limit. The thread's own row orders writers that come at once."""
    if turn.role not in get_args(Role):
        raise RecordError(f"A turn is said by the user or by the assistant, not by {turn.role!r}.")
    where = {"channel": label(channel, LONGEST_NAME), "thread_ts": label(thread_ts, LONGEST_NAME)}
    key = None if deal_key is None else label(deal_key, LONGEST_KEY)
    statement = inserting(connection, threads).values(**where, deal_key=key, said=1, updated_at=turn.at)
    number = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[threads.c.channel, threads.c.thread_ts],
            set_={
                "said": threads.c.said + 1,
                "updated_at": statement.excluded.updated_at,
                "deal_key": func.coalesce(statement.excluded.deal_key, threads.c.deal_key),
            },
        ).returning(threads.c.said)
    ).scalar_one()
    connection.execute(
        insert(turns).values(
            **where,
            number=number,
            role=turn.role,
            text=_shortened(turn.text),
            at=turn.at,
            author=None if author is None else label(author, LONGEST_NAME),
        )
    )
    connection.execute(
        delete(turns).where(
            turns.c.channel == where["channel"],
            turns.c.thread_ts == where["thread_ts"],
            turns.c.number <= number - KEPT_TURNS,
        )
    )


def _shortened(text: str) -> str:
    text = clean(text)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
