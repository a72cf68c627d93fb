"""What ifs that add up, and the words that go back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.checking.building_on import Said, after, started, steps_of, together
from bot.checking.what_if import From, Supposed
from tests.unit.checking.test_what_if import READER

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def read(text: str, later: bool) -> Supposed | None:
    return READER.read(text, after=later)


def thread(*texts: str, answered: str = "What if: Mercy. Fits") -> list[Said]:
    said = []
    for text in texts:
        at = START + timedelta(minutes=len(said))
        said += [Said(text, ours=False, at=at), Said(answered, ours=True, at=at)]
    return said


def stands(*texts: str) -> dict[str, object]:
    return dict(together(steps_of(thread(*texts), read, None)))


@pytest.mark.parametrize(
    ("texts", "facts"),
    [
        (["what if they prepay?"], {"prepaid": True}),
        (["what if they prepay?", "and with 6 months?"], {"prepaid": True, "service_months": 6}),
        (["make it 5%", "and net 30", "and 12 months"], {"discount": 5, "payment_days": 30, "service_months": 12}),
        (["make it 5%", "make it 8%"], {"discount": 8}),
        (["make it 5%", "start over"], {}),
        (["make it 5%", "start over with net 30"], {"payment_days": 30}),
        (["make it 5%", "as it was, but prepaid"], {"prepaid": True}),
        (["make it 5%", "and net 30", "undo that"], {"discount": 5}),
        (["make it 5%", "and net 30", "undo that and make it 12 months"], {"discount": 5, "service_months": 12}),
        (["make it 5%", "back to the deal as it stands", "what if net 45?"], {"payment_days": 45}),
    ],
)
def test_suppositions_of_a_thread_add_up(texts: list[str], facts: dict[str, object]) -> None:
    assert stands(*texts) == facts


def test_what_was_answered_otherwise_was_no_supposition() -> None:
    said = [*thread("what if they prepay?"), *thread("what if net 30?", answered="I do not find that deal.")]
    assert together(steps_of(said, read, None)) == {"prepaid": True}


def test_a_saved_deal_is_a_new_start() -> None:
    said = thread("what if they prepay?", "and 6 months?")
    assert together(steps_of(said, read, START)) == {}  # the second alone supposes nothing of a new deal
    assert together(steps_of(said, read, START - timedelta(1))) == {"prepaid": True, "service_months": 6}
    assert steps_of(said, read, START + timedelta(days=1)) == ()


def test_the_new_one_starts_where_it_says() -> None:
    steps = ({"prepaid": True}, {"discount": Decimal(5)})
    for start, expected in ((From.LAST, steps), (From.BEFORE_LAST, steps[:1]), (From.DEAL, ())):
        assert started(steps, Supposed({"payment_days": 30}, start=start)) == expected
        assert after(steps, Supposed({}, start=start)) == expected


@pytest.mark.parametrize(
    "words",
    ["and how do I open a conversation with a CFO?", "and who approves?", "thanks", "and does it need finance?"],
)
def test_a_question_after_a_supposition_stays_a_question(words: str) -> None:
    assert READER.read(words, after=True) is None


@pytest.mark.parametrize("words", ["and 6 months?", "start over", "undo that", "as it was"])
def test_without_a_supposition_before_nothing_is_built_on(words: str) -> None:
    assert READER.read(words) is None


def test_after_an_answer_about_something_else_only_a_clear_supposition_counts() -> None:
    assert READER.read("and for 12 months?", after=True, directly=False) is None
    clear = READER.read("what if 12 months?", after=True, directly=False)
    assert clear is not None
    assert clear.facts == {"service_months": 12}
    back = READER.read("start over", after=True, directly=False)
    assert back is not None
    assert back.start is From.DEAL
