"""Words to a typed query, without a model: what was understood, from which words, and what was not; no guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from rapidfuzz import fuzz, process

from bot.deals.wording import date_words
from bot.pipeline.breaking import breaking
from bot.pipeline.changing import Chip, chips_of
from bot.pipeline.draft import AskBack, Draft
from bot.pipeline.following import checks_alone, edited, is_fresh
from bot.pipeline.items import Item, items_of
from bot.pipeline.list_price import list_prices
from bot.pipeline.meanings import Meaning, Word
from bot.pipeline.naming import names, without
from bot.pipeline.past import past
from bot.pipeline.query import CloseDateFilter, Filter, Order, Query, Select, WordFilter
from bot.pipeline.shaping import comparisons, groups, limits, measures, orders, periods
from bot.pipeline.vocabulary import Vocabulary
from bot.pipeline.words import Token, tokens_of
from bot.profile.people import Person

__all__ = ["LONGEST_QUESTION", "Chip", "QuestionReader", "Understanding", "UnknownWord"]

LONGEST_QUESTION = 2000
_NEAR_ENOUGH = 75
EXAMPLES = ("fit by rep", "deals that need approval", "top 10 deals we should walk away from")
"""Questions that can be asked whatever the profile judges."""
_NOTHING_READ = "I understood none of these words. What do you want to know? For example: " + ", ".join(
    f"“{example}”" for example in EXAMPLES
)
_A_SLIP, _LONG_ENOUGH = 80, 5
_OWN_FIGURE = frozenset({"given_away", "win_rate"})


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """Words that were not understood, and what they may have been meant to be."""

    words: str
    near: tuple[str, ...]
    why: str = ""

    @property
    def words_for_people(self) -> str:
        """The words, and what was perhaps meant, or why they are not used."""
        if self.why:
            return f"“{self.words}” ({self.why})"
        return f"“{self.words}” (did you mean {' or '.join(self.near)}?)" if self.near else f"“{self.words}”"


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a question was read. `query` is None when something must be asked back first, or nothing was understood.

    `base` is what was read even where something must be asked back. `follows` says that the words change a query that
    was answered before, and `base` is that query with what was read of them.
    """

    query: Query | None
    understood: tuple[Chip, ...]
    unknown: tuple[UnknownWord, ...]
    asks: tuple[AskBack, ...]
    base: Query | None = None
    follows: bool = False


class QuestionReader:
    """Reads one asker's questions by the vocabulary that was made for them."""

    def __init__(self, vocabulary: Vocabulary, *, person: Person | None, today: date) -> None:
        self._vocabulary = vocabulary
        self._person = person
        self._today = today
        self._suggestions: tuple[str, ...] | None = None
        self._words: tuple[str, ...] | None = None

    def read(self, text: str, previous: Query | None = None) -> Understanding:
        """The typed query that the words ask for.

        `previous` is the query that was answered before in the same thread: words that ask no question of their own
        are read as an edit of it.
        """
        text = text[:LONGEST_QUESTION]
        draft = Draft(text, items_of(tokens_of(text), self._vocabulary, self._today), self._vocabulary)
        if previous is not None and not is_fresh(draft):
            draft.previous = previous
            checks_alone(draft)
        _two_days(draft)
        periods(draft)
        limits(draft)
        list_prices(draft)
        comparisons(draft)
        breaking(draft)
        without(draft)
        groups(draft)
        orders(draft)
        measures(draft)
        past(draft, self._today)
        names(draft, self._person)
        draft.filters.sort(key=lambda part: min(token.start for token in part[1]))
        return self._finished(draft)

    def _finished(self, draft: Draft) -> Understanding:
        unknown = self._unknown(draft)
        query = _query(draft) if draft.previous is None else edited(draft.previous, draft)
        chips = self._chips(draft, query)
        asks = tuple(draft.asks)
        if unknown and not asks and not any(chip.words for chip in chips):
            asks = (AskBack(draft.text.strip(), _NOTHING_READ),)
        return Understanding(None if asks else query, chips, unknown, asks, query, draft.previous is not None)

    def _chips(self, draft: Draft, query: Query) -> tuple[Chip, ...]:
        """A chip for each part of the query, with the words that it came from."""
        vocabulary = self._vocabulary
        sources: dict[str, list[Token]] = {
            "select": draft.select[1] if draft.select is not None else [],
            "compare": draft.compare[1] if draft.compare is not None else [],
            "order_by": draft.order[1] if draft.order is not None else [],
            "limit": draft.limit[1] if draft.limit is not None else [],
        }
        for number, each in enumerate(query.filters):
            sources[f"filters/{number}"] = next((tokens for found, tokens in draft.filters if found == each), [])
        for number, group in enumerate(query.group_by):
            sources[f"group_by/{number}"] = next((tokens for found, tokens in draft.groups if found == group), [])
        for number, fact in enumerate(query.show):
            sources[f"show/{number}"] = next((tokens for found, tokens in draft.show if found == fact), [])
        said = [Chip(text, draft.words(tokens)) for text, tokens in draft.said]
        chips = [
            replace(chip, words=draft.words(sources.get(chip.path, [])))
            for chip in chips_of(query, vocabulary, self._today)
            if chip.path != "select" or draft.select is not None or draft.previous is not None
        ]
        return (*chips[:1], *said, *chips[1:]) if chips and chips[0].path == "select" else (*said, *chips)

    def _unknown(self, draft: Draft) -> tuple[UnknownWord, ...]:
        found: list[UnknownWord] = []
        for run in _runs(draft):
            tokens = [token for item in run for token in item.tokens]
            words = draft.words(tokens)
            found.append(UnknownWord(words, self._near(words)))
            if any(item.unknown and item.tokens[-1].possessive for item in run):
                question = f"I know nobody by {words!r} whose deals you see. Whose deals do you mean?"
                draft.asks.append(AskBack(words, question, found[-1].near))
        if len(draft.groups) > 2:  # noqa: PLR2004 a table has two label columns at most
            extra = draft.groups[2:]
            found += [UnknownWord(draft.words(tokens), (), "a table has at most two groups") for _, tokens in extra]
        return tuple(found)

    def _candidates(self) -> tuple[str, ...]:
        if self._suggestions is None:
            self._suggestions = (*self._vocabulary.suggestions, *self._vocabulary.near())
        return self._suggestions

    def _near(self, words: str) -> tuple[str, ...]:
        asked = words.casefold().removesuffix("'s").removesuffix("’s")
        matches = process.extract(
            asked, self._candidates(), scorer=fuzz.ratio, processor=str.casefold, limit=3,
            score_cutoff=_NEAR_ENOUGH,
        )  # fmt: skip
        return tuple(dict.fromkeys(match[0] for match in matches)) or self._within(asked) or self._mended(asked)

    def _within(self, words: str) -> tuple[str, ...]:
        """The names that the words are a part of: a customer or a deal by the word that people call it by."""
        if len(words) < _LONG_ENOUGH:
            return ()
        whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
        return tuple(islice((name for name in self._candidates() if whole.search(name)), 3))

    def _mended(self, words: str) -> tuple[str, ...]:
        """The words with each slip of the pen put right, where nothing is near to them as a whole."""
        if self._words is None:
            self._words = _single_words(self._vocabulary)
        mended = [self._mended_word(word) for word in words.split()]
        return (" ".join(mended),) if mended != words.split() else ()

    def _mended_word(self, word: str) -> str:
        if len(word) < _LONG_ENOUGH or not word.isalpha():
            return word
        found = process.extractOne(word, self._words or (), scorer=fuzz.ratio, score_cutoff=_A_SLIP)
        # Another form of the word is no slip of the pen.
        return found[0] if found and not found[0].startswith(word) else word


