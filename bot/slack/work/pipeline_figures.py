"""Figures with the questions behind them: each one of the picture at a glance leads to its deals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot.pipeline.figures.overview import Amount, Overview, Since, Suspects
from bot.pipeline.figures.telling import groups_of, next_question, since_words, suspects_of
from bot.pipeline.query import Query, WordFilter
from bot.profile.verdict import Judgement
from bot.slack.blocks.pipeline_glance import Concern, Failing, Figure, Glance, Part
from bot.slack.blocks.titles import TITLES

Keep = Callable[[list[Mapping[str, Any]]], list[str]]
"""Keeps questions, and gives the marks under which buttons find them."""


def asked_body(question: str, query: Query) -> dict[str, Any]:
    """A question as it is kept."""
    return {"question": question, "query": query.plain()}


class Marks:
    """Collects the questions behind figures, so that all are kept in one step."""

    def __init__(self) -> None:
        self._bodies: list[Mapping[str, Any]] = []
        self._places: dict[str, int] = {}
        self._marks: list[str] = []

    def want(self, *queries: Query | None) -> None:
        """These will be asked for."""
        for query in queries:
            if query is not None and query.model_dump_json() not in self._places:
                self._places[query.model_dump_json()] = len(self._bodies)
                self._bodies.append(asked_body("", query))

    def keep(self, keep: Keep) -> None:
        """Keep all of them."""
        self._marks = keep(self._bodies)

    def of(self, query: Query | None) -> str | None:
        """The mark of one of them."""
        return None if query is None else self._marks[self._places[query.model_dump_json()]]


def glance_of(overview: Overview, *, day: date, whose: str, keep: Keep) -> Glance:
    """The picture with a mark at each figure."""
    fit, marks = overview.fit, Marks()
    marks.want(*(group.query for groups in groups_of(overview) for group in groups[2]))
    marks.want(*(check.query for check in fit.failing), *(fact.waiting.query for fact in overview.facts))
    suspects = [one for one in (overview.false_positives, overview.negative_value) if one is not None]
    marks.want(*(one.amount.query for one in suspects))
    since = [] if overview.since is None else [amount for _, amount in _changes(overview.since)]
    marks.want(*(amount.query for amount in since))
    verdicts = [(judgement, _of_verdict(judgement)) for judgement, tally in fit.split.by.items() if tally.deals]
    marks.want(*(query for _, query in verdicts))
    marks.keep(keep)
    return Glance(
        day=day,
        whose=whose,
        profile_words=overview.profile_words,
        currency=overview.currency,
        total=Figure("all", fit.split),
        question=next_question(overview),
        parts=tuple(
            Part(name, title, tuple(Figure(g.label or "not known", g.split, marks.of(g.query)) for g in groups))
            for name, title, groups in groups_of(overview)
        ),
        failing=tuple(
            Failing(one.label, one.tally.deals, one.tally.money, one.approvable, one.unknown, marks.of(one.query))
            for one in sorted(fit.failing, key=lambda one: (-one.tally.money, -one.tally.deals, one.check))
        ),
        drop=tuple(_concern(*one, marks) for one in suspects_of(overview)),
        facts=tuple(
            Concern(fact.label, fact.waiting.deals, fact.waiting.money, "", marks.of(fact.waiting.query))
            for fact in overview.facts
        ),
        settles=tuple((fact.label, fact.settles) for fact in overview.facts if fact.settles),
        incomplete=sum(tally.deals for verdict, tally in fit.split.by.items() if verdict.value == "incomplete"),
        since=() if overview.since is None else since_words(overview.since, overview.currency),
        changes=()
        if overview.since is None
        else tuple((words, marks.of(amount.query)) for words, amount in _changes(overview.since) if amount.deals),
        verdicts=tuple(
            (f"{_verdict(judgement.value)} ({fit.split.by[judgement].deals:,})", marks.of(query))
            for judgement, query in verdicts
        ),
        notes=overview.notes,
    )


def _of_verdict(judgement: Judgement) -> Query:
    verdict = WordFilter(by="verdict", any_of=(judgement.value,))
    return Query(filters=(verdict, WordFilter(by="status", any_of=("open",))))


def _concern(label: str, why: str, found: Suspects, marks: Marks) -> Concern:
    names = ", ".join(deal.name for deal in found.largest[:3])
    largest = f"{why} The largest: {names}." if names else why
    return Concern(label, found.amount.deals, found.amount.money, largest, marks.of(found.amount.query))


def _changes(since: Since) -> list[tuple[str, Amount]]:
    return [
        (f"Came in ({since.came_in.deals:,})", since.came_in),
        (f"Went out ({since.went_out.deals:,})", since.went_out),
        (f"New verdict ({since.new_verdict.deals:,})", since.new_verdict),
    ]


def _verdict(name: str) -> str:
    return next((title.split(" ", 1)[1].lower() for verdict, title in TITLES.items() if verdict.value == name), name)
