"""Whether the playbooks say anything about a question, decided from several signals, since no single one separates.

How the weights were set: by a logistic model of the first four, fitted on the tuning half of the golden questions
(`evaluation/golden`) and on half of the conversations of MTRAG-UN, both collections and both answers weighing the same;
then rounded. On the other halves it ranks an answerable question above an unanswerable one 96 and 79 times in 100, the
best cosine alone 92 and 77 times. The zero of the scale was set on the tuning half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers.asked_for import unheld, without
from bot.answers.words import FUNCTION_WORDS, content_stems, question_stems, stems, words

if TYPE_CHECKING:
    from bot.knowledge.passages import Hit

LOOKED_AT = 3
"""The signals are taken from this many of the best passages."""

COSINE_WEIGHT = 6.5
"""How much the best cosine counts."""

SHARE_WEIGHT = 4.65
"""How much the share of the question's content words in one passage counts."""

BM25_WEIGHT = 0.31
"""How much each point of the best BM25 score counts, up to BM25_ENOUGH of them."""

BM25_ENOUGH = 6.0
"""A higher BM25 score says no more."""

STRANGER_WEIGHT = -0.5
"""What a proper name that stands in none of the passages found counts: they cannot speak of it."""

UNHELD_WEIGHT = -2.5
"""What it counts that the passages have no word for the very thing that is asked for. Set on the tuning halves of the
golden and the trap questions; one that matches a passage better than that may have called it by another word."""

INTERCEPT = -6.6
"""Where the scale begins."""

ANSWER_FROM = 0.0
"""The confidence (log-odds) from which the playbooks are quoted."""

NEAR_FROM = -3.6
"""The log-odds from which a refusal names the nearest sources, which need not have the thing itself; below it there are
none worth naming."""

_NAME = re.compile(r"[A-Za-z][\w'’&-]*")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the search tells about whether the question is answered.

    `cosine` and `bm25` are the best among the first passages, `share` (0 to 1) is the part of the question's content
    words that the best single passage has, `strangers` are the proper names in the question that no passage has, and
    `unheld` are the words for what it asks for that they do not have.
    """

    cosine: float
    bm25: float
    share: float
    strangers: tuple[str, ...]
    unheld: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """The log-odds that the playbooks answer the question."""
        return self._nearness + (UNHELD_WEIGHT if self.unheld else 0.0)

    @property
    def _nearness(self) -> float:
        """The log-odds as far as the matter goes, whether or not the thing itself is there."""
        return (
            INTERCEPT
            + COSINE_WEIGHT * self.cosine
            + SHARE_WEIGHT * self.share
            + BM25_WEIGHT * min(self.bm25, BM25_ENOUGH)
            + (STRANGER_WEIGHT if self.strangers else 0.0)
        )

    @property
    def answered(self) -> bool:
        """Whether the passages are worth quoting as an answer."""
        return self.confidence >= ANSWER_FROM

    @property
    def near(self) -> bool:
        """Whether the passages are worth naming as the nearest sources."""
        return self._nearness >= NEAR_FROM


def read_signals(question: str, hits: Sequence[Hit], search: Callable[[str], Sequence[Hit]] | None = None) -> Signals:
    """The signals of a search. Without hits nothing is near.

    With a `search` a word that no passage has is tried: where the question comes nearer to passages without it, it asks
    for something strange to them; where not, it may be another word for what they tell.
    """
    first = hits[:LOOKED_AT]
    if not first:
        return Signals(0.0, 0.0, 0.0, ())
    wanted = set(question_stems(question))
    if all(stem.isdigit() for stem in wanted):
        wanted = set()  # "is 12% ok?" is not about the passages that happen to have a 12
    bags = [set(content_stems(f"{hit.passage.heading} {hit.passage.text}")) for hit in hits]
    share = max((len(wanted & bag) / len(wanted) for bag in bags[:LOOKED_AT]), default=0.0) if wanted else 0.0
    cosine, missing = max(hit.cosine for hit in first), unheld(question, hits, LOOKED_AT)
    absent = missing.absent
    if absent and search is not None:
        nearest = max((hit.cosine for hit in search(without(question, absent))), default=0.0)
        absent = absent if nearest > cosine else ()
    return Signals(
        cosine=cosine,
        bm25=max(hit.bm25 for hit in first),
        share=share,
        strangers=_strangers(question, set().union(*bags)),
        unheld=(*missing.uncounted, *absent),
    )


def proper_names(question: str) -> list[str]:
    """The words that are written like somebody's name, "Northmere" but not "CFO", in order."""
    return [word for word in _named(question) if word[1:].islower() and word[1:].isalpha()]


def _strangers(question: str, known: set[str]) -> tuple[str, ...]:
    """Words written as names (AWS, Ohio, PowerPoint) that are not among the known stems."""
    found: list[str] = []
    for word in _named(question):
        plain = [part for part in words(word) if part not in FUNCTION_WORDS]
        if plain and not set(stems(plain)) & known:
            found.append(word)
    return tuple(found)


def _named(question: str) -> Iterator[str]:
    """Words with a capital letter that no sentence begins with, or with one inside."""
    start = True
    for token in re.split(r"(\s+)", question):
        match = _NAME.search(token)
        if match is None:
            continue
        word = match.group().strip("'’-")
        inner = any(letter.isupper() for letter in word[1:])
        if inner or (word[:1].isupper() and not start):
            yield word
        start = token.endswith((".", "!", "?", ":", '"', "“"))
