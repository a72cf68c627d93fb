"""Laws of the reader: what is written plainly is read exactly, order does not matter, noise changes nothing."""

from __future__ import annotations

import time
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue, Outcome
from bot.deals.outcomes import format_outcomes
from bot.deals.reading import SentenceReader, Understood, Unread
from bot.deals.values import format_value
from tests.unit.deals.specs import boats, bundled
from tests.unit.deals.test_values import values

PROFILES: list[tuple[FactSpecs, str]] = [(bundled(), "USD"), (boats(), "EUR")]
READERS = [SentenceReader(facts, currency) for facts, currency in PROFILES]
NOISE = ["zorble", "the quux account", "Jane likes tea", "see attachment", "ok", "thanks"]

outcomes = st.lists(
    st.builds(
        Outcome,
        metric=st.sampled_from(["time to deploy", "up-time", "readmissions within a month"]),
        baseline=st.none() | st.integers(1, 90).map(Decimal),
        target=st.integers(1, 90).map(Decimal),
        unit=st.sampled_from([None, "%", "days"]),
        due=st.none() | st.dates(),
        owner=st.sampled_from([None, "J. Smith", "Priya Nair"]),
        agreed=st.none() | st.booleans(),
    ),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)


def phrase(draw: Any, fact: FactSpec, value: FactValue, currency: str) -> str:
    """The fact in words as a person would write them in a list."""
    shown = format_value(fact, value, currency)
    if isinstance(value, tuple):
        return f"outcomes: {format_outcomes(value).replace(chr(10), '; ')}"
    ways = [f"{fact.label}: {shown}", f"{fact.name} = {shown}"]
    if isinstance(value, bool):
        ways += list(fact.means_yes if value else fact.means_no)
    if fact.type is FactType.CHOICE:
        ways += list(fact.choices[str(value)])
    if fact.type.is_numeric:
        ways += [f"{fact.label} {shown}", f"{fact.label} of {shown}", f"{fact.label} is {shown}"]
    if fact.type in {FactType.PERCENT, FactType.MONEY} and Decimal(str(value)) >= 0:
        ways += [f"{shown} {fact.also[-1]}"]
    return str(draw(st.sampled_from(ways)))


@st.composite
def deals(draw: Any) -> tuple[SentenceReader, dict[str, FactValue], list[str]]:
    place = draw(st.integers(0, len(PROFILES) - 1))
    specs, currency = PROFILES[place]
    names = draw(st.lists(st.sampled_from(list(specs)), unique=True, max_size=8))
    facts: dict[str, FactValue] = {}
    for name in names:
        is_text = specs[name].type is FactType.TEXT
        kind = st.sampled_from(["Kiel", "Port of Call"]) if is_text else values(specs[name])
        facts[name] = draw(outcomes if specs[name].type is FactType.OUTCOMES else kind)
    return READERS[place], facts, [phrase(draw, specs[name], facts[name], currency) for name in names]


@given(deals(), st.sampled_from([", ", "; ", "\n", ". "]))
def test_what_is_written_plainly_is_read_exactly(deal: Any, between: str) -> None:
    reader, facts, words = deal
    reading = reader.read(between.join(words))
    assert (dict(reading.facts), reading.unread, reading.conflicts, reading.errors) == (facts, (), (), ())


@given(deals(), st.randoms())
def test_the_order_of_clauses_does_not_matter(deal: Any, random: Any) -> None:
    reader, facts, words = deal
    random.shuffle(words)
    assert reader.read("; ".join(words)).facts == facts


@given(deals(), st.sampled_from(NOISE), st.integers(0, 8))
def test_words_that_say_nothing_change_nothing(deal: Any, noise: str, place: int) -> None:
    reader, facts, words = deal
    words.insert(place, noise)
    assert reader.read("; ".join(words)).facts == facts


@given(deals())
def test_reading_again_what_was_understood_gives_the_same(deal: Any) -> None:
    reader, facts, words = deal
    reading = reader.read(", ".join(words))
    again = reader.read("\n".join(part.words for part in reading.understood))
    assert again.facts == reading.facts == facts


PIECES = (
    "120 8% net 60 hospital no not without or to - \u2013 : = , ; . ? ( ) / $85k 3 months a year off discount margin "
    "beds IT staff CFO sponsor maybe under prepaid outcomes: time -> agreed 5,5 <@U1> &amp; \u00bd \u00a0 \uff18 "
    "\U0001f3e5 it's"
)
pieces = st.sampled_from(PIECES.split(" "))
texts = st.text() | st.lists(pieces, max_size=25).map(" ".join) | st.lists(pieces, max_size=25).map("".join)


@given(texts, st.sampled_from(READERS))
def test_any_text_is_read_and_every_quote_stands_where_it_says(text: str, reader: SentenceReader) -> None:
    reading = reader.read(text)
    parts: list[Understood | Unread] = [*reading.understood, *reading.remarks]
    for part in parts:
        assert text[part.start : part.end] == part.words != ""
    spans = sorted((part.start, part.end) for part in parts)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert {one.fact for one in reading.understood} == set(reading.facts)
    assert not set(reading.facts) & {conflict.fact for conflict in reading.conflicts}
    assert not set(reading.facts) & {error.fact for error in reading.errors}
    assert reader.read(text) == reading or reading.errors


@given(texts)
def test_doubt_takes_no_fact(text: str) -> None:
    clause = " ".join("".join(char if char.isalnum() or char in "%$" else " " for char in text).split())
    assert not READERS[0].read(f"maybe {clause}").facts


REPEATS = [
    "a", "1", "a1", "1,", "1 ", "8% ", "net 60 ", "<", "<http:", "&lt;", "- ", "outcome: ",
    "outcomes: a: 1 -> 2; ", "a: ", "hospital ", "no ", "1/", "1-", "8% or ", "under ", "$", "9 000 ",
    "half a ", "dicsount ", "CFO and ", "not ", "'", "1.", "x@", "March ", "\n", "120 beds, ", "to ",
    "zzxq wqqz ",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATS)
def test_no_repetition_is_slow(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    start = time.process_time()
    READERS[0].read(text)
    # Ordinary text of this length takes about a tenth of a second; what grows with the square takes many seconds.
    assert time.process_time() - start < 5


def test_a_profile_without_facts_reads_nothing() -> None:
    assert SentenceReader({}).read("120 beds, 8% off").unread == ("120 beds", "8% off")
