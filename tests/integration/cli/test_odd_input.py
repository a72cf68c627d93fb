"""What people mistype: each is said in words with what to do, and nothing that was given is left out in silence."""

from __future__ import annotations

import errno
from pathlib import Path

from openpyxl import Workbook

from bot.cli.run_command import unusable
from bot.playground.errors import PortInUse
from bot.settings import content_root
from tests.integration.cli.conftest import Dealfit

EXAMPLES = content_root() / "examples"
DEALS, CLOSED = EXAMPLES / "deals.csv", EXAMPLES / "closed-deals.csv"
ODD = {
    ("check", ""): "Nothing to check.",
    ("check", "  \n"): "Nothing to check.",
    ("check", "gone.xlsx"): "gone.xlsx: there is no such file.",
    ("check", "gone.parquet"): "gone.parquet: there is no such file.",
    ("check", EXAMPLES): "is a folder. Give the path of a .csv, .tsv, .xlsx",
    ("check", DEALS, "--facts", "beds=1"): "--facts goes with one deal",
    ("check", DEALS, "--name", "Mercy"): "--name goes with one deal",
    (
        "check",
        DEALS,
        "--mapping",
        "gone.yaml",
    ): "gone.yaml: there is no such file. Give the path of the mapping's .yaml",
    ("proposal", ""): "Give the deal in words",
    ("proposal", "--deal", "Mercy", "--owner", "dana"): "--owner does nothing here. --deal: the deal is kept with its",
    ("proposal", "120 beds", "--check-texts"): "--deal does nothing here. --check-texts and --write-texts go alone.",
    ("proposal", "--check-texts", "--write-texts"): "--write-texts does nothing here.",
    ("pipeline", "activities", DEALS, "--since", "2026-10-01"): "--since does nothing here. With a file, calls are",
    ("pipeline", "activities", "--source", "crm"): "--source does nothing here. It goes with a file to import.",
    ("pipeline", "accounts", "--sheet", "One"): "--sheet does nothing here. It goes with a workbook to import.",
    ("pipeline", "money", "--deals", CLOSED, "--png", "curve.txt"): "--png curve.txt: name a .png file.",
    ("profile", "backtest", "--selling-cost", "-5"): "'-5' is less than 0.",
    ("profile", "backtest", "--selling-cost", "1e999999999"): "is no number. Write it like 25000",
    ("profile", "test", "gone.yaml"): "gone.yaml: No such file or directory.",
    ("exceptions", "digest", "--month", "9999-12"): "is no month of an exception.",
    ("exceptions", "digest", "--month", "0001-01"): "is no month of an exception.",
    ("exceptions", "list", "--limit", "99999999999999999999"): "less than or equal to 1000000",
    ("audit", "export", "--after", "99999999999999999999"): "less than or equal to 9223372036854775807",
    ("audit", "erase", "--yes", "--author", ""): "what is empty erases nothing",
    ("audit", "erase", "--yes", "--deal", " "): "what is empty erases nothing",
    ("pipeline", "snapshots", "--nope"): "No such option",
}


def test_what_is_mistyped_is_said_with_the_remedy(dealfit: Dealfit):
    wrong = []
    for arguments, said in ODD.items():
        done = dealfit(*arguments)
        if done.status != 2 or said not in " ".join(done.err.split()):
            wrong.append((arguments, said, done.status, done.err))
    assert wrong == []
    assert dealfit("audit", "export").out == "", "nothing of all this was recorded"


def test_a_kind_that_the_log_does_not_have_is_not_an_empty_file_in_silence(dealfit: Dealfit):
    assert dealfit("audit", "export", "--kind", "verdicts").err == "The log is empty.\n"
    dealfit("check", "hospital, 120 beds")
    done = dealfit("audit", "export", "--kind", "verdicts")
    assert (done.status, done.out) == (0, "")
    assert "The log has rows of the kinds verdict." in done.err


def test_one_deal_is_one_deal(dealfit: Dealfit, tmp_path: Path):
    (tmp_path / "one.csv").write_text("name,beds\nMercy,120\n", encoding="utf-8")
    assert "\n1 deal: 1 incomplete\n" in dealfit("check", "one.csv", "--no-record").out


def test_a_sheet_is_named_as_the_error_says(dealfit: Dealfit, tmp_path: Path):
    book = Workbook()
    for title, name in (("One", "Mercy"), ("Two", "Lakeside")):
        sheet = book.create_sheet(title)
        sheet.append(["name", "beds"])
        sheet.append([name, 120])
    book.save(tmp_path / "two.xlsx")
    assert "Say which with --sheet" in dealfit("check", "two.xlsx", "--no-record").err
    assert "Lakeside" in dealfit("check", "two.xlsx", "--sheet", "Two", "--no-record").out
    assert "--sheet goes with a file of deals." in dealfit("check", "120 beds", "--sheet", "Two").err


def test_an_unknown_setting_leads_to_the_list(dealfit: Dealfit):
    assert "`dealfit doctor --settings` lists" in dealfit("check", "120 beds", DEALFIT_ZZZZZZZZ="1").err


def test_a_profile_folder_that_is_not_there_leads_to_its_setting(dealfit: Dealfit):
    done = dealfit("profile", "explain", DEALFIT_PROFILE_DIR="gone")
    assert done.status == 2
    assert "gone/deal-profile.yaml: No such file or directory. Check the path, and DEALFIT_PROFILE_DIR." in done.err


def test_a_profile_that_cannot_be_begun_leaves_nothing_behind(dealfit: Dealfit, tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "rates.yaml").symlink_to(tmp_path / "gone" / "rates.yaml")
    done = dealfit("profile", "init", folder)
    assert done.status == 2
    assert "Nothing was written. Name a folder that can be written." in done.err
    assert list(folder.rglob("*")) == [folder / "rates.yaml"]
    (folder / "rates.yaml").unlink()
    assert dealfit("profile", "init", folder).status == 0


def test_a_port_that_may_not_be_used_is_not_said_to_be_in_use():
    may_not = PermissionError(errno.EACCES, "Permission denied")
    taken = OSError(errno.EADDRINUSE, "Address already in use")
    assert (
        unusable(80, may_not) == "Port 80 cannot be listened on (Permission denied). Give this account the right to it,"
    )
    assert unusable(80, taken) == "Port 80 is in use. Stop what uses it,"
    assert "cannot be listened on (Permission denied)" in str(PortInUse("127.0.0.1", 80, may_not))
    assert "is already in use" in str(PortInUse("127.0.0.1", 80, taken))
