"""Evidence for a question of several parts: each part is searched for and judged answerable by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from bot.answers import cues
from bot.answers.deal_talk import aim_of, in_our_words
from bot.answers.evidence import PartEvidence
from bot.answers.extractive import choose
from bot.answers.parts import own_words, parts
from bot.answers.refusal import LOOKED_AT, proper_names, read_signals
from bot.answers.words import content_stems, has_figure, stems

if TYPE_CHECKING:
    from bot.answers.evidence import RuleEvidence
    from bot.answers.rules import RuleBook, RulesFound
    from bot.deals.deal import Deal
    from bot.knowledge.passages import Hit

Search = Callable[[str], tuple[list["Hit"], str | None]]
"""The passages for some words, and in words why they could not be searched."""

_AMOUNT = re.compile(
    r"(?:(?:and|but|so|also)\s+)*(?:by |until |since )?(?:when|how (?:long|much|many|often|soon|far|big))\b",
    re.IGNORECASE,
)

CARRIED = 0.5
"""The share of a part's own words that what answers it must have, where another part's words helped to find it."""


class Own:
    """The own words of a question that borrowed others from an earlier one: what answers it has some of them.

    A question for a time or an amount ("and when is it due?") is answered by figures as well. One without words of its
    own is answered by whatever is found.
    """

    def __init__(self, asked: str) -> None:
        """Of the words as they were asked; none where nothing was borrowed."""
        self._asked = asked
        self.stems = frozenset(stems(own_words(asked)))
        self._amount = bool(_AMOUNT.match(asked))

    def hits(self, hits: Sequence[Hit]) -> list[Hit]:
        """The passages that have them; none when none of the best has."""
        mine = [hit for hit in hits if self._in(_said(hit))]
        if any(hit in mine for hit in hits[:LOOKED_AT]):
            return mine
        return [hit for hit in hits if has_figure(hit.passage.text)] if self._amount else []

    def rules(self, rules: tuple[RuleEvidence, ...], hits: Sequence[Hit]) -> tuple[RuleEvidence, ...]:
        """The rules, when one of them or one of the best passages has them."""
        return rules if self.hits(hits) or any(self._in(rule.text) for rule in rules) else ()

    def quoted_to(self, hits: Sequence[Hit]) -> str:
        """What to quote an answer to: these words, where a passage has them; else nothing, and that is all of it."""
        return self._asked if self.stems and any(self._in(_said(hit)) for hit in hits[:LOOKED_AT]) else ""

    def _in(self, text: str) -> bool:
        return len(self.stems & set(content_stems(text))) >= CARRIED * len(self.stems)


def _said(hit: Hit) -> str:
    return f"{hit.passage.heading} {hit.passage.text}"


def in_parts(
    question: str, book: RuleBook, deal: Deal | None, search: Search, *, whole: bool
) -> tuple[PartEvidence, ...]:
    """The parts with their evidence; none when the question has one part, is about the deal, or nothing answers any.

    `whole` says that passages were found which answer the question as a whole.
    """
    found: list[PartEvidence] = []
    for part in parts(question):
        rules = book.find(part.text, deal, whole=question)
        if rules.about_deal or (deal is not None and aim_of(part.text, deal, book.judge.profile) is not None):
            return ()
        searched = in_our_words(part.text, book.judge.profile)
        hits, problem = search(searched)
        if problem is not None:
            return ()
        signals = read_signals(searched, hits, lambda text: search(text)[0])
        rules = led(rules, part.text, hits)
        mine = Own(part.asked if part.leans else "")
        text = mine.quoted_to(hits) or part.text
        told = guided(mine.hits(hits), rules) if signals.answered or (part.leans and whole) else ()
        found.append(
            PartEvidence(
                asked=part.asked,
                text=text,
                rules=mine.rules(rules.rules, hits),
                rules_lead=rules.lead,
                hits=told if choose(text, told) else (),  # passages of which nothing answers leave the part unsaid
                owner=hits[0].passage.owner or None if hits and signals.near else None,
            )
        )
    return tuple(found) if any(part.answered for part in found) else ()


def rules_of(found: Sequence[PartEvidence]) -> tuple[RuleEvidence, ...]:
    """The rules of all parts, each once."""
    return tuple({rule.check: rule for part in found for rule in part.rules}.values())


def hits_of(found: Sequence[PartEvidence]) -> tuple[Hit, ...]:
    """The passages of all parts, each once, the best of each part before the second best of any."""
    turns = chain.from_iterable(zip_longest(*(part.hits for part in found)))
    return tuple({hit.passage.id: hit for hit in turns if hit is not None}.values())


def led(found: RulesFound, question: str, hits: Sequence[Hit]) -> RulesFound:
    """The rules, which do not lead where the question names somebody of whom only the playbooks tell: an example."""
    if not (found.lead and found.rules and hits) or cues.about_duty(question):
        return found
    ruled = {stem for rule in found.rules for stem in content_stems(rule.text)}
    named = {stem for name in proper_names(question) for stem in stems([name.lower()])} - ruled
    told = set(content_stems(hits[0].passage.text))
    return replace(found, lead=False) if named & told else found


def guided(hits: Sequence[Hit], found: RulesFound) -> tuple[Hit, ...]:
    """The hits, with the section that a leading rule points at put first when the search found it too."""
    links = {rule.guidance for rule in found.rules if rule.guidance} if found.lead else set()
    return tuple(sorted(hits, key=lambda hit: hit.passage.link not in links))
