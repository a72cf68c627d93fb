"""A query in the making: its parts, the words that each came from, and what has to be asked back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.pipeline.items import Item
from bot.pipeline.query import Against, FactFilter, Filter, Group, KindFilter, Order, Query, Select, WordFilter
from bot.pipeline.vocabulary import Vocabulary
from bot.pipeline.words import Token, original


@dataclass(frozen=True, slots=True)
class AskBack:
    """Words that could mean several things, or nobody knows what: a question to the asker, with the answers we know."""

    words: str
    question: str
    options: tuple[str, ...] = ()

    @property
    def words_for_people(self) -> str:
        """The question, with the answers we know."""
        return f"{self.question} For instance: {', '.join(self.options)}." if self.options else self.question


@dataclass(slots=True)
class Draft:
    """What the passes over a question add to. `tokens` of a filter are the words that it came from.

    `previous` is the query that the words come after, in a thread.
    """

    text: str
    items: list[Item]
    vocabulary: Vocabulary
    select: tuple[Select, list[Token]] | None = None
    filters: list[tuple[Filter, list[Token]]] = field(default_factory=list)
    groups: list[tuple[Group, list[Token]]] = field(default_factory=list)
    order: tuple[Order, list[Token]] | None = None
    limit: tuple[int, list[Token]] | None = None
    show: list[tuple[str, list[Token]]] = field(default_factory=list)
    said: list[tuple[str, list[Token]]] = field(default_factory=list)
    asks: list[AskBack] = field(default_factory=list)
    unused: list[Item] = field(default_factory=list)
    any_status: bool = False
    compare: tuple[Against, list[Token]] | None = None
    everybody: list[Token] = field(default_factory=list)
    previous: Query | None = None

    def words(self, tokens: Iterable[Token]) -> str:
        """The asker's own words."""
        return original(self.text, tokens)

    def use(self, *items: Item) -> list[Token]:
        """Mark the items as used; their tokens."""
        for item in items:
            item.used = True
        return [token for item in items for token in item.tokens]

    def add(self, new: Filter, tokens: Sequence[Token]) -> None:
        """Add a filter. Two words of one kind widen one filter: Dana and Sam are two owners, never one."""
        for at, (old, words) in enumerate(self.filters):
            joined = _joined(old, new)
            if joined is not None:
                self.filters[at] = (joined, [*words, *tokens])
                return
        self.filters.append((new, list(tokens)))

    def group(self, group: Group, tokens: Sequence[Token]) -> None:
        """Add a grouping, once."""
        if all(group != there for there, _ in self.groups):
            self.groups.append((group, list(tokens)))

    def ask(self, tokens: Iterable[Token], question: str, options: Iterable[str] = ()) -> None:
        """Ask the asker what the words mean."""
        self.asks.append(AskBack(self.words(tokens), question, tuple(options)))

    def following(self, at: int) -> int | None:
        """The place of the next item that carries something."""
        return next((i for i in range(at + 1, len(self.items)) if not self.items[i].noise), None)


def _joined(old: Filter, new: Filter) -> Filter | None:
    if old.negate != new.negate:
        return None
    if isinstance(old, WordFilter) and isinstance(new, WordFilter) and old.by == new.by:
        return old.model_copy(update={"any_of": tuple(dict.fromkeys((*old.any_of, *new.any_of)))})
    if isinstance(old, FactFilter) and isinstance(new, FactFilter) and old.fact == new.fact:
        if old == new:
            return old
        if old.op in {"=", "in"} and new.op == "=" and isinstance(new.value, str):
            values = old.value if isinstance(old.value, tuple) else (old.value,)
            return FactFilter(
                fact=old.fact, op="in", value=tuple(dict.fromkeys((*values, new.value))), negate=old.negate
            )
    if isinstance(old, KindFilter) and isinstance(new, KindFilter):
        return old.model_copy(update={"any_of": tuple(dict.fromkeys((*old.any_of, *new.any_of)))})
    return old if old == new else None
