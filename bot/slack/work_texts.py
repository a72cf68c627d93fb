"""Taking texts out of the queue's database: those of finished work, which nothing needs, and of saved questions.

The keys of finished work stay, so that an event that is delivered again has no second effect.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.slack.seats import seats_of, visiting
from bot.slack.work_file import WorkFile

if TYPE_CHECKING:
    from sqlalchemy import Engine

PORTION = 500
FIRST = 0
"""The seat of the first process at the queue: while any runs on SQLite, this one is taken."""
FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


@dataclass(frozen=True, slots=True)
class TakenOut:
    """How many finished pieces of work lost their texts, how many saved questions went; how many pieces still wait.

    `clean`: nothing of it is left in the file either; always so on PostgreSQL, which cleans up by itself.
    """

    finished: int = 0
    saved: int = 0
    waiting: int = 0
    clean: bool = True


def take_texts_out(
    database_url: str,
    *,
    before: datetime | None = None,
    users: Collection[str] | None = None,
    mentions: Collection[str] = (),
) -> TakenOut:
    """Take the texts out of all work that is finished (before a moment), whosever they are.

    Saved questions go that one of these Slack users saved, or that have one of these texts in them. Nothing happens
    where there is no queue yet. An app may run beside: it waits for one portion at most.
    """
    import sqlalchemy as sa

    url = sa.make_url(database_url)
    if url.get_backend_name() != "sqlite":
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
        try:
            return _taken(engine, before, users, mentions)
        finally:
            engine.dispose()
    if not Path(url.database or "").exists():
        return TakenOut()
    file = WorkFile(database_url)
    try:
        taken = _taken(file.engine, before, users, mentions)
        # What an app beside us takes in waits for the file: it is written anew only where none runs.
        with visiting(seats_of(database_url), FIRST) as alone:
            return replace(taken, clean=alone and file.scrub())
    finally:
        file.close()


def _taken(
    engine: Engine, before: datetime | None, users: Collection[str] | None, mentions: Collection[str]
) -> TakenOut:
    import sqlalchemy as sa
    from dbos import DBOSClient  # it takes seconds to import

    if not sa.inspect(engine).has_table("workflow_status", schema=_schema(engine)):
        return TakenOut()
    known = DBOSClient(system_database_engine=engine)
    try:
        finished, waiting = _finished(engine, before)
        saved = 0
        for schedule in known.list_schedules():
            payload = (schedule["context"] or {}).get("payload") or {}
            # Only what a person saved has a user in it; the jobs of the settings have none.
            text = json.dumps(payload, ensure_ascii=False)
            if "user" in payload and (payload["user"] in (users or ()) or any(each in text for each in mentions)):
                known.delete_schedule(schedule["schedule_name"])
                saved += 1
        return TakenOut(finished, saved, waiting)
    finally:
        known.destroy()


def _finished(engine: Engine, before: datetime | None) -> tuple[int, int]:
    """Take the texts out of finished work, and count what is not finished."""
    import sqlalchemy as sa
    from dbos._schemas import SCHEMA_PLACEHOLDER
    from dbos._schemas.system_database import SystemSchema

    engine = engine.execution_options(schema_translate_map={SCHEMA_PLACEHOLDER: _schema(engine)})
    work, done = SystemSchema.workflow_status, 0
    ended = sa.and_(work.c.status.in_(FINISHED), sa.true() if before is None else work.c.completed_at < _ms(before))
    last = ""
    while True:
        with engine.begin() as connection:
            portion = sa.select(work.c.workflow_uuid).where(ended, work.c.workflow_uuid > last)
            ids = list(connection.execute(portion.order_by(work.c.workflow_uuid).limit(PORTION)).scalars())
            for table, columns in _tables(SystemSchema):
                empty = dict.fromkeys(columns)
                connection.execute(sa.update(table).where(table.c.workflow_uuid.in_(ids)).values(**empty))
        done += len(ids)
        if len(ids) < PORTION:
            break
        last = ids[-1]
    with engine.connect() as connection:
        left = sa.select(sa.func.count()).where(work.c.status.in_(["ENQUEUED", "PENDING", "DELAYED"]))
        return done, int(connection.execute(left).scalar_one())


def _tables(schema: Any) -> list[tuple[Any, tuple[str, ...]]]:
    """Where texts stand: what goes into a piece of work, and what comes of it and of its steps."""
    return [
        (schema.workflow_status, ("inputs", "output", "error")),
        (schema.workflow_input, ("inputs",)),
        (schema.workflow_output, ("output", "error")),
        (schema.operation_outputs, ("output", "error")),
    ]


def _schema(engine: Engine) -> str | None:
    return None if engine.dialect.name == "sqlite" else "dbos"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
