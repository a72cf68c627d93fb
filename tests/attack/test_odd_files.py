"""Files that are small and become large, and words that a terminal would turn into something else."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.cli.console import err, out
from bot.deals.errors import DealsFileError
from bot.deals.files_excel import open_workbook
from bot.profile.conditions import Among
from bot.profile.loading import parse_profile


def test_a_workbook_that_is_one_letter_a_hundred_million_times_is_refused_unread():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(101):
                sheet.write(b"a" * 1_000_000)
    assert len(made.getvalue()) < 200_000
    with pytest.raises(DealsFileError, match=r"bomb.xlsx: the workbook unpacks to \d+ times its size"):
        open_workbook(made, "bomb.xlsx", None)


@pytest.mark.parametrize("text", [":x: General", "a :smile: b", "10:00:x:5"])
def test_a_name_is_printed_letter_by_letter(text: str, capsys: pytest.CaptureFixture[str]):
    out().print(text)
    err().print(text)
    assert [stream.strip() for stream in capsys.readouterr()] == [text, text]


def test_a_test_of_twenty_thousand_values_is_read_value_by_value():
    numbers = ", ".join(map(str, range(20_000)))
    text = (
        'title: t\nversion: "1"\neffective: 2026-11-01\ncurrency: USD\nfacts:\n  a: {type: number, ask: A?}\n'
        f"checks:\n  - {{id: c, part: price, label: C, require: {{a: [{numbers}]}}, because: So.}}\n"
    )
    test = parse_profile(text.encode(), "p.yaml").checks[0].cases[0].require
    assert isinstance(test, Among)
    assert len(test.values) == 20_000
