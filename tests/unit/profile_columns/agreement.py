"""Both evaluators on the same deals: every result, segment, stance and judgement must be the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import ibis

from bot.deals.deal import Deal
from bot.profile.columns import names
from bot.profile.columns.deals import deals_table
from bot.profile.columns.judge import ColumnJudge
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.verdict import Judgement


def over_columns(backend: Any, profile: Profile, deals: Sequence[Deal], *, fit: bool) -> list[dict[str, Any]]:
    """What the evaluator over columns says of each deal, in the order of the deals. The fit must say the same."""
    deals_there = backend.create_table("deals", deals_table(profile, deals), overwrite=True)
    judge = ColumnJudge(profile)
    rows = judge.judged(deals_there, keep=[names.NAME]).to_pyarrow().to_pylist()
    by_name = {row[names.NAME]: row for row in rows}
    for row in judge.fit(deals_there, by=[names.NAME]).to_pyarrow().to_pylist() if fit else ():
        said = [each.value for each in Judgement if row[each.value]]
        assert said == [by_name[row[names.NAME]][names.VERDICT]], f"the fit of {row[names.NAME]} says {said}"
    return [by_name[deal.name] for deal in deals]


def of_each(profile: Profile, deals: Sequence[Deal]) -> list[dict[str, Any]]:
    """What the judge of one deal says, in the same shape."""
    judge = Judge(profile)
    rows = []
    for deal in deals:
        verdict = judge.judge(deal)
        rows.append(
            {
                names.NAME: deal.name,
                names.VERDICT: verdict.judgement.value,
                names.SEGMENT: verdict.segment,
                names.STANCE: verdict.stance,
                **{names.result_column(finding.check): finding.result.value for finding in verdict.findings},
            }
        )
    return rows


def assert_agreement(backend: Any, profile: Profile, deals: Sequence[Deal], *, fit: bool = True) -> Counter[str]:
    """Both say the same of every deal. Gives how often each result and judgement occurred."""
    seen: Counter[str] = Counter()
    columns = over_columns(backend, profile, deals, fit=fit)
    for deal, one, other in zip(deals, of_each(profile, deals), columns, strict=True):
        assert one == other, f"{deal}\n{profile.segments}\n{profile.checks}"
        seen.update(value for name, value in one.items() if name not in {names.NAME, names.SEGMENT, names.STANCE})
    return seen


def duckdb() -> Any:
    """DuckDB in memory."""
    return ibis.duckdb.connect(threads=1)
