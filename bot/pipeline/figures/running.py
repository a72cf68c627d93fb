"""A typed query run over the judged deal table: the table that answers it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from threading import Lock
from types import MappingProxyType
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from bot.deals.wording import counted
from bot.pipeline.deal_table import layout
from bot.pipeline.figures.conditions import Conditions, SnapshotOf, fact_column, fact_column_name
from bot.pipeline.figures.details import Details, deal_columns
from bot.pipeline.figures.groups import MONTHS, Dimension, dimension, spread
from bot.pipeline.figures.kinds import surely
from bot.pipeline.figures.measures import Measures, Sums, measures_of, number
from bot.pipeline.grouping import SEVERAL
from bot.pipeline.periods import span
from bot.pipeline.query import MAX_ROWS, CloseDateFilter, Query, Select
from bot.pipeline.records import value_fact
from bot.pipeline.tables import Cell, Column, ColumnType, Table, ordered
from bot.pipeline.validating import QueryError, check_query
from bot.profile.columns import names
from bot.profile.judge import Judge

MOST_BY_GAP = 20_000
"""How far a deal is from a limit is worked out deal by deal: more than these are not put in order by it."""

_REMEMBERED = 256


class Engine(Protocol):
    """What works expressions out."""

    def sql(self, expression: ir.Expr) -> str:
        """The statement of an expression."""

    def arrow_of(self, statement: str) -> pa.Table:
        """A statement, worked out."""


class Statements:
    """The statements of expressions that were asked before: making one takes longer than running it on few deals."""

    def __init__(self) -> None:
        self._known: OrderedDict[Any, str] = OrderedDict()
        self._lock = Lock()

    def rows(self, engine: Engine, key: Any, make: Any) -> list[dict[str, Any]]:
        """The rows of the expression that `make()` gives, whose statement is remembered under the key."""
        with self._lock:
            statement = self._known.get(key)
        if statement is None:
            statement = engine.sql(make())
            with self._lock:
                self._known[key] = statement
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        found: list[dict[str, Any]] = engine.arrow_of(statement).to_pylist()
        return found


@dataclass(frozen=True)
class Answering:
    """Everything that a query is run with. `table` are the judged deals that the asker may see.

    `of` names what the statements hang on: the asker's view, the profile, the columns.
    """

    table: ir.Table
    judge: Judge
    today: date
    engine: Engine
    details: Details
    snapshot: SnapshotOf
    authorities: Mapping[str, str]
    of: Any
    statements: Statements = field(default_factory=Statements)

    def run(self, query: Query) -> Table:
        """The table that answers the query.

        Raises:
            QueryError: the query names a fact, check or word that the profile does not have, compares what has no
                order, or names a snapshot that there is not.
        """
        profile = self.judge.profile
        check_query(query, profile)
        if query.select.what == "deals":
            return self._deals(query)
        return self._measured(query)

    def _rows(self, what: str, query: Query, make: Any) -> list[dict[str, Any]]:
        try:
            return self.statements.rows(self.engine, (what, query, self.today, self.of), make)
        except KeyError as error:
            raise QueryError(f"There is no snapshot {error.args[0]!r} to compare with.") from None

    def _met(self, query: Query, needs: Iterable[str], *, without_period: bool = False) -> tuple[ir.Table, Conditions]:
        """The deals with `_met`, whether they meet the query's filters, and the columns that are needed."""
        conditions = Conditions(self.table, self.judge.profile, self.today, self.snapshot)
        filters = [
            each
            for each in query.filters
            if not (without_period and isinstance(each, CloseDateFilter) and not each.negate)
        ]
        # A view, so that Ibis does not merge the null of a NOT into what comes after (decision 0011).
        table = self.table.select(*dict.fromkeys(needs), _met=conditions.met(filters)).view()
        return table, replace(conditions, table=table)

    def _figures(self, query: Query, measures: Measures | None = None) -> dict[str, Any]:
        """What holds of all matched deals together, each once."""

        def make() -> ir.Table:
            needs = (layout.VALUE, names.CURRENCY, *(measures.needs if measures is not None else ()))
            table, _ = self._met(query, needs)
            met = surely(table["_met"])
            foreign = met & (table[names.CURRENCY] != self.judge.profile.currency)
            parts: dict[str, ir.Scalar] = {
                "undecided": table.count(where=table["_met"].isnull()),
                "matched": table.count(where=met),
                "worth": table[layout.VALUE].sum(where=met),
                "valueless": table.count(where=met & table[layout.VALUE].isnull()),
                "foreign": table.count(where=foreign),
            }
            if measures is not None:
                parts |= {f"total_{name}": part for name, part in measures.parts(table, met).items()}
            return table.aggregate(**parts)

        return self._rows("figures", query, make)[0]

    # Deals

    def _deals(self, query: Query) -> Table:
        profile = self.judge.profile
        figures = self._figures(query)
        by_gap = query.order_by is not None and query.order_by.by == "gap"
        keys = self._by_gap(query, figures["matched"]) if by_gap else self.keys(query)
        records = self.details.of(keys)
        columns = deal_columns(query, records, profile, self.authorities)
        size = value_fact(profile.facts)
        return Table(
            columns=tuple(shown.column for shown in columns),
            rows=tuple(tuple(shown.cell(record) for shown in columns) for record in records),
            keys=tuple((record.key,) for record in records),
            totals=MappingProxyType({size: number(figures["worth"])} if size else {}),
            matched=figures["matched"],
            undecided=figures["undecided"],
            cut=figures["matched"] - len(keys),
            currency=profile.currency,
            notes=tuple(_notes(query, figures)),
        )

    def keys(self, query: Query) -> list[str]:
        """The keys of the deals that the query shows, in its order (which is not by gap)."""
        return [row[layout.KEY] for row in self._rows("deals", query, lambda: self._ordered(query))]

    def everything(self, query: Query) -> pa.Table:
        """All deals that the query shows, whatever its limit, with all their columns; ordered, except by gap."""
        table = self.table
        conditions = Conditions(table, self.judge.profile, self.today, self.snapshot)
        found = table.mutate(_met=conditions.met(query.filters)).view()
        found = found.filter(found["_met"]).drop("_met")
        try:
            return self.engine.arrow_of(self.engine.sql(self._sorted(found, query)))
        except KeyError as error:
            raise QueryError(f"There is no snapshot {error.args[0]!r} to compare with.") from None

    def _ordered(self, query: Query) -> ir.Table:
        order = query.order_by
        fact = order.fact if order is not None else None
        by_fact = [] if fact is None else [fact_column_name(fact, self.judge.profile)]
        needs = (layout.KEY, names.NAME, names.CLOSE_DATE, names.CURRENCY, layout.VALUE, *by_fact)
        table, _ = self._met(query, needs)
        found = self._sorted(table.filter(table["_met"]), query)
        return found.select(layout.KEY).limit(query.limit or MAX_ROWS)

    def _sorted(self, found: ir.Table, query: Query) -> ir.Table:
        order = query.order_by
        descending = order is None or order.descending
        match order.by if order else "value":
            case "close_date":
                column = found[names.CLOSE_DATE]
            case "name":
                column = found[names.NAME].lower()
            case "fact" if order and order.fact:
                column = fact_column(found, order.fact, self.judge.profile)
            case _:
                column = found[layout.VALUE]
        unknown_last = column.isnull()
        first = ibis.desc(column) if descending else ibis.asc(column)
        by_name = order is not None and order.by == "name"
        then = [found[layout.KEY]] if by_name else [found[names.NAME].lower(), found[layout.KEY]]
        return found.order_by(unknown_last, first, *then)

    def _by_gap(self, query: Query, matched: int) -> list[str]:
        if matched > MOST_BY_GAP:
            raise QueryError(f"{matched:,} deals match: too many to order by gap. Ask for fewer, or order by value.")
        everything = query.model_copy(update={"order_by": None, "limit": None})

        def make() -> ir.Table:
            table, _ = self._met(everything, [layout.KEY])
            return table.filter(table["_met"]).select(layout.KEY)

        records = self.details.of([row[layout.KEY] for row in self._rows("keys", everything, make)])
        gaps = {record.key: self.details.gap(record, query) for record in records}
        records.sort(key=lambda record: (record.name.casefold(), record.key))
        known = [record for record in records if gaps[record.key] is not None]
        descending = query.order_by is None or query.order_by.descending
        known.sort(key=lambda record: gaps[record.key] or Decimal(0), reverse=descending)
        unknown = [record for record in records if gaps[record.key] is None]
        return [record.key for record in (*known, *unknown)][: query.limit or MAX_ROWS]

    # Groups

    def _measured(self, query: Query) -> Table:
        profile = self.judge.profile
        measures = measures_of(query, profile)
        dimensions = [dimension(group, profile, self.authorities) for group in query.group_by]
        figures = self._figures(query, measures)
        totals = {name[6:]: value for name, value in figures.items() if name.startswith("total_")}
        if not dimensions and query.compare is None:
            rows = [totals]
        else:
            rows = self._rows("groups", query, lambda: self._grouped(query, dimensions, measures))
        groups = [_Group(_labels(row, dimensions), row, _drill(query, row, dimensions)) for row in rows]
        groups = _in_order(query, groups, measures, value_fact(profile.facts))
        kept = groups[: query.limit or MAX_ROWS]
        shown = [*(each.column for each in dimensions), *(measure.column for measure in measures.shown)]
        if query.compare is not None:
            shown += _then_columns(measures, query)
        return Table(
            columns=tuple(shown),
            rows=tuple((*each.labels, *_cells(each.sums, measures, query)) for each in kept),
            drill=tuple(each.drill for each in kept),
            totals=MappingProxyType({m.column.name: m.cell(totals) for m in measures.shown}),
            matched=figures["matched"],
            undecided=figures["undecided"],
            cut=len(groups) - len(kept),
            currency=profile.currency,
            notes=tuple(_notes(query, figures)),
        )

    def _grouped(self, query: Query, dimensions: Sequence[Dimension], measures: Measures) -> ir.Table:
        compare = query.compare
        needs = [*measures.needs, *(name for each in dimensions for name in each.needs)]
        needs += [names.CLOSE_DATE] if compare is not None else []
        table, conditions = self._met(query, needs, without_period=compare is not None)
        found = table.filter(table["_met"])
        flags: dict[str, ir.Value] = {}
        if compare is not None:
            conditions = replace(conditions, table=found)
            period = next(each for each in query.filters if isinstance(each, CloseDateFilter) and not each.negate)
            then = (compare.first, compare.last) if compare.period is None else span(compare.period, self.today)
            flags = {"_now": conditions.holds(period), "_then": conditions.closes(*then)}
            found = found.mutate(**flags).view()
            found = found.filter(surely(found["_now"] | found["_then"]))
        keep = {name: found[name] for name in (*measures.needs, *flags)}
        rows = spread(found, dimensions, keep).view()
        sums: dict[str, ir.Scalar] = {}
        if compare is None:
            sums = measures.parts(rows, None)
        else:
            sums = measures.parts(rows, surely(rows["_now"]))
            then_sums = measures.parts(rows, surely(rows["_then"]))
            sums |= {f"then_{name}": part for name, part in then_sums.items()}
        labels = {f"_l{n}": rows[f"_l{n}"].min() for n in range(len(dimensions)) if dimensions[n].label is not None}
        by = [rows[f"_k{n}"] for n in range(len(dimensions))]
        return rows.group_by(by).aggregate(**labels, **sums) if by else rows.aggregate(**sums)


