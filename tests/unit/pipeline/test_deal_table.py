"""The copy of the deals: brought up to date by what changed, never half, made again whenever it cannot be trusted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checking.asker import OPERATOR
from bot.pipeline.deal_table import layout, parquet
from bot.pipeline.deal_table.layout import rows_of
from bot.pipeline.deal_table.parquet import Manifest, ParquetCopy
from bot.pipeline.deal_table.restoring import Restorer
from bot.pipeline.figures.telling import since_words
from bot.pipeline.query import Group, Query, Select
from bot.pipeline.view import View
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.people import parse_people
from bot.store.records import DealMark, restored_facts

from .deals import some_deals
from .support import ROOT, clock, deal, judge, people
from .table import House, Shelf, house

EVERYTHING = View((), everything=True)


def verdicts(a_house: House) -> dict[str, str]:
    a_house.tables.refresh()
    table = a_house.tables.judged(EVERYTHING)
    rows = a_house.tables.rows(table.select("deal_name", "dealfit_verdict"))
    assert len(rows) == len({row["deal_name"] for row in rows})
    return {row["deal_name"]: row["dealfit_verdict"] for row in rows}


def test_what_changed_is_judged_anew_and_the_rest_stays(tmp_path: Path) -> None:
    one = house(tmp_path, [deal("Mercy"), deal("Hope", payment_days=60)])
    assert verdicts(one) == {"Mercy": "fits", "Hope": "needs_approval"}
    first = one.tables.deals.stamp
    assert verdicts(one)
    assert one.tables.deals.stamp == first
    one.shelf.put([deal("Hope", payment_days=30), deal("Grace", margin=None)])
    assert verdicts(one) == {"Mercy": "fits", "Hope": "fits", "Grace": "incomplete"}
    assert len(list(tmp_path.glob("deals-*/part-*"))) == 2


def test_another_process_sees_the_same_and_what_changes_later(tmp_path: Path) -> None:
    shelf = Shelf().put([deal("Mercy")])
    one, other = house(tmp_path, shelf), house(tmp_path, shelf)
    assert verdicts(one) == verdicts(other) == {"Mercy": "fits"}
    shelf.put([deal("Mercy", margin=-5)])
    assert verdicts(one) == verdicts(other) == {"Mercy": "does_not_fit"}


def test_another_profile_or_other_people_judge_everything_again(tmp_path: Path) -> None:
    one = house(tmp_path, [deal("Mercy", payment_days=45)])
    assert verdicts(one) == {"Mercy": "fits"}
    source = (ROOT / "profile" / "deal-profile.yaml").read_bytes()
    one.live.judge = Judge(parse_profile(source.replace(b'payment_days: "<= 45"', b'payment_days: "<= 10"'), "s.yaml"))
    assert verdicts(one) == {"Mercy": "needs_approval"}
    assert len(list(tmp_path.glob("deals-*"))) == 1
    fewer = parse_people(b"people: {sam: {name: Sam Okafor, email: s@x.example, roles: [rep]}}", "people.yaml")
    other = house(tmp_path, one.shelf, who=fewer)
    other.tables.refresh()
    (row,) = other.tables.rows(other.tables.judged(EVERYTHING))
    assert (row[layout.PERSON], row[layout.OWNER_KEY], row[layout.OWNER_NAME]) == (None, "dana reyes", "Dana Reyes")


def test_other_facts_make_another_copy_and_none_is_lost(tmp_path: Path) -> None:
    one = house(tmp_path, [deal("Mercy")])
    assert verdicts(one) == {"Mercy": "fits"}
    source = (ROOT / "profile" / "deal-profile.yaml").read_bytes()
    more = b"facts:\n  region: {type: text, label: Region, ask: Where is the customer?}\n"
    one.live.judge = Judge(parse_profile(source.replace(b"facts:\n", more, 1), "more.yaml"))
    assert verdicts(one) == {"Mercy": "fits"}
    assert "region" in one.tables.judged(EVERYTHING).columns
    assert len(list(tmp_path.glob("deals-*"))) == 2


def test_whoever_is_stopped_in_the_middle_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every file that is written, the process dies once: before, and after it, what counts is whole."""
    monkeypatch.setattr(parquet, "BATCH", 2)
    shelf = Shelf().put([deal(f"d{n}") for n in range(5)])
    copy = ParquetCopy(tmp_path, shelf, judge().profile)
    real, deaths = parquet._sync, 0

    def dies_at(number: int) -> None:
        calls = 0

        def sync(path: Path) -> None:
            nonlocal calls
            calls += 1
            if calls == number:
                raise OSError("the power went")
            real(path)

        monkeypatch.setattr(parquet, "_sync", sync)

    for number in (1, 2, 4, 1, 2):
        dies_at(number)
        try:
            copy.refresh()
        except OSError:
            deaths += 1
        manifest = copy.current()
        assert all(copy.path(part).is_file() for part in manifest.parts)
        # What counts can be read, and holds no deal twice.
        read = [name for part in manifest.parts for name in pq.read_table(copy.path(part))["deal_name"].to_pylist()]
        assert len(read) == len(set(read))
        assert set(read) <= {f"d{n}" for n in range(5)}
    monkeypatch.setattr(parquet, "_sync", real)
    copy.refresh()
    assert deaths >= 3
    assert sorted(verdicts(house(tmp_path, shelf))) == ["d0", "d1", "d2", "d3", "d4"]
    named = {*copy.current().parts, "manifest.json"}
    assert {path.name for path in copy.folder.iterdir()} == named


