"""What the cards of exceptions say of each state: whose decision it was, and what became of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.exceptions.looking import Precedent
from bot.exceptions.model import AskedFinding, Choice, Decision, ExceptionRequest, Part, PartState, Subject, Who
from bot.exceptions.service import MOST_WORDS
from bot.profile.exceptions_language import Asking
from bot.slack import exception_ids as ids
from bot.slack.blocks.exception_lists import own_block
from bot.slack.blocks.exception_parts import decided_words, one_line
from bot.slack.blocks.exception_status import status_card
from bot.slack.blocks.exceptions import approver_card
from bot.store.exceptions import WrittenText

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALEX = Who("U0ALEX", "alex", "Alex Kim", "alex@firm.example")
DANA = Who("U0DANA", "dana", "Dana Reyes", "dana@firm.example")
FINDING = AskedFinding("discount", "Discount", "Discount 12%", "at most 10%", "2 percentage points", "Because.", 30)
GIVEN = Decision(
    Choice.CONDITIONS,
    ALEX,
    NOW,
    "holder",
    "o",
    {"discount": NOW + timedelta(days=30)},
    WrittenText.new("Only with a two-year term.", "alex"),
)
DESK = Part("deal-desk", "Deal desk", (FINDING,), PartState.CONDITIONS, decision=GIVEN)
MONEY = Part("finance", "Finance", (FINDING,), PartState.OPEN)


def texts(blocks: object) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def asked(*parts: Part) -> ExceptionRequest:
    subject = Subject("k", "Mercy", None, None, "USD", None, "0" * 64, {}, "Profile", "1", "1" * 64)
    words = WrittenText.new("It ends in June.", "dana")
    return ExceptionRequest("o", subject, DANA, None, words, words, Asking.TOGETHER, NOW, parts, number=1)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (PartState.CONDITIONS, "*Alex Kim* for Deal desk: *approved with conditions*, until *2026-12-23*."),
        (PartState.WITHDRAWN, "*approved with conditions*, withdrawn since by the one who asked."),
        (PartState.EXPIRED, "*approved with conditions*, ended on *2026-12-23*."),
    ],
)
def test_a_decision_stays_whose_it_was_whatever_became_of_it(state: PartState, says: str) -> None:
    words = decided_words(replace(DESK, state=state))
    assert says in words
    assert "Only with a two-year term." in words


def test_a_part_that_nobody_need_decide_says_so_in_words() -> None:
    gone = replace(MONEY, state=PartState.SUPERSEDED)
    assert decided_words(gone) == "↩️ *Finance*: nothing to decide any more."
    assert one_line(gone, ()) == "↩️ Finance: nothing to decide any more"
    assert one_line(replace(MONEY, state=PartState.WAITING), ()) == "⏳ Finance: waits for its turn"


def test_who_decides_next_reads_the_condition_of_who_decided_before() -> None:
    card = texts(approver_card(asked(DESK, MONEY), MONEY, others={}))
    assert "Deal desk's condition: “Only with a two-year term.”" in card


def test_an_earlier_decision_is_not_said_to_be_withdrawn_by_its_approver() -> None:
    earlier = Precedent(
        7, "Lakeside", "discount", "Discount", "Discount 12%", "2 points",
        PartState.APPROVED, "Alex Kim", NOW, None, PartState.WITHDRAWN,
    )  # fmt: skip
    card = texts(approver_card(asked(DESK, MONEY), MONEY, others={}, precedents=[earlier]))
    assert "approved by Alex Kim, 2026-11-23 (withdrawn since)" in card


def test_withdrawing_is_asked_about_and_says_what_is_lost() -> None:
    def confirm(request: ExceptionRequest) -> dict[str, Any]:
        buttons = [e for b in status_card(request, deciders={}, unreached={}) for e in b.get("elements", ())]
        return next(e["confirm"] for e in buttons if e.get("action_id") == ids.WITHDRAW)

    assert "What was approved of it is lost" in confirm(asked(DESK, MONEY))["text"]["text"]
    assert "What was approved" not in confirm(asked(MONEY))["text"]["text"]


def test_a_deal_that_nothing_small_mends_says_so() -> None:
    assert "No counter-offer" in texts(approver_card(asked(MONEY), MONEY, others={}))


def test_one_who_asked_finds_the_card_again_from_every_list() -> None:
    block = own_block(asked(MONEY))
    assert block["text"]["text"].startswith("*Exception 1: Mercy*: 🟠 Waiting for a decision")
    assert block["accessory"]["value"] == "1|"


def test_what_was_written_at_length_stands_whole_on_the_card_of_who_wrote_it() -> None:
    long = WrittenText.new(
        ("The payment & its date arrive in June. " * 40)[: MOST_WORDS - 13] + "Then it ends.", "dana"
    )
    request = replace(asked(MONEY), why=long)
    assert "Then it ends." in texts(status_card(request, deciders={}, unreached={}))
    assert "Then it ends." in texts(approver_card(request, MONEY, others={}))