@dataclass(frozen=True, slots=True)
class _Group:
    labels: tuple[Cell, ...]
    sums: Sums
    drill: Query | None


def _labels(row: Mapping[str, Any], dimensions: Sequence[Dimension]) -> tuple[Cell, ...]:
    return tuple(each.shown(row[f"_k{n}"], row.get(f"_l{n}")) for n, each in enumerate(dimensions))


def _drill(query: Query, row: Mapping[str, Any], dimensions: Sequence[Dimension]) -> Query | None:
    """The query that shows the deals of this row: those of the first period, where two are compared."""
    filters = [each.drill(row[f"_k{n}"], row.get(f"_l{n}")) for n, each in enumerate(dimensions)]
    known = [each for each in filters if each is not None]
    if len(known) < len(filters):
        return None
    more = tuple(each for each in known if each not in query.filters)
    return Query(select=Select(), filters=(*query.filters, *more))


def _cells(sums: Sums, measures: Measures, query: Query) -> list[Cell]:
    now = [measure.cell(sums) for measure in measures.shown]
    if query.compare is None:
        return now
    then = _then(sums)
    before = [measure.cell(then) for measure in measures.shown]
    main = measures.by_name[measures.main]
    return [*now, *before, _change(main.cell(sums), main.cell(then))]