def _two_days(draft: Draft) -> None:
    """`before 12/01/2026`: a day that two readers read differently is asked back."""
    for item in draft.items:
        for token in item.tokens:
            if token.either is not None:
                days = [date_words(day) for day in token.either]
                options = [day.isoformat() for day in token.either]
                draft.ask([token], f"{draft.words([token])!r} may be {' or '.join(days)}. Which day is it?", options)
                item.span = None
                draft.use(item)


def _single_words(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The words that a slip of the pen is compared with: those that ask for something, and those of the profile."""
    said = (phrase[0] for phrase, meanings in vocabulary.written.items() if len(phrase) == 1 and _asks(meanings))
    named = (word for phrase in vocabulary.suggestions for word in phrase.casefold().split())
    return tuple(dict.fromkeys(word for word in (*said, *named) if len(word) >= _LONG_ENOUGH and word.isalpha()))


def _asks(meanings: Iterable[Meaning]) -> bool:
    return not all(meaning is Word.NOISE for meaning in meanings)


def _runs(draft: Draft) -> Iterable[list[Item]]:
    """The items that were not understood, neighbours together."""
    left = {id(item) for item in draft.unused}
    run: list[Item] = []
    for item in draft.items:
        if id(item) in left and (not run or item.unknown == run[-1].unknown):
            run.append(item)
            continue
        if run:
            yield run
        run = [item] if id(item) in left else []
    if run:
        yield run


def _query(draft: Draft) -> Query:
    select = draft.select[0] if draft.select is not None else Select()
    order = draft.order[0] if draft.order is not None else None
    if draft.groups and select.what == "deals":
        select = Select(what="count")
        if order is not None and order.by == "fact" and order.fact is not None:
            # Who gives the highest discount: groups are ordered by a figure, which for a fact is its average.
            select, order = Select(what="average", of=order.fact), Order(by="measure", descending=order.descending)
    elif draft.groups and order is not None and order.by == "fact":
        order = Order(by="measure", descending=order.descending)
    if select.what in _OWN_FIGURE and order is not None and order.by in {"deals", "value"}:
        order = Order(by="measure", descending=order.descending)
    filters: list[Filter] = [each for each, _ in draft.filters]
    compare = draft.compare[0] if draft.compare is not None else None
    if compare is not None and select.what == "deals":
        select = Select(what="count")
    if (
        not draft.any_status
        and compare is None
        and not any(isinstance(each, WordFilter) and each.by == "status" for each in filters)
    ):
        filters.append(WordFilter(by="status", any_of=("open",)))
    return Query(
        select=select,
        filters=tuple(filters),
        group_by=tuple(group for group, _ in draft.groups[:2]),
        order_by=order,
        limit=draft.limit[0] if draft.limit is not None else None,
        show=tuple(dict.fromkeys(fact for fact, _ in draft.show)),
        compare=compare if any(isinstance(each, CloseDateFilter) for each in filters) else None,
    )
