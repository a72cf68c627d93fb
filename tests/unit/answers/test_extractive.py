from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.draft import Draft
from bot.answers.extractive import MOST_PASSAGES, choose, write
from bot.answers.model import Answer
from bot.answers.words import content_stems
from tests.unit.answers.helpers import hit

OPENING = (
    "Open a conversation with a CFO with a number that the CFO reports. Leave the product for later.\n\n"
    "However, never be late. The weather is unrelated to any of this."
)


def said(question: str, *hits: object) -> str:
    draft = Draft()
    write(draft, choose(question, list(hits)))  # type: ignore[arg-type]
    return Answer(draft.text).text


def test_the_sentence_that_answers_comes_first_and_is_cited() -> None:
    text = said("how do I open a conversation with a CFO?", hit(OPENING, heading="The CFO > Opening"))
    assert text.startswith("Open a conversation with a CFO with a number that the CFO reports. [1]")
    assert "weather" not in text


def test_a_sentence_that_points_back_brings_what_it_points_at() -> None:
    text = "Prices differ by region. This makes discounts dear for everybody in the discount business."
    assert said("discounts", hit(text, heading="Talks > Discounts")).startswith(
        "Prices differ by region. [1] This makes"
    )
    alone = "This makes discounts dear for everybody."
    assert said("discounts dear", hit(alone, heading="Talks > Discounts")) == ""


def test_a_lead_in_brings_its_list_in_order() -> None:
    text = "The renewal has three steps:\n\n1. Ask the sponsor.\n2. Send the page.\n3. Sign.\n\nNothing else matters."
    assert said("which steps has the renewal?", hit(text, heading="Renewal > Steps")).startswith(
        "The renewal has three steps: [1]\n1. Ask the sponsor. [1]\n2. Send the page. [1]\n3. Sign. [1]"
    )


def test_a_sentence_that_names_the_number_of_the_list_below_brings_it() -> None:
    text = (
        "Qualify a prospect with three questions. It is yours to ask.\n\n1. What changes?\n2. Who signs?\n3. By when?"
    )
    assert "3. By when?" in said("which questions qualify a prospect?", hit(text, heading="Leads > Qualify"))
    other = text.replace("three questions", "four questions")
    assert "By when?" not in said("how do I qualify a prospect?", hit(other, heading="Leads > Qualify"))


def test_words_to_say_are_quoted_when_words_are_asked_for() -> None:
    text = (
        "The head of billing looks at clean claims. The claims of the head of billing come back often. "
        'Ask: "How many days pass until a claim goes out?"'
    )
    asked = hit(text, heading="Success > Billing")
    assert "How many days pass" in said("what should I ask the head of billing?", asked)


def test_a_long_list_is_not_quoted_whole() -> None:
    items = "\n".join(f"- step {n} of the renewal" for n in range(30))
    draft = Draft()
    write(draft, choose("renewal steps", [hit(f"The renewal steps:\n\n{items}", heading="Renewal > Steps")]))
    assert len(draft.claims) < 12


def test_the_same_sentence_is_not_said_twice() -> None:
    one = hit("Discounts come with services and with nothing else.", path="a.md", heading="A > Discounts")
    two = hit("Discounts come with services and with nothing else!", path="b.md", heading="B > Discounts", score=0.95)
    assert said("how do discounts come?", one, two).count("Discounts come") == 1


def test_an_introduction_gives_way_to_a_section() -> None:
    intro = hit("This playbook is about discounts and services.", heading="Discounts", at=0)
    section = hit("A discount needs services.", heading="Discounts > Terms", score=0.8)
    assert "playbook" not in said("discounts and services", intro, section)


def test_no_more_than_three_passages_are_quoted() -> None:
    hits = [
        hit(f"Discounts of kind number{n} need services.", path=f"p{n}.md", heading=f"P{n} > Discounts")
        for n in range(9)
    ]
    draft = Draft()
    write(draft, choose("which discounts need services?", hits))
    assert len(draft.citations) <= MOST_PASSAGES


def test_no_hits_no_answer() -> None:
    assert choose("anything", []) == []


@given(st.text(max_size=60), st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_every_claim_stands_in_the_passage_that_it_cites(question: str, texts: list[str]) -> None:
    hits = [hit(text, path=f"p{n}.md", heading=f"P{n} > H") for n, text in enumerate(texts)]
    draft = Draft()
    write(draft, choose(question, hits))
    whole = {one.n: set(content_stems(one.text)) for one in draft.citations}
    for claim in draft.claims:
        (n,) = claim.citations
        assert set(content_stems(claim.text)) <= whole[n]