def _then(sums: Sums) -> Sums:
    return {name[5:]: value for name, value in sums.items() if name.startswith("then_")}


def _change(now: Cell, then: Cell) -> Cell:
    if isinstance(now, int | Decimal) and isinstance(then, int | Decimal):
        return now - then
    return None


def _then_columns(measures: Measures, query: Query) -> list[Column]:
    compare = query.compare
    name = compare.period if compare is not None and compare.period else "the other period"
    columns = [
        replace(measure.column, name=f"then_{measure.column.name}", label=f"{measure.column.label}, {name}")
        for measure in measures.shown
    ]
    main = measures.by_name[measures.main].column
    unit = "points" if main.type is ColumnType.PERCENT else main.unit
    kind = ColumnType.NUMBER if main.type is ColumnType.PERCENT else main.type
    return [*columns, Column("change", f"Change of {main.label[0].lower()}{main.label[1:]}", kind, unit)]


def _in_order(query: Query, groups: list[_Group], measures: Measures, size: str | None) -> list[_Group]:
    def by_label(group: _Group) -> tuple[tuple[int, object], ...]:
        return tuple(ordered(label) for label in group.labels)

    order = query.order_by
    groups = sorted(groups, key=by_label)
    if order is None and query.group_by and query.group_by[0].by in MONTHS:
        return groups
    if order is not None and order.by in {"name", "close_date"}:
        return groups[::-1] if order.descending else groups
    columns = measures.by_name
    named = {"measure": columns.get(measures.main), "value": columns.get(size or ""), "deals": columns.get("deals")}
    measure = named.get(order.by if order else "deals")

    def figure(group: _Group) -> Cell:
        return group.sums["deals"] if measure is None else measure.cell(group.sums)

    known = [group for group in groups if figure(group) is not None]
    known.sort(key=lambda group: ordered(figure(group)), reverse=order is None or order.descending)
    return known + [group for group in groups if figure(group) is None]


def _notes(query: Query, figures: Mapping[str, Any]) -> Iterable[str]:
    """What a reader of the figures must know to read them right."""
    undecided, foreign = figures["undecided"], figures["foreign"]
    if undecided:
        them = "it" if undecided == 1 else "them"
        yield f"{counted(undecided, 'deal')} left out: what the question asks is not known of {them}."
    missing = figures["valueless"] - foreign
    if missing > 0:
        yield f"{counted(missing, 'deal')} without a known contract value: counted, and not in the money."
    if foreign:
        yield f"{counted(foreign, 'deal')} in another currency: counted, and not in the money."
    if any(group.by in SEVERAL for group in query.group_by):
        yield "A deal that fails several checks stands in several rows; the totals count it once."
    if any(isinstance(each, CloseDateFilter) and each.period == "overdue" for each in query.filters):
        yield "Overdue means that the close date is before today."
    if query.compare is not None:
        yield "The totals are of the first period."
