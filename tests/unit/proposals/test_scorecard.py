from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checking.asker import OPERATOR, Asker
from bot.pipeline.proposals.live_texts import LiveTexts
from bot.pipeline.proposals.texts import FILE
from bot.pipeline.scorecard.adapters import KeptExceptions, fit_of_rows
from bot.pipeline.scorecard.card import LEAST, LEAST_REPS, figure_words, weakest
from bot.pipeline.scorecard.counted import Around, Asked, Called, PastFit, median
from bot.pipeline.scorecard.service import NoSuchRep, ScorecardService
from bot.pipeline.view import AccessDenied
from bot.profile.people import parse_people
from bot.settings import content_root
from bot.store.database import open_store
from tests.unit.proposals.support import FACTS, deal, judge
from tests.unit.proposals.test_reviews import Shelf
from tests.unit.proposals.test_service import Live, Silent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REPS = ("ann", "ben", "cat", "dan")
PEOPLE = parse_people(
    b"""
people:
  ann: {name: Ann One, email: ann@x.example, roles: [rep], manager: max}
  ben: {name: Ben Two, email: ben@x.example, roles: [rep], manager: max}
  cat: {name: Cat Three, email: cat@x.example, roles: [rep], manager: max}
  dan: {name: Dan Four, email: dan@x.example, roles: [rep], manager: mia}
  max: {name: Max Boss, email: max@x.example, roles: [manager], team: East}
  mia: {name: Mia Boss, email: mia@x.example, roles: [manager], team: West}
  ada: {name: Ada Approver, email: ada@x.example, roles: [approver]}
""",
    "people.yaml",
)


class Past:
    def fit_at(self, person: str, day: date) -> PastFit | None:
        return PastFit(day, 10, 4, Decimal(1000), Decimal(250), 9) if person == "ann" else None


class Counts:
    def asked_by(self, person: str, since: date, until: date) -> Asked | None:
        assert since < until
        return Asked(4, 3) if person == "ann" and until == NOW.date() else Asked(0, 0)

    def made(self, since: date, until: date) -> dict[str, Called]:
        assert since < until
        return {person: Called(number, 10, 2) for person, number in {"ann": 3, "ben": 30, "cat": 20}.items()}


class Office:
    def __init__(self, folder, around: Around) -> None:
        self.store = open_store(f"sqlite:///{folder / 's.db'}", lambda: NOW)
        self.cards = ScorecardService(
            live=Live(), people=lambda: PEOPLE, deals=self.store, guide=Shelf(), around=around, clock=lambda: NOW,
            texts=LiveTexts(content_root() / "profile" / FILE, Silent()),
        )  # fmt: skip

    def keep(self, owner: str, number: int, *, status: Any = "open", closed: date | None = None, **facts: Any) -> None:
        for _ in range(number):
            self.n = getattr(self, "n", 0) + 1
            made = replace(deal(owner=owner, close_date=closed, **facts), source="t", source_id=str(self.n))
            self.store.save_deal(made, verdict=judge().judge(made), status=status)


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path, Around(history=Past(), exceptions=Counts(), calls=Counts()))
    yield made
    made.store.close()


def asker(name: str) -> Asker:
    person = PEOPLE.by_key(name)
    return Asker(user=name, name=person.name, roles=person.roles, person=person)


def line(card, measure: str):
    return next(each for each in card.lines if each.measure.id == measure)


def fill(office: Office) -> None:
    """Ann fits in half of her deals and gives her margin away; the others of her team do neither."""
    recent, earlier = NOW.date() - timedelta(days=30), NOW.date() - timedelta(days=120)
    office.keep("Ann One", 3)
    office.keep("ann@x.example", 3, discount=Decimal(12), outcomes=())
    office.keep("Ann One", 6, status="won", closed=recent, margin=Decimal(20), service_months=3, offer="project")
    office.keep("Ann One", 5, status="won", closed=earlier, margin=Decimal(30))
    office.keep("Ann One", 9, status="lost", closed=recent, margin=Decimal(1))
    for rep in ("Ben Two", "Cat Three"):
        office.keep(rep, 6)
        office.keep(rep, 6, status="won", closed=recent, margin=Decimal(40))
    office.keep("Dan Four", 9, margin=Decimal(90))


def test_every_figure_with_its_n_its_past_and_the_teams_median(office: Office):
    fill(office)
    card = office.cards.of(asker("max"), "ann")
    found = {each.measure.id: (str(each.now.value), each.now.n, str(each.team), each.reps) for each in card.lines}
    assert found == {
        "fit_deals": ("50.0", 6, "100.0", 3),
        "fit_money": ("50.0", 6, "100.0", 3),
        "margin": ("20.0", 6, "40.0", 3),
        "service_mix": ("0.0", 6, "100.0", 3),
        "term": ("3", 6, "12", 3),
        "outcomes": ("50.0", 6, "100.0", 3),
        "exceptions": ("0.33", 12, "0.00", 3),
        "granted": ("75.0", 4, "None", 0),
        "calls": ("0.30", 10, "2.00", 3),
        "covered": ("20.0", 10, "20.0", 3),
    }
    assert (line(card, "margin").before.value, line(card, "margin").before.n) == (Decimal("30.0"), 5)
    assert (line(card, "fit_deals").before.value, line(card, "fit_money").before.value) == (
        Decimal("40.0"),
        Decimal("25.0"),
    )
    assert line(card, "granted").small
    assert (str(card.period.since), str(card.before.until)) == ("2026-08-26", "2026-08-25")


