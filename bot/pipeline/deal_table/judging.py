"""The expression that judges the deal table: every check, the verdict, and whose deal it is, for each deal once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from bot.pipeline.deal_table import layout
from bot.pipeline.records import owner_of, value_fact
from bot.profile.columns import names
from bot.profile.columns.judge import ColumnJudge
from bot.profile.model import SEGMENT_CHECK, Profile, Stance
from bot.profile.people import People
from bot.profile.verdict import Judgement, Result

OWNER_COLUMNS = (names.OWNER, layout.PERSON, layout.OWNER_KEY, layout.OWNER_NAME, layout.TEAM)


def judged(deals: ir.Table, owners: ir.Table, profile: Profile) -> ir.Table:
    """The rows with verdict, segment, stance and results (`ColumnJudge.judged`), and the columns `layout.ADDED`.

    `owners` is the table that `owners_of` makes.
    """
    found = ColumnJudge(profile).judged(deals).view()
    size = value_fact(profile.facts)
    value = ibis.null("decimal(18, 2)")
    if size is not None:
        ours = found[names.CURRENCY] == profile.currency
        value = ours.ifelse(found[size], ibis.null(found[size].type()))
    joined = found.left_join(owners, found[names.OWNER] == owners[names.OWNER])
    columns = {name: found[name] for name in found.columns}
    added = {name: owners[name] for name in OWNER_COLUMNS[1:]}
    return joined.select(**columns, **added, **{layout.VALUE: value})


def owners_of(texts: Sequence[str], people: People) -> pa.Table:
    """Whom each owner's text means: the person, whose deals are grouped together, and the name that is shown."""
    rows: list[tuple[str, str | None, str | None, str | None, str | None]] = []
    for text in texts:
        person = owner_of(text, people)
        written = " ".join(text.split()) or None
        if person is None:
            rows.append((text, None, written and written.casefold(), written, None))
        else:
            rows.append((text, person.key, person.key, person.name, person.team))
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(len(OWNER_COLUMNS))]
    return pa.table(dict(zip(OWNER_COLUMNS, columns, strict=True)))


def people_stamp(people: People) -> tuple[Any, ...]:
    """What of the people file decides whose deal is whose."""
    return tuple((each.key, each.name, each.email, each.team) for each in people.all)


def words_of_columns(profile: Profile) -> Mapping[str, tuple[str, ...]]:
    """The columns of which every value is one of a few words: a database may keep them as small numbers."""
    results = tuple(result.value for result in Result)
    checks = ([SEGMENT_CHECK] if profile.segments else []) + [check.id for check in profile.checks]
    return {
        layout.STATUS: ("open", "won", "lost"),
        names.VERDICT: tuple(judgement.value for judgement in Judgement),
        names.SEGMENT: tuple(dict.fromkeys(segment.name for segment in profile.segments)),
        names.STANCE: tuple(stance.value for stance in Stance),
        **{names.result_column(check): results for check in checks},
    }
