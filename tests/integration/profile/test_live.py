"""A profile that is edited while it is in use, on a real file system."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.deals.deal import Deal
from bot.profile.judge import Judge
from bot.profile.live import LiveProfile
from bot.profile.live_people import LivePeople
from bot.profile.loading import ProfileError
from bot.profile.people import PeopleError

MALFORMED = sorted((Path(__file__).parents[2] / "unit" / "profile" / "malformed").glob("*.yaml"))
GOOD = """\
title: Small
version: "1"
effective: 2026-11-01
currency: USD
facts:
  call: {type: yes/no, ask: Is there a call?}
checks:
  - {id: call, part: value, label: Call, require: {call: true}, because: So.}
"""


class Log:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, object]]] = []

    def info(self, event: str, **values: object) -> None:
        self.told.append((event, values))

    def error(self, event: str, **values: object) -> None:
        self.told.append((event, values))

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.told]


def ticking() -> Iterator[datetime]:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    while True:
        yield now
        now += timedelta(minutes=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "deal-profile.yaml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def live(path: Path, log: Log) -> LiveProfile:
    return LiveProfile(path, log)


def edit(path: Path, text: str | bytes) -> None:
    """Write the file so that its state surely changes, however coarse the file system's clock is."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def version(live: LiveProfile) -> str:
    return live.current().profile.version


def test_without_a_good_file_there_is_nothing_to_start_with(tmp_path: Path, log: Log) -> None:
    with pytest.raises(FileNotFoundError):
        LiveProfile(tmp_path / "none.yaml", log)
    (tmp_path / "bad.yaml").write_text("title: x\n")
    with pytest.raises(ProfileError):
        LiveProfile(tmp_path / "bad.yaml", log)


def test_an_unchanged_file_keeps_the_very_same_judge(live: LiveProfile, log: Log) -> None:
    judge = live.current()
    assert all(live.current() is judge for _ in range(100))
    assert log.events == []
    assert live.problem is None


def test_an_edit_is_live_at_the_next_look(live: LiveProfile, path: Path, log: Log) -> None:
    before = live.current()
    edit(path, GOOD.replace('"1"', '"2"'))
    assert version(live) == "2"
    assert live.current() is not before
    assert log.events == ["profile_live"]
    assert log.told[0][1]["version"] == "2"


def test_a_broken_edit_keeps_the_old_says_where_and_logs_once(live: LiveProfile, path: Path, log: Log) -> None:
    before = live.current()
    edit(path, GOOD.replace("value", "valu"))
    judge = live.current()
    assert all(live.current() is judge for _ in range(10))
    assert judge.profile.version == "1"
    assert judge is before
    assert live.problem is not None
    problem = live.problem.problems[0]
    assert (problem.line, problem.column) == (8, 22)
    assert problem.file == str(path)
    assert log.events == ["profile_refused"]
    assert "8:22" in str(log.told[0][1]["problems"])
    edit(path, GOOD.replace('"1"', '"3"'))
    assert version(live) == "3"
    assert live.problem is None
    assert log.events == ["profile_refused", "profile_live"]


def test_mending_to_the_very_same_bytes_clears_the_problem(live: LiveProfile, path: Path) -> None:
    edit(path, "")
    assert version(live) == "1"
    assert live.problem is not None
    assert "empty" in str(live.problem)
    edit(path, GOOD)
    assert version(live) == "1"
    assert live.problem is None


def test_a_file_that_is_gone_keeps_the_old(live: LiveProfile, path: Path, log: Log) -> None:
    path.unlink()
    assert version(live) == "1"
    assert version(live) == "1"
    assert live.problem is not None
    assert log.events == ["profile_refused"]
    edit(path, GOOD.replace('"1"', '"4"'))
    assert version(live) == "4"
    assert live.problem is None


def test_a_file_that_is_replaced_by_one_of_the_same_time_and_size_is_seen(live: LiveProfile, path: Path) -> None:
    stat = path.stat()
    new = path.with_suffix(".new")
    new.write_text(GOOD.replace('"1"', '"5"'))
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    new.replace(path)
    assert path.stat().st_size == stat.st_size
    assert version(live) == "5"


@pytest.mark.parametrize("bad", MALFORMED, ids=lambda bad: bad.stem)
def test_no_malformed_profile_replaces_the_good_one(live: LiveProfile, path: Path, bad: Path) -> None:
    judge = live.current()
    edit(path, bad.read_bytes())
    assert live.current() is judge
    assert live.problem is not None
    assert live.problem.problems[0].line >= 1
    assert judge.judge(Deal("d", {"call": True})).judgement.value == "fits"


def test_threads_never_see_anything_but_a_whole_profile(live: LiveProfile, path: Path) -> None:
    stop = threading.Event()
    seen: set[str] = set()
    wrong: list[object] = []

    def look() -> None:
        while not stop.is_set():
            judge: Judge = live.current()
            verdict = judge.judge(Deal("d", {"call": True}))
            seen.add(judge.profile.version)
            if verdict.profile != judge.profile.id or verdict.judgement.value != "fits":
                wrong.append(verdict)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 30):
        edit(path, "title: half a fi" if number % 3 == 0 else GOOD.replace('"1"', f'"{number}"'))
        live.current()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert version(live) == "29"
    assert seen <= {str(number) for number in range(1, 30) if number % 3 or number == 1}


PEOPLE = "people:\n  dana: {name: Dana, email: dana@firm.example, roles: [rep]}\n"


def test_people_are_live_too(tmp_path: Path, log: Log) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(PEOPLE)
    people = LivePeople(path, log)
    assert people() is people()
    edit(path, PEOPLE.replace("rep", "reb"))
    assert people().by_key("dana") is not None
    assert people.problem is not None
    assert people.problem.problems[0].line == 2
    edit(path, PEOPLE.replace("dana:", "dora:"))
    assert people().by_key("dora") is not None
    assert people.problem is None
    path.unlink()
    assert people().by_key("dora") is not None
    assert people.problem is not None
    assert log.events == ["people_refused", "people_live", "people_refused"]


def test_without_good_people_there_is_nothing_to_start_with(tmp_path: Path, log: Log) -> None:
    path = tmp_path / "people.yaml"
    path.write_text("people: {}\n")
    with pytest.raises(PeopleError):
        LivePeople(path, log)
