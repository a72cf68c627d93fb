"""A table for a terminal that cuts no figure: where it has no room, it says row by row what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

_LONGEST_WORDS = (24, 10)
"""How long a word of a column of words must be before it may be broken: rather not, and if need be."""
_BETWEEN = 2
"""Blanks behind each column."""
_NARROWEST = 8


class PlainTable(Table):
    """A table without lines. The cells of the columns in `whole` stay on one line; figures are never broken."""

    def __init__(self, *, title: str | None = None) -> None:
        super().__init__(
            title=title,
            title_justify="left",
            header_style="bold",
            box=None,
            pad_edge=False,
            padding=(0, _BETWEEN, 0, 0),
        )
        self.whole: set[int] = set()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.max_width
        cells = [[_text(each) for each in column._cells] for column in self.columns]  # noqa: SLF001 - rich offers no other way
        heads = [_text(column.header) for column in self.columns]
        natural = [max(map(_width, (head, *column))) for head, column in zip(heads, cells, strict=True)]
        for longest in _LONGEST_WORDS:
            least = [self._least(n, heads[n], column, longest) for n, column in enumerate(cells)]
            if sum(least) + _BETWEEN * len(least) <= room:
                for column, width in zip(self.columns, _shared(least, natural, room), strict=True):
                    column.width = width
                yield from super().__rich_console__(console, options)
                return
        yield from self._row_by_row(console, heads, cells, room)

    def _least(self, number: int, head: Text, cells: Sequence[Text], longest: int) -> int:
        """How narrow a column may get without anything being broken that must not be."""
        words = max((len(word) for word in head.plain.split()), default=1)
        if number in self.whole:
            return max(words, *map(_width, cells), 1)
        limit = None if self.columns[number].justify == "right" else longest
        return max(words, *(len(word[:limit]) for text in cells for word in text.plain.split()), 1)

    def _row_by_row(
        self, console: Console, heads: Sequence[Text], cells: Sequence[Sequence[Text]], room: int
    ) -> Iterator[RenderableType | Segment]:
        labels = [" ".join(head.plain.split()) for head in heads]
        for title in filter(None, (self.title, labels[0])):
            yield Text(str(title), style="bold")
        for row in zip(*cells, strict=True):
            known = [(label, text) for label, text in zip(labels, row, strict=True) if text.plain.strip()] or [
                ("", Text())
            ]
            rest = [Text.assemble(f"{label} " if label else "", text) for label, text in known[1:]]
            for lead, said in (("", known[0][1]), ("  ", Text("; ").join(rest))):
                for line in said.wrap(console, max(room - len(lead), _NARROWEST), overflow="fold"):
                    line.rstrip()
                    yield Text.assemble(lead, line)


def _shared(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """The widths: none below its least nor above its natural one; what lacks is taken from the widest."""
    free = room - _BETWEEN * len(least) - sum(least)
    widths = list(least)
    while free:
        wanting = [number for number, width in enumerate(widths) if width < natural[number]]
        if not wanting:
            break
        widths[min(wanting, key=widths.__getitem__)] += 1
        free -= 1
    return widths


def _text(cell: RenderableType) -> Text:
    return cell if isinstance(cell, Text) else Text.from_markup(str(cell), emoji=False)


def _width(text: Text) -> int:
    return max((line.cell_len for line in text.split("\n")), default=0)
