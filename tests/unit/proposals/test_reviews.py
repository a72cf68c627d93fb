from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checking.asker import OPERATOR, Asker
from bot.deals.facts import Outcome
from bot.knowledge.passages import Passage
from bot.pipeline.proposals.live_texts import LiveTexts
from bot.pipeline.proposals.texts import FILE
from bot.pipeline.reviews.agenda import end_words, state_words
from bot.pipeline.reviews.ics import Words, calendar_bytes
from bot.pipeline.reviews.service import CannotNote, NoSuchCustomer, ReviewService
from bot.pipeline.reviews.standing import Standing, states_of
from bot.pipeline.view import AccessDenied
from bot.profile.people import People, parse_people
from bot.profile.problems import PeopleError
from bot.settings import content_root
from bot.store.database import Store, open_store
from bot.store.records import folded
from bot.store.review_book import GivenEvent, OutcomeValue
from tests.unit.proposals.support import FACTS, deal, judge, people
from tests.unit.proposals.test_service import Live, Silent

START = date(2026, 10, 15)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TIME, UP = FACTS["outcomes"]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Shelf:
    """Playbooks in which every link leads somewhere."""

    def guidance(self, link: str, *, audience: frozenset[str]) -> Passage | None:
        path, _, anchor = link.partition("#")
        text = f"First of {anchor}.\n\nSecond."
        return Passage(f"{link}/1", path, path, anchor, anchor, text, "0" * 64, None, audience, "", None, 0)


@pytest.fixture
def office(tmp_path):
    clock = Clock()
    store = open_store(f"sqlite:///{tmp_path / 's.db'}", clock)
    texts = LiveTexts(content_root() / "profile" / FILE, Silent())
    made = ReviewService(live=Live(), people=people, book=store, texts=texts, guide=Shelf(), clock=clock)
    yield SimpleNamespace(store=store, clock=clock, reviews=made, texts=texts)
    store.close()


def in_zone(zone: str | None) -> People:
    """The bundled people, Dana in this time zone."""
    text = (content_root() / "profile" / "people.yaml").read_text("utf-8")
    line = "email: dana@alphatech.example, "
    assert text.count(line) == 1
    return parse_people(text.replace(line, f"{line}zone: {zone}, " if zone else line).encode(), "people.yaml")


@pytest.mark.parametrize(
    ("zone", "usual", "first"),
    [
        (None, "UTC", "2026-11-25T07:00"),
        (None, "Europe/Berlin", "2026-11-25T06:00"),
        ("America/Los_Angeles", "Europe/Berlin", "2026-11-25T15:00"),
        ("Asia/Kolkata", "UTC", "2026-11-25T02:00"),
        # In Auckland it is the 25th when the 24th is at its end here.
        ("Pacific/Auckland", "UTC", "2026-11-24T18:00"),
    ],
)
def test_a_reminder_waits_for_the_morning_of_its_owner(office, zone, usual, first):
    made = ReviewService(
        live=Live(), people=lambda: in_zone(zone), book=office.store, texts=office.texts, guide=Shelf(),
        clock=office.clock, hour=7, zone=usual,
    )  # fmt: skip
    win(office.store)  # its call is on Monday 30 November; three open days before is the 25th
    begin = datetime(2026, 11, 21, tzinfo=UTC)
    turns = [begin + timedelta(hours=n) for n in range(24 * 6)]
    due = [f"{at:%Y-%m-%dT%H:%M}" for at in turns if made.due(at=at)]
    assert due[0] == first
    hours = {datetime.fromisoformat(f"{at}+00:00").astimezone(ZoneInfo(zone or usual)).hour for at in due}
    assert min(hours) == 7
    assert made.due(at=datetime(2026, 11, 28, 12, tzinfo=UTC)) == [], "on a Saturday nobody is reminded"


def test_a_zone_that_is_none_is_refused_by_its_place():
    with pytest.raises(PeopleError, match=r"`Europe/Berln` is no time zone"):
        in_zone("Europe/Berln")


def win(store: Store, name: str = "Mercy Regional", **changes) -> str:
    made = deal(name=name, customer=name, **({"close_date": START} | changes))
    return store.save_deal(replace(made, source="t", source_id=name), verdict=judge().judge(made), status="won").key


