"""Promise 10 for a strategist's messages: none over a limit, none live, one table at most, none cut in silence."""

from __future__ import annotations

import csv
import io
import json
import re
import types
from decimal import Decimal
from typing import Any

import pytest

from bot.pipeline.strategy.backtest import Backtest
from bot.pipeline.strategy.cautions import Caution
from bot.pipeline.strategy.comparing import Comparison
from bot.pipeline.strategy.effects import Days, Effect, Move, Part, Refused
from bot.pipeline.strategy.intervals import Share
from bot.pipeline.strategy.measuring import Measured, Results, Said, Stood
from bot.pipeline.strategy.offers import NearOffers
from bot.pipeline.strategy.outcomes import CLOSED
from bot.pipeline.strategy.periods import Length
from bot.pipeline.strategy.sheets import backtest_sheet, measured_sheet, money_sheet
from bot.pipeline.strategy.sources import Kind, Measure, Named, Sources
from bot.pipeline.strategy.suggesting import Suggestion
from bot.pipeline.strategy.trends import Trend
from bot.pipeline.strategy.validation import HeldOut
from bot.pipeline.strategy.whale import Whale
from bot.pipeline.strategy.wording import FIGURES
from bot.pipeline.strategy.writing import Written
from bot.profile.model import Stance
from bot.profile.verdict import Judgement
from bot.slack.blocks.strategy import (
    MOST_KINDS,
    MOST_RULES,
    YAML,
    backtest_blocks,
    measured_blocks,
    money_blocks,
    suggestion_blocks,
)
from tests.unit.slack.test_limits import assert_message
from tests.unit.slack.test_pipeline_limits import PipelineMaker

MADE = 40


class StrategyMaker(PipelineMaker):
    """Makes a strategist's answers: mostly ugly, sometimes huge."""

    def share(self) -> Share:
        known = self.r.random() < 0.8
        return Share(Decimal("12.3") if known else None, *([Decimal("1.0"), Decimal("99.9")] if known else []))

    def whale(self) -> Whale:
        size = self.r.choice([0, 1, 4, 200])
        return Whale.of([self.r.randint(-(10**8), 10**11) for _ in range(size)], 2)

    def kind(self) -> Kind:
        return Kind(self.name(), 10**6, 3, self.money(), self.r.choice([None, Decimal("4.2")]), Decimal(1), 2)

    def sources(self) -> Sources:
        return Sources(
            profile=self.profile_id(), currency="USD", scope="won", measure=self.r.choice(list(Measure)),
            why=self.text(100), deals=self.whale(), customers=self.whale(),
            best=self.some(lambda: Named(self.name(), 3, self.money()), 20),
            worst=self.some(lambda: Named(self.name(), 1, -self.money()), 20),
            by=tuple((self.name(), self.name(), self.some(self.kind, 40)) for _ in range(self.many(5))),
            left_out=self.some(lambda: (self.text(100), self.many(9)), 12), notes=self.some(self.text, 12),
        )  # fmt: skip

    def part(self) -> Part:
        return Part(self.r.choice([0, 1, 10**6]), self.money(), self.money(), 1)

    def effect(self) -> Effect:
        refused = {each: Refused(self.part(), 1, self.share(), self.share()) for each in CLOSED}
        counts = {each: self.many(9) for each in CLOSED}
        money = self.r.choice([None, self.money()])
        return Effect(self.name(), self.name(), self.r.random() < 0.5, refused, counts, counts, money, money)

    def move(self) -> Move:
        before, after = self.r.choice(list(Judgement)), self.r.choice(list(Judgement))
        rules = self.some(self.name, 20)
        return Move(self.name(), self.name(), self.r.choice(CLOSED), before, after, None, self.money(), rules)

    def comparison(self) -> Comparison:
        moves = self.some(self.move, 60)
        return Comparison(self.profile_id(), len(moves) + self.many(9), (), (), moves)

    def backtest(self) -> Backtest:
        parts = {each: self.part() for each in CLOSED}
        return Backtest(
            profile=self.profile_id(), currency="USD", measure=Measure.MARGIN, deals={"all": 3}, closed=parts,
            verdicts=(), segments=(), whole=self.effect(), rules=self.some(self.effect, 40), silent=(),
            days=(Days(Decimal(3)), Days(None)),
            offers=self.r.choice([None, NearOffers(9, 8, 7, 1, ((self.name(), 3),))]),
            against=self.comparison() if self.r.random() < 0.6 else None,
            cautions=self.some(lambda: Caution("id", self.text(300), self.r.random() < 0.5), 14),
            notes=self.some(self.text, 12), judged=types.SimpleNamespace(),  # type: ignore[arg-type]
        )  # fmt: skip

    def results(self) -> Results:
        a, b, c, d = (self.share() for _ in range(4))
        return Results(self.name(), self.many(9), 1, 1, 1, self.money(), self.money(), a, b, c, d, None)

    def measured(self) -> Measured:
        figures = list(FIGURES)
        return Measured(
            profile=self.profile_id(), currency="USD", length=self.r.choice(list(Length)), whole=self.results(),
            by_verdict=self.some(self.results, 4), periods=self.some(self.results, 60), undated=1,
            said_no=self.some(lambda: Said(self.name(), self.many(3), 0, 1), 60),
            pipeline=self.some(lambda: Stood(self.name(), 4, 2, "2026-11-01"), 60),
            trends=self.some(lambda: Trend(self.r.choice(figures), 8, Decimal(1), Decimal(-1), Decimal(2)), 9),
            notes=self.some(self.text, 12),
        )  # fmt: skip

    def suggestion(self) -> Suggestion:
        leaves = self.some(lambda: Written(self.name(), self.r.choice(list(Stance)), self.text(90), 40, 9), 9)
        return Suggestion(
            profile=self.profile_id(), found=self.r.random() < 0.7, why=self.text(400), good_means=self.text(200),
            deals=self.many(900), good=self.many(9), customers=3, unlabelled=1, facts=self.some(self.name, 30),
            unknown=self.some(lambda: (self.name(), 4), 12),
            held_out=self.r.choice([None, HeldOut(1.0, None, None, 3.0, 4.0, 5.0, 50.0)]), chance=0.005,
            leaves=leaves, segments=self.text(self.r.choice([0, 500, 9_000])), notes=self.some(self.text, 12),
        )  # fmt: skip


