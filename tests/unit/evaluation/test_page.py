"""What is measured is kept by section, and the page is made of what is kept and of nothing else."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from evaluation.figures import Figure, Section, read_summary, write_measures, write_summary
from evaluation.page import cell, render, table

DOCS = Path(__file__).parents[3] / "docs"
TODAY, LATER = date(2026, 11, 23), date(2026, 12, 1)


def retrieval(ours: float = 0.75) -> Section:
    section = Section("retrieval-scifact", "SciFact", "2 documents, 1 question", "Dealfit")
    section.add("Dealfit", "nDCG@10", ours)
    section.add("BM25 alone", "nDCG@10", 0.5)
    return section


def speed(size: int) -> Section:
    section = Section(f"speed-{size:05}", "Speed", "60 questions")
    section.add("a question, p50", f"{size} playbooks", 18.04, "ms")
    return section


def test_the_committed_page_is_the_one_that_the_committed_figures_make() -> None:
    assert render(read_summary(DOCS / "evaluation.json")) == (DOCS / "evaluation.md").read_text(encoding="utf-8")


def test_no_figure_of_the_page_is_typed_by_hand() -> None:
    text = (Path(__file__).parents[3] / "evaluation" / "page.md").read_text(encoding="utf-8")
    plain = re.sub(r"```.*?```|\{\{.*?\}\}|\{%.*?%\}|`[^`]*`", "", text, flags=re.DOTALL)
    assert re.findall(r"[\d.]*\d\s?%|\d*\.\d+|\b\d{2,}\b", plain) == [".5"], "a coin's AUROC is no measurement"


def test_a_section_of_the_same_key_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "evaluation.json"
    assert read_summary(file) == {}
    write_summary(file, [retrieval(0.7), speed(14)], TODAY)
    kept = write_summary(file, [retrieval()], LATER)
    assert kept == read_summary(file)
    assert [(key, one.measured) for key, one in kept.items()] == [
        ("retrieval-scifact", "2026-12-01"),
        ("speed-00014", "2026-11-23"),
    ]
    assert kept["retrieval-scifact"].value("Dealfit", "nDCG@10") == 0.75
    assert kept["speed-00014"].figures == [Figure("a question, p50", "14 playbooks", 18.04, "ms")]
    with pytest.raises(KeyError, match=r"speed-00014: no figure for 'p99'"):
        kept["speed-00014"].value("p99", "14 playbooks")


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "evaluation.json"
    file.write_text('{"schema": 2, "sections": {}}')
    with pytest.raises(ValueError, match=r"another shape.*make eval"):
        write_summary(file, [], TODAY)
    assert json.loads(file.read_text())["schema"] == 2


def test_measures_have_the_shape_of_all_benchmarks(tmp_path: Path) -> None:
    write_measures(tmp_path / "build" / "eval.json", [retrieval(), speed(14)])
    data = json.loads((tmp_path / "build" / "eval.json").read_text())
    assert set(data) == {"machine", "measures"}
    assert data["measures"] == [
        {
            "name": "SciFact: nDCG@10, Dealfit",
            "value": 0.75,
            "unit": "",
            "peer": "BM25 alone",
            "peer_value": 0.5,
            "ratio": 1.5,
        },
        {
            "name": "Speed: a question, p50, 14 playbooks",
            "value": 18.04,
            "unit": "ms",
            "peer": None,
            "peer_value": None,
            "ratio": None,
        },
    ]


def test_sections_with_the_same_rows_stand_beside_each_other() -> None:
    other = speed(1000)
    other.add("memory", "1000 playbooks", 390, "MB")
    assert table([speed(14), other]) == (
        "| | 14 playbooks | 1000 playbooks |\n"
        "|---|---:|---:|\n"
        "| a question, p50 | 18 ms | 18 ms |\n"
        "| memory |  | 390 MB |"
    )
    assert table([retrieval()]).splitlines()[2:] == ["| **Dealfit** | .750 |", "| BM25 alone | .500 |"]
    assert table([]) == "Not measured yet."


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.7391, "", ".739"),
        (1.0, "", "1.000"),
        (0.0, "", ".000"),
        (0.8, "share", "80.0 %"),
        (1234.0, "count", "1,234"),
        (0.256, "s", "0.26 s"),
        (352.4, "s", "352 s"),
    ],
)
def test_a_figure_is_shown_with_what_can_be_meant(value: float, unit: str, shown: str) -> None:
    assert cell(Figure("row", "column", value, unit)) == shown


def test_a_page_without_figures_says_so_and_an_unknown_name_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert render({}).count("Not measured yet.") >= 4
    monkeypatch.setattr("evaluation.page.TEXT", "{{ tables('x') }}")
    with pytest.raises(UndefinedError):
        render({})