@pytest.mark.parametrize("harm", ["no manifest", "half a manifest", "a part is gone", "no folder"])
def test_a_copy_that_cannot_be_trusted_is_made_again(tmp_path: Path, harm: str) -> None:
    one = house(tmp_path, [deal("Mercy"), deal("Hope", payment_days=60)])
    expected = verdicts(one)
    (folder,) = tmp_path.glob("deals-*")
    if harm == "no manifest":
        (folder / "manifest.json").unlink()
    elif harm == "half a manifest":
        text = (folder / "manifest.json").read_text()
        (folder / "manifest.json").write_text(text[: len(text) // 2])
    elif harm == "a part is gone":
        next(folder.glob("part-*")).unlink()
    else:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    assert verdicts(house(tmp_path, one.shelf)) == expected


def test_an_older_database_under_the_same_name_starts_the_copy_anew(tmp_path: Path) -> None:
    one = house(tmp_path, Shelf().put([deal("Mercy")]).put([deal("Hope")]))
    assert sorted(verdicts(one)) == ["Hope", "Mercy"]
    assert sorted(verdicts(house(tmp_path, Shelf().put([deal("Grace")])))) == ["Grace"]


def test_many_parts_become_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MOST_PARTS", 3)
    one = house(tmp_path, [deal("Mercy", contract_value=20_000)])
    for number in range(6):
        one.shelf.put([deal("Mercy", contract_value=Decimal("20000.125") + number, margin=30), deal(f"d{number}")])
        one.tables.refresh()
    rows = one.tables.rows(one.tables.judged(EVERYTHING).select("deal_name", "contract_value"))
    values = {row["deal_name"]: row["contract_value"] for row in rows}
    assert len(values) == 7
    assert values["Mercy"] == Decimal("20005.125")
    assert len(list(tmp_path.glob("deals-*/part-*"))) <= 3


def test_a_view_shows_what_is_in_it_and_statuses_what_is_asked(tmp_path: Path) -> None:
    shelf = Shelf().put([deal("a", "Dana Reyes"), deal("b", "sam@alphatech.example"), deal("c", "Zoe")])
    shelf.put([deal("d", "dana")], "won").put([deal("e", None)], "lost")
    one = house(tmp_path, shelf)
    one.tables.refresh()

    def seen(view: View, *statuses: str) -> str:
        table = one.tables.judged(view, statuses or None)  # type: ignore[arg-type]
        return "".join(sorted(row["deal_name"] for row in one.tables.rows(table.select("deal_name"))))

    dana, sam = people().by_key("dana"), people().by_key("sam")
    assert dana is not None
    assert sam is not None
    assert seen(EVERYTHING) == "abcde"
    assert seen(EVERYTHING, "open") == "abc"
    assert seen(View((dana,), everything=False)) == "ad"
    assert seen(View((dana, sam), everything=False), "open") == "ab"
    assert seen(View((), everything=False)) == ""
    assert not [name for name in one.tables.facts(EVERYTHING).columns if name.startswith("dealfit_")]


def test_snapshots_are_kept_and_compared(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 10, 8, 0, tzinfo=UTC)]
    one = house(tmp_path, [deal("stays"), deal("goes"), deal("turns", payment_days=60)], now=now)
    first = one.tables.take_snapshot("import deals.csv")
    assert (first.deals, first.verdicts, first.reason) == (3, {"fits": 2, "needs_approval": 1}, "import deals.csv")
    now[0] += timedelta(days=8)
    one.shelf.put([deal("turns", payment_days=30), deal("comes", margin=-1, contract_value=50_000)])
    one.shelf.put([deal("goes")], "won")
    since = one.service.overview(OPERATOR).since
    assert since is not None
    assert since.snapshot == first
    assert since.moves == (("needs_approval", "fits", 1, Decimal(85_000)),)
    assert "1 ($85,000) has another verdict." in since_words(since, "USD")[0]
    for amount, name in ((since.came_in, "comes"), (since.went_out, "goes"), (since.new_verdict, "turns")):
        table = one.service.run(amount.query, OPERATOR).table
        assert table is not None
        assert [row[0] for row in table.rows] == [name]
        assert (amount.deals, table.matched) == (1, 1)
    second = one.tables.take_snapshot("a week later")
    assert [each.id for each in one.tables.snapshots()] == [first.id, second.id]
    other = house(tmp_path, one.shelf, now=now)
    other.tables.refresh()
    rows = other.tables.rows(other.tables.snapshot(first.id, EVERYTHING, ["open"]).order_by("key"))
    assert [(row["name"], row["verdict"], row["value"], row["margin"], row["failed_checks"]) for row in rows] == [
        ("goes", "fits", Decimal(85_000), Decimal(35), ""),
        ("stays", "fits", Decimal(85_000), Decimal(35), ""),
        ("turns", "needs_approval", Decimal(85_000), Decimal(35), " payment-terms "),
    ]
    sam = people().by_key("sam")
    assert sam is not None
    assert other.tables.rows(other.tables.snapshot(first.id, View((sam,), everything=False))) == []
    with pytest.raises(KeyError):
        other.tables.snapshot("nothing", EVERYTHING)
    plain = json.loads(json.dumps(one.service.overview(OPERATOR).plain()))
    assert plain["since"]["came_in"]["deals"] == 1


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**16), 10**16), st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=2).map(float), st.text(max_size=12),
    st.sampled_from(["yes", "2026-12-31", "hospital"]),
    st.lists(st.fixed_dictionaries({}, optional={
        "metric": st.sampled_from(["up-time", " x ", ""]), "baseline": st.sampled_from([1, 2.5, "3", True]),
        "agreed": st.sampled_from([True, "yes", 1]), "due": st.sampled_from(["2027-01-31", "soon"]), "odd": st.just(1),
    }), max_size=2),
)  # fmt: skip


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*judge().profile.facts, "gone"]), VALUES))
def test_facts_are_restored_the_short_way_as_the_store_restores_them(plain: dict[str, object]) -> None:
    text = json.dumps(plain)
    facts = judge().profile.facts
    assert dict(Restorer(facts).facts(text)) == dict(restored_facts(text, facts)[0])
    kinds = {name: type(value) for name, value in Restorer(facts).facts(text).items()}
    assert kinds == {name: type(value) for name, value in restored_facts(text, facts)[0].items()}


