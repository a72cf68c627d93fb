from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deals.facts import Outcome
from bot.deals.money import money_words
from bot.deals.values import format_value
from bot.deals.wording import date_words, weekday_words
from bot.pipeline.proposals.document import Bullets, Granted, Kind
from bot.pipeline.proposals.docx_file import docx_bytes, docx_name
from bot.pipeline.proposals.markdown import markdown
from bot.pipeline.reviews.calendar import Promise, events_of, last_day
from tests.unit.proposals.support import FACTS, TODAY, deal, docx_words, judge, proposal, read, runs_of, texts, words

NASTY = (
    'A=1+1 <!channel> [x](http://evil.test) {PAGE} & "q" \x00\x07\u202e\ud800 | *b* :tada: HYPERLINK "http://e.test"'
)
ORDER = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblLook"]
"""The order in which the format wants what we write of a table's properties."""


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_document_has_real_headings_tables_page_numbers_and_properties():
    document = read(docx_bytes(proposal()))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [
        "What we propose", "What will be better, and by when", "Managed services", "How we keep at it together",
        "Price", "Payment", "Who is who", "How long this holds", "Open points",
    ]  # fmt: skip
    assert document.paragraphs[0].style.name == "Title"
    own_page = {p.text: bool(p.paragraph_format.page_break_before) for p in document.paragraphs if p.text in headings}
    assert own_page["Managed services"], "the option stands on a page of its own"
    assert own_page["How we keep at it together"]
    assert not own_page["Price"]
    outcomes = document.tables[0]
    assert [cell.text for cell in outcomes.rows[0].cells] == ["Outcome", "Today", "Target", "By", "Owner", "Agreed"]
    assert [cell.text for cell in outcomes.rows[1].cells] == [
        "time to deploy", "24 days", "5 days", "30 June 2027", "J. Smith", "yes",
    ]  # fmt: skip
    footer = document.sections[0].footer._element.xml
    assert re.findall(r"<w:instrText[^>]*>([^<]+)<", footer) == [" PAGE ", " NUMPAGES "]
    assert "Alphatech" in document.sections[0].header.paragraphs[0].text
    core = document.core_properties
    assert (core.title, core.author, core.created.date()) == ("Proposal for Mercy Regional", "Dana Reyes", TODAY)
    for table in document.tables:
        found = [child.tag.rpartition("}")[2] for child in table._tbl.tblPr]
        assert found == [name for name in ORDER if name in found]


