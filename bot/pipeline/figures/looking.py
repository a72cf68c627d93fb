"""Looks at the open deals of a view: the sums of the picture at a glance, each one expression over the deal table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import ibis.expr.types as ir

from bot.deals.wording import counted
from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import authority_column, checks_of
from bot.pipeline.deal_table.snapshots import Snapshot
from bot.pipeline.figures.conditions import Conditions
from bot.pipeline.figures.facts_to_get import facts_to_get
from bot.pipeline.figures.groups import dimension, spread
from bot.pipeline.figures.kinds import surely
from bot.pipeline.figures.measures import number
from bot.pipeline.figures.overview import Amount, Overview, Since, Suspects
from bot.pipeline.figures.running import Answering
from bot.pipeline.fit import FailingCheck, Fit, FitGroup, IncompleteDeal, Split, Tally
from bot.pipeline.query import ChangeFilter, CheckFilter, Filter, Group, KindFilter, Order, Query, Select, WordFilter
from bot.pipeline.records import margin_fact
from bot.profile.columns import names
from bot.profile.model import SEGMENT_CHECK
from bot.profile.verdict import Judgement, Part, Result

A_WEEK = timedelta(days=7)
LARGEST = 10
_MOST_GROUPS = 200
_OPEN = WordFilter(by="status", any_of=("open",))

Rows = list[dict[str, Any]]


def look(answering: Answering, snapshots: Sequence[Snapshot], now: datetime) -> Overview:
    """The picture of the open deals that the asker sees, and what changed since last week's snapshot."""
    return _Look(answering).overview(snapshots, now)