def test_what_is_kept_is_what_the_store_has(tmp_path: Path) -> None:
    shelf = some_deals(5, 30)
    one = house(tmp_path, shelf)
    one.tables.refresh()
    rows = {row[layout.KEY]: row for row in one.tables.rows(one.tables.facts(EVERYTHING))}
    assert rows.keys() == shelf.kept.keys()
    for key, kept in shelf.kept.items():
        row, facts = rows[key], restored_facts(kept.facts_text, judge().profile.facts)[0]
        assert (row["deal_name"], row["deal_stage"], row["deal_status"]) == (kept.name, kept.stage, kept.status)
        assert row["deal_close_date"] == kept.close_date
        assert row["deal_updated_at"] == clock().replace(tzinfo=None)
        assert {name: row[name] for name in facts if name != "outcomes"} == {
            name: value for name, value in facts.items() if name != "outcomes"
        }
        outcomes = facts.get("outcomes")
        assert row["outcomes__count"] == (len(outcomes) if isinstance(outcomes, tuple) else None)
    assert isinstance(next(iter(rows.values()))["deal_close_date"], date | None)


def test_more_deals_than_a_row_group_holds_are_all_found(tmp_path: Path) -> None:
    """DuckDB keeps 122,880 rows in a group; filters and groups must find those of every group."""
    copies = 3_300
    shelf = some_deals(2, 40)
    profile = judge().profile
    one = rows_of(profile, shelf.changed_deals(DealMark()))
    keys = pa.array([f"{key}#{n}" for n in range(copies) for key in one["deal_key"].to_pylist()])
    many = pa.concat_tables([one] * copies).combine_chunks()
    many = many.set_column(many.schema.get_field_index("deal_key"), "deal_key", keys)
    copy = ParquetCopy(tmp_path / "many", shelf, profile)
    copy.folder.mkdir(parents=True)
    pq.write_table(many, copy.path("part-0.parquet"))
    last = max((row.version, row.key) for row in shelf.changed_deals(DealMark()))
    types = {each.name: each.type for each in many.schema}
    manifest = Manifest(1, DealMark(*last), ("part-0.parquet",), types)
    (copy.folder / "manifest.json").write_text(json.dumps(manifest.plain()))

    few, all_of_them = house(tmp_path / "few", shelf).service, house(tmp_path / "many", shelf).service
    for by in ("verdict", "status", "owner", "stage", "close_quarter", "check"):
        query = Query(select=Select(what="fit"), group_by=(Group.model_validate({"by": by}),))
        small, large = few.run(query, OPERATOR).table, all_of_them.run(query, OPERATOR).table
        assert small is not None
        assert large is not None
        assert small.matched * copies == large.matched == len(keys) > 122_880
        assert {row[0]: row[1] * copies for row in small.rows} == {row[0]: row[1] for row in large.rows}, by
    for text in ("deals over 20k", "deals that need approval", "won deals", "overdue deals"):
        small, large = few.ask(text, OPERATOR).table, all_of_them.ask(f"how many {text}", OPERATOR).table
        assert small is not None
        assert large is not None
        assert small.matched * copies == large.matched > 0, text
