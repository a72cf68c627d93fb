"""Promise 10: nothing that we build is over a Slack limit, and nothing of a user, a document or the model is live."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from bot.answers.model import Answer, Citation
from bot.checking.desk import CheckedDeal
from bot.deals.deal import Deal
from bot.deals.facts import FactSpec, FactType
from bot.knowledge.passages import Passage
from bot.pipeline.tables import Column, ColumnType
from bot.playground.limits import check_message, check_view
from bot.profile.people import Authority, People, Role
from bot.profile.verdict import (
    Change,
    CounterOffer,
    Finding,
    Judgement,
    Part,
    ProfileId,
    Question,
    Result,
    Verdict,
)
from bot.slack.blocks import answer as answers
from bot.slack.blocks import home
from bot.slack.blocks import verdict as cards
from bot.slack.blocks.elements import GOES_ON, split_message
from bot.slack.blocks.form import FormContext, deal_form
from bot.slack.streaming import safe_markdown
from bot.store.records import SavedDeal

MADE = 10_000
CHUNKS = 10
LIVE_MARK = re.compile(r"<(?:!|@|#|https?:|mailto:|[a-z]+:)", re.IGNORECASE)
NASTY = [
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<@U0ALEX>",
    "<#C0DEALS|deals>",
    "<http://evil.test|click>",
    "<!subteam^S1>",
    "https://evil.test/a?b=c",
    "[click](http://evil.test)",
    "![x](http://evil.test/x.png)",
    "*bold*",
    "_it_",
    "~no~",
    "`code`",
    "```\nfence",
    "&amp;",
    "&lt;!here&gt;",
    "<",
    ">",
    "&",
    "|",
    "\n",
    "\r\n",
    "\x00",
    "\u202e",
    "é",
    "漢字",
    "🦄",
    "@channel",
    "# head",
    "- item",
    "1. item",
    "> quote",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    " ",
    "word",
    "net 60",
    "8%",
    "Deal approved, verdict PASS",
    "\u200b",
    "<script>alert(1)</script>",
    "=cmd()",
    "\\",
    '"',
    "'",
    "{{x}}",
    "%s",
]
SOUP = "".join(random.Random(7).choices(NASTY, k=20_000))
"""Texts are pieces of it: making each anew would take longer than all the rest."""


class Maker:
    """Makes data for the builders: mostly ugly, sometimes huge."""

    HUGE = (1, 1, 1, 20, 120)
    """How many times longer than usual a long text may be."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)

    def text(self, most: int = 60) -> str:
        size = self.r.choice([0, 1, 3, 8, most, most * self.r.choice(self.HUGE)])
        start = self.r.randrange(len(SOUP) - 80_000)
        return SOUP[start : start + size]

    def name(self) -> str:
        return self.text(40).strip() or "x"

    def some(self, make: Any, most: int) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.r.choice([0, 1, 2, self.r.randint(0, most)])))

    def spec(self, number: int) -> FactSpec:
        kind = self.r.choice(list(FactType))
        many = self.r.choice([2, 5, 120])
        choices = {f"{self.text(30)}{n}": (self.text(10),) for n in range(many)} if kind is FactType.CHOICE else {}
        return FactSpec(
            name=f"fact_{number}",
            type=kind,
            label=self.name(),
            ask=self.name(),
            unit=self.r.choice([None, "days", self.name()]),
            choices=MappingProxyType(choices),
            minimum=self.r.choice([None, Decimal(0), Decimal("-1.5")]),
        )

    def value(self, spec: FactSpec) -> Any:
        match spec.type:
            case FactType.INTEGER:
                return self.r.randint(-5, 10**12)
            case FactType.NUMBER | FactType.PERCENT | FactType.MONEY:
                return Decimal(self.r.randint(-(10**9), 10**12)) / 100
            case FactType.YES_NO:
                return self.r.random() < 0.5
            case FactType.CHOICE:
                return self.r.choice(list(spec.choices))
            case FactType.DATE:
                return date(2026, 1, 1)
            case FactType.TEXT:
                return self.text(80)
        return ()

    def facts(self) -> dict[str, FactSpec]:
        return {f"fact_{n}": self.spec(n) for n in range(self.r.choice([1, 5, 18, 18, 150]))}

    def finding(self, facts: dict[str, FactSpec]) -> Finding:
        fact = self.r.choice(list(facts))
        return Finding(
            check=self.name(),
            label=self.name(),
            part=self.r.choice(list(Part)),
            result=self.r.choice(list(Result)),
            because=self.text(200),
            rule="deal-profile.yaml:1",
            fact=self.r.choice([None, fact]),
            actual=self.r.choice([None, self.value(facts[fact])]),
            limit=self.r.choice([None, self.text(80)]),
            gap=self.r.choice([None, Decimal("3.5")]),
            unit=self.r.choice([None, self.text(10)]),
            authority=self.r.choice([None, "deal-desk", self.name()]),
            expires_in_days=self.r.choice([None, 30]),
            guidance=self.r.choice([None, "pricing.md#a"]),
            missing=tuple(self.r.sample(list(facts), min(2, len(facts)))),
            counted=self.r.random() < 0.9,
        )

    def profile_id(self) -> ProfileId:
        return ProfileId(self.name(), self.name(), "a" * 64)

    def checked(self, facts: dict[str, FactSpec]) -> CheckedDeal:
        known = {name: self.value(spec) for name, spec in facts.items() if self.r.random() < 0.7}
        findings = self.some(lambda: self.finding(facts), 60)

        def change() -> Change:
            name = self.r.choice(list(facts))
            return Change(name, self.r.choice([None, self.value(facts[name])]), self.value(facts[name]))

        verdict = Verdict(
            judgement=self.r.choice(list(Judgement)),
            profile=self.profile_id(),
            deal_sha256="b" * 64,
            facts=known,
            findings=findings,
            segment=self.r.choice([None, self.name()]),
            stance=self.r.choice([None, "pursue"]),
            authorities=self.some(self.name, 5),
            ask=self.some(lambda: Question(self.r.choice(list(facts)), self.name()), 40),
            counter_offers=self.some(lambda: CounterOffer(self.some(change, 3)), 3),
        )
        guidance = {f.check: self.passage() for f in findings if self.r.random() < 0.5}
        deal = Deal(name=self.name(), facts=known, customer=self.name())
        key = self.r.choice([None, "name:" + "c" * 32, "csv:" + "d" * 290])
        return CheckedDeal(deal, verdict, None, guidance, key=key, decision_id=7, notices=self.some(self.text, 2))

    def passage(self) -> Passage:
        return Passage(
            id=f"{self.r.choice('abc')}.md#{'x' * self.r.choice([3, 80])}/1",
            path="a.md",
            title=self.name(),
            heading=self.name(),
            anchor="x",
            text=self.text(400),
            sha256="e" * 64,
            part=None,
            audience=frozenset({"rep"}),
            owner=self.name(),
            updated=None,
            position=0,
        )

    def citation(self, n: int) -> Citation:
        kind = self.r.choice(["passage", "rule"])
        return Citation(n, kind, self.name(), self.name(), "a.md#x/1", "f" * 64, self.text(400))  # type: ignore[arg-type]

    def answer(self) -> Answer:
        cited = tuple(self.citation(n + 1) for n in range(self.r.choice([0, 2, 30])))
        return Answer(
            text=self.text(600),
            citations=cited,
            nearest=cited[:4],
            refused=self.r.random() < 0.3,
            composer=self.r.choice(["extractive", "model"]),  # type: ignore[arg-type]
            ask_whom=self.r.choice([None, self.name()]),
            notice=self.r.choice([None, self.text(200)]),
            understood=self.some(self.name, 5),
            follow_ups=self.some(self.name, 5),
            decision_id=self.r.choice([None, 9]),
        )

    def saved(self) -> SavedDeal:
        return SavedDeal(
            "k" * self.r.choice([5, 300]), self.name(), None, self.name(), None, None, "USD", None, None, "open",
            self.r.choice(list(Judgement)), "a", "b", 1, "U1", datetime(2026, 1, 1, tzinfo=UTC), "{}", "{}",
        )  # fmt: skip

    def cell(self, column: Column) -> Any:
        match column.type:
            case ColumnType.INTEGER:
                return self.r.randint(0, 10**9)
            case ColumnType.NUMBER | ColumnType.PERCENT | ColumnType.MONEY:
                return Decimal(self.r.randint(0, 10**9)) / 100
            case ColumnType.DATE:
                return date(2026, 5, 1)
            case ColumnType.YES_NO:
                return self.r.choice([True, False, None])
        return self.r.choice([None, self.text(100)])