def asker(name: str) -> Asker:
    person = people().by_key(name)
    return Asker(user=name, name=person.name, roles=person.roles, person=person)


def measured(outcome: Outcome, value: str, on: date = date(2026, 12, 1), start: date | None = START):
    noted = OutcomeValue("k", folded(outcome.metric), on, Decimal(value), "dana", datetime(2026, 12, 1, tzinfo=UTC))
    return states_of([outcome], [noted], start=start, today=date(2027, 12, 31))[0]


def test_an_outcome_is_reached_on_the_path_or_behind_with_its_gap():
    assert measured(TIME, "5").standing is Standing.REACHED
    assert measured(TIME, "4.5").gap == 0
    behind = measured(TIME, "23")
    assert (behind.standing, behind.gap, behind.expected) == (Standing.BEHIND, Decimal(18), Decimal("20.54"))
    assert measured(TIME, "20").standing is Standing.ON_PATH
    assert measured(TIME, str(TIME.baseline), on=START).standing is Standing.ON_PATH, "the path begins at the baseline"
    assert measured(UP, "99.8").standing is Standing.REACHED
    assert measured(UP, "98.6").standing is Standing.BEHIND
    assert measured(TIME, "20", start=None).standing is Standing.BEHIND, "without a start there is no path"
    assert "18 days to go; the path would be at 20.54 days" in state_words(behind)


def test_what_cannot_be_judged_says_why():
    assert states_of([TIME], [], start=START, today=START)[0].standing is Standing.NOT_MEASURED
    same, open_ = replace(TIME, baseline=Decimal(5)), replace(TIME, baseline=None)
    assert measured(same, "5").standing is Standing.NOT_MEASURABLE
    assert "are the same" in state_words(measured(same, "5"))
    assert "is missing" in state_words(measured(open_, "5"))


def test_the_latest_value_up_to_today_counts():
    made = [OutcomeValue("k", "time to deploy", date(2026, 12, day), Decimal(value), "d", datetime.now(UTC))
            for day, value in ((20, 4), (1, 20), (10, 12))]  # fmt: skip
    state = states_of([TIME], made, start=START, today=date(2026, 12, 15))[0]
    assert state.latest.value == 12


@given(
    st.decimals(-100, 100, places=2), st.decimals(-100, 100, places=2), st.decimals(-150, 150, places=2),
    st.integers(-20, 400),
)  # fmt: skip
def test_a_standing_never_contradicts_its_gap(baseline, target, value, day):
    outcome = Outcome("m", baseline, target, "days", START + timedelta(days=200), "o", agreed=True)
    noted = OutcomeValue("k", "m", START + timedelta(days=day), value, "d", datetime.now(UTC))
    state = states_of([outcome], [noted], start=START, today=date(2028, 1, 1))[0]
    if baseline == target:
        assert state.standing is Standing.NOT_MEASURABLE
        return
    there = value >= target if target > baseline else value <= target
    assert (state.standing is Standing.REACHED) == there == (state.gap == 0)
    if not there:
        assert state.gap == abs(target - value)
        assert min(baseline, target) <= state.expected <= max(baseline, target)
        if day >= 200:
            assert state.standing is Standing.BEHIND, "the path has ended at the target"


def test_who_sees_whose_customers(office):
    win(office.store)
    win(office.store, "Hope", owner="Lena Fischer")
    names = {
        who: [c.name for c in office.reviews.customers(asker(who))] for who in ("dana", "morgan", "chris", "priya")
    }
    assert names == {"dana": ["Mercy Regional"], "morgan": ["Mercy Regional"], "chris": ["Hope"],
                     "priya": ["Hope", "Mercy Regional"]}  # fmt: skip
    with pytest.raises(AccessDenied):
        office.reviews.customers(asker("alex"))
    with pytest.raises(NoSuchCustomer) as hidden:
        office.reviews.agenda(asker("dana"), "Hope")
    with pytest.raises(NoSuchCustomer) as absent:
        office.reviews.agenda(asker("dana"), "Nope")
    assert str(hidden.value).replace("Hope", "Nope") == str(absent.value)
    assert "`/pipeline reviews`" in str(absent.value)
    with pytest.raises(NoSuchCustomer):
        office.reviews.note(asker("sam"), "Mercy Regional", "up-time", Decimal(99))
    assert office.store.outcome_values("t:Mercy Regional") == []


