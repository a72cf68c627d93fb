"""Strict YAML: a file becomes a tree of nodes, and what people and parsers read differently is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from bot.profile.problems import SourceText
from bot.profile.yaml_nodes import Listing, Node, Place, Problems, Scalar, Table
from bot.profile.yaml_scalars import Refusal, resolve_plain
from bot.profile.yaml_text import decode, is_invisible, syntax_problem

MAX_DEPTH = 24
MAX_NODES = 60_000
"""Room for a table of 5,000 rows; a file of so many values is still refused within a second."""


def read_yaml(data: bytes, filename: str) -> tuple[Node | None, Problems]:
    """The file's tree and the problems found in it. The tree is None when the file cannot be read to its end."""
    source, problem = decode(data, filename)
    problems = Problems(source)
    if problem is not None:
        problems.found.append(problem)
        return None, problems
    root: Node | None = None
    try:
        root = _Builder(problems).build(yaml.parse(source.text, Loader=_LOADER))
    except yaml.YAMLError as error:
        problems.found.append(syntax_problem(source, error))
    except _TooMuchError as stop:
        problems.add(stop.place, stop.message, stop.suggestion)
    blank = root is None or (isinstance(root, Scalar) and root.value is None and not root.refused)
    if blank and not problems.found:
        root = None
        problems.add((1, 1), "The file is empty.", "Start from the bundled file of the same name.")
    return root, problems


_CODED = re.compile(r"\\(?:([abtfvre0NLP_])|(?:x(?=(..))|u(?=(.{4}))|U(?=(.{8})))|.)", re.DOTALL)
_GLUED = re.compile(r"([a-z_][a-z0-9_]*)\s*(<=|>=|!=|<|>|==|=|:)\s*(\S.*)")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _is_invisible(*numbers: str | None) -> bool:
    """Whether the number in hexadecimal digits is that of a character that nobody sees."""
    return any(number is not None and is_invisible(chr(int(number, 16))) for number in numbers)


class _TooMuchError(Exception):
    def __init__(self, place: Place, message: str, suggestion: str | None = None) -> None:
        self.place, self.message, self.suggestion = place, message, suggestion
        super().__init__(message)


