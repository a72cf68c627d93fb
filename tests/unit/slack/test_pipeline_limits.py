"""Promise 10 for everything that the pipeline draws: 10,000 messages and views, none over a limit, nothing live."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest

from bot.pipeline.draft import AskBack
from bot.pipeline.fit import Split, Tally
from bot.pipeline.query import Group, Query, Select
from bot.pipeline.reading import Chip, UnknownWord
from bot.pipeline.service import PipelineAnswer
from bot.pipeline.tables import Column, ColumnType, Table
from bot.playground.limits import check_message
from bot.profile.verdict import Judgement
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.pipeline import Choice, Shown, answer_blocks, answer_words, instead
from bot.slack.blocks.pipeline_glance import (
    Concern,
    Failing,
    Figure,
    Glance,
    Part,
    glance_blocks,
    glance_words,
    home_glance,
)
from bot.slack.blocks.pipeline_parts import bar_chart, data_table, deal_value, rows_that_fit, table_block, unique
from bot.slack.blocks.pipeline_saved import METADATA, SaveContext, SavedQuestion, save_form, saved_blocks
from tests.unit.slack.test_limits import LIVE_MARK, Maker, assert_message, assert_view

MADE = 10_000
CHUNKS = 10
MARK = "a" * 32


class PipelineMaker(Maker):
    """Makes pipelines: mostly ugly, sometimes huge."""

    HUGE = (1, 1, 1, 5, 20)

    def money(self) -> Decimal:
        return Decimal(self.r.choice([0, self.r.randint(-(10**9), 10**13)])) / 100

    def split(self) -> Split:
        by = {judgement: Tally(self.r.choice([0, 1, 10**6]), self.money(), 0) for judgement in Judgement}
        deals, money = sum(t.deals for t in by.values()), sum((t.money for t in by.values()), Decimal(0))
        return Split(Tally(deals, money, 0), MappingProxyType(by))

    def mark(self) -> str | None:
        return self.r.choice([MARK, None, f"{self.r.randint(0, 10**9):032}"])

    def many(self, most: int) -> int:
        return self.r.choice([0, 1, 3, 20, 21, most])

    def concern(self) -> Concern:
        return Concern(self.name(), self.r.randint(0, 10**6), self.money(), self.text(100), self.mark())

    def glance(self) -> Glance:
        parts = tuple(
            Part(name, name, tuple(Figure(self.name(), self.split(), self.mark()) for _ in range(self.many(60))))
            for name in ("Rep", "Segment", "Stage", "Close quarter")[: self.r.choice([0, 1, 4])]
        )
        failing = tuple(
            Failing(self.name(), self.r.randint(0, 10**6), self.money(), 1, 2, self.mark())
            for _ in range(self.many(120))
        )
        return Glance(
            day=date(2026, 11, 23),
            whose=self.name(),
            profile_words=self.name(),
            currency=self.r.choice(["USD", "EUR", "JPY"]),
            total=Figure("all", self.split()),
            parts=parts,
            failing=failing,
            drop=self.some(self.concern, 3),
            facts=tuple(self.concern() for _ in range(self.many(40))),
            settles=self.some(lambda: (self.name(), 3), 12),
            incomplete=self.r.choice([0, 1, 10**6]),
            since=self.some(lambda: self.text(300), 6),
            changes=self.some(lambda: (self.name(), self.mark()), 3),
            verdicts=self.some(lambda: (self.name(), self.mark()), 4),
            notes=self.some(lambda: self.text(300), 12),
        )

    def table(self) -> Table:
        columns = tuple(
            Column(f"c{n}", self.name(), self.r.choice(list(ColumnType))) for n in range(self.r.choice([1, 4, 8, 30]))
        )
        rows = tuple(tuple(self.cell(c) for c in columns) for _ in range(self.r.choice([0, 1, 7, 21, 110])))
        keys = tuple((self.r.choice(["k", "csv:" + "d" * 290, "#" + "e" * 20]),) for _ in rows)
        totals = MappingProxyType({column.name: self.cell(column) for column in columns[:5]})
        return Table(
            columns,
            rows,
            keys=keys,
            totals=totals,
            matched=len(rows),
            undecided=self.r.choice([0, 3]),
            cut=self.r.choice([0, 9]),
            notes=self.some(lambda: self.text(300), 8),
        )

    def pipeline_answer(self) -> PipelineAnswer:
        grouped = Query(select=Select(what="fit"), group_by=(Group(by="owner"),))
        return PipelineAnswer(
            question=self.text(200),
            query=self.r.choice([None, Query(), grouped]),
            understood=self.some(lambda: Chip(self.name(), self.name()), 30),
            unknown=self.some(lambda: UnknownWord(self.name(), self.some(self.name, 3)), 12),
            asks=self.some(lambda: AskBack(self.name(), self.text(200), self.some(self.name, 30)), 2),
            table=self.table() if self.r.random() < 0.7 else None,
            profile=self.profile_id(),
            notes=self.some(lambda: self.text(300), 12),
        )

    def shown(self, answer: PipelineAnswer) -> Shown:
        rows = len(answer.table.rows) if answer.table is not None else 0
        marks = tuple(self.mark() for _ in range(rows)) if self.r.random() < 0.5 else ()
        choices = self.some(lambda: Choice(self.name(), self.some(lambda: (self.name(), self.name()), 120)), 30)
        first = self.r.randrange(rows) if rows else 0
        return Shown(MARK, choices, first, marks, self.text(100), self.r.choice([None, self.name()]))

    def question(self) -> SavedQuestion:
        return SavedQuestion(MARK[:16], self.text(100), self.text(80), self.r.randrange(7), 8, "America/New_York")


def one(maker: PipelineMaker) -> int:
    """Build one of everything; how many messages and views that was."""
    glance = maker.glance()
    assert_message(glance_words(glance), glance_blocks(glance))
    assert_message(glance_words(glance), glance_blocks(glance, shared_by=maker.name(), title=maker.text(100)))
    assert_view({"type": "home", "blocks": home_glance(glance)})
    answer = maker.pipeline_answer()
    assert_message(answer_words(answer), answer_blocks(answer, maker.shown(answer)))
    saved = maker.some(maker.question, 20)
    assert_message("Saved", saved_blocks(saved, maker.text(400)))
    where = SaveContext(MARK, maker.r.choice(["C1", "D1", ""]), "America/New_York", "https://hooks.test/" + "x" * 3000)
    view = save_form(where, title=maker.text(200), asked=maker.text(600))
    assert_view(view)
    assert len(view["private_metadata"]) <= METADATA
    return 6


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_ten_thousand_messages_and_views(chunk: int) -> None:
    made, seed = 0, chunk * MADE
    while made < MADE // CHUNKS:
        made += one(PipelineMaker(seed))
        seed += 1
    assert made >= MADE // CHUNKS


def chart_of(count: int, series: int = 1, name: str = "rep") -> list[dict[str, object]]:
    labels = [f"{name} {number}" for number in range(count)]
    block = bar_chart(
        "t" * 60, labels, [(f"s{n}", list(range(count))) for n in range(series)], x_label="x", y_label="y"
    )
    return [] if block is None else [block]


@pytest.mark.parametrize("count", [1, 19, 20, 21, 400])
@pytest.mark.parametrize("series", [1, 5, 6, 7])
def test_a_chart_holds_what_slack_draws_and_adds_up_the_rest(count: int, series: int) -> None:
    [block] = chart_of(count, series, "a name that is longer than a label")
    assert check_message("t", [block]) == []
    chart = block["chart"]
    assert isinstance(chart, dict)
    assert len(chart["series"]) == min(series, 6)
    values = [point["value"] for point in chart["series"][0]["data"]]
    assert sum(values) == sum(range(count))
    assert (f"{count - 19} others" in chart["axis_config"]["categories"]) is (count > 20)


def test_no_chart_of_nothing() -> None:
    assert chart_of(0) == []


@pytest.mark.parametrize("rows", [1, 98, 99, 100, 101, 500])
def test_tables_hold_as_many_rows_as_slack_takes(rows: int) -> None:
    lines = [["x", "1"]] * rows
    plain = table_block(["A", "B"], lines)
    sorted_ = data_table("c", ["A", "B"], [[("x", None), ("1", Decimal(1))]] * rows)
    assert check_message("t", [plain]) == []
    assert check_message("t", [sorted_]) == []
    assert len(plain["rows"]) == len(sorted_["rows"]) == min(rows, 99) + 1
    assert rows_that_fit(["A", "B"], lines) == min(rows, 99)


def test_rows_end_where_the_characters_do() -> None:
    assert rows_that_fit(["A"], [["x" * 100]] * 50, room=1_001) == 10
    assert rows_that_fit(["A"], [["x" * 100]] * 50, room=1_000) == 9


def test_labels_that_are_cut_alike_stay_apart() -> None:
    names = unique(["Mercy Regional Hospital East", "Mercy Regional Hospital West", "", "not known"])
    assert len(set(names)) == 4
    assert all(0 < len(name) <= 20 for name in names)


@pytest.mark.parametrize("key", ["csv:1", "x" * 150, "x" * 151, "#digest", "é" * 200])
def test_a_deal_has_a_value_that_an_option_holds(key: str) -> None:
    assert 0 < len(deal_value(key)) <= 150
    assert deal_value(key) == key or deal_value(key).startswith("#")
    assert deal_value("#digest") != "#digest"


@pytest.mark.parametrize(
    ("question", "words", "near", "expected"),
    [
        ("deals with hosptals", "hosptals", "hospital", "deals with hospital"),
        ("Deals of DANNA", "danna", "Dana Reyes", "Deals of Dana Reyes"),
        ("deals", "unicorns", "x", None),
        ("deals", "", "x", None),
        ("İ deals", "deals", "x", None),
        ("x" * 1999 + "y", "y", "long", None),
    ],
)
def test_a_word_is_put_in_the_place_of_another(question: str, words: str, near: str, expected: str | None) -> None:
    assert instead(question, words, near) == expected


def test_the_buttons_of_a_shared_answer_change_nothing() -> None:
    answer = PipelineMaker(3).pipeline_answer()
    blocks = answer_blocks(answer, Shown(MARK, (Choice("a", (("b", "b"),)),), shared_by="Morgan <!here>"))
    actions = {e["action_id"].split(".")[0] for b in blocks for e in b.get("elements", []) if "action_id" in e}
    assert not actions & {ids.CHIP, ids.NEAR, ids.SHARE, ids.SAVE}
    assert not LIVE_MARK.search(str(blocks))