def test_the_same_inputs_give_the_same_bytes_and_others_do_not():
    one, again = docx_bytes(proposal()), docx_bytes(proposal())
    assert hashlib.sha256(one).hexdigest() == hashlib.sha256(again).hexdigest()
    assert docx_bytes(proposal(deal(discount=Decimal(7)))) != one
    assert docx_bytes(proposal(issued=TODAY + timedelta(days=1))) != one
    with zipfile.ZipFile(io.BytesIO(one)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_always_carries_what_a_proposal_needs():
    text = docx_words(read(docx_bytes(proposal())))
    for wanted in (
        "Book price", "$260,869.57", "Discount 8%", "$20,869.57", "$240,000", "a month of it costs $20,000",
        "payable within 45 days", "The invoice of 15 December 2026 is due by 29 January 2027",
        "Tuesday 29 December 2026", "Monday 15 March 2027", "holds until 23 December 2026",
        "Dana Reyes, dana@alphatech.example", "Morgan Lee", "Grace Chen", "R. Jones", "Executive sponsor (CFO)",
        "What it includes", "12 months",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_nothing_of_ours_alone_is_in_it():
    made = proposal()
    said = docx_words(read(docx_bytes(made))) + markdown(made) + str(made.plain()["sections"])
    for secret in ("41.7", "argin", "ommission", "regional hospital", "pursue", "cost of capital", "churn"):
        assert secret not in said, secret


def test_a_project_carries_managed_services_as_an_option_with_its_price_as_a_gap():
    made = proposal(deal(offer="project", prepaid=True))
    text = words(made)
    assert "Managed services stand beside it as an option" in text
    assert "[to be agreed: the price of the managed-services option]" in text
    assert "[to be agreed: the monthly price of the managed-services option]" in text
    assert "paid in advance: it is due on 15 December 2026" in text
    assert "a month of it costs" not in text


GAPS = {
    "contract_value": "the price of the whole contract",
    "discount": "the discount off book price",
    "service_months": "the service term",
    "payment_days": "the payment terms in days",
    "prepaid": "whether the price is paid in advance",
    "outcomes": "the outcomes that define success",
    "sponsor": "the sponsor's name and position",
    "monthly_call": "the monthly calls",
    "reviews_per_year": "the Customer Business Reviews",
    "offer": "whether managed services or a project are offered",
    "close_date": "the day on which the service begins",
    "owner": "the account representative",
}


@pytest.mark.parametrize(("missing", "gap"), GAPS.items())
def test_what_the_deal_does_not_say_is_a_visible_gap_and_an_open_point(missing: str, gap: str):
    made = proposal(deal(**{missing: None}))
    assert gap in {g.words for g in made.gaps}
    shown = [run.text for runs in runs_of(made) for run in runs if run.kind is Kind.GAP]
    assert f"[to be agreed: {gap}]" in shown
    points = made.sections[-1].parts[-1]
    assert isinstance(points, Bullets)
    assert gap[:1].upper() + gap[1:] in {run.text for item in points.items for run in item}


def test_gaps_are_highlighted_in_the_document_and_listed_at_its_end():
    made = proposal(deal(**dict.fromkeys(GAPS)))
    document = read(docx_bytes(made))
    cells = [paragraph for t in document.tables for row in t.rows for c in row.cells for paragraph in c.paragraphs]
    bodies = [*document.paragraphs, *cells]
    lit = {run.text for paragraph in bodies for run in paragraph.runs if run.font.highlight_color is not None}
    assert lit == {run.text for runs in runs_of(made) for run in runs if run.kind is Kind.GAP}
    points = [p.text for p in document.paragraphs if p.style.name == "List Number"]
    assert points == [gap.words[:1].upper() + gap.words[1:] for gap in made.gaps]
    assert len(points) >= len(GAPS)


def test_an_outcome_shows_each_part_that_is_missing():
    half = (Outcome("up-time", None, Decimal(99), None, None, None, agreed=None), Outcome(target=Decimal(5)))
    gaps = [gap.words for gap in proposal(deal(outcomes=half)).gaps]
    assert [g for g in gaps if g.endswith("of up-time")] == [
        "the baseline of up-time", "the unit of up-time", "the date of up-time", "the owner of up-time",
    ]  # fmt: skip
    assert "the customer's agreement to up-time" in gaps
    assert "the metric of outcome 2" in gaps


def test_a_whole_discount_leaves_no_book_price_to_tell():
    made = proposal(deal(discount=Decimal(100)))
    assert "the book price" in {gap.words for gap in made.gaps}


def test_text_of_a_deal_is_data_in_every_form():
    outcome = Outcome(NASTY, Decimal(1), Decimal(2), "=cmd()", date(2027, 1, 1), NASTY, agreed=True)
    made = proposal(deal(name=NASTY, customer=NASTY, owner=NASTY, outcomes=(outcome,)))
    data = docx_bytes(made)
    entries = parts(data)
    fields = [f for body in entries.values() for f in re.findall(rb"<w:instrText[^>]*>([^<]+)<", body)]
    assert fields == [b" PAGE ", b" NUMPAGES "]
    assert not any(b'TargetMode="External"' in body for body in entries.values())
    assert not any(name.startswith(("word/media", "word/embeddings", "docProps/thumb")) for name in entries)
    assert "hyperlink" not in entries["word/document.xml"].decode().lower().replace("hyperlink &quot;", "").replace(
        'hyperlink "', ""
    )
    text = docx_words(read(data))
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800]", text)
    said = markdown(made)
    assert not re.search(r"(?<!\\)<!|(?<!\\)\[x|(?<![\u2060\\])http://", said)
    assert ":tada:" not in said
    assert docx_name(replace(made, title="../../etc/passwd\x00")) == "etc passwd.docx"
    assert docx_name(replace(made, title="漢字")) == "Proposal.docx"


def test_an_exception_ends_the_validity_sooner_and_its_conditions_stay_with_us():
    granted = Granted(frozenset({"discount"}), datetime(2026, 12, 1, tzinfo=UTC), ("exception 7",), ("Only once.",))
    made = proposal(deal(discount=Decimal(12)), granted)
    assert "holds until 1 December 2026" in words(made)
    assert "Only once" not in words(made)
    assert made.plain()["exceptions"] == ["exception 7"]


NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
MONEY = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2)
OUTCOMES = st.lists(
    st.builds(
        Outcome,
        metric=st.sampled_from(["time to deploy", "up-time", None]),
        baseline=st.none() | st.decimals(-1000, 1000, places=2),
        target=st.none() | st.decimals(-1000, 1000, places=2),
        unit=st.sampled_from(["days", "%", None]),
        due=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
        owner=st.sampled_from(["J. Smith", None]),
        agreed=st.none() | st.booleans(),
    ),
    max_size=4,
).map(tuple)


