"""What people wrote goes for good: a canary in every free text, as every role, and then each byte that is left."""

from __future__ import annotations

import base64
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bot.bootstrap import Core, utc_now
from bot.bootstrap.erasing import erase_everywhere
from bot.exceptions.model import Choice
from bot.playground.model import User
from bot.settings import Settings
from bot.slack import ids
from bot.slack.schedules import Job
from bot.store.activities import Account, Activity, Assignment
from tests.e2e.conftest import ALEX, ASK, DANA, DEALS, MORGAN, Office, Running, settings_for
from tests.e2e.test_proposals_and_reviews import FITS, press

CANARY = "Kanarienvogel"
GRACE = "U0GRACE"
WORDS = FITS.replace("discount 8%", "discount 12%")
PLACES = {
    "dealfit.db": {
        "deals.name", "deals.customer", "deals.owner", "exceptions.body", "personal_texts.text", "turns.text",
        "pipeline_asked.body", "outcome_values.outcome", "activities.rep", "account_assignments.rep",
        "crm_accounts.owner",
    },
    "work.db": {"workflow_input.inputs", "operation_outputs.output", "workflow_schedules.context"},
}  # fmt: skip
"""Where the canary must have been before, so that its absence afterwards says something."""


OWNERS = {
    f"{table}.{column}"
    for table, columns in {
        "deals": ("owner", "owner_folded"), "activities": ("rep", "rep_folded"),
        "account_assignments": ("rep", "rep_folded"), "crm_accounts": ("owner",),
    }.items()
    for column in columns
}  # fmt: skip


def forms(text: str) -> list[bytes]:
    """The text as its bytes, and as each of the three ways in which base64 writes it within something longer."""
    raw = text.encode()
    inside = [base64.b64encode(b"\0" * shift + raw)[4 * (shift > 0) : -4] for shift in range(3)]
    return [raw, raw.lower(), *(part for part in inside if len(part) > 8)]


def columns_with(path: Path, wanted: list[bytes]) -> set[str]:
    """The columns of a database in which one of these stands."""
    found = set()
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 names of the database's own
            names = [column[0] for column in cursor.description]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    held = value if isinstance(value, bytes) else str(value).encode()
                    if any(form in held for form in wanted):
                        found.add(f"{table}.{name}")
    return found


def files_with(folder: Path, wanted: list[bytes]) -> set[str]:
    """The files of the data folder in whose bytes one of these stands; Parquet is unpacked first."""
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            with duckdb.connect() as connection:
                data += str(connection.read_parquet(str(path)).fetchall()).encode()
        if any(form in data for form in wanted):
            found.add(str(path.relative_to(folder)))
    return found


def owners_in_snapshots(data: Path, wanted: list[bytes]) -> list[str]:
    """Owners in snapshots of the pipeline in which one of these stands."""
    snapshots = str(data / "pipeline" / "snapshots" / "*.parquet")
    with duckdb.connect() as connection:
        rows = connection.read_parquet(snapshots).fetchall()
        names = list(connection.read_parquet(snapshots).columns)
    assert rows
    said = [str(row[names.index(name)]) for row in rows for name in ("person", "owner", "owner_name")]
    return [each for each in said if any(form in each.encode() for form in wanted)]


@pytest.fixture
def folder(indexed: Path, tmp_path: Path) -> Path:
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    people = tmp_path / "profile" / "people.yaml"
    text = people.read_text()
    for name in ("Dana Reyes", "Alex Kim", "Morgan Lee"):
        assert name in text
        text = text.replace(name, f"{name} {CANARY}")
    people.write_text(text)
    return tmp_path


