"""A model's text as it streams in, cut into finished sentences and list items, each with its own markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.answers.draft import Layout
from bot.answers.sentences import sentences

LONGEST = 4000
"""Characters without an end of sentence after which what came so far is given out as it is."""

_LATE_MARKERS = re.compile(r"([.!?…][\"'”’)]*)((?:\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+)")
_ITEM = re.compile(r"^\s*(?:[-*+•]|(?P<number>\d{1,2})[.)])\s+(?P<text>.*)$", re.DOTALL)
_STRUCTURE = re.compile(r"^\s*(?:#{1,6}\s.*|[-*_=\s]{3,}|```.*|~~~.*|\|.*)$")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished sentence or list item, with its markers still in it. `starts` says that it begins a paragraph."""

    text: str
    layout: Layout = "sentence"
    number: int | None = None
    starts: bool = False


class Flow:
    """Takes text in any portions and gives out pieces as soon as nothing that follows can still belong to them."""

    def __init__(self) -> None:
        self._raw = ""
        self._done = 0  # characters of the raw text, without thoughts, that were given out
        self._starts = False

    def add(self, portion: str) -> Iterator[Piece]:
        """The pieces that this portion finishes."""
        self._raw += portion
        text = _THOUGHT.sub("", self._raw)
        if text.rstrip().endswith(("<", "<t", "<th", "<thi", "<thin", "<think")):
            return
        *lines, last = text[self._done :].split("\n")
        for line in lines:
            self._done += len(line) + 1
            yield from self._line(line)
        finished = _finished(last)
        if finished:
            self._done += finished
            yield from self._line(last[:finished])

    def end(self) -> Iterator[Piece]:
        """What is left when the text has ended."""
        rest = _THOUGHT.sub("", self._raw)[self._done :]
        self._done += len(rest)
        for line in rest.split("\n"):
            yield from self._line(line)

    def _line(self, line: str) -> Iterator[Piece]:
        if not line.strip():
            self._starts = True
            return
        if _STRUCTURE.match(line):
            return
        item = _ITEM.match(line)
        if item:
            yield Piece(item["text"].strip(), "item", int(item["number"]) if item["number"] else None)
            return
        for sentence in sentences(_early(line)):
            yield Piece(sentence, starts=self._starts)
            self._starts = False


def pieces(portions: Iterable[str]) -> Iterator[Piece]:
    """All pieces of a text that comes in portions."""
    flow = Flow()
    for portion in portions:
        yield from flow.add(portion)
    yield from flow.end()


def _early(text: str) -> str:
    """Markers moved before the full stop that they follow, so that they stay with their sentence."""
    return _LATE_MARKERS.sub(r"\2\1", text)


def _finished(line: str) -> int:
    """How many characters of an unfinished line are whole sentences already."""
    if _ITEM.match(line) or _STRUCTURE.match(line) or not line.strip():
        return 0
    if len(line) > LONGEST:
        return len(line)
    # The last sentence may go on, and a marker may still follow the one before it: both wait.
    best = 0
    for match in re.finditer(r"[.!?…][\"'”’)]*(?:\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])*\s+(?=[^\s\[])", line):
        head = line[: match.end()]
        tail = line[match.end() :]
        if head.count('"') % 2 or head.count("“") > head.count("”"):
            continue  # inside a quotation that is still open: its end decides where the sentence ends
        before, whole = sentences(_early(head)), sentences(_early(head + tail))
        if len(whole) > len(before) and whole[: len(before)] == before:
            best = match.end()
    return best
