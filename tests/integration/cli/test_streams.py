"""What a shell may hand over: closed streams, full disks, other encodings, arguments that are no text."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot.cli.app import run
from bot.cli.writing import write_file
from tests.integration.cli.conftest import Dealfit

FULL = Path("/dev/full")


def ended(*arguments: str) -> int | str | None:
    """The exit status of a command whose streams the test has set already."""
    sys.argv = ["dealfit", *arguments]
    with pytest.raises(SystemExit) as left:
        run()
    return left.value.code


@pytest.fixture
def plain(dealfit: Dealfit, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The command line with streams to replace."""
    assert dealfit("--version").status == 0
    monkeypatch.setattr(sys, "argv", [])
    return monkeypatch


def test_closed_streams_end_no_command_with_a_traceback(plain: pytest.MonkeyPatch):
    for name in ("stdin", "stdout", "stderr"):
        plain.setattr(sys, name, None)
    try:
        assert ended("profile", "explain", "discount") == 0
        assert ended("pipeline", "snapshots", "--json") == 0
        assert ended("audit", "erase", "--author", "dana") == 1, "nobody said yes"
    finally:
        for name in ("stdin", "stdout", "stderr"):
            getattr(sys, name).close()


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["audit head", "profile explain discount", "pipeline --format csv", "--help"])
def test_results_that_find_no_room_are_said_with_the_remedy(
    plain: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
):
    full = FULL.open("w", encoding="utf-8", buffering=1)
    plain.setattr(sys, "stdout", full)
    assert ended(*command.split()) == 2
    with suppress(OSError):  # what was not written is tried once more
        full.close()
    assert "No space left on device. Free some room there" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_scripts_read_is_utf_8_whatever_the_locale_says(plain: pytest.MonkeyPatch, encoding: str):
    read = io.BytesIO()
    plain.setattr(sys, "stdout", io.TextIOWrapper(read, encoding=encoding))
    assert ended("check", "Müller: hospital, 120 beds, net 60", "--no-record") == 1
    sys.stdout.flush()
    assert "Müller" in read.getvalue().decode()
    assert "120 beds · Payment terms" in read.getvalue().decode()


def test_a_terminal_that_knows_few_signs_gets_the_others_spelled_out(plain: pytest.MonkeyPatch):
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    read = io.BytesIO()
    plain.setattr(sys, "stdout", Terminal(read, encoding="ascii"))
    assert ended("check", "Müller: hospital, 120 beds", "--no-record") == 1
    sys.stdout.flush()
    assert b"M\\xfcller" in read.getvalue()


@pytest.mark.parametrize("command", [("ask",), ("pipeline", "show"), ("audit", "erase", "--yes", "--author")])
def test_an_argument_that_is_no_text_is_refused(dealfit: Dealfit, command: tuple[str, ...]):
    done = dealfit(*command, "M\udcfcller")
    assert done.status == 2
    assert "M\\udcfcller: this" in done.err


def test_a_file_whose_name_is_no_text_is_read(dealfit: Dealfit, tmp_path: Path):
    (tmp_path / "m\udcfc.csv").write_text("name,beds\nMercy,120\n", encoding="utf-8")
    assert dealfit("check", "m\udcfc.csv", "--no-record").status == 1


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "deals.csv"
    file.write_bytes(b"before")

    def breaks_off() -> object:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(SystemExit) as left:
        write_file(file, breaks_off(), option="--out")
    assert left.value.code == 2
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]
    said = " ".join(capsys.readouterr().err.split())
    assert "deals.csv: No space left on device. Name a file that can be written with --out." in said


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("pipeline export", "--out"),
        ("profile test", "--junit"),
        ("reviews ics", "--output"),
        ("pipeline map ../deals.csv", "--write"),
    ],
)
def test_the_file_that_was_named_is_the_one_that_is_named_in_the_error(
    dealfit: Dealfit, tmp_path: Path, command: str, option: str
):
    (tmp_path / "deals.csv").write_text("name,beds\nMercy,120\n", encoding="utf-8")
    done = dealfit(*command.replace("../", f"{tmp_path}/").split(), option, "none/file.x")
    assert done.status == 2
    assert f"none/file.x: No such file or directory. Name a file that can be written with {option}." in done.err
