"""A mapping file's YAML as plain data: every scalar the text that stands in the file, and where each key stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from bot.deals.errors import DealsFileError, shorten
from bot.deals.yaml_events import has_aliases

_MAX_BYTES = 1_000_000
_NOTHING = frozenset({"", "~", "null"})
_CLOSE = 70

Path = tuple[str, ...]


class Places:
    """Where things stand in the file: `at` for a key, `inside` for a character of its value."""

    def __init__(self, filename: str = "mapping") -> None:
        self.filename = filename
        self._keys: dict[Path, tuple[int, int]] = {}
        self._values: dict[Path, tuple[int, int]] = {}

    def note(self, place: Path, key: yaml.Mark | None, value: yaml.Node) -> None:
        """Remember a key and its value."""
        quoted = isinstance(value, yaml.ScalarNode) and value.style in {"'", '"'}
        mark = value.start_mark
        self._values[place] = (mark.line + 1, mark.column + 1 + quoted)
        self._keys[place] = (key.line + 1, key.column + 1) if key is not None else self._values[place]

    def at(self, *place: str) -> str:
        """The place of a key with its path: map.yaml:3:5: columns.beds, or of the nearest key above."""
        return f"{self.where(*place)}: {'.'.join(place) or 'mapping'}: " if self._keys else f"{self.where(*place)}: "

    def where(self, *place: str) -> str:
        """The same without the path; a mapping that came from no file has the path only."""
        if not self._keys:
            return f"{self.filename}, {'.'.join(place)}"
        while place and place not in self._keys:
            place = place[:-1]
        line, column = self._keys.get(place, (1, 1))
        return f"{self.filename}:{line}:{column}"

    def inside(self, offset: int, *place: str) -> str:
        """The place of a character in a value."""
        if place not in self._values:
            return self.at(*place)
        line, column = self._values[place]
        return f"{self.filename}:{line}:{column + offset}: {'.'.join(place)}: "


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that is not known: the nearest that is, and all of them."""
    names = list(known)
    near = process.extractOne(word[:100], names, scorer=fuzz.WRatio, score_cutoff=_CLOSE, processor=str.lower)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    return f"{hint}There are: {', '.join(names)}." if names else "There are none."


def compose(data: bytes, filename: str) -> yaml.Node:
    """The file's root. Raises DealsFileError for what is not a mapping in plain YAML."""
    if len(data) > _MAX_BYTES:
        raise DealsFileError(f"{filename}: a mapping file has at most 1 MB. Is this a file of deals?")
    try:
        text = data.decode("utf-8-sig")
        if has_aliases(text):
            raise DealsFileError(f"{filename}: a mapping file has no aliases (*name). Write the words out.")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise DealsFileError(f"{filename}: not UTF-8 text. Save the mapping file as UTF-8.") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{filename}:{mark.line + 1}:{mark.column + 1}" if mark else filename
        told = getattr(error, "problem", None) or "nested too deep"
        raise DealsFileError(f"{where}: not YAML: {told}.") from None
    if not isinstance(root, yaml.MappingNode):
        raise DealsFileError(f"{filename}:1:1: a mapping file is a list of keys, such as columns: {{beds: BEDS}}.")
    return root


def plain(node: yaml.Node, places: Places, place: Path = ()) -> Any:
    """The node as data in which `no` and 010 stay what they are."""
    if not place:
        places.note((), None, node)
    if isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            places.note((*place, str(at)), None, item)
        return [plain(item, places, (*place, str(at))) for at, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return None if node.style is None and str(node.value) in _NOTHING else str(node.value)
    found: dict[str, Any] = {}
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for name, value in pairs:
        mark = name.start_mark
        where = f"{places.filename}:{mark.line + 1}:{mark.column + 1}"
        if not isinstance(name, yaml.ScalarNode):
            raise DealsFileError(f"{where}: a key is a word. Write it without brackets.")
        if name.value in found:
            raise DealsFileError(f"{where}: '{shorten(name.value)}' stands here twice. Keep one.")
        places.note((*place, name.value), mark, value)
        found[name.value] = plain(value, places, (*place, name.value))
    return found
