"""A mapping file: how the columns and words of somebody else's file become facts of our profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from bot.deals.arithmetic import Arithmetic
from bot.deals.errors import DealsFileError, FactError, shorten
from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.deals.formulas import FormulaFault, read_formula
from bot.deals.local_cells import DateOrder
from bot.deals.mapping_yaml import Places, compose, did_you_mean, plain
from bot.deals.text import key
from bot.deals.values import parse_value

FIELDS = ("name", "customer", "owner", "stage", "close_date", "currency", "id")
"""The columns of a deal that are not facts."""

ACTIVITY_FIELDS = ("id", "date", "rep", "customer", "deal", "kind", "role", "outcome")
"""The columns of a call or a meeting."""

DEFAULT = "default"
"""The key of `values` that stands for every word not listed."""

Status = Literal["open", "won", "lost"]
OpenFile = Callable[[str], bytes]
"""Gives the bytes of a lookup's file by the name in the mapping. Raises DealsFileError when there is none."""


def _text(value: object) -> object:
    """A number that a program gives where a file has text."""
    return str(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text)]
Words = dict[str, dict[str, Text | bool | None]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Lookup(_Strict):
    """A second file that knows more: a product's list price, an account's sector, a rep's manager."""

    file: str = Field(description="Its name: beside the file of deals, else beside the mapping.")
    by: str = Field(description="The fact or field (product, customer, owner) to look up; else a column of the deals.")
    key: str | None = Field(
        None, description="The column of the second file that holds the same; as `by` unless given."
    )
    sheet: str | None = Field(None, description="The sheet, where the second file is a workbook of several.")
    columns: dict[str, str] = Field(min_length=1, description="Facts or fields, each with its column in that file.")


class ActivityMapping(_Strict):
    """Columns and words of a file of calls and meetings."""

    columns: dict[Literal["id", "date", "rep", "customer", "deal", "kind", "role", "outcome"], str] = Field(
        default_factory=dict, description="Which column holds what of a call or a meeting."
    )
    roles: dict[str, list[Text]] = Field(
        default_factory=dict, description="Job titles for each choice of the profile's `sponsor`."
    )
    kinds: dict[str, list[Text]] = Field(default_factory=dict, description="Words for each kind: call, meeting, ...")
    sheet: str | None = Field(None, description="The sheet, where the file is a workbook of several.")


class Mapping(_Strict):
    """What stands where in a file of deals. Facts and the deal's own fields (name, owner, ...) are mapped alike.

    Words and columns are compared without case, spaces, hyphens and underscores.
    """

    columns: dict[str, str] = Field(default_factory=dict, description="Facts and fields, each with its column.")
    values: Words = Field(
        default_factory=dict,
        description="Words translated, by fact or field; `default` stands for the rest, null leaves the fact unknown.",
    )
    missing: dict[str, list[Text]] = Field(default_factory=dict, description="What stands for unknown, such as -999.")
    multiply: dict[str, Text] = Field(
        default_factory=dict, description="Another unit into ours: a share of 0.08 times 100 is 8 percent."
    )
    decimal: Literal["point", "comma"] = Field(
        "point", description="What stands before the decimals of a number: `comma` where the file writes 1.234,50."
    )
    dates: DateOrder | None = Field(
        None, description="How days in figures are written: `day first` (31.12.2026) or `month first` (12/31/2026)."
    )
    constants: dict[str, Text | bool] = Field(default_factory=dict, description="The same for every deal of the file.")
    stages: dict[Status, list[Text]] = Field(
        default_factory=dict, description="The words of the stage that mean open, won and lost."
    )
    lookups: list[Lookup] = Field(default_factory=list, description="Second files that know more.")
    helpers: dict[str, Literal["number", "money", "percent", "date"]] = Field(
        default_factory=dict, description="Names that are no facts and are read for `work_out` only, with their type."
    )
    work_out: dict[str, str] = Field(
        default_factory=dict, description="Facts by arithmetic: (1 - close_value / list_price) * 100."
    )
    only: dict[str, list[Text]] = Field(
        default_factory=dict, description="Rows kept: those whose column has one of the words."
    )
    ignore: list[str] = Field(default_factory=list, description="Columns whose name means something else here.")
    name: str | None = Field(None, description="The column of the deal's name: short for columns.name.")
    id: str | None = Field(None, description="The column of the deal's id: short for columns.id.")
    sheet: str | None = Field(None, description="The sheet, where the file is a workbook of several.")
    source: str | None = Field(
        None, description="The system that the deals come from, so that its files of any name are one source."
    )
    activities: ActivityMapping | None = Field(None, description="The same for a file of calls and meetings.")
    _places: Places = PrivateAttr(default_factory=Places)
    _tables: dict[int, dict[str, dict[str, Any]]] = PrivateAttr(default_factory=dict)

    def column_of(self) -> dict[str, str]:
        """The column of each fact or field that the mapping names."""
        short = {field: column for field, column in (("name", self.name), ("id", self.id)) if column is not None}
        return {**self.columns, **short}

    def given(self) -> frozenset[str]:
        """The facts and fields that the mapping says where to find: no column is guessed for them."""
        looked_up = (target for lookup in self.lookups for target in lookup.columns)
        return frozenset((*self.column_of(), *self.constants, *looked_up, *self.work_out))

    def specs(self, facts: FactSpecs) -> FactSpecs:
        """The profile's facts and the mapping's helpers."""
        helpers = {
            name: FactSpec(name, FactType(kind), name.replace("_", " ").capitalize(), "")
            for name, kind in self.helpers.items()
        }
        return MappingProxyType({**helpers, **facts})

    def formulas(self, facts: FactSpecs) -> dict[str, Arithmetic]:
        """The expressions of `work_out`, for a mapping without problems."""
        specs = self.specs(facts)
        return {name: read_formula(text, specs, _near)[0] for name, text in self.work_out.items()}

    def table(self, at: int) -> dict[str, dict[str, Any]]:
        """The rows of a lookup's file by the word in its key column, in the form of `key`."""
        return self._tables.get(at, {})

    def translated(self, target: str, cell: str) -> str | bool | None:
        """The word for a cell, after `missing` and `values`; None leaves the fact unknown."""
        if any(_same(cell, other) for other in self.missing.get(target, ())):
            return None
        words = self.values.get(target)
        if words is None:
            return cell
        for word, meant in words.items():
            if word != DEFAULT and key(word) == key(cell):
                return meant
        return words.get(DEFAULT, cell)

    def problems(self, facts: FactSpecs, currency: str) -> Iterator[str]:
        """What does not fit the profile, each with its place where the mapping came from a file."""
        specs = self.specs(facts)
        known = (*specs, *FIELDS)
        parts = ("columns", "values", "missing", "multiply", "constants")
        targets: list[tuple[tuple[str, ...], str]]
        targets = [((part, target), target) for part in parts for target in getattr(self, part)]
        for at, lookup in enumerate(self.lookups):
            targets += [(("lookups", str(at), "columns", target), target) for target in lookup.columns]
        for place, target in targets:
            if target not in known:
                yield f"{self._at(*place)}there is no fact or field '{shorten(target)}'. {did_you_mean(target, known)}"
        yield from self._twice()
        stated: list[tuple[tuple[str, ...], object]] = [(("constants", to), v) for to, v in self.constants.items()]
        stated += [(("values", to, word), v) for to, words in self.values.items() for word, v in words.items() if v]
        for place, value in stated:
            yield from self._unfit(specs, place, value, currency)
        for target, factor in self.multiply.items():
            number = specs[target].type.is_numeric if target in specs else True
            if not number or not _is_number(factor):
                yield f"{self._at('multiply', target)}only a number can be multiplied, and only by a number."
        yield from self._stage_problems()
        yield from self._formula_problems(facts, specs)
        if self.activities is not None:
            yield from self._role_problems(facts)

    def _twice(self) -> Iterator[str]:
        """A fact that is said to stand in two places."""
        found: dict[str, str] = dict.fromkeys(self.column_of(), "a column")
        places: list[tuple[str, tuple[str, ...], str]]
        places = [("a constant", ("constants", target), target) for target in self.constants]
        for at, lookup in enumerate(self.lookups):
            places += [(f"a lookup in {lookup.file}", ("lookups", str(at), "columns", t), t) for t in lookup.columns]
        places += [("a formula", ("work_out", target), target) for target in self.work_out]
        for what, place, target in places:
            if target in found:
                yield f"{self._at(*place)}'{target}' has {found[target]} too. Keep one of the two."
            found.setdefault(target, what)
        for name in self.helpers:
            if name in FIELDS:
                yield f"{self._at('helpers', name)}'{name}' is a field of a deal. Give the helper another name."

    def _unfit(self, facts: FactSpecs, place: tuple[str, ...], value: object, currency: str) -> Iterator[str]:
        target = place[1]
        if target not in facts:
            return
        try:
            parse_value(facts[target], value, currency)
        except FactError as error:
            yield f"{self._places.where(*place)}: {error}"

    def _stage_problems(self) -> Iterator[str]:
        found: dict[str, str] = {}
        for status, words in self.stages.items():
            for at, word in enumerate(words):
                before = found.setdefault(key(word), status)
                if before != status:
                    place = self._at("stages", status, str(at))
                    yield f"{place}the stage '{shorten(word)}' stands under {before} too. Keep one."

    def _formula_problems(self, facts: FactSpecs, specs: FactSpecs) -> Iterator[str]:
        for name, text in self.work_out.items():
            if name not in facts:
                told = f"there is no fact '{shorten(name)}'. {did_you_mean(name, facts)}"
                yield f"{self._at('work_out', name)}{told}"
            elif not facts[name].type.is_numeric:
                yield f"{self._at('work_out', name)}{facts[name].label} is no number, so it cannot be worked out."
            try:
                read_formula(text, specs, _near)
            except FormulaFault as fault:
                yield f"{self._places.inside(fault.offset, 'work_out', name)}{fault.message} {fault.remedy}"

    def _role_problems(self, facts: FactSpecs) -> Iterator[str]:
        sponsor = facts.get("sponsor")
        choices = tuple(sponsor.choices) if sponsor is not None else ()
        for role in self.activities.roles if self.activities is not None else ():
            if choices and role not in choices:
                place = self._at("activities", "roles", role)
                yield f"{place}the profile's sponsor has no choice '{shorten(role)}'. {did_you_mean(role, choices)}"

    def _at(self, *place: str) -> str:
        return self._places.at(*place)


def load_mapping(
    data: bytes, *, filename: str, facts: FactSpecs, currency: str = "USD", open_file: OpenFile | None = None
) -> Mapping:
    """A mapping from the bytes of its YAML file. Raises DealsFileError, one line a problem, with file:line:column.

    `open_file` gives the files of lookups; without it a mapping that has lookups is refused.
    """
    places = Places(filename)
    data_of_file = plain(compose(data, filename), places)
    try:
        mapping = Mapping.model_validate(data_of_file)
    except ValidationError as error:
        told = [_in_words(each, places) for each in error.errors(include_url=False, include_context=False)]
        raise DealsFileError("\n".join(told)) from None
    mapping._places = places  # noqa: SLF001 - its own maker
    if problems := list(mapping.problems(facts, currency)):
        raise DealsFileError("\n".join(problems))
    from bot.deals.lookups import read_lookup  # it reads files, which most mappings do not need

    for at, lookup in enumerate(mapping.lookups):
        if open_file is None:
            raise DealsFileError(f"{places.at('lookups', str(at), 'file')}a lookup's file cannot be read here.")
        try:
            table = read_lookup(lookup, open_file(lookup.file))
        except DealsFileError as fault:
            raise DealsFileError(f"{places.at('lookups', str(at), 'file')}{fault}") from None
        mapping._tables[at] = table  # noqa: SLF001 - its own maker
    return mapping


def _in_words(problem: Any, places: Places) -> str:
    path = tuple(str(part) for part in problem["loc"] if part not in {"str", "bool", "[key]"})
    if problem["type"] == "extra_forbidden":
        parts: dict[str, type[BaseModel]] = {"lookups": Lookup, "activities": ActivityMapping}
        keys = list(parts.get(path[0] if len(path) > 1 else "", Mapping).model_fields)
        hint = did_you_mean(path[-1], keys).partition("There are")[0]
        return f"{places.at(*path)}there is no such key. {hint}The keys are: {', '.join(keys)}."
    return f"{places.at(*path)}{problem['msg'].lower()}."


def _near(word: str, known: Any) -> str:
    return did_you_mean(word, known)


def _same(cell: str, other: str) -> bool:
    if key(cell) == key(other):
        return True
    return _is_number(cell) and _is_number(other) and Decimal(cell) == Decimal(other)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False