def written_everywhere(office: Office) -> None:
    """The canary in every free text: of a rep, of approvers, of a manager, of somebody without a role."""
    core, services = office.core, office.slack.services
    askers, exceptions = services.askers, core.exceptions
    for user in (DANA, MORGAN, ALEX, GRACE):
        office.answer(user, ASK, f"<@U0DEALFIT> what discount can I give {CANARY} of {user}?")
        office.command(user, "/deal-check", f"{CANARY} {user}: {WORDS}")
    office.answer(DANA, f"D{DANA[1:]}", f"may {CANARY} pay net 60?")
    asked = office.command(MORGAN, "/pipeline", f"deals of {CANARY} by rep")
    assert asked
    fitting = office.command(DANA, "/deal-check", f"Fits {CANARY}: {FITS}")
    press(office, DANA, fitting, ids.PROPOSAL)
    of_dana = {saved.name: saved.key for saved in core.store.deals() if saved.checked_by == DANA}
    key = of_dana[f"{CANARY} {DANA}"]
    dana, alex = askers.of(DANA), askers.of(ALEX)

    def ask(origin: str) -> int:
        return exceptions.ask(key, dana, why=f"Why {CANARY}", gives=f"Gives {CANARY}", origin=origin).number

    one = ask("erasing:1")
    authority = exceptions.known(one).parts[0].authority
    exceptions.ask_rep(one, authority, alex, f"Who is {CANARY}?", origin="erasing:2")
    exceptions.answer(one, authority, dana, f"The CFO of {CANARY}.", origin="erasing:3")
    exceptions.decide(one, authority, alex, Choice.DECLINE, origin="erasing:4", words=f"No {CANARY}.")
    two = ask("erasing:5")
    exceptions.decide(two, authority, alex, Choice.CONDITIONS, origin="erasing:6", words=f"Only {CANARY}.")
    exceptions.withdraw(two, dana)
    ask("erasing:7")
    core.store.note_outcome(key, f"Up-time at {CANARY}", utc_now().date(), Decimal(1), by=DANA)
    calls, days = core.store.activities, utc_now().date()
    calls.save([Activity("crm", days, "call", rep=f"Dana Reyes {CANARY}", customer="Mercy Regional")])
    calls.assign([Assignment(f"ALEX KIM {CANARY}", "Mercy Regional")])
    calls.keep_accounts([Account("crm", "1", "Mercy Regional", f"Morgan Lee {CANARY}")])
    mark = core.store.asked.keep({"question": f"deals of {CANARY}", "query": {}})
    payload = {"id": "1", "user": MORGAN, "title": f"Weekly {CANARY}", "channel": DEALS, "asked": {"question": mark}}
    services.schedules.put(Job("pipeline:1", "0 9 * * 1", "pipeline.weekly", payload, catch_up=False))
    core.tables.refresh()
    core.tables.take_snapshot("test")
    office.settle()
    office.ground.wait_for(lambda: services.replies.outbox.waiting().messages == 0)


def test_nothing_of_what_people_wrote_is_left_in_any_byte(folder: Path) -> None:
    data, settings = folder / "data", Settings.load(settings_for(folder), env_file=None)
    with Running(settings) as office:
        office.ground.workspace.add_user(User(GRACE, "grace", "Grace Chen", "grace@alphatech.example", "Nurse"))
        for channel in (ASK, DEALS):
            office.ground.workspace.channels[channel].members.append(GRACE)
        written_everywhere(office)
    wanted = forms(CANARY)
    before = {name: columns_with(data / name, wanted) for name in PLACES}
    for name, places in PLACES.items():
        assert places <= before[name], f"the canary does not come to {places - before[name]}"
    assert not {place for place in before["dealfit.db"] if place.startswith("decisions.")}, "the log cannot forget"
    assert owners_in_snapshots(data, wanted)

    core = Core(settings)
    for person in ("dana", "alex", "morgan", GRACE):  # whoever has a key has an account as well, and the reverse
        erase_everywhere(core, authors=[person])
    assert not columns_with(data / "dealfit.db", wanted) & OWNERS, "a person is erased as an owner too"
    assert owners_in_snapshots(data, wanted) == []
    last: Any = None
    for saved in core.store.deals():
        last = erase_everywhere(core, deal=saved.key)
    assert last.clean
    assert not last.in_the_log
    assert core.store.verify().ok
    assert core.store.exceptions.altered() == []
    assert core.store.personal.altered() == []
    core.close()
    assert {name: columns_with(data / name, wanted) for name in PLACES} == {name: set() for name in PLACES}
    assert files_with(data, wanted) == set()
