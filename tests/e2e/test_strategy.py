"""A strategist in Slack: money, a backtest with its files, and results; and everybody else, who is told no."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from bot.deals.mapping import load_mapping
from bot.pipeline.importing import import_deals
from bot.slack.blocks.strategy import FILE, PICTURE
from tests.e2e.conftest import ALEX, DANA, DEALS, MORGAN, Office, texts

VICTOR, DIRECT = "U0VICTOR", "D0VICTOR"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module", autouse=True)
def closed(office: Office) -> None:
    core, file = office.core, EXAMPLES / "closed-deals.csv"
    judge = core.live.current()
    mapping = load_mapping(
        (EXAMPLES / "closed-deals.yaml").read_bytes(), filename="closed-deals.yaml", facts=judge.profile.facts
    )
    import_deals(
        file.read_bytes(),
        file.name,
        judge=judge,
        store=core.store,
        people=core.people(),
        mapping=mapping,
        actor="operator",
    )


def said_after(office: Office, text: str, wanted: str) -> Any:
    """The message of the app that says this, after a command."""
    known = {m.ts for m in office.ground.messages(DEALS, VICTOR)}
    result = office.ground.slash_command(VICTOR, DEALS, "/pipeline", text)
    assert result.acked, result.error
    return office.ground.wait_for(
        lambda: next((m for m in office.new_messages(DEALS, VICTOR, known) if wanted in texts(m.blocks)), None), 60
    )


def files(office: Office, ending: str) -> list[Any]:
    """What the app has sent to the one who asked, and to nobody else."""
    sent = [file for m in office.ground.messages(DIRECT, VICTOR) for file in m.files or ()]
    return [office.ground.files.get(file["id"]) for file in sent if str(file["name"]).endswith(ending)]


def test_only_those_who_see_every_team_are_answered(office: Office) -> None:
    for user in (DANA, MORGAN, ALEX):
        for command in ("money", "suggest", "backtest", "measure"):
            card = texts(office.command(user, "/pipeline", command).blocks)
            assert "margin comes from" not in card
            assert "Good means" not in card
            assert "1,4" not in card
            assert "for those who see every team" in card


def test_where_the_money_comes_from_with_slacks_own_chart_and_as_a_picture(office: Office) -> None:
    card = said_after(office, "money", "Where the margin comes from")
    shown = texts(card.blocks)
    assert "75% of the margin comes from 24 of 95 deals" in shown
    chart = next(block for block in card.blocks if block["type"] == "data_visualization")
    assert chart["chart"]["type"] == "line"
    assert [series["name"] for series in chart["chart"]["series"]] == ["Deals", "Customers"]
    assert len(chart["chart"]["axis_config"]["categories"]) <= 20
    assert office.ground.press(VICTOR, card, PICTURE).acked
    office.ground.wait_for(lambda: files(office, ".png"))
    assert files(office, ".png")[-1].data.startswith(PNG)


def test_every_figure_of_an_answer_comes_as_a_file_and_the_curve_by_its_own_word(office: Office) -> None:
    card = said_after(office, "money", "Where the margin comes from")
    assert office.ground.press(VICTOR, card, FILE).acked
    sheet = office.ground.wait_for(lambda: [f for f in files(office, ".csv") if f.name.startswith("money-")])[-1]
    rows = list(csv.DictReader(io.StringIO(sheet.data.decode("utf-8-sig"))))
    assert len([row for row in rows if row["part"] == "curve of deals"]) > 50
    assert {"customers below zero", "by Segment"} <= {row["part"] for row in rows}
    before = len(files(office, ".png"))
    said_after(office, "curve", "direct message")
    office.ground.wait_for(lambda: len(files(office, ".png")) == before + 1)


def test_which_customers_to_look_for_as_segments_to_copy(office: Office) -> None:
    card = said_after(office, "suggest", "Which customers to look for")
    shown = texts(card.blocks)
    assert "47 of 153 deals were good" in shown
    assert "stance: pursue" in shown
    assert "Nothing is applied" in shown
    written = office.ground.wait_for(lambda: files(office, ".yaml"))[-1]
    assert written.data.decode().strip() in shown


def test_a_backtest_says_that_it_has_begun_answers_and_sends_its_files(office: Office) -> None:
    card = said_after(office, "backtest", "What a backtest cannot know")
    shown = texts(card.blocks)
    assert "Of 98 won deals it would have refused 57" in shown
    assert any("judging every closed deal" in texts(m.blocks) for m in office.ground.messages(DEALS, VICTOR))
    sheet, _ = office.ground.wait_for(
        lambda: len(found := [f for f in files(office, ".csv") if f.name.startswith("backtest-")]) == 2 and found, 60
    )
    assert re.fullmatch(r"backtest-[0-9-]+[.]csv", sheet.name)
    rows = list(csv.DictReader(io.StringIO(sheet.data.decode("utf-8-sig"))))
    assert len(rows) == 156
    assert sum(row["verdict"] == "does_not_fit" and row["outcome"] == "won" for row in rows) == 57


def test_a_candidate_is_held_against_the_live_profile(office: Office) -> None:
    live = office.core.settings.profile_path
    folder = live.parent / "candidates"
    folder.mkdir()
    text = live.read_text(encoding="utf-8").replace('require: {discount: "<= 10%"}', 'require: {discount: "<= 5%"}')
    (folder / "tighter.yaml").write_text(text.replace('"2026.11"', '"tighter"'), encoding="utf-8")
    shown = texts(said_after(office, "backtest tighter", "Backtest of version tighter").blocks)
    assert "Against version 2026.11" in shown
    assert "There are: tighter." in texts(said_after(office, "backtest other", "no candidate profile").blocks)


def test_results_over_time(office: Office) -> None:
    shown = texts(said_after(office, "measure", "Fit against results").blocks)
    assert "Margin: up by" in shown
    assert "2026 Q3" in shown
    assert "2026-09" in texts(said_after(office, "measure month", "By month").blocks)
