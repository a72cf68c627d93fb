"""Two processes on one folder, and a profile that changes under running checks: no double, no mixed verdict."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from bot.bootstrap import Core
from bot.checking.asker import OPERATOR
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.settings import Settings
from tests.e2e.conftest import DANA, DEALS, MERCY, copy_content, texts
from tests.e2e.process import AppProcess

DEAL = "Mercy: hospital, 120 beds, managed services for 2 months, 8% discount, net 60"


def test_each_verdict_belongs_to_exactly_one_profile(tmp_path: Path):
    """Edits follow each other while four threads check: each verdict is what the profile of its hash says."""
    core = Core(Settings.load(copy_content(tmp_path), env_file=None))
    core.make_data_dir()
    path = core.settings.profile_path
    original = path.read_text("utf-8")
    versions = [original.replace('"2026.11"', f'"2026.11-{n}"').replace("<= 0%", f"<= {n}%", 1) for n in range(12)]
    assert len({hashlib.sha256(v.encode()).hexdigest() for v in versions}) == 12
    failures: list[BaseException] = []
    over = threading.Event()

    def check() -> None:
        try:
            while not over.is_set():
                core.desk.check_text(DEAL, asker=OPERATOR)
        except BaseException as error:  # noqa: BLE001 the test tells of it
            failures.append(error)

    assert core.desk.judge
    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in versions:
        scratch = path.with_suffix(".new")
        scratch.write_text(version, encoding="utf-8")
        scratch.replace(path)
        time.sleep(0.05)  # decides nothing: it only lets several verdicts fall under each profile
    over.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert failures == []
    decisions = core.store.decisions(kind="verdict", limit=100_000)
    assert decisions
    judges: dict[str, Judge] = {}
    for decision in decisions:
        sha256 = decision.body["profile"]["sha256"]
        source = core.store.profile_source(sha256)
        assert source is not None, "the profile that judged was not kept"
        judge = judges.setdefault(sha256, Judge(parse_profile(source, "p.yaml")))
        again = judge.judge_fully(
            core.desk.new_deal("x", asker=OPERATOR).with_facts(core.desk.read(DEAL).facts)
        ).plain()
        kept = {name: value for name, value in decision.body.items() if name in again}
        assert (
            json.loads(json.dumps(kept, default=str))["verdict"]
            == json.loads(json.dumps(again, default=str))["verdict"]
        )
        assert [f["limit"] for f in kept["findings"]] == [f["limit"] for f in again["findings"]]
    assert core.store.verify().ok
    core.close()


def test_the_profile_that_judged_is_kept_when_another_goes_live_before_the_record(tmp_path: Path):
    core = Core(Settings.load(copy_content(tmp_path), env_file=None))
    core.make_data_dir()
    path = core.settings.profile_path
    first = core.live.current().profile.id.sha256
    desk = core.desk
    library = desk._library

    class Slow:
        """The playbooks, which somebody edits the profile behind."""

        def guidance(self, *_: object, **__: object) -> None:
            path.write_text(path.read_text("utf-8").replace('"2026.11"', '"2026.12"'), encoding="utf-8")
            core.live.current()

    desk._library = Slow()  # type: ignore[assignment]
    checked = desk.check_text(DEAL, asker=OPERATOR)
    desk._library = library
    assert core.live.current().profile.id.sha256 != first
    assert checked.verdict.profile.sha256 == first
    assert core.store.profile_source(first) is not None
    core.close()


def test_a_second_process_on_the_same_folder_doubles_nothing(tmp_path: Path):
    values = copy_content(tmp_path)
    for playbook in sorted((tmp_path / "knowledge").iterdir())[1:]:
        playbook.unlink()
    with AppProcess(values) as app:
        first = app.running
        app.start()
        second = app.running
        assert first is not None
        assert second is not None
        app.ground.wait_for(lambda: app.ground.connected == 2)
        known = {m.ts for m in app.ground.messages(DEALS, DANA)}
        app.ground.faults.duplicate_deliveries(4)
        for number in range(4):
            app.ground.slash_command(DANA, DEALS, "/deal-check", MERCY.replace("Mercy", f"Twice {number}"))

        def cards() -> list[str]:
            found = [m for m in app.ground.messages(DEALS, DANA) if m.ts not in known and m.from_app]
            return [texts(m.blocks) for m in found]

        app.ground.wait_for(lambda: len(cards()) >= 4)
        index = subprocess.run(
            [sys.executable, "-m", "bot.cli", "index"], env=values, capture_output=True, text=True, check=False
        )
        assert index.returncode == 2
        assert "in use by process" in index.stderr
        first.terminate()
        first.wait(60)
        app.ground.slash_command(DANA, DEALS, "/deal-check", MERCY.replace("Mercy", "Twice 4"))
        app.ground.wait_for(lambda: len(cards()) >= 5)
        assert sorted(next(n for n in range(5) if f"Twice {n}" in card) for card in cards()) == [0, 1, 2, 3, 4]
    core = Core(Settings.load(values, env_file=None))
    assert len(core.store.decisions(kind="verdict")) == 5
    assert core.store.verify().ok
    core.close()