RAW = {"url", "value", "initial_value", "private_metadata"}
"""What Slack never draws as text: an input keeps exactly what was typed."""


def live(node: Any) -> list[str]:
    """Text that Slack would make a mention, a broadcast or a link of."""
    if isinstance(node, dict):
        if node.get("type") in {"link", "user", "broadcast", "channel", "usergroup"}:
            return [json.dumps(node)]
        if node.get("type") == "mrkdwn":
            found = LIVE_MARK.findall(node["text"]) or ("://" in node["text"] and not node.get("verbatim"))
            return [node["text"]] if found else []
        return [hit for key, value in node.items() if key not in RAW for hit in live(value)]
    if isinstance(node, list):
        return [hit for item in node for hit in live(item)]
    return [node] if isinstance(node, str) and LIVE_MARK.search(node) else []


def assert_message(text: str, blocks: list[Any]) -> None:
    # What is longer than one message goes on in the next; each of them must be within the limits.
    for part in split_message(blocks):
        problems = check_message(text, part)
        assert not problems, [str(p) for p in problems]
    assert live(blocks) == []
    assert not LIVE_MARK.search(text)
    # Slack has refused a second one with only_one_table_allowed.
    assert sum(block["type"] in {"table", "data_table"} for block in blocks) <= 1


def assert_view(view: Any) -> None:
    problems = check_view(view)
    assert not problems, [str(p) for p in problems]
    assert live(view) == []


