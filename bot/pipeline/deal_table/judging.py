"""The expression that judges the deal table: every check, the verdict, and whose deal it is, for each deal once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from bot.pipeline.deal_table import layout
from bot.pipeline.records import owner_of, value_fact
from bot.pipeline.stages import Status
from bot.profile.columns import names
from bot.profile.columns.judge import ColumnJudge
from bot.profile.conditions import relaxed
from bot.profile.model import SEGMENT_CHECK, Check, Profile, Stance
from bot.profile.people import People
from bot.profile.verdict import Judgement, Result

OWNER_COLUMNS = (names.OWNER, layout.PERSON, layout.OWNER_KEY, layout.OWNER_NAME, layout.TEAM)


def authority_column(check_id: str) -> str:
    """The column that says who may approve this very failure; null where nobody may, or nothing fails."""
    return f"{names.OURS}authority_{check_id.replace('-', '_')}"


def judged(deals: ir.Table, owners: ir.Table, profile: Profile) -> ir.Table:
    """The rows as the profile judges them.

    Added are verdict, segment, stance and results (`ColumnJudge.judged`), who may approve each failure
    (`authority_column`), whose the deal is and what it is worth (`layout.ADDED`). `owners` is what `owners_of` makes.
    """
    banded = _with_bands(profile)
    found = ColumnJudge(banded).judged(deals).view()
    bands = {names.result_column(check.id) for check in banded.checks[len(profile.checks) :]}
    size = value_fact(profile.facts)
    value = ibis.null("decimal(18, 2)")
    if size is not None:
        ours = found[names.CURRENCY] == profile.currency
        value = ours.ifelse(found[size], ibis.null(found[size].type()))
    joined = found.left_join(owners, found[names.OWNER] == owners[names.OWNER])
    columns: dict[str, ir.Value] = {name: found[name] for name in found.columns if name not in bands}
    columns |= {authority_column(check): who for check, who in _authorities(found, profile).items()}
    added = {name: owners[name] for name in OWNER_COLUMNS[1:]}
    return joined.select(**columns, **added, **{layout.VALUE: value})


def checks_of(profile: Profile) -> tuple[str, ...]:
    """The ids of the checks that count, the one that the segments make first."""
    own = [SEGMENT_CHECK] if profile.segments else []
    return (*own, *(check.id for check in profile.checks if check.counted))


def _with_bands(profile: Profile) -> Profile:
    """The profile with a check for each authority's band, which passes where the band reaches. None of them counts."""
    bands: list[Check] = []
    for check in profile.checks:
        for number, band in enumerate(check.exception):
            if not check.counted or not band.up_to:
                break
            reach = dict(band.up_to)
            cases = tuple(
                replace(case, require=None if case.require is None else relaxed(case.require, reach))
                for case in check.cases
            )
            bands.append(replace(check, id=_band(check.id, number), cases=cases, counted=False, exception=()))
    return replace(profile, checks=(*profile.checks, *bands))


def _band(check: str, number: int) -> str:
    return f"{check}~{number}"


def _authorities(found: ir.Table, profile: Profile) -> dict[str, ir.StringValue]:
    """For each check that counts, who may approve its failure: the first whose band reaches the deal."""
    nobody = ibis.null("string")
    authorities: dict[str, ir.StringValue] = {}
    for check in (check for check in profile.checks if check.counted):
        fails = found[names.result_column(check.id)] == Result.FAIL.value
        branches: list[tuple[ir.BooleanValue, ir.Value]] = []
        for number, band in enumerate(check.exception):
            who = ibis.literal(band.authority)
            if not band.up_to:
                branches.append((fails, who))
                break
            branches.append((fails & (found[names.result_column(_band(check.id, number))] == Result.PASS.value), who))
        authorities[check.id] = ibis.cases(*branches, else_=nobody) if branches else nobody
    if profile.segments:
        declined = [
            (found[names.SEGMENT] == segment.name, ibis.literal(segment.exception[0].authority))
            for segment in profile.segments
            if segment.stance is Stance.DECLINE and segment.exception
        ]
        authorities[SEGMENT_CHECK] = ibis.cases(*declined, else_=nobody) if declined else nobody
    return authorities


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
        layout.STATUS: tuple(status.value for status in Status),
        names.VERDICT: tuple(judgement.value for judgement in Judgement),
        names.SEGMENT: tuple(dict.fromkeys(segment.name for segment in profile.segments)),
        names.STANCE: tuple(stance.value for stance in Stance),
        **{names.result_column(check): results for check in checks},
        **{authority_column(check): profile.authorities for check in checks_of(profile)},
    }
