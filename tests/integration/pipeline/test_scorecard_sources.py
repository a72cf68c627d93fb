"""A scorecard counted from what the rooms around really keep: snapshots, calls and exceptions of one data folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.bootstrap import Core
from bot.checking.asker import OPERATOR, Asker
from bot.exceptions.model import Choice
from bot.settings import Settings
from bot.store.activities import Activity, Assignment
from bot.store.records import DealToSave
from tests.unit.proposals.support import deal, judge

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    now = NOW - timedelta(days=95)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def office(tmp_path: Path):
    clock = Clock()
    core = Core(Settings.load({"DEALFIT_DATA_DIR": str(tmp_path)}, env_file=None), clock=clock)
    core.make_data_dir()
    yield core, clock
    core.close()


def keep(core: Core, number: int, **facts) -> list[str]:
    made = [replace(deal(**facts), source="t", source_id=f"{len(core.store.deals())}-{n}") for n in range(number)]
    items = [DealToSave(each, judge().judge(each), None, None, None, "open") for each in made]
    return [saved.key for saved in core.store.save_deals(items)]


def asker(core: Core, name: str) -> Asker:
    person = core.people().by_key(name)
    return Asker(user=person.slack or person.key, name=person.name, roles=person.roles, person=person)


def test_past_fit_calls_and_exceptions_come_from_what_is_kept(office):
    core, clock = office
    keep(core, 3)
    keep(core, 3, discount=Decimal(12))
    core.tables.take_snapshot("daily")
    clock.now = NOW
    (key, *_) = keep(core, 6, discount=Decimal(12), customer="Mercy Regional")
    core.store.activities.assign([Assignment("Dana Reyes", "Mercy Regional"), Assignment("dana", "Hope Clinic")])
    core.store.activities.save(
        [
            Activity("t", date(2026, 11, 2), "call", str(n), "dana@alphatech.example", "Mercy Regional", role=role)
            for n, role in enumerate(["CFO", "CFO", "IT administrator", None])
        ]
        + [Activity("t", date(2026, 11, 2), "call", "9", "Dana Reyes", "Elsewhere", role="CEO")]
    )
    request = core.exceptions.ask(key, asker(core, "dana"), why="A first site.", gives="A reference.", origin="t:1")
    card = core.scorecards.of(OPERATOR, "dana")
    found = {line.measure.id: line for line in card.lines}
    assert (str(found["fit_deals"].now.value), found["fit_deals"].now.n) == ("25.0", 12)
    assert (str(found["fit_deals"].before.value), found["fit_deals"].before.n) == ("50.0", 6)
    assert str(found["fit_money"].before.value) == "50.0"
    assert (str(found["calls"].now.value), found["calls"].now.n) == ("1.00", 2), "two calls, two assigned accounts"
    assert str(found["covered"].now.value) == "50.0"
    assert (str(found["exceptions"].now.value), str(found["granted"].now.value)) == ("0.08", "0.0")
    assert not any("Not counted" in note or "snapshot" in note for note in card.notes)
    for part in request.parts:
        core.exceptions.decide(request.number, part.authority, asker(core, "alex"), Choice.APPROVE, origin="t:2")
    card = core.scorecards.of(OPERATOR, "dana")
    assert [str(line.now.value) for line in card.lines if line.measure.id == "granted"] == ["100.0"]
    made = core.proposals.of_key(key, asker(core, "dana"))
    assert made.proposal.granted.references == (f"exception {request.number}",)
    assert made.proposal.valid_until <= NOW.date() + timedelta(days=30)
