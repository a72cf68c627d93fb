"""What to coach: for each of the weakest measures a sentence, and the playbook passages that the profile points at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.pipeline.reviews.agenda import Sources, Step
from bot.pipeline.scorecard.card import Line, figure_words, weakest
from bot.pipeline.scorecard.counted import Book
from bot.profile.conditions import facts_of
from bot.profile.model import Check, Profile

MOST_LINKS = 2


def coaching_of(lines: Sequence[Line], book: Book, sources: Sources) -> tuple[Step, ...]:
    """The two or three weakest by their gap, each with what to read."""
    return tuple(_step(line, book, sources) for line in weakest(lines))


def _step(line: Line, book: Book, sources: Sources) -> Step:
    measure = line.measure
    mine, against = figure_words(line.now.value, measure.unit), line.team
    beside = f"the team's median is {figure_words(against, measure.unit)} ({line.reps} reps)"
    if against is None:
        beside = f"it was {figure_words(line.before.value, measure.unit)} before (n = {line.before.n})"
    text = f"{measure.label}: {mine} (n = {line.now.n} {measure.of}); {beside}."
    check = _worst_check(book) if measure.role is None else None
    if check is not None:
        text += f" What fails most: {check.label.lower()}."
    links = [check.guidance] if check is not None else _links(book, measure.role)
    return Step(text, sources.numbers([link for link in links if link][:MOST_LINKS]))


def _worst_check(book: Book) -> Check | None:
    """The check that most of the open deals fail."""
    failed = Counter(broken.check for record in book.open for broken in record.broken)
    names = sorted(failed, key=lambda name: (-failed[name], name))
    checks = (book.profile.check(name) for name in names)
    return next((check for check in checks if check is not None), None)


def _links(book: Book, role: str | None) -> list[str | None]:
    """The guidance of the checks that require the fact; else of those that ask for it in a condition."""
    fact = None if role is None else _fact_of(book, role)
    if fact is None:
        return []
    requiring = [check for check in book.profile.checks if fact in _required(check)]
    asking = [check for check in book.profile.checks if fact in _asked(check)]
    return list(dict.fromkeys(check.guidance for check in (requiring or asking)))


def _fact_of(book: Book, role: str) -> str | None:
    if role == "margin":
        return _margin(book.profile)
    return book.fact(role)


def _margin(profile: Profile) -> str | None:
    return profile.economics.facts.margin if profile.economics is not None else "margin"


def _required(check: Check) -> set[str]:
    return {fact for case in check.cases for fact in facts_of(case.require)}


def _asked(check: Check) -> set[str]:
    return {fact for case in check.cases for fact in facts_of(case.when)} | set(facts_of(check.when))
