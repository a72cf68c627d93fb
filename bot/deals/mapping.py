"""A mapping file: how the columns and words of somebody else's file become facts of our profile."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from bot.deals.errors import DealsFileError, FactError, shorten
from bot.deals.text import key
from bot.deals.values import parse_value
from bot.deals.yaml_events import has_aliases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.deals.facts import FactSpecs

FIELDS = ("name", "customer", "owner", "stage", "close_date", "currency", "id")
"""The columns of a deal that are not facts."""

DEFAULT = "default"
"""The key of `values` that stands for every word not listed."""

_MAX_BYTES = 1_000_000
_NOTHING = frozenset({"", "~", "null"})


def _text(value: object) -> object:
    """A number that a program gives where a file has text."""
    return str(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_text)]


class Mapping(BaseModel):
    """What stands where in a file of deals. Facts and the deal's own fields (name, owner, ...) are mapped alike.

    `columns` says which column holds a fact; `name` and `id` are short for those two. `values` translates words, with
    `default` for the rest; a translation to null leaves the fact unknown. `missing` lists what stands for "not
    known" (-999). `multiply` turns another unit into ours (a share of 0.08 into 8 percent). `constants` are the same
    for every deal of the file. `ignore` names columns whose name means something else here. `only` keeps the rows
    whose column has one of the words; the others are counted and left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, Text | bool | None]] = Field(default_factory=dict)
    missing: dict[str, list[Text]] = Field(default_factory=dict)
    multiply: dict[str, Text] = Field(default_factory=dict)
    constants: dict[str, Text | bool] = Field(default_factory=dict)
    only: dict[str, list[Text]] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)
    name: str | None = None
    id: str | None = None
    _places: dict[tuple[str, ...], str] = PrivateAttr(default_factory=dict)

    def column_of(self) -> dict[str, str]:
        """The column of each fact or field that the mapping names."""
        short = {field: column for field, column in (("name", self.name), ("id", self.id)) if column is not None}
        return {**self.columns, **short}

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
        for part in ("columns", "values", "missing", "multiply", "constants"):
            for target in getattr(self, part):
                if target not in facts and target not in FIELDS:
                    known = ", ".join((*facts, *FIELDS))
                    yield f"{self._at(part, target)}there is no fact or field '{shorten(target)}'. There are: {known}."
        for target in self.constants:
            if target in self.column_of():
                yield f"{self._at('constants', target)}'{target}' has a column too. Keep one of the two."
        stated: list[tuple[tuple[str, ...], object]] = [(("constants", to), v) for to, v in self.constants.items()]
        stated += [(("values", to, word), v) for to, words in self.values.items() for word, v in words.items() if v]
        for place, value in stated:
            yield from self._unfit(facts, place, value, currency)
        for target, factor in self.multiply.items():
            number = facts[target].type.is_numeric if target in facts else True
            if not number or not _is_number(factor):
                yield f"{self._at('multiply', target)}only a number can be multiplied, and only by a number."

    def _unfit(self, facts: FactSpecs, place: tuple[str, ...], value: object, currency: str) -> Iterator[str]:
        target = place[1]
        if target not in facts:
            return
        try:
            parse_value(facts[target], value, currency)
        except FactError as error:
            yield f"{self._at(*place)}{error}"

    def _at(self, *place: str) -> str:
        where = self._places.get(place)
        return f"{where}: " if where else f"mapping, {'.'.join(place)}: "


def load_mapping(data: bytes, *, filename: str, facts: FactSpecs, currency: str = "USD") -> Mapping:
    """A mapping from the bytes of its YAML file. Raises DealsFileError, one line a problem, with file:line:column."""
    root = _compose(data, filename)
    places: dict[tuple[str, ...], str] = {}
    plain = _plain(root, (), filename, places)
    try:
        mapping = Mapping.model_validate(plain)
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_context=False):
            place = tuple(str(part) for part in problem["loc"])
            while place and place not in places:
                place = place[:-1]
            name = ".".join(place) or "mapping"
            told = "there is no such key" if problem["type"] == "extra_forbidden" else problem["msg"].lower()
            keys = ", ".join(Mapping.model_fields)
            remedy = f" The keys are: {keys}." if problem["type"] == "extra_forbidden" else ""
            lines.append(f"{places.get(place, f'{filename}:1:1')}: {name}: {told}.{remedy}")
        raise DealsFileError("\n".join(lines)) from None
    mapping._places.update(places)  # noqa: SLF001 - its own maker
    if problems := list(mapping.problems(facts, currency)):
        raise DealsFileError("\n".join(problems))
    return mapping


def _compose(data: bytes, filename: str) -> yaml.Node:
    if len(data) > _MAX_BYTES:
        msg = f"{filename}: a mapping file has at most 1 MB. Is this a file of deals?"
        raise DealsFileError(msg)
    try:
        text = data.decode("utf-8-sig")
        if has_aliases(text):
            msg = f"{filename}: a mapping file has no aliases (*name). Write the words out."
            raise DealsFileError(msg)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        msg = f"{filename}: not UTF-8 text. Save the mapping file as UTF-8."
        raise DealsFileError(msg) from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{filename}:{mark.line + 1}:{mark.column + 1}" if mark else filename
        msg = f"{where}: not YAML: {getattr(error, 'problem', None) or 'nested too deep'}."
        raise DealsFileError(msg) from None
    if not isinstance(root, yaml.MappingNode):
        msg = f"{filename}:1:1: a mapping file is a list of keys, such as columns: {{beds: BEDS}}."
        raise DealsFileError(msg)
    return root


def _plain(node: yaml.Node, place: tuple[str, ...], filename: str, places: dict[tuple[str, ...], str]) -> Any:
    """The node as data in which every scalar is the text that stands in the file: `no` and 010 stay what they are."""
    where = f"{filename}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
    places.setdefault(place, where)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, str(at)), filename, places) for at, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return None if node.style is None and str(node.value) in _NOTHING else str(node.value)
    found: dict[str, Any] = {}
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for name, value in pairs:
        mark = name.start_mark
        at = f"{filename}:{mark.line + 1}:{mark.column + 1}"
        if not isinstance(name, yaml.ScalarNode) or name.value in found:
            told = (
                f"'{shorten(name.value)}' stands here twice" if isinstance(name, yaml.ScalarNode) else "a key is a word"
            )
            msg = f"{at}: {told}. Keep one."
            raise DealsFileError(msg)
        places[(*place, name.value)] = at
        found[name.value] = _plain(value, (*place, name.value), filename, places)
    return found


def _same(cell: str, other: str) -> bool:
    if key(cell) == key(other):
        return True
    return _is_number(cell) and _is_number(other) and Decimal(cell) == Decimal(other)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False
