"""Pictures: the same bytes for the same figures, any text, and colours that colour-blind people tell apart."""

from __future__ import annotations

import itertools
import struct
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from types import MappingProxyType

import pytest
from PIL import Image

from bot.pipeline.charts.drawing import ABSENT, LONGEST, drawable, figure, png
from bot.pipeline.charts.glance import VERDICTS, glance_sheet
from bot.pipeline.charts.sheet import MOST_BARS, Bar, Panel, Series, Sheet
from bot.pipeline.fit import FailingCheck, Fit, FitGroup, Split, Tally
from bot.profile.verdict import Judgement, Part

LARGEST = 200_000
ODD = ["$x_1^2$ and $ {", "漢字 🦄", "a\nb\tc\x00", "", "x" * 500, "\u202eabc", "100% & <!here>"]


def split(*deals: int, money: int = 1000) -> Split:
    by = {j: Tally(n, Decimal(n * money), 0) for j, n in zip(Judgement, deals, strict=True)}
    return Split(Tally(sum(deals), Decimal(sum(deals) * money), 0), MappingProxyType(by))


def groups(*labels: str | None) -> tuple[FitGroup, ...]:
    return tuple(FitGroup(label, label, split(n + 1, n, 2, 1)) for n, label in enumerate(labels))


def fit_of(names: list[str]) -> Fit:
    failing = tuple(
        FailingCheck(f"c{n}", name, Part.PRICE, Tally(n + 1, Decimal(n * 1000), 0), 1, 0)
        for n, name in enumerate(names)
    )
    return Fit(
        split=split(4, 3, 2, 1),
        by_owner=groups(*names, None),
        by_segment=groups(*names),
        by_stage=groups("won", "lost"),
        by_quarter=groups("2026 Q4", None),
        failing=failing,
        incomplete=(),
        facts_to_get=(),
        other_currency=0,
    )


def sheet_of(names: list[str]) -> Sheet:
    day = date(2026, 11, 23)
    return glance_sheet(
        fit_of(names), whose="team East", day=day, profile="Hospitals 2026.11", currency="USD", notes=["One note."]
    )


@cache
def drawn(*names: str) -> bytes:
    """A picture, drawn once a run: each takes most of a second."""
    return png(sheet_of(list(names)))


def size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_the_same_figures_give_the_same_picture_small_enough_to_share() -> None:
    data = drawn("Dana Reyes", "Sam Okafor")
    assert data == png(sheet_of(["Dana Reyes", "Sam Okafor"]))
    assert data != drawn("Dana")
    assert len(data) < LARGEST
    assert size(data)[0] == 1430


def test_any_text_is_drawn_as_text() -> None:
    assert size(png(sheet_of(ODD)))[0] == 1430
    assert drawable("a\nb  c") == "a b c"
    assert drawable("漢") == ABSENT
    assert len(drawable("x" * 500)) == LONGEST


def test_names_stay_on_the_picture_and_small_bars_say_their_money() -> None:
    names = ["Outcomes the customer has agreed to", "Discount earned by services", "W" * 40, "Big"]
    sheet = sheet_of([*names, *"abcdefgh"])
    data = Image.open(BytesIO(png(sheet))).convert("L")
    assert data.crop((0, 0, 20, data.height)).getextrema() == (255, 255)
    words = [text.get_text() for axes in figure(sheet).axes for text in axes.texts]
    assert any(" ".join(one.split()) == names[0] for one in words)
    assert "$1,000, 2 deals" in words
    assert not any(one.startswith("$11,000,") for one in words)


def test_many_bars_are_counted_where_they_are_not_drawn() -> None:
    panel = Panel("By rep", (Series("n", "#000000"),), (Bar("x", (Decimal(1),), ("1",)),) * (MOST_BARS + 3))
    assert "3 more are not drawn" in panel.heading
    assert len(panel.shown) == MOST_BARS
    assert Panel("By rep", panel.series, panel.bars[:MOST_BARS]).heading == "By rep"


def test_pictures_are_drawn_at_once_in_several_threads() -> None:
    wanted = {name: drawn(*name.split(", ")) for name in ("Dana", "Dana Reyes, Sam Okafor")}
    found: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=lambda n=name: found.update({n: png(sheet_of(n.split(", ")))})) for name in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == wanted


def test_an_empty_pipeline_and_one_without_money_are_drawn() -> None:
    nothing = Fit(split(0, 0, 0, 0), (), (), (), (), (), (), (), 0)
    for fit in (nothing, Fit(split(1, 0, 0, 0, money=0), groups("Dana"), (), (), (), (), (), (), 0)):
        sheet = glance_sheet(fit, whose="x", day=date(2026, 1, 1), profile="p", currency="USD", notes=[])
        assert size(png(sheet))[0] == 1430


def test_deals_of_unknown_value_are_not_said_to_be_worth_nothing() -> None:
    none = Tally(3, Decimal(0), 3)
    by = MappingProxyType({j: Tally(0, Decimal(0), 0) for j in Judgement} | {Judgement.INCOMPLETE: none})
    sheet = glance_sheet(
        replace(fit_of([]), split=Split(none, by)), whose="x", day=date(2026, 1, 1), profile="p", currency="USD",
        notes=[],
    )  # fmt: skip
    assert sheet.title == "Pipeline fit: 0 of 3 open deals fit"
    assert "$0" not in sheet.alternative


def test_the_picture_says_its_date_and_profile_and_is_told_in_words() -> None:
    sheet = sheet_of(["Dana Reyes"])
    assert "23 November 2026 · Hospitals 2026.11" in sheet.subtitle
    assert sheet.title == "Pipeline fit: 4 of 10 open deals fit, worth $4,000 of $10,000"
    assert "Dana Reyes 1 of 4" in sheet.alternative
    assert "4 fits, 3 needs approval, 2 does not fit, 1 incomplete" in sheet.alternative


def linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))

    def one(c: float) -> float:
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    return one(red), one(green), one(blue)


# Viénot, Brettel and Mollon, 1999: what a dichromat sees, in linear light.
SEEN = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "no green cones": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}


@pytest.mark.parametrize("eyes", SEEN)
def test_the_colours_stay_apart_for_every_eye(eyes: str) -> None:
    def seen(colour: str) -> list[float]:
        light = linear(colour)
        return [max(0.0, sum(k * c for k, c in zip(row, light, strict=True))) ** (1 / 2.2) for row in SEEN[eyes]]

    colours = [series.colour for _, series in VERDICTS]
    for one, other in itertools.combinations(colours, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen(one), seen(other), strict=True)) ** 0.5
        assert distance > 0.12, (one, other, eyes, distance)
    assert len({series.hatch for _, series in VERDICTS}) == len(VERDICTS)