def test_a_card_that_is_too_long_goes_on_and_keeps_its_buttons_on_the_first_message() -> None:
    maker = Maker(1)
    facts = maker.facts()
    long = replace(maker.finding(facts), result=Result.FAIL, label="l" * 290, because="b" * 290, limit="m" * 290)
    long = replace(long, counted=True)
    checked = maker.checked(facts)
    ask = (Question(next(iter(facts)), "q" * 290),) * 5
    many = tuple(replace(long, label=f"Finding {n} of all") for n in range(150))
    checked = replace(checked, key="k", verdict=replace(checked.verdict, findings=many, ask=ask))
    blocks = cards.verdict_card(checked, facts=facts, people=People((), {}))
    first, *others = split_message(blocks)
    assert GOES_ON in json.dumps(first[-2])
    assert first[-1]["type"] == "actions"
    assert len(others) > 1
    assert_message(cards.notification(checked), blocks)
    view = cards.findings_view(checked, facts=facts, people=People((), {}))
    assert_view(view)
    for shown in (json.dumps(blocks), json.dumps(view)):
        assert [f"Finding {n} of all" in shown for n in range(150)] == [True] * 150


def one(maker: Maker, people: People) -> int:
    """Build one of everything; how many messages and views that was."""
    facts = maker.facts()
    checked = maker.checked(facts)
    assert_message(cards.notification(checked), cards.verdict_card(checked, facts=facts, people=people))
    shared = cards.verdict_card(checked, facts=facts, people=people, shared_by=maker.name())
    assert_message(cards.notification(checked), shared)
    assert_view(cards.findings_view(checked, facts=facts, people=people))
    where = FormContext("C1", "https://hooks.test/" + "x" * 100, checked.key)
    assert_view(deal_form(facts, deal=checked.deal, context_of=where, notes=maker.some(maker.text, 12)))
    answer = maker.answer()
    assert_message(answers.answer_notification(answer), answers.answer_blocks(answer))
    assert not LIVE_MARK.search(safe_markdown(answer.text))
    passage = maker.passage()
    assert_view(
        answers.passage_view(heading=passage.heading, text=passage.text, path=passage.path, owner=passage.owner)
    )
    roles = maker.some(lambda: maker.r.choice(list(Role)), 3)
    deals = maker.some(maker.saved, 30)
    assert_view(
        home.home_view(
            name=maker.name(),
            roles=roles,
            deals=deals,
            decides=maker.some(maker.name, 30),
            profile=maker.profile_id(),
            pipeline=True,
        )
    )
    return 7


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_ten_thousand_messages_and_views(chunk):
    people = People((), {"deal-desk": Authority("deal-desk", "Deal <!here> desk", ())})
    made = 0
    seed = chunk * MADE
    while made < MADE // CHUNKS:
        made += one(Maker(seed), people)
        seed += 1
    assert made >= MADE // CHUNKS


@pytest.mark.parametrize("text", ["<!channel>", "<@U1>", "<http://evil.test|x>"])
def test_the_check_itself_finds_what_is_live(text):
    assert live([{"type": "mrkdwn", "text": text, "verbatim": True}])
    assert live([{"type": "plain_text", "text": text}])
    assert live([{"type": "link", "url": "http://evil.test"}])
    assert live([{"type": "mrkdwn", "text": "http://evil.test"}])
