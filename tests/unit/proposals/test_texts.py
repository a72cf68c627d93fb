from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.knowledge.folder import anchors_in
from bot.pipeline.proposals.beginning import begun_texts
from bot.pipeline.proposals.linting import lint_texts
from bot.pipeline.proposals.live_texts import LiveTexts
from bot.pipeline.proposals.texts import FILE, TextsError, filled, load_texts, parse_texts
from bot.profile.economics_plan import EconomicsPlan, Roles
from bot.settings import content_root
from tests.unit.proposals.support import judge, texts

GOOD = (content_root() / "profile" / FILE).read_text(encoding="utf-8")
FACTS = judge().profile.facts


class Heard:
    def __init__(self) -> None:
        self.said: list[str] = []

    def info(self, event: str, **_: object) -> None:
        self.said.append(event)

    def error(self, event: str, **_: object) -> None:
        self.said.append(event)


def test_every_passage_that_the_texts_point_at_is_there():
    known = anchors_in(content_root() / "knowledge")
    assert len(texts().links()) >= 8
    assert set(texts().links()) <= set(known)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("firm: Alphatech", "frim: Alphatech", "`frim` is not a key"),
        ("valid_for: 30 days", "valid_for: soon", "`valid_for` cannot be soon"),
        ("  discount: discount", "  discount: discont", "no fact `discont`"),
        ("  discount: discount", "  discount: beds", "of type percent"),
        ("managed_services_are: managed services", "managed_services_are: magic", "`magic` is no choice"),
        ("title: Proposal for {customer}", "title: Proposal for {margin}", "cannot be filled in"),
        ("  - {role: Service lead, person: grace}", "  - {role: Service lead}", "needs `person`"),
        ("closed_on: [2026-12-24", "closed_on: [christmas", "`closed_on`"),
        ("firm: Alphatech", "firm: Alphatech\nfirm: Other", "firm"),
        ("firm: Alphatech", "firm: no", "firm"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(old: str, new: str, says: str):
    assert old in GOOD
    with pytest.raises(TextsError) as refused:
        parse_texts(GOOD.replace(old, new, 1).encode(), FILE, FACTS)
    assert says in str(refused.value)
    assert re.match(rf"{FILE}:\d+:\d+: ", str(refused.value))


def test_a_file_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(TextsError, match="Begin one with"):
        load_texts(tmp_path / FILE, FACTS)


def test_an_edit_is_taken_and_a_broken_one_is_not(tmp_path):
    path, heard = tmp_path / FILE, Heard()
    path.write_text(GOOD, encoding="utf-8")
    live = LiveTexts(path, heard)
    assert live.of(judge().profile).shape.firm == "Alphatech"
    path.write_text(GOOD.replace("firm: Alphatech", "firm: Betatech Ltd"), encoding="utf-8")
    assert live.of(judge().profile).shape.firm == "Betatech Ltd"
    path.write_text("firm: [", encoding="utf-8")
    assert live.of(judge().profile).shape.firm == "Betatech Ltd"
    assert live.problem is not None
    assert heard.said == ["proposal_texts_live", "proposal_texts_live", "proposal_texts_refused"]


def test_what_is_filled_in_is_never_filled_again():
    assert filled("{customer} and {firm}", {"customer": "{firm}", "firm": "F", "deal": "D"}) == "{firm} and F"


def test_what_the_texts_point_at_in_vain_is_told_at_its_place():
    anchors, people = frozenset(anchors_in(content_root() / "knowledge")), ("grace", "lee")
    assert lint_texts(GOOD.encode(), FILE, facts=FACTS, anchors=anchors, people=people) == []
    wrong = GOOD.replace("#preparing-the-cbr", "#preparing").replace("person: grace", "person: gracie")
    found = lint_texts(wrong.encode(), FILE, facts=FACTS, anchors=anchors, people=people)
    lines = wrong.splitlines()
    assert [(each.severity, lines[each.line - 1].strip(), each.suggestion) for each in found] == [
        ("warning", "- customer-business-review.md#preparing",
         "Did you mean customer-business-review.md#preparing-the-cbr?"),
        ("warning", "- {role: Service lead, person: gracie}", "Did you mean grace?"),
    ]  # fmt: skip
    broken = lint_texts(GOOD.replace("firm:", "frim:").encode(), FILE, facts=FACTS, anchors=anchors, people=None)
    assert {each.severity for each in broken} == {"error"}


def test_a_firm_without_any_of_the_bundled_names_begins_a_file_that_is_good():
    begun = begun_texts(GOOD, FILE, 'The "Filter" {firm}', {}, people=False, anchors={"own.md#calls"})
    shape = parse_texts(begun.encode(), FILE, {}).shape
    assert (shape.firm, shape.facts.model_dump(exclude_none=True)) == ("The  Filter   firm ", {})
    assert (shape.monthly_call.guidance, shape.when_reached) == ([], [])
    assert "hospital" not in begun

    value = replace(FACTS["contract_value"], name="order_value")
    plan = EconomicsPlan(Roles("order_value"), None, (), None, (1, 1))
    begun = begun_texts(GOOD, FILE, "Our firm", {"order_value": value}, people=False, economics=plan)
    assert parse_texts(begun.encode(), FILE, {"order_value": value}).shape.facts.contract_value == "order_value"


def test_a_file_that_is_begun_names_nobody_of_the_bundled_firm():
    few = {name: FACTS[name] for name in ("contract_value", "discount", "offer")}
    begun = begun_texts(GOOD, FILE, "Our firm", few, people=False)
    shape = parse_texts(begun.encode(), FILE, few).shape
    assert (shape.firm, shape.people) == ("Our firm", [])
    assert shape.facts.model_dump(exclude_none=True) == {name: name for name in few}