def rows(sheet: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))


@pytest.mark.parametrize("seed", range(3))
def test_no_message_is_over_a_limit_live_or_cut_in_silence(seed: int) -> None:
    maker = StrategyMaker(seed)
    for _ in range(MADE):
        money, looked, measured, found = maker.sources(), maker.backtest(), maker.measured(), maker.suggestion()
        for blocks in (
            money_blocks(money),
            backtest_blocks(looked),
            measured_blocks(measured),
            suggestion_blocks(found),
        ):
            assert_message("A strategist's answer", blocks)
        if money.deals.count and any(len(kinds) > MOST_KINDS for _, _, kinds in money.by[:3]):
            assert re.search("of [0-9,]+. The file has all", json.dumps(money_blocks(money)))
        if looked.against is not None and looked.against.moved > MOST_RULES:
            assert re.search("more: the files have them", json.dumps(backtest_blocks(looked)))
        told = json.dumps(backtest_blocks(looked), ensure_ascii=False)
        assert told.count("⚠️") + told.count("• ") >= len(looked.cautions)
        if measured.whole.won:
            assert '"Churned"' in json.dumps(measured_blocks(measured)), (
                "without it the win rate does not follow from the counts beside it"
            )
        for sheet in (money_sheet(money), backtest_sheet(looked), measured_sheet(measured)):
            cells = [str(cell) for row in rows(sheet) for cell in row.values() if cell]
            assert not [cell for cell in cells if cell[0] in "=@\t\r"]
        assert sum(row["part"] == "rule" for row in rows(backtest_sheet(looked))) == len(looked.rules)


def test_suggested_segments_stand_in_the_message_unless_they_are_too_long() -> None:
    maker = StrategyMaker(9)
    found: Any = maker.suggestion()
    short = Suggestion(**{**vars(found), "found": True, "segments": "segments:\n  - name: <!channel> & co"})
    said = json.dumps(suggestion_blocks(short))
    assert "rich_text_preformatted" in said
    assert "<!channel>" not in said
    long = Suggestion(**{**vars(found), "found": True, "segments": "x" * (YAML + 1)})
    assert "too long for a message" in json.dumps(suggestion_blocks(long))