def test_an_agenda_says_what_is_behind_first_and_cites_it(office):
    win(office.store)
    office.reviews.note(asker("dana"), "Mercy Regional", "Time to Deploy", Decimal(23), date(2026, 11, 20))
    made = office.reviews.agenda(asker("dana"), "mercy regional")
    assert made.title == "Monthly call 2: Mercy Regional"
    said = [step.text for step in made.steps]
    assert said == [
        "Prepare: monthly call.", "Show first what is behind: time to deploy.",
        "Get figures before the meeting: up-time.",
    ]  # fmt: skip
    by_n = {source.n: source.passage for source in made.sources}
    assert by_n[made.steps[1].sources[0]] == "customer-business-review.md#showing-a-missed-target/1"
    assert made.plain()["schema"] == 1
    assert made.ends_on == date(2027, 10, 14)
    assert "renewal talks begin on" in str(end_words(made))
    late = replace(made, renewal_on=made.event.on - timedelta(days=1))
    assert "renewal talks were due from" in str(end_words(late))


def test_expansion_is_spoken_of_when_every_agreed_outcome_is_reached_and_not_before(office):
    win(office.store)
    office.reviews.note(OPERATOR, "Mercy Regional", "time to deploy", Decimal(4), date(2026, 11, 20))
    before = office.reviews.agenda(OPERATOR, "Mercy Regional")
    assert not any("propose one step" in step.text for step in before.steps)
    office.reviews.note(OPERATOR, "Mercy Regional", "up-time", Decimal("99.9"), date(2026, 11, 20))
    after = office.reviews.agenda(OPERATOR, "Mercy Regional")
    (step,) = [step for step in after.steps if "propose one step" in step.text]
    assert {after.sources[n - 1].path for n in step.sources} == {"expansion-and-renewal.md"}


def test_what_cannot_be_noted_says_why(office):
    win(office.store)
    for metric, value, on, why in (
        ("speed", "1", None, "Its outcomes are: time to deploy, up-time"),
        ("up-time", "1", date(2026, 11, 24), "still to come"),
        ("up-time", "NaN", None, "is a number"),
    ):
        with pytest.raises(CannotNote, match=why):
            office.reviews.note(OPERATOR, "Mercy Regional", metric, Decimal(value), on)


def test_the_calendar_file_keeps_its_uids_and_counts_changes(office):
    win(office.store)

    def entries():
        made = icalendar.Calendar.from_ical(office.reviews.calendar(OPERATOR, "Mercy Regional"))
        return {str(e["uid"]): e for e in made.walk("VEVENT")}

    first = entries()
    assert len(first) == 11 + 2 + 1, "the first of twelve calls is over"
    assert office.reviews.calendar(OPERATOR) == office.reviews.calendar(OPERATOR), "nothing changed: the same bytes"
    one = next(e for e in first.values() if str(e["summary"]) == "Monthly call 2: Mercy Regional")
    assert one["dtstart"].dt == date(2026, 11, 30)
    assert one["dtend"].dt == date(2026, 12, 1)
    assert (int(one["sequence"]), str(one["status"]), str(one["transp"])) == (0, "CONFIRMED", "TRANSPARENT")
    assert "moved from Sunday 29 November 2026" in str(one["description"])
    office.clock.now += timedelta(hours=1)
    win(office.store, close_date=START + timedelta(days=7), reviews_per_year=1)
    later = entries()
    assert set(first) < set(later)
    (over,) = set(later) - set(first)
    assert later[over]["dtstart"].dt == date(2026, 11, 5), "what changed after its day may stand elsewhere in calendars"
    cancelled = [e for e in later.values() if str(e["status"]) == "CANCELLED"]
    assert [int(e["sequence"]) for e in cancelled] == [1]
    moved = later[str(one["uid"])]
    assert (int(moved["sequence"]), moved["dtstart"].dt) == (1, date(2026, 12, 7))
    assert moved["dtstamp"].dt > one["dtstamp"].dt


