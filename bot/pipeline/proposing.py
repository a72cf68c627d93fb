"""A query that a language model proposes for the words that the reader left unread, held against what is known.

The reader's own understanding stays as it is. Of a proposal only those parts are taken that stand for words of the
question that were not understood, that name what the asker's vocabulary holds, and whose values stand in those words.
In a thread a proposal changes the query that was answered: what it names takes the place of its own kind there, as in
what the reader reads (`following`). Everything else is dropped, and its words are named as not understood. A query so
made selects from what the asker may see, like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.pipeline.changing import Chip, chips_of
from bot.pipeline.following import MORE, takes_the_place_of
from bot.pipeline.query import Against, CheckFilter, Filter, Group, Order, PartFilter, Query, Select, WordFilter
from bot.pipeline.reading import Understanding
from bot.pipeline.standing import Unheld, stand
from bot.pipeline.validating import QueryError, check_query
from bot.pipeline.vocabulary import Vocabulary
from bot.pipeline.words import SMALL, Token, tokens_of

LONGEST_REPLY = 20_000
"""Characters of a model's reply that are read; a query of ten parts has a tenth of them."""
MOST_PARTS = 12
MOST_NAMES = 150
"""Names of each kind that a model is told."""

_TOLD = frozenset({"owner", "team", "customer", "name", "stage", "segment", "authority"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Means(_Strict):
    """Which part of the query stands for which words of the question, the words exactly as they stand there."""

    words: str = Field(min_length=1, max_length=300)
    part: str = Field(
        pattern=r"^(select|compare|order_by|limit|(filters|group_by|show)/\d{1,2})$",
        description="select, compare, order_by, limit, or filters/0, group_by/0, show/0: the place counts from 0.",
    )


class Proposal(_Strict):
    """The whole question as a query, and for each part that was not understood before, the words that it stands for."""

    query: Query
    means: tuple[Means, ...] = Field(max_length=MOST_PARTS)


class QueryWriter(Protocol):
    """Writes a proposal as JSON, or gives up."""

    def write(self, variables: Mapping[str, Any], schema: Mapping[str, Any], *, user: str) -> str | None:
        """The text of a reply; None where there is none, for whatever reason. It never raises."""


@cache
def proposal_schema() -> Mapping[str, Any]:
    """The JSON Schema of a proposal."""
    return Proposal.model_json_schema()


def worth_asking(read: Understanding) -> bool:
    """Whether words are left that a model may read. What could mean several things is asked back, never chosen."""
    return read.base is not None and bool(read.unknown) and not any(ask.options for ask in read.asks)


def told(question: str, read: Understanding, vocabulary: Vocabulary, today: date) -> dict[str, Any]:
    """What a model is told: the question, what was understood and what was not, and the names that there are."""
    profile = vocabulary.profile
    names: dict[str, list[dict[str, str]]] = {}
    for (by, value), label in sorted(vocabulary.labels.items()):
        if by in _TOLD and len(names.setdefault(by, [])) < MOST_NAMES:
            names[by].append({"value": value, "label": label})
    return {
        "question": question,
        "unread": [unknown.words for unknown in read.unknown],
        "understood": [chip.text for chip in read.understood if chip.words],
        "before": [chip.text for chip in read.understood if chip.path and not chip.words] if read.follows else [],
        "query": read.base.plain() if read.base is not None else {},
        "today": today.isoformat(),
        "currency": profile.currency,
        "facts": [
            {
                "name": spec.name, "label": spec.label, "type": spec.type.value, "unit": spec.unit or "",
                "choices": list(spec.choices),
            }
            for spec in profile.facts.values()
        ],
        "checks": [{"id": check, "label": label} for check, label in vocabulary.check_labels.items()],
        "names": [{"by": by, "known": known} for by, known in names.items()],
        "schema": proposal_schema(),
    }  # fmt: skip


def held(reply: str, question: str, read: Understanding, vocabulary: Vocabulary, today: date) -> Understanding | None:
    """The reader's understanding with what holds of a model's reply; None where nothing of it does."""
    start, end = reply.find("{"), reply.rfind("}")
    if read.base is None or len(reply) > LONGEST_REPLY or start < 0:
        return None
    try:
        proposal = Proposal.model_validate_json(reply[start : end + 1])
    except (ValidationError, ValueError):
        return None
    made = _Held(read, question, vocabulary)
    # Filters come before what hangs on them: a comparison of periods needs one.
    for path, part in _parts(proposal.query):
        words = [each.words for each in proposal.means if each.part == path]
        tokens = made.said(words)
        if tokens:
            made.take(path.partition("/")[0], part, tokens)
    return made.understanding(today)


def by_model(before: Understanding, after: Understanding) -> tuple[Chip, ...]:
    """The parts that were not there before the model read."""
    said = {(chip.text, chip.words) for chip in before.understood}
    return tuple(chip for chip in after.understood if chip.words and (chip.text, chip.words) not in said)


def _parts(query: Query) -> Iterator[tuple[str, Any]]:
    yield "select", query.select
    for name in ("filters", "group_by"):
        for place, each in enumerate(getattr(query, name)[:MOST_PARTS]):
            yield f"{name}/{place}", each
    for name in ("compare", "order_by", "limit"):
        if getattr(query, name) is not None:
            yield name, getattr(query, name)
    for place, fact in enumerate(query.show[:MOST_PARTS]):
        yield f"show/{place}", fact


class _Held:
    """The query as it grows; `_words` are the words of each part that was taken."""

    def __init__(self, read: Understanding, question: str, vocabulary: Vocabulary) -> None:
        self._read = read
        self._query = read.base or Query()
        self._vocabulary = vocabulary
        self._text = question
        self._tokens = tokens_of(question)
        self._asked = [ask.words for ask in read.asks if ask.words != question.strip()]
        self._open = {
            text for words in (*(each.words for each in read.unknown), *self._asked) for text in _texts(words)
        }
        self._from_words = {chip.path for chip in read.understood if chip.words}
        self._said = tuple(_at(self._query, path) for path in self._from_words if path.startswith("filters/"))
        self._taken: list[tuple[str, Any, list[Token]]] = []

    def said(self, pieces: Sequence[str]) -> list[Token]:
        """The tokens of the question that these words are, where they hold a word that was not understood."""
        found: list[Token] = []
        for piece in pieces:
            texts = [token.text for token in tokens_of(piece)]
            places = range(len(self._tokens) - len(texts) + 1)
            at = next((p for p in places if [t.text for t in self._tokens[p : p + len(texts)]] == texts), None)
            if texts and at is not None:
                found += self._tokens[at : at + len(texts)]
        return found if any(token.text in self._open for token in found) else []

    def take(self, name: str, part: Any, tokens: list[Token]) -> None:
        """Take a part into the query, where it holds and where the reader read nothing else in its place."""
        try:
            stand(part, tokens, self._vocabulary)
            query = self._with(name, part)
            if query is not None:
                check_query(query, self._vocabulary.profile)
        except (QueryError, Unheld, ValidationError):
            return
        if query is not None:
            self._query = query
            self._taken.append((name, part, tokens))

    def understanding(self, today: date) -> Understanding | None:
        """What is understood now, and what is still not."""
        if not self._taken:
            return None
        read = {token.text for _, _, tokens in self._taken for token in tokens}
        if any(not _texts(words) <= read for words in self._asked):
            return None
        left = tuple(unknown for unknown in self._read.unknown if not _texts(unknown.words) <= read)
        chips = chips_of(self._query, self._vocabulary, today)
        shown = tuple(
            replace(chip, words=self._words_of(chip))
            for chip in chips
            if chip.path != "select" or self._is_told("select") or self._query.select.what != "deals"
        )
        # What is said of the question as a whole ("the deals that you see") is no part of the query, and still holds.
        said = tuple(chip for chip in self._read.understood if not chip.path)
        return Understanding(self._query, (*said, *shown), left, (), self._query, self._read.follows)

    def _is_told(self, path: str) -> bool:
        return path in self._from_words or any(name == path for name, _, _ in self._taken)

    def _words_of(self, chip: Chip) -> str:
        """The asker's words behind a chip: those that the reader read, or those that the model did."""
        value = _at(self._query, chip.path)
        for name, part, tokens in self._taken:
            if chip.path.partition("/")[0] == name and part == value:
                ordered = sorted(tokens, key=lambda token: token.start)
                return (
                    self._text[ordered[0].start : ordered[-1].end]
                    if _in_a_row(ordered, self._tokens)
                    else " … ".join(dict.fromkeys(self._text[token.start : token.end] for token in ordered))
                )
        return next((old.words for old in self._read.understood if old.words and old.text == chip.text), "")

    def _with(self, name: str, part: Any) -> Query | None:
        """The query with this part; None where the reader's own stands in its place."""
        query, said = self._query, self._from_words
        match name, part:
            case "filters", each:
                return self._filtered(each)
            case "group_by", Group():
                select = Select(what="count") if query.select.what == "deals" else query.select
                there = part in query.group_by
                return None if there else _changed(query, select=select, group_by=(*self._groups(), part))
            case "show", str():
                return (
                    None
                    if part in query.show or part not in self._vocabulary.profile.facts
                    else _changed(query, show=(*query.show, part))
                )
            case ("select", Select()) | ("compare", Against()) | ("order_by", Order()) | ("limit", int()):
                return None if name in said or getattr(query, name) == part else _changed(query, **{name: part})
            case _:
                return None

    def _groups(self) -> tuple[Group, ...]:
        """The groups that stay beside a new one: of what was asked before only where the words say "and"."""
        groups = self._query.group_by
        if not self._read.follows or (self._tokens and self._tokens[0].text in MORE):
            return groups
        taken = [part for name, part, _ in self._taken if name == "group_by"]
        said = [_at(self._query, path) for path in self._from_words if path.startswith("group_by/")]
        return tuple(each for each in groups if each in taken or each in said)

    def _filtered(self, new: Filter) -> Query | None:
        taken = [part for name, part, _ in self._taken if name == "filters"]
        said = [old for old in self._query.filters if old in self._said or old in taken]
        if any(_rivals(new, old) for old in said):
            return None
        if new in self._query.filters:
            return self._query
        # What the reader only took for granted, such as that deals are open, gives way; so does what was asked before.
        gives_way = takes_the_place_of if self._read.follows else _rivals
        kept = [old for old in self._query.filters if old in said or not gives_way(new, old)]
        return _changed(self._query, filters=(*kept, new))


def _changed(query: Query, **changes: Any) -> Query:
    return Query(**({name: getattr(query, name) for name in Query.model_fields} | changes))


def _at(query: Query, path: str) -> Any:
    name, _, place = path.partition("/")
    return getattr(query, name)[int(place)] if place else getattr(query, name, None)


def _rivals(new: Filter, old: Filter) -> bool:
    """Whether two filters say something about the same of a deal. Two checks, or two parts, can both be asked for."""
    if isinstance(new, CheckFilter | PartFilter) and isinstance(old, CheckFilter | PartFilter):
        return type(new) is type(old) and (not new.any_of or not old.any_of or bool({*new.any_of} & {*old.any_of}))
    if isinstance(new, WordFilter) and isinstance(old, WordFilter):
        return new.by == old.by
    return new == old or takes_the_place_of(new, old)


def _texts(words: str) -> set[str]:
    return {token.text for token in tokens_of(words)} - SMALL


def _in_a_row(tokens: Sequence[Token], question: Sequence[Token]) -> bool:
    at = question.index(tokens[0])
    return list(question[at : at + len(tokens)]) == list(tokens)