@settings(max_examples=120)
@given(
    st.fixed_dictionaries(
        {
            "contract_value": st.none() | MONEY,
            "discount": st.none() | st.decimals(0, 100, places=2),
            "service_months": st.none() | st.integers(0, 120),
            "payment_days": st.none() | st.integers(0, 365),
            "prepaid": st.none() | st.booleans(),
            "offer": st.sampled_from([None, "managed services", "project"]),
            "monthly_call": st.none() | st.booleans(),
            "reviews_per_year": st.none() | st.integers(0, 12),
            "outcomes": OUTCOMES,
            "close_date": st.none() | st.dates(date(2026, 1, 1), date(2035, 1, 1)),
        }
    )
)
def test_every_figure_is_the_deals_or_follows_from_it_as_documented(changes):
    made_of = deal(**changes)
    made = proposal(made_of)
    allowed = set(NUMBER.findall(" ".join([*_standing(), *_of_deal(made_of), *_worked_out(made_of, made)])))
    found = set(NUMBER.findall(words(made)))
    assert found <= allowed, found - allowed
    for name in ("contract_value", "discount", "service_months", "payment_days", "offer"):
        if changes[name] is None and not (name == "payment_days" and changes["prepaid"]):
            assert any(name == gap.fact or GAPS[name] == gap.words for gap in made.gaps), name
    assert {g.words for g in made.gaps} == {
        run.text.removeprefix("[to be agreed: ").removesuffix("]")
        for runs in runs_of(made) for run in runs if run.kind is Kind.GAP
    }  # fmt: skip


def _standing() -> list[str]:
    """The firm's own words, whose figures are no deal's."""
    shape = texts().shape
    return [shape.monthly_call.length, shape.review.length, "Mercy Regional"]


def _of_deal(made_of) -> list[str]:
    specs = judge().profile.facts
    said = [format_value(specs[name], value) for name, value in made_of.facts.items()]
    for n, outcome in enumerate(made_of.facts["outcomes"], start=1):
        said.append(f"outcome {n}")
        said += [
            f"{v.normalize() if v else Decimal(0):,f}" for v in (outcome.baseline, outcome.target) if v is not None
        ]
        said += [date_words(outcome.due)] if outcome.due else []
    agreed = sum(outcome.agreed is True for outcome in made_of.facts["outcomes"])
    count = len(made_of.facts["outcomes"])
    return [*said, str(count), str(agreed), str(count - agreed), *(str(n) for n in range(121))]


def _worked_out(made_of, made) -> list[str]:
    """What docs/proposals-and-reviews.md says is worked out, here by plain arithmetic of our own."""
    facts = made_of.facts
    said = [date_words(TODAY), date_words(TODAY + timedelta(days=30))]
    value, off, months = (facts.get(name) for name in ("contract_value", "discount", "service_months"))

    def cents(exact) -> Decimal:
        return Decimal(int(exact * 100 + Decimal("0.5"))) / 100

    if value is not None and off is not None and off < 100:
        book = cents(value * 100 / (100 - off))
        said += [money_words(book, "USD"), money_words(book - value, "USD")]
    if value is not None and months:
        said.append(money_words(cents(value / months), "USD"))
    start = made_of.close_date
    if start is not None:
        said += [date_words(start), date_words(start + timedelta(days=facts.get("payment_days", 0)))]
    if start is not None and months:
        promise = Promise(start, months, facts.get("monthly_call"), facts.get("reviews_per_year"))
        events = events_of(promise, texts().rhythm)
        said += [date_words(last_day(start, months)), *(weekday_words(e.on) for e in events)]
        said += [event.moved or "" for event in events]
    assert {amount.name for amount in made.amounts} <= {"book_price", "discount", "price_a_month"}
    return said


def test_the_facts_of_this_page_fit():
    assert judge().judge(deal()).judgement.value == "fits"
    assert set(GAPS) - {"close_date", "owner"} <= set(FACTS)
