"""A file from another country: the mapping says how it writes numbers and dates, and nothing is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from bot.deals.cells import Bad, Cells
from bot.deals.facts import FactSpec, FactType
from bot.deals.mapping import Mapping, load_mapping

FACTS = MappingProxyType(
    {
        "output": FactSpec("output", FactType.INTEGER, "Output", "?", unit="hectolitres", also=("hl",)),
        "rebate": FactSpec("rebate", FactType.PERCENT, "Rebate", "?", minimum=Decimal(-50), maximum=Decimal(50)),
        "worth": FactSpec("worth", FactType.MONEY, "Worth", "?", currency="EUR"),
        "start": FactSpec("start", FactType.DATE, "Start", "?"),
    }
)
HERE = load_mapping(
    b"decimal: comma\ndates: day first\nmultiply: {output: 100}\n", filename="m.yaml", facts=FACTS, currency="EUR"
)


def read(target: str, cell: Any, mapping: Mapping = HERE) -> Any:
    return Cells(target, FACTS.get(target), "EUR", mapping)(cell)


@pytest.mark.parametrize(
    ("target", "cell", "value"),
    [
        ("output", "80.000 hl", 8_000_000),
        ("output", "900", 90_000),
        ("rebate", "4,5 %", Decimal("4.5")),
        ("rebate", "-4,5", Decimal("-4.5")),
        ("worth", "120.000,00 €", Decimal(120_000)),
        ("worth", "1'234'567,8", Decimal("1234567.8")),
        ("worth", "45 500,50", Decimal("45500.5")),
        ("worth", 1234.5, Decimal("1234.5")),
        ("start", "31.12.2026", date(2026, 12, 31)),
        ("start", "2026-12-31", date(2026, 12, 31)),
        ("close_date", "3/4/2027", date(2027, 4, 3)),
    ],
)
def test_a_cell_is_read_as_its_file_writes_it(target: str, cell: Any, value: Any) -> None:
    assert read(target, cell) == value


@pytest.mark.parametrize(
    ("target", "cell"), [("rebate", "4.5"), ("worth", "1,234.50"), ("worth", "12.34,5"), ("start", "12/31/2026")]
)
def test_what_such_a_file_does_not_have_is_refused(target: str, cell: str) -> None:
    found = read(target, cell)
    assert isinstance(found, Bad)
    assert "The mapping says" in found.told


@pytest.mark.parametrize(
    ("target", "cell", "word"),
    [
        ("rebate", "4,5 %", "decimal: comma"),
        ("worth", "9.000", "decimal: comma"),
        ("close_date", "31.12.2026", "dates: day first"),
        ("start", "31/12/2026", "dates: day first"),
    ],
)
def test_without_the_word_such_a_cell_is_refused_and_the_word_is_named(target: str, cell: str, word: str) -> None:
    found = read(target, cell, Mapping())
    assert isinstance(found, Bad)
    assert word in found.told


def test_other_faults_are_not_told_of_it() -> None:
    found = read("rebate", "much", Mapping())
    assert isinstance(found, Bad)
    assert "decimal: comma" not in found.told