class _Builder:
    """Builds the tree from the parser's events, without recursion: nesting cannot exhaust the stack."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._root: Node | None = None
        self._open: list[Table | Listing] = []
        self._keys: list[Scalar | None] = []
        self._awaits_key: list[bool] = []
        self._nodes = 0
        self._documents = 0

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            mark: Any = event.start_mark
            place = (mark.line + 1, mark.column + 1)
            if isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise _TooMuchError(place, "A second document starts here.", "Keep one document a file.")
            elif isinstance(event, yaml.AliasEvent):
                self._count(place)
                suggestion = "Write the value out, or put it in quotes if it is meant as text."
                self._problems.add(place, f"An alias (*{event.anchor}) is not part of the language.", suggestion)
                self._attach(Scalar(place, refused=True))
            elif isinstance(event, yaml.ScalarEvent):
                self._count(place)
                self._attach(self._scalar(event, place))
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._count(place)
                self._start(event, place)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._open.pop()
                self._keys.pop()
                self._awaits_key.pop()
            if self._problems.full:
                break
        return self._root

    def _count(self, place: Place) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _TooMuchError(place, f"The file holds more than {MAX_NODES:,} values.", "Split it or shorten it.")

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, place: Place) -> None:
        refused = self._refuse_marks(event, place)
        if len(self._open) >= MAX_DEPTH:
            raise _TooMuchError(place, f"Values are nested more than {MAX_DEPTH} deep here.", "Flatten the structure.")
        is_table = isinstance(event, yaml.MappingStartEvent)
        node: Table | Listing = Table(place, refused) if is_table else Listing(place, refused)
        self._attach(node)
        self._open.append(node)
        self._keys.append(None)
        self._awaits_key.append(is_table)

    def _refuse_marks(self, event: Any, place: Place) -> bool:
        if event.anchor is not None:
            suggestion = "Write the value out where it is used; a text that starts with & must be in quotes."
            self._problems.add(place, f"An anchor (&{event.anchor}) is not part of the language.", suggestion)
        if event.tag is None or (event.anchor is not None and event.tag == "!"):
            return event.anchor is not None
        if event.tag.startswith("!="):
            operand = f" {event.value}" if getattr(event, "value", "") else ""
            suggestion = f'Put the test in quotes: "{event.tag}{operand}".'
            self._problems.add(place, "An unquoted ! starts a YAML tag.", suggestion)
        else:
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            suggestion = "Remove it; a text that starts with ! must be in quotes."
            self._problems.add(place, f"A tag ({shown}) is not part of the language.", suggestion)
        return True

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        node = Scalar(place, text=event.value, quoted=event.style in {"'", '"'})
        node.refused = self._refuse_marks(event, place)
        if node.refused:
            return node
        if event.style == ">" and not event.value.strip():
            line = self._problems.source.line(place[0])[place[1] - 1 :].split("#")[0].strip()
            self._problems.refuse(node, "An unquoted > starts a folded text.", f'Put the test in quotes: "{line}".')
        elif event.style:
            node.value = event.value
            if event.style == '"' and (code := self._code(event)):
                message = "In double quotes a backslash starts a code, and this one is an invisible character."
                remedy = "Write \\\\ for a backslash, or put the text in single quotes."
                node.refused = True
                self._problems.add(code, message, remedy)
        else:
            resolved = resolve_plain(event.value)
            if isinstance(resolved, Refusal):
                self._problems.refuse(node, resolved.message, resolved.suggestion)
            else:
                node.value = resolved
        return node

    def _code(self, event: yaml.ScalarEvent) -> Place | None:
        """Where in a text in double quotes what stands behind a backslash makes an invisible character."""
        marks: Any = event
        start = marks.start_mark.index
        raw = self._problems.source.text[start : marks.end_mark.index]
        found = next((match for match in _CODED.finditer(raw) if match[1] or _is_invisible(*match.groups()[1:])), None)
        if found is None:
            return None
        before = SourceText("", self._problems.source.text[: start + found.start()])
        return len(before.lines), len(before.lines[-1]) + 1

    def _attach(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Listing):
            before = self._problems.source.line(node.place[0])[: node.place[1] - 1].rstrip()
            empty = isinstance(node, Scalar) and not node.text
            self._filled(node, "This list has an empty item.", (node.place[0], max(1, len(before))) if empty else None)
            parent.items.append(node)
        elif self._awaits_key[-1]:
            self._keys[-1] = self._key(node)
            self._awaits_key[-1] = False
        else:
            self._enter(parent, self._keys[-1], node)
            self._awaits_key[-1] = True

    def _filled(self, node: Node, message: str, place: Place | None = None, remedy: str | None = None) -> bool:
        if isinstance(node, Scalar) and node.value is None and not node.refused:
            node.place = place or node.place
            self._problems.refuse(node, message, remedy or "Write a value, or remove it.")
            return False
        return True

    def _how(self, key: Scalar) -> str | None:
        """How to give a key its value, where the line shows what was meant."""
        if glued := _GLUED.fullmatch(key.text):
            sign = "" if glued[2] in {"=", "==", ":"} else f"{glued[2]} "
            return f'Write {glued[1]}: "{sign}{glued[3]}".' if sign else f"Write {glued[1]}: {glued[3]}."
        line = self._problems.source.line(key.place[0])
        after = line[key.place[1] - 1 + len(key.text) :].lstrip()
        if after.startswith(":") and after[1:].lstrip().startswith("#"):
            return "What follows # is a comment: put the text in quotes."
        if "{" in line[: key.place[1] - 1] and not after.startswith(":"):
            return "Write a value after it, such as key: value; several values of one key are a list: [one, two]."
        return None

    def _key(self, node: Node) -> Scalar | None:
        if not isinstance(node, Scalar):
            self._problems.refuse(node, "A key must be a single word or text.", "Write `word: value`.")
            return None
        if node.text == "<<" and not node.quoted:
            self._problems.refuse(node, "A merge key (<<) is not part of the language.", "Write the entries out.")
        elif not node.refused and not isinstance(node.value, str):
            before = self._problems.source.line(node.place[0])[: node.place[1] - 1]
            comma = re.search(r"([0-9]+),\s*$", before) if node.text.isdigit() else None
            remedy = f"A decimal is written with a point: {comma[1]}.{node.text}." if comma else None
            self._problems.refuse(
                node, f"The key {node.text or 'here'} is not text.", remedy or f'Put it in quotes: "{node.text}".'
            )
        return node

    def _enter(self, table: Table, key: Scalar | None, node: Node) -> None:
        if key is None or key.refused:
            table.partial = True
            return
        if not self._filled(node, f"`{key.text}` has no value.", key.place, self._how(key)):
            key.refused = True
        if key.text in table.entries:
            first = table.keys[key.text].place[0]
            message = f"`{key.text}` stands here a second time; the first is in line {first}."
            self._problems.refuse(key, message, "Keep one of the two.")
            return
        table.entries[key.text] = node
        table.keys[key.text] = key
