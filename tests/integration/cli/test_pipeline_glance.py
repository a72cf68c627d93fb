"""`dealfit pipeline` alone, `show`, `export` and snapshots, as a manager and a script use them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

from bot.bootstrap import Core
from bot.checking.asker import OPERATOR
from bot.pipeline.exporting import GLANCE_COLUMNS
from bot.settings import Settings, content_root

EXAMPLE = content_root() / "examples" / "deals.csv"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_alone_it_prints_the_picture_at_a_glance_for_people_scripts_and_spreadsheets(dealfit, data):
    empty = dealfit("pipeline")
    assert (empty.status, empty.err) == (0, "")
    assert "dealfit pipeline import deals.csv" in empty.out
    dealfit("pipeline", "import", EXAMPLE)
    picture = dealfit("pipeline")
    for part in ("By rep", "By segment", "By stage", "By close quarter", "What fails most", "Better dropped"):
        assert part in picture.out
    assert "6 of 25 open deals fit (24.0%), worth $1,018,300 of $4,354,200 (23.4%)." in picture.out

    plain = dealfit("pipeline", "--json").json
    core = Core(Settings.load({"DEALFIT_DATA_DIR": str(data)}, env_file=None))
    assert plain == core.pipeline.overview(OPERATOR).plain()
    core.close()
    assert plain["schema"] == 2
    assert dealfit("pipeline", "fit", "--format", "json").json == plain, "fit is the same command by its older name"

    sheet = dealfit("pipeline", "--format", "csv").out
    cells = rows_of(sheet)
    assert tuple(cells[0]) == GLANCE_COLUMNS
    by_rep = [row for row in cells if row["part"] == "rep"]
    assert sum(int(row["deals"]) for row in by_rep) == plain["fit"]["deals"] == int(cells[0]["deals"])
    assert [row["label"] for row in by_rep] == [group["label"] for group in plain["by_rep"]]
    failing = {row["label"]: int(row["money"]) for row in cells if row["part"] == "failing check"}
    assert failing == {each["label"]: each["money"] for each in plain["failing"]}


def test_somebody_sees_their_own_and_options_before_a_command_are_not_lost(dealfit):
    dealfit("pipeline", "import", EXAMPLE)
    mine = dealfit("pipeline", "--as", "sam", "--json").json
    assert [group["label"] for group in mine["by_rep"]] == ["Sam Okafor"]
    stranger = dealfit("pipeline", "--as", "nobody")
    assert (stranger.status, stranger.out) == (2, "")
    assert "There are: dana, sam" in stranger.err
    lost = dealfit("pipeline", "--json", "fit")
    assert (lost.status, "dealfit pipeline fit ..." in lost.err) == (2, True)


def test_one_deal_is_shown_by_key_id_or_name_and_near_ones_are_named(dealfit):
    dealfit("pipeline", "import", EXAMPLE)
    key = "file:deals.csv:D-2607"
    plain = dealfit("pipeline", "show", key, "--json").json
    assert (plain["deal"]["key"], plain["deal"]["verdict"], plain["deal"]["status"]) == (key, "needs_approval", "open")
    assert dealfit("pipeline", "show", "D-2607", "--json").json == plain
    shown = dealfit("pipeline", "show", "mercy south short trial")
    assert shown.status == 0
    assert "Mercy Regional · Dana Reyes · open (proposal) · closes 2026-12-11" in shown.out
    assert "needs approval" in shown.out
    typo = dealfit("pipeline", "show", "Mercy Soth")
    assert (typo.status, typo.out) == (2, "")
    assert f"Mercy South, short trial (Dana Reyes): {key}" in typo.err
    assert key in dealfit("pipeline", "show", "D-26071").err
    several = dealfit("pipeline", "show", "Mercy Regional")
    assert several.status == 2
    assert "Several deals are called 'Mercy Regional'" in several.err
    # What is somebody else's reads like what there is not.
    hidden, none = (dealfit("pipeline", "show", each, "--as", "sam").err for each in (key, "file:deals.csv:D-9999"))
    assert hidden.replace(key, "X") == none.replace("file:deals.csv:D-9999", "X")


def test_a_question_is_exported_whole_and_no_cell_is_a_formula(dealfit, tmp_path):
    (tmp_path / "evil.csv").write_text(
        'id,name,owner,beds\n1,"=cmd|calc",Dana Reyes,120\n2,"@SUM(A1)",Dana Reyes,90\n3,Good,Sam Okafor,90\n', "utf-8"
    )
    dealfit("pipeline", "import", "evil.csv")
    done = dealfit("pipeline", "export", "Dana's deals", "--out", "dana.csv")
    assert (done.status, done.out) == (0, "")
    assert "2 deals in dana.csv" in done.err
    cells = rows_of((tmp_path / "dana.csv").read_text("utf-8"))
    assert {row["deal"] for row in cells} == {"'@SUM(A1)", "'=cmd|calc"}
    assert {row["beds"] for row in cells} == {"120", "90"}
    assert len(rows_of(dealfit("pipeline", "export").out)) == 3
    assert [row["deals"] for row in rows_of(dealfit("pipeline", "export", "fit by rep").out)] == ["2", "1"]
    assert "'=cmd|calc" in dealfit("pipeline", "ask", "Dana's deals", "--format", "csv").out
    refused = dealfit("pipeline", "export", "Dana's purple deals", "--out", "no.csv")
    assert refused.status == 2
    assert "purple" in refused.err
    assert not (tmp_path / "no.csv").exists()
    assert dealfit("pipeline", "export", "all deals", "--out", "nowhere/x.csv").status == 2


def test_snapshots_are_taken_listed_and_used_by_measure(dealfit, data):
    none = dealfit("pipeline", "snapshots")
    assert (none.status, "No snapshot yet" in none.err) == (0, True)
    dealfit("pipeline", "import", EXAMPLE)
    taken = dealfit("pipeline", "snapshot", "--reason", "week 47", "--json").json
    assert (taken["schema"], taken["deals"], taken["reason"]) == (1, 25, "week 47")
    assert "25 of them open" in dealfit("pipeline", "snapshot").err
    kept = dealfit("pipeline", "snapshots", "--json").json["snapshots"]
    assert [each["reason"] for each in kept] == ["week 47", "by hand"]
    assert {**kept[0], "schema": 1} == taken
    assert "week 47" in dealfit("pipeline", "snapshots").out
    measured = dealfit("pipeline", "measure", "--format", "json").json["pipeline"]
    assert [(each["open_deals"], each["fit"]) for each in measured] == [(25, 6)]
    # A glance compares with the last snapshot that is a week old.
    late = Core(
        Settings.load({"DEALFIT_DATA_DIR": str(data)}, env_file=None), clock=lambda: datetime(2099, 1, 1, tzinfo=UTC)
    )
    since = late.pipeline.overview(OPERATOR).since
    late.close()
    assert since is not None
    assert since.snapshot.reason == "by hand"
    assert since.snapshot.at.date() >= date(2026, 1, 1)