def test_the_calendar_file_leaves_out_what_has_passed_and_keeps_what_calendars_show_on_another_day(office):
    def days():
        made = icalendar.Calendar.from_ical(office.reviews.calendar(OPERATOR, "Mercy Regional"))
        return {str(entry["summary"]): entry["dtstart"].dt for entry in made.walk("VEVENT")}

    win(office.store)
    first = days()
    assert "Monthly call 1: Mercy Regional" not in first, "it was on 29 October"
    assert first["Monthly call 2: Mercy Regional"] == date(2026, 11, 30)
    office.clock.now += timedelta(days=7)
    assert days() == first, "a date is ahead until its day is over"
    office.clock.now += timedelta(days=1)
    gone = {"Monthly call 2: Mercy Regional"}
    assert set(days()) == set(first) - gone
    # The start was wrong: what calendars show in January took place in November, and they must hear of it.
    win(office.store, close_date=START - timedelta(days=50))
    moved = days()
    assert all(moved[name] < first[name] for name in first)
    assert moved["Monthly call 3: Mercy Regional"] < office.clock.now.date()


def test_text_of_a_deal_cannot_leave_its_line_in_the_calendar(office):
    win(office.store, "Evil\r\nBEGIN:VEVENT\r\nUID:x\r\n\x00")
    made = icalendar.Calendar.from_ical(office.reviews.calendar(OPERATOR))
    assert all(str(e["uid"]).endswith("@dealfit") for e in made.walk("VEVENT"))
    assert len(made.walk("VEVENT")) == 14


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_a_calendar_s_lines_are_read_back_as_they_were_meant(description: str, summary: str) -> None:
    """The lines are written by us: the library that reads them must find the same texts, and no line too long."""
    said = description.replace("\r", " ")
    event = GivenEvent("u-1@dealfit", "k", "review", 1, date(2026, 12, 1), "", 3, cancelled=False, changed_at=NOON)
    made = calendar_bytes([event], {event.uid: Words(summary, said)})
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    (entry,) = icalendar.Calendar.from_ical(made).walk("VEVENT")
    shown = "".join(char for char in said if unicodedata.category(char)[0] != "C" or char == "\n")
    read = "".join(char for char in str(entry["description"]) if unicodedata.category(char)[0] != "C" or char == "\n")
    assert read == shown
    assert (str(entry["uid"]), entry["dtstart"].dt, entry["dtend"].dt) == (event.uid, event.on, date(2026, 12, 2))
    assert (int(entry["sequence"]), str(entry["status"]), entry["dtstamp"].dt) == (3, "CONFIRMED", NOON)


def test_a_reminder_is_due_some_open_days_before_and_once(office):
    win(office.store)
    win(office.store, "Nobody's", owner="Zoe Unknown")
    due = office.reviews.due()
    assert [(r.key, r.owner.key, str(r.event.on)) for r in due] == [], "the call of 30 November is four open days away"
    office.clock.now = datetime(2026, 11, 25, 7, tzinfo=UTC)
    (due,) = office.reviews.due()
    assert (due.owner.key, due.event.on) == ("dana", date(2026, 11, 30))
    office.reviews.reminded(due.uid, due.event.on)
    assert office.reviews.due() == []
    win(office.store, close_date=START + timedelta(days=2))
    office.clock.now = datetime(2026, 11, 26, 7, tzinfo=UTC)
    (again,) = office.reviews.due()
    assert (again.uid, again.event.on) == (due.uid, date(2026, 12, 1)), "it was moved: its owner hears of it again"


def test_a_customer_without_a_start_says_so(office):
    win(office.store, close_date=None)
    (customer,) = office.reviews.customers(OPERATOR)
    assert (customer.events, customer.missing) == ((), ("start",))
    with pytest.raises(NoSuchCustomer, match="not known: start"):
        office.reviews.agenda(OPERATOR, "Mercy Regional")
    assert b"VEVENT" not in office.reviews.calendar(OPERATOR)