@dataclass(frozen=True)
class _Look:
    answering: Answering

    def overview(self, snapshots: Sequence[Snapshot], now: datetime) -> Overview:
        profile = self.answering.judge.profile
        incomplete = WordFilter(by="verdict", any_of=(Judgement.INCOMPLETE.value,))
        foreign, sums = self._whole()
        split = _split(sums)
        facts = facts_to_get(self.answering, self._open, _query) if split.by[Judgement.INCOMPLETE].deals else ()
        fit = Fit(
            split=split,
            by_owner=self._by("owner"),
            by_segment=self._by("segment"),
            by_stage=self._by("stage"),
            by_quarter=self._by("close_quarter"),
            failing=self._failing(),
            incomplete=self._largest(incomplete) if split.by[Judgement.INCOMPLETE].deals else (),
            facts_to_get=tuple((fact.fact, fact.waiting.deals) for fact in facts),
            other_currency=foreign,
        )
        notes = [f"{counted(foreign, 'deal')} in another currency: counted, and not in the money."] if foreign else []
        if (valueless := split.total.without_value - foreign) > 0:
            notes.append(f"{counted(valueless, 'deal')} without a known contract value: counted, and not in the money.")
        since = _last_week(snapshots, now)
        return Overview(
            fit=fit,
            profile=profile.id,
            currency=profile.currency,
            notes=tuple(notes),
            labels=MappingProxyType({name: spec.label for name, spec in profile.facts.items()}),
            query=_query(),
            at=now,
            false_positives=self._suspects(KindFilter(any_of=("false_positive",))),
            negative_value=self._suspects(KindFilter(any_of=("negative_value",))) if margin_fact(profile) else None,
            facts=facts,
            incomplete_query=_query(incomplete),
            since=None if since is None or fit.empty else self._since(since),
        )

    def _open(self) -> ir.Table:
        table = self.answering.table
        return table.filter(table[layout.STATUS] == "open")

    def _rows(self, what: Any, make: Callable[[], ir.Table]) -> Rows:
        answering = self.answering
        return answering.statements.rows(answering.engine, ("look", what, answering.of), make)

    def _whole(self) -> tuple[int, Rows]:
        def make() -> ir.Table:
            table = self._open()
            foreign = table[names.CURRENCY] != self.answering.judge.profile.currency
            sums = _sums(table) | {"foreign": table.count(where=foreign)}
            return table.group_by(_verdict=table[names.VERDICT]).aggregate(**sums)

        rows = self._rows("whole", make)
        return sum(row["foreign"] for row in rows), rows

    def _by(self, by: str) -> tuple[FitGroup, ...]:
        group = Group.model_validate({"by": by})
        each = dimension(group, self.answering.judge.profile, self.answering.authorities)

        def make() -> ir.Table:
            table = self._open()
            columns = {name: table[name] for name in (names.VERDICT, layout.VALUE)}
            rows = spread(table, [each], columns)
            labels = {} if each.label is None else {"_l0": rows["_l0"].min()}
            return rows.group_by(["_k0", _named(rows, names.VERDICT)]).aggregate(**labels, **_sums(rows))

        members: dict[Any, Rows] = {}
        for row in self._rows(by, make):
            members.setdefault(row["_k0"], []).append(row)
        found: list[FitGroup] = []
        for key, rows in members.items():
            label = min((row["_l0"] for row in rows if row.get("_l0") is not None), default=None)
            shown = each.shown(key, label)
            condition = each.drill(key, label)
            query = None if condition is None else _query(condition)
            found.append(FitGroup(None if key is None else str(key), _text(shown), _split(rows), query))
        if by == "close_quarter":
            found.sort(key=lambda one: (one.key is None, one.label or ""))
        else:
            found.sort(key=lambda one: (one.key is None, -one.split.total.deals, one.label or ""))
        return tuple(found[:_MOST_GROUPS])

    def _failing(self) -> tuple[FailingCheck, ...]:
        profile = self.answering.judge.profile
        checks = checks_of(profile)

        def make() -> ir.Table:
            table = self._open()
            sums: dict[str, ir.Scalar] = {}
            for number_, check in enumerate(checks):
                result = table[names.result_column(check)]
                fails = result == Result.FAIL.value
                sums |= {
                    f"deals_{number_}": table.count(where=fails),
                    f"money_{number_}": table[layout.VALUE].sum(where=fails),
                    f"valued_{number_}": table[layout.VALUE].count(where=fails),
                    f"approvable_{number_}": table.count(where=table[authority_column(check)].notnull()),
                    f"unknown_{number_}": table.count(where=result == Result.UNKNOWN.value),
                }
            return table.aggregate(**sums)

        (row,) = self._rows("failing", make)
        known = {check.id: (check.label, check.part) for check in profile.checks}
        known[SEGMENT_CHECK] = ("A customer we sell to", Part.CUSTOMER)
        found = [
            FailingCheck(
                check,
                *known[check],
                Tally(row[f"deals_{n}"], number(row[f"money_{n}"]), row[f"deals_{n}"] - row[f"valued_{n}"]),
                row[f"approvable_{n}"],
                row[f"unknown_{n}"],
                _query(CheckFilter(any_of=(check,))),
            )
            for n, check in enumerate(checks)
            if row[f"deals_{n}"]
        ]
        return tuple(sorted(found, key=lambda each: (-each.tally.deals, -each.tally.money, each.check)))

    def _amount(self, *filters: Filter, is_open: bool = True) -> Amount:
        query = _query(*filters) if is_open else Query(filters=filters)

        def make() -> ir.Table:
            answering = self.answering
            conditions = Conditions(answering.table, answering.judge.profile, answering.today, answering.snapshot)
            table = answering.table.select(layout.VALUE, _met=conditions.met(query.filters)).view()
            met = surely(table["_met"])
            return table.aggregate(deals=table.count(where=met), money=table[layout.VALUE].sum(where=met))

        (row,) = self._rows(("amount", query, self.answering.today), make)
        return Amount(row["deals"], number(row["money"]), query)

    def _suspects(self, kind: KindFilter) -> Suspects:
        amount = self._amount(kind)
        return Suspects(amount, self._largest(kind) if amount.deals else ())

    def _largest(self, condition: Filter) -> tuple[IncompleteDeal, ...]:
        query = _query(condition).model_copy(update={"order_by": Order(by="value"), "limit": LARGEST})
        keys = self.answering.keys(query)
        return tuple(
            IncompleteDeal(each.key, each.name, each.owner_name, each.contract_value, each.ask)
            for each in self.answering.details.of(keys)
        )

    def _since(self, snapshot: Snapshot) -> Since:
        def change(what: str) -> ChangeFilter:
            return ChangeFilter.model_validate({"since": snapshot.id, "any_of": (what,)})

        def make() -> ir.Table:
            now, then = self._open(), self.answering.snapshot(snapshot.id)
            then = then.filter(then["status"] == "open").select("key", was="verdict")
            both = now.inner_join(then, now[layout.KEY] == then["key"])
            both = both.filter(now[names.VERDICT] != then["was"])
            both = both.select(was=then["was"], now=now[names.VERDICT], value=now[layout.VALUE])
            return both.group_by("was", "now").aggregate(deals=both.count(), money=both["value"].sum())

        moves = [(r["was"], r["now"], r["deals"], number(r["money"])) for r in self._rows(("moves", snapshot.id), make)]
        return Since(
            snapshot=snapshot,
            came_in=self._amount(change("came_in")),
            went_out=self._amount(change("went_out"), is_open=False),
            new_verdict=self._amount(change("new_verdict")),
            moves=tuple(sorted(moves, key=lambda move: (-move[2], move[0], move[1]))),
        )


def _query(*filters: Filter) -> Query:
    """The open deals for which these hold."""
    return Query(select=Select(), filters=(*filters, _OPEN))


def _named(rows: ir.Table, verdict: str) -> ir.Column:
    return rows[verdict].name("_verdict")


def _sums(table: ir.Table) -> dict[str, ir.Scalar]:
    value = table[layout.VALUE]
    return {"deals": table.count(), "money": value.sum(), "valued": value.count()}


def _split(rows: Iterable[dict[str, Any]]) -> Split:
    """The split of the sums by verdict."""
    by: dict[Judgement, Tally] = dict.fromkeys(Judgement, Tally(0, Decimal(0), 0))
    for row in rows:
        tally = Tally(row["deals"], number(row["money"]), row["deals"] - row["valued"])
        by[Judgement(row["_verdict"])] = tally
    return Split(_added(by.values()), MappingProxyType(by))


def _added(tallies: Iterable[Tally]) -> Tally:
    deals, money, without = 0, Decimal(0), 0
    for tally in tallies:
        deals, money, without = deals + tally.deals, money + tally.money, without + tally.without_value
    return Tally(deals, money, without)


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _last_week(snapshots: Sequence[Snapshot], now: datetime) -> Snapshot | None:
    """The last snapshot that is a week old; where there is none, the oldest of another day."""
    old = [each for each in snapshots if each.at <= now - A_WEEK]
    if old:
        return old[-1]
    return next((each for each in snapshots if each.at.date() < now.date()), None)
