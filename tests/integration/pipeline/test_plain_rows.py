"""Rows that are read a column at a time bring what they bring when each is read by itself: good rows and bad ones."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.deals.exchange import Rate
from bot.deals.mapping import Mapping, load_mapping
from bot.deals.plain_rows import PlainRow
from bot.deals.rows import open_deals
from bot.pipeline.importing import ImportReport, import_deals
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import People, load_people
from bot.store.database import Store, open_store
from bot.store.records import DealMark
from bot.store.urls import sqlite_url
from tests.integration.pipeline.conftest import Ticking

ROOT = Path(__file__).parents[3]
CELLS: dict[str, list[str]] = {
    "name": ["Mercy {n}", "Mercy {n}", "", "Mercy", "N/A", "  two   spaces {n} ", "Clínica {n}", "#REF!", "bell\a{n}"],
    "customer": ["Mercy", "Hope", "", "unknown", "Ünïon \u200b", "x" * 250],
    "owner": ["Dana Reyes", "dana@alphatech.example", "Zoe Nobody", "", "  DANA  REYES"],
    "stage": ["Proposal", "Closed Won", "closed-lost", "", "walked away", "?"],
    "close date": ["2026-12-10", "10 Dec 2026", "", "soon", "31/02/2026", "Mar 5, 2027"],
    "industry": ["hospital", "Hospital", "clinic", "bakery", ""],
    "beds": ["120", "1,200", "a few", "", "12.5", "-3", "007"],
    "records mandate": ["yes", "no", "Y", "maybe", "", "true"],
    "service term": ["12", "3 months", "2 years", ""],
    "contract value": ["85000", "$85k", "1.2M", "€ 50,000", "85,000.50", "", "-5", "0.10", "1e6"],
    "discount": ["8", "8.5", "8%", "lots", "101", "", "#DIV/0!", "0.0"],
    "net": ["30", "net 45", "", "60"],
    "remark": ["so", ""],
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    profile = load_profile(ROOT / "profile" / "deal-profile.yaml")
    rates = MappingProxyType({"EUR": Rate(Decimal("1.0871"), date(2026, 11, 20))})
    return Judge(replace(profile, rates=replace(profile.rates, rates=rates)))


@pytest.fixture(scope="module")
def people() -> People:
    return load_people(ROOT / "profile" / "people.yaml")


def made_up(seed: int, rows: int, *, currency: bool) -> bytes:
    """Rows of which most are plain, and every kind of oddity comes up: also rows of the wrong width, and doubles."""
    pick = random.Random(seed)
    columns: dict[str, list[str]] = {
        "id": [],
        **CELLS,
        **({"currency": ["USD", "usd", "", "EUR", "ZZZ"]} if currency else {}),
    }
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for number in range(rows):
        odd = 0.03 if pick.random() < 0.7 else 0.5
        cells = [
            (words[0] if pick.random() > odd else pick.choice(words)).format(n=number)
            if words
            else pick.choice(("", f"D{number}", f"D{number}", f"D{number}", f"D{pick.randrange(rows)}", "n/a"))
            for words in columns.values()
        ]
        width = pick.random()
        writer.writerow(cells[:-2] if width < 0.02 else [*cells, "more"] if width > 0.98 else cells)
        if width < 0.01:
            text.write('"broken "quote,1\r\n')
    return text.getvalue().encode()


def bring_in(
    data: bytes, folder: Path, judge: Judge, people: People, *, row_by_row: bool, mapping: Mapping | None
) -> tuple[Store, ImportReport]:
    store = open_store(sqlite_url(folder / f"{row_by_row}.db"), Ticking())
    return store, import_deals(
        data, "deals.csv", judge=judge, store=store, people=people, mapping=mapping, actor="op", row_by_row=row_by_row
    )


MAPPINGS = {
    "none": None,
    "much": b"""
stages: {open: [Proposal], won: [Closed Won], lost: [closed lost, Walked away]}
values: {industry: {bakery: other, default: null}, owner: {Zoe Nobody: Dana Reyes}}
missing: {beds: [120], name: [Mercy]}
multiply: {discount: 2}
constants: {sponsor: CFO, it_staff: 4, customer: A customer}
only: {remark: [so]}
ignore: [records mandate]
source: crm
""",
    "worked out": b"work_out: {margin: 50 - discount}",
}


@pytest.mark.parametrize("named", MAPPINGS)
@pytest.mark.parametrize("currency", [False, True])
def test_rows_read_by_columns_bring_what_rows_read_one_by_one_bring(
    tmp_path: Path, judge: Judge, people: People, named: str, currency: bool
) -> None:
    written, profile = MAPPINGS[named], judge.profile
    mapping = written and load_mapping(written, filename="map.yaml", facts=profile.facts, currency=profile.currency)
    data = made_up(7 if currency else 5, 400, currency=currency)
    stores, reports = zip(
        *(bring_in(data, tmp_path, judge, people, row_by_row=each, mapping=mapping or None) for each in (True, False)),
        strict=True,
    )
    kept = [store.changed_deals(DealMark()) for store in stores]
    assert kept[0] == kept[1]
    assert reports[0] == reports[1]
    assert len(kept[0]) > 100
    assert reports[0].rejected_rows > 20
    assert named != "none" or reports[0].unread_cells > 20
    assert not currency or reports[0].converted
    # Each finds unchanged what the other brought.
    again = import_deals(
        data, "deals.csv", judge=judge, store=stores[0], people=people, mapping=mapping or None, actor="op"
    )
    assert (again.imported, again.updated) == (0, 0)
    assert again.unchanged == len(kept[0])
    hashes = [{saved.key: saved.deal_sha256 for saved in store.deals()} for store in stores]
    assert hashes[0] == hashes[1]
    for saved in stores[1].deals()[:50]:
        assert saved.deal_sha256 == saved.deal(profile.facts).sha256
    for store in stores:
        store.close()


def test_most_rows_of_a_plain_file_are_read_by_columns(judge: Judge) -> None:
    """Otherwise the test above would compare the row reader with itself."""
    stream = open_deals(
        made_up(5, 400, currency=False), filename="deals.csv", facts=judge.profile.facts, currency="USD"
    )
    rows = [row for batch in stream.batches(64) for row in batch]
    plain = [row for row in rows if isinstance(row, PlainRow)]
    assert 150 < len(plain) < len(rows)
