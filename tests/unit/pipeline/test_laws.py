"""Laws of fits and tables: nothing is lost, nothing is counted twice, and the order of conditions does not matter."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pipeline.fit import Split, Tally
from bot.pipeline.query import Filter, Group, Query, Select
from bot.pipeline.records import Record
from bot.profile.verdict import Judgement

from .oracle.fit import fit
from .oracle.grouping import LABELS, SEVERAL, grouped_by
from .oracle.matching import matches
from .oracle.running import run
from .strategies import PIPELINES, filters
from .support import TODAY, judge

QUIET = settings(max_examples=50)
GROUPS = st.sampled_from([*(Group.model_validate({"by": by}) for by in LABELS), Group(by="fact", fact="industry")])


@QUIET
@given(PIPELINES)
def test_the_judgements_add_up_to_the_whole(records: list[Record]) -> None:
    split = Split.of(records)
    assert sum(tally.deals for tally in split.by.values()) == split.total.deals == len(records)
    known = [record.contract_value for record in records if record.contract_value is not None]
    assert sum((tally.money for tally in split.by.values()), Decimal(0)) == split.total.money == sum(known, Decimal(0))
    assert sum(tally.without_value for tally in split.by.values()) == split.total.without_value


@QUIET
@given(PIPELINES)
def test_every_kind_of_group_of_a_fit_adds_up(records: list[Record]) -> None:
    picture = fit(records)
    for groups in (picture.by_owner, picture.by_segment, picture.by_stage, picture.by_quarter):
        assert sum(group.split.total.deals for group in groups) == len(records)
        assert sum((group.split.total.money for group in groups), Decimal(0)) == picture.split.total.money
        assert len({group.key for group in groups}) == len(groups)
    assert len(picture.incomplete) == picture.split.by[Judgement.INCOMPLETE].deals
    assert {f.check: f.tally.deals for f in picture.failing} == Counter(b.check for r in records for b in r.broken)


@QUIET
@given(PIPELINES, st.lists(GROUPS, min_size=1, max_size=2, unique=True))
def test_grouping_never_loses_a_deal(records: list[Record], groups: list[Group]) -> None:
    found = list(grouped_by(groups, records))
    assert {record.key for _, members in found for record in members} == {record.key for record in records}
    if not any(group.by in SEVERAL for group in groups):
        assert sum(len(members) for _, members in found) == len(records)


@QUIET
@given(PIPELINES, GROUPS, st.sampled_from(["count", "fit"]))
def test_a_table_s_groups_add_up_to_its_totals(records: list[Record], group: Group, what: str) -> None:
    query = Query(select=Select(what="count" if what == "count" else "fit"), group_by=(group,))
    table = run(query, records, profile=judge().profile, today=TODAY)
    names = [column.name for column in table.columns]
    assert table.totals["deals"] == len(records) == table.matched
    if group.by not in SEVERAL:
        for name in {"deals", "contract_value", "fits", "value_that_fits"} & set(names):
            cells = [row[names.index(name)] for row in table.rows]
            assert sum((Decimal(str(cell)) for cell in cells), Decimal(0)) == table.totals[name]


@QUIET
@given(PIPELINES, st.lists(filters(), max_size=4), st.randoms())
def test_filters_commute(records: list[Record], found: list[Filter], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    profile = judge().profile
    one = run(Query(filters=tuple(found)), records, profile=profile, today=TODAY)
    other = run(Query(filters=tuple(shuffled)), records, profile=profile, today=TODAY)
    assert set(one.keys) == set(other.keys)
    assert (one.matched, one.undecided) == (other.matched, other.undecided)


@QUIET
@given(PIPELINES, filters())
def test_a_filter_and_its_opposite_share_out_what_is_known(records: list[Record], each: Filter) -> None:
    opposite = each.model_copy(update={"negate": not each.negate})
    for record in records:
        held = [matches([each], record, TODAY), matches([opposite], record, TODAY)]
        assert held in ([True, False], [False, True], [None, None])


@QUIET
@given(PIPELINES, st.integers(1, 30))
def test_a_limit_cuts_and_says_so(records: list[Record], limit: int) -> None:
    table = run(Query(limit=limit), records, profile=judge().profile, today=TODAY)
    assert len(table.rows) + table.cut == table.matched == len(records)
    assert table.totals["contract_value"] == Tally.of(records).money
    values = [row[[c.name for c in table.columns].index("contract_value")] for row in table.rows]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=True)
    assert values[len(known) :] == [None] * (len(values) - len(known))
