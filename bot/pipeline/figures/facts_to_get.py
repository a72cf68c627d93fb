"""Which missing facts keep incomplete deals undecided, and which of them would decide the most."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis.expr.types as ir

from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import checks_of
from bot.pipeline.figures.conditions import raw_fact_column
from bot.pipeline.figures.measures import number
from bot.pipeline.figures.overview import Amount, FactToGet
from bot.pipeline.figures.running import Answering
from bot.pipeline.query import MissingFilter, Query, WordFilter
from bot.profile.columns import names
from bot.profile.conditions import facts_of
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Judgement, Result

_INCOMPLETE = WordFilter(by="verdict", any_of=(Judgement.INCOMPLETE.value,))


def facts_to_get(
    answering: Answering, open_deals: Callable[[], ir.Table], query_of: Callable[..., Query]
) -> tuple[FactToGet, ...]:
    """The facts that open incomplete deals wait for: those that settle the most money first.

    A deal waits for a fact that it lacks and that one of its undecided checks looks at.
    """
    profile = answering.judge.profile
    looking = checks_by_fact(profile)

    def make() -> ir.Table:
        table = open_deals()
        table = table.filter(table[names.VERDICT] == Judgement.INCOMPLETE.value)
        waits = {
            f"_w{n}": raw_fact_column(table, fact, profile).isnull()
            & reduce(or_, [table[names.result_column(check)] == Result.UNKNOWN.value for check in checks])
            for n, (fact, checks) in enumerate(looking.items())
        }
        found = table.select(_value=table[layout.VALUE], **waits).view()
        counted: Any = sum((found[name].ifelse(1, 0) for name in waits), start=0)
        found = found.mutate(_n=counted).view()
        sums: dict[str, ir.Scalar] = {}
        for n in range(len(looking)):
            waiting = found[f"_w{n}"]
            alone = reduce(and_, [waiting, found["_n"] == 1])
            sums |= {
                f"deals_{n}": found.count(where=waiting),
                f"money_{n}": found["_value"].sum(where=waiting),
                f"settles_{n}": found.count(where=alone),
                f"settled_{n}": found["_value"].sum(where=alone),
            }
        return found.aggregate(**sums)

    (row,) = answering.statements.rows(answering.engine, ("facts to get", answering.of), make)
    found = [
        FactToGet(
            fact,
            profile.facts[fact].label,
            Amount(row[f"deals_{n}"], number(row[f"money_{n}"]), query_of(_INCOMPLETE, MissingFilter(fact=fact))),
            row[f"settles_{n}"],
            number(row[f"settled_{n}"]),
        )
        for n, fact in enumerate(looking)
        if row[f"deals_{n}"]
    ]
    return tuple(sorted(found, key=lambda f: (-f.settles_money, -f.settles, -f.waiting.deals, f.fact)))


def checks_by_fact(profile: Profile) -> dict[str, tuple[str, ...]]:
    """For each fact of the profile the checks that count and look at it."""
    counted = set(checks_of(profile))
    found: dict[str, dict[str, None]] = {}
    for check in profile.checks:
        if check.id in counted:
            conditions = [check.when, *(case.when for case in check.cases), *(case.require for case in check.cases)]
            for fact in (fact for condition in conditions for fact in facts_of(condition)):
                found.setdefault(fact, {})[check.id] = None
    for segment in profile.segments:
        for fact in facts_of(segment.when):
            found.setdefault(fact, {})[SEGMENT_CHECK] = None
    return {fact: tuple(found[fact]) for fact in profile.facts if fact in found}
