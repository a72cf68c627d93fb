"""Outcomes and the calendar: what shall be better, by when, and the dates on which both sides look at it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.deals.facts import Outcome
from bot.deals.wording import date_words, weekday_words
from bot.pipeline.proposals.document import Grid, Heading, Kind, Paragraph, Part, Run, Runs, clean
from bot.pipeline.proposals.given import Given, number_words
from bot.pipeline.proposals.texts import MeetingShape
from bot.pipeline.reviews.calendar import Event, Meeting, events_of, last_day

HEADER = ("Outcome", "Today", "Target", "By", "Owner", "Agreed")
PLACES = 3


def outcomes(given: Given) -> Iterator[Part]:
    """One line an outcome, with what is missing in it; then which are not agreed yet."""
    found = given.outcomes
    if not found:
        yield Paragraph((given.gap("the outcomes that define success", "outcomes"),))
        return
    rows = tuple(_row(given, outcome, _name(outcome, n)) for n, outcome in enumerate(found, start=1))
    yield Grid(HEADER, rows)
    waiting = [_name(outcome, n) for n, outcome in enumerate(found, start=1) if outcome.agreed is not True]
    if waiting:
        words = f"{len(waiting)} of {len(found)} {'is' if len(waiting) == 1 else 'are'} not agreed yet: "
        yield Paragraph((Run(words), Run("; ".join(waiting)), Run(".")))


def calendar(given: Given) -> Iterator[Part]:
    """The dates of the calls and reviews that the deal promises, and who takes part."""
    promise, shape = given.promise, given.texts.shape
    events = events_of(promise, given.texts.rhythm)
    if promise.start is not None and promise.months:
        end = Run(date_words(last_day(promise.start, promise.months))) if events else given.gap("the last day")
        yield Paragraph((Run("The service begins on "), given.start_words(), Run(" and runs until "), end, Run(".")))
    else:
        term = given.shown("service_months", "the service term")
        yield Paragraph((Run("Beginning: "), given.start_words(), Run(". Service term: "), term, Run(".")))
    yield Heading("Monthly calls")
    yield from _meetings(given, Meeting.CALL, events, shape.monthly_call, promise.monthly_call, "monthly_call")
    yield Heading("Customer Business Reviews")
    reviews = promise.reviews_a_year
    held = None if reviews is None else reviews > 0
    if reviews:
        yield Paragraph((Run(f"{reviews:,} a year."),))
    yield from _meetings(given, Meeting.REVIEW, events, shape.review, held, "reviews_per_year")
    moved = [f"{weekday_words(event.on)} ({event.moved})" for event in events
             if event.moved and event.kind is not Meeting.RENEWAL]  # fmt: skip
    if moved:
        yield Paragraph(
            (Run("No meeting is held on a weekend or while we are closed: " + "; ".join(moved) + "."),), note=True
        )


def _row(given: Given, outcome: Outcome, name: str) -> tuple[Runs, ...]:
    metric = Run(name, Kind.STRONG) if outcome.metric else given.gap(f"the metric of {name}")
    baseline = outcome.baseline
    today = given.gap(f"the baseline of {name}") if baseline is None else Run(number_words(baseline, outcome.unit))
    target = given.gap(f"the target of {name}") if outcome.target is None else Run(
        number_words(outcome.target, outcome.unit)
    )  # fmt: skip
    unit = () if outcome.unit else (Run(" "), given.gap(f"the unit of {name}"))
    due = given.gap(f"the date of {name}") if outcome.due is None else Run(date_words(outcome.due))
    owner = clean(outcome.owner or "", 120)
    owned = Run(owner) if owner else given.gap(f"the owner of {name}")
    agreed = Run("yes") if outcome.agreed is True else given.gap(f"the customer's agreement to {name}")
    return (metric,), (today,), (target, *unit), (due,), (owned,), (agreed,)


def _name(outcome: Outcome, number: int) -> str:
    return clean(outcome.metric or "", 120) or f"outcome {number}"


def _meetings(
    given: Given, kind: Meeting, events: tuple[Event, ...], shape: MeetingShape, held: bool | None, role: str
) -> Iterator[Part]:
    what = "monthly calls" if kind is Meeting.CALL else "Customer Business Reviews"
    if held is None:
        yield Paragraph((given.gap(f"the {what}", role),))
    elif not held:
        yield Paragraph((Run(f"This proposal holds no {what}."),))
    if held is False:
        return
    theirs, ours = "; ".join(shape.customer), "; ".join(shape.ours)
    yield Paragraph((Run(f"{shape.length}. For {given.customer}: {theirs}. For {given.texts.shape.firm}: {ours}."),))
    mine = [event for event in events if event.kind is kind]
    if mine:
        yield _dates(mine)
    elif held:
        yield Paragraph((given.gap(f"the dates of the {what}"),))


def _dates(events: list[Event]) -> Grid:
    """The dates, three in a row: a term of years stays on one page."""
    cells: list[Runs] = [(Run(f"{event.number}  ", Kind.STRONG), Run(weekday_words(event.on))) for event in events]
    cells += [(Run(""),)] * (-len(cells) % PLACES)
    rows = tuple(tuple(cells[n : n + PLACES]) for n in range(0, len(cells), PLACES))
    return Grid(("",) * PLACES, rows)