def test_the_weakest_by_their_gap_are_coached_with_what_the_profile_points_at(office: Office):
    fill(office)
    card = office.cards.of(asker("ann"))
    assert [each.measure.id for each in weakest(card.lines)] == ["service_mix", "calls", "term"]
    texts = [step.text for step in card.coaching]
    assert texts[0] == "Managed services: 0% (n = 6 deals won); the team's median is 100% (3 reps)."
    paths = {card.sources[n - 1].path for step in card.coaching for n in step.sources}
    assert {"managed-services-or-project.md", "cfo-conversation.md"} <= paths
    assert all(step.sources for step in card.coaching)


def test_a_small_number_is_shown_and_compared_with_nothing(office: Office):
    office.keep("Ann One", LEAST - 1, discount=Decimal(12))
    for rep in ("Ben Two", "Cat Three"):
        office.keep(rep, 9)
    card = office.cards.of(asker("ann"))
    fit = line(card, "fit_deals")
    assert (str(fit.now.value), fit.now.n, fit.small, fit.gap) == ("0.0", LEAST - 1, True, None)
    assert fit.team is None, "two reps have enough deals, and a median of two says what one of them did"
    assert fit.reps < LEAST_REPS
    assert not any("Fit" in step.text for step in card.coaching)


def test_without_a_team_the_past_is_what_it_is_compared_with(office: Office):
    office.keep("Ann One", 6, discount=Decimal(12))
    card = office.cards.of(asker("ann"))
    (fit, *_) = [step.text for step in card.coaching if step.text.startswith("Fit by deals")]
    assert fit == (
        "Fit by deals: 0% (n = 6 open deals); it was 40% before (n = 10). What fails most: discount earned by services."
    )


def test_a_rep_sees_their_own_a_manager_their_team_and_nobody_else(office: Office):
    fill(office)
    assert office.cards.of(asker("ann")).person.key == "ann"
    assert office.cards.of(asker("max"), "Ben").person.key == "ben"
    assert office.cards.of(OPERATOR, "dan").person.key == "dan"
    for who, whom in (("ann", "ben"), ("max", "dan"), ("mia", "ann"), ("max", "max"), ("ben", "Ann One")):
        with pytest.raises(NoSuchRep) as hidden:
            office.cards.of(asker(who), whom)
        with pytest.raises(NoSuchRep) as absent:
            office.cards.of(asker(who), "zzz")
        one, other = str(hidden.value), str(absent.value)
        assert "whose scorecard you may see" in one
        assert PEOPLE.by_name(whom).name not in one.replace(whom, "") or PEOPLE.by_name(whom).name in other
    for who in ("ada",):
        with pytest.raises(AccessDenied):
            office.cards.of(asker(who), "ann")
    with pytest.raises(AccessDenied):
        office.cards.of(Asker("U9", "Stranger"), "ann")
    with pytest.raises(NoSuchRep, match="Say whose scorecard"):
        office.cards.of(asker("max"))


def test_what_nobody_counts_is_said_and_not_shown_as_nothing(tmp_path):
    office = Office(tmp_path, Around())
    office.keep("Ann One", 6)
    card = office.cards.of(asker("ann"))
    assert (line(card, "calls").now.value, line(card, "exceptions").now.value) == (None, None)
    notes = " ".join(card.notes)
    assert "Not counted here: exceptions and calls and meetings." in notes
    assert "no snapshot" in notes
    assert card.plain()["lines"][0]["n"] == 6
    office.store.close()


def test_a_firm_without_texts_for_proposals_has_scorecards(tmp_path):
    office = Office(tmp_path, Around())
    office.cards._texts = LiveTexts(tmp_path / "nothing.yaml", Silent())
    office.keep("Ann One", 6, status="won", closed=NOW.date())
    found = {each.measure.id: str(each.now.value) for each in office.cards.of(asker("ann")).lines}
    assert (found["service_mix"], found["term"]) == ("100.0", "12")
    office.store.close()


def test_exceptions_and_snapshots_are_counted_as_they_are_kept():
    rows = [{"verdict": "fits", "value": Decimal(10)}, {"verdict": "incomplete", "value": None},
            {"verdict": "needs_approval", "value": Decimal(30)}]  # fmt: skip
    assert fit_of_rows(NOW.date(), rows) == PastFit(NOW.date(), 3, 1, Decimal(40), Decimal(10), 2)

    class Row:
        def __init__(self, state: str) -> None:
            self.state = state

    class Rows:
        def find(self, **asked: Any) -> list[Any]:
            assert asked["requesters"] == {"ann"}
            assert (asked["since"], asked["until"]) == (
                datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC),
            )  # fmt: skip
            return [Row("granted"), Row("declined"), Row("expired")]

    kept = KeptExceptions(Rows(), lambda: PEOPLE)
    assert kept.asked_by("ann", date(2026, 11, 1), date(2026, 11, 30)) == Asked(3, 1)


@given(st.lists(st.decimals(-1000, 1000, places=1), min_size=1, max_size=30))
def test_a_median_has_as_many_below_as_above(values):
    middle = median(values)
    assert sum(v < middle for v in values) <= len(values) / 2
    assert sum(v > middle for v in values) <= len(values) / 2


def test_figures_in_words():
    assert [figure_words(Decimal(v), "%") for v in ("40.50", "0.0", "100")] == ["40.5%", "0%", "100%"]
    assert figure_words(None, "months") == "-"
    assert set(FACTS) >= {"margin", "offer"}
