"""Evidence for a question: the rules of the live profile and the passages that the asker may read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.answers import cues
from bot.answers.deal_talk import Aim, DealTalk, aim_of, deal_talk, in_our_words, mentions, of_people
from bot.answers.evidence import Evidence
from bot.answers.followup import StandAlone, stand_alone
from bot.answers.language import in_another_language
from bot.answers.lookup import AtHand, Desk, Lookup
from bot.answers.partly import Own, guided, hits_of, in_parts, led, rules_of
from bot.answers.refusal import read_signals
from bot.answers.rules import Explain, RuleBook
from bot.answers.supposing import QuestionReader
from bot.checking.access import audience
from bot.knowledge.passages import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answers.evidence import PartEvidence
    from bot.answers.model import Asker, Turn
    from bot.deals.deal import Deal
    from bot.knowledge.passages import Hit
    from bot.profile.judge import Judge

LOOKED_AT = 10
"""How many passages a search brings back."""

BESIDE_COACHING = 3
"""How many passages about the person asked for stand beside the words for a deal's findings."""

STATES_A_DEAL = 3
"""A message with so many facts, which asks nothing, states a deal: no follow-up is about its words."""

LONGEST_QUESTION = 2_000
"""Characters of a question that are read; the rest of a longer one is not."""


class Live(Protocol):
    """Where the profile that is live comes from."""

    def current(self) -> Judge:
        """The judge of the profile that is live now."""


class Searches(Protocol):
    """Where passages come from."""

    def search(self, question: str, *, audience: frozenset[str], limit: int = 8) -> list[Hit]:
        """The best passages that one of the roles in `audience` may read. Raises KnowledgeError."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence, and how the question was understood: what it says standing alone, and the facts read from it."""

    evidence: Evidence
    question: StandAlone
    understood: tuple[str, ...]


class Gatherer:
    """Gathers evidence. The words of a profile are compiled once for each profile that goes live."""

    def __init__(self, live: Live, library: Searches | None, explain: Explain, desk: Desk | None = None) -> None:
        self._live = live
        self._library = library
        self._explain = explain
        self._desk = desk
        self._book: RuleBook | None = None

    def understand(self, question: str, history: Sequence[Turn], deal: Deal | None = None) -> StandAlone:
        """The question so that it stands alone. One that speaks of the `deal` at hand does already."""
        question = question[:LONGEST_QUESTION]
        if deal is not None:
            profile = self.book().judge.profile
            if aim_of(question, deal, profile) is not None:
                return StandAlone(question.strip())
            if (asked := of_people(question, deal, profile)) is not None:
                return StandAlone(asked, rewritten=True)
        earlier = history if deal is None else [turn for turn in history if not self._states_a_deal(turn.text)]
        return stand_alone(question, earlier, self.book().reader)

    def gather(
        self,
        question: StandAlone,
        *,
        asker: Asker,
        at_hand: AtHand | None,
        search_for: str | None = None,
        said: Sequence[str] = (),
        private: bool = False,
    ) -> Gathered:
        """Everything that may answer. `search_for` are other words for the search; rules never depend on them.

        `said` are the asker's own words, now and before; `private` says that nobody else reads the answer.
        """
        book, deal = self.book(), at_hand.deal if at_hand is not None else None
        found = book.find(question.text, deal)
        aim = aim_of(question.text, deal, book.judge.profile) if deal is not None else None
        talk = self._talk(aim, question.text, asker, at_hand) if aim is not None else None
        if aim is not None and talk is not None and (aim.whole or not (found.rules and found.lead)):
            hits, problem = self._beside(aim, talk, question.text, asker)
            evidence = Evidence(
                question=question.text,
                facts=found.facts,
                hits=tuple(hits),
                problem=problem,
                profile=book.judge.profile.id,
                verdict=talk.verdict,
                of_verdict=talk.said,
                coached=talk.coached,
                lookup=self._lookup(asker, book, at_hand, said, private=private),
            )
            return Gathered(evidence, question, (f"Deal: {talk.verdict.name}",))
        searched = in_our_words(search_for or question.text, book.judge.profile)
        hits, problem = ([], None) if found.about_deal else self._search(searched, asker)
        signals = read_signals(searched, hits, partial(self._found, asker=asker))
        several: tuple[PartEvidence, ...] = ()
        if aim is None and not found.about_deal and search_for is None:
            search = partial(self._search, asker=asker)
            several = in_parts(question.text, book, deal, search, whole=signals.answered)
        own = Own(question.own)
        found = led(replace(found, rules=own.rules(found.rules, hits)), question.text, hits)
        evidence = Evidence(
            question=question.text,
            facts=found.facts,
            rules=rules_of(several) if several else found.rules,
            rules_lead=any(part.rules_lead for part in several if part.rules) if several else found.lead,
            hits=hits_of(several) if several else guided(own.hits(hits), found) if signals.answered else (),
            near=tuple(hits) if signals.near else (),
            signals=signals,
            problem=problem,
            profile=book.judge.profile.id,
            asks_of_deals=not found.about_deal and cues.asks_for_a_verdict(question.text),
            lookup=self._lookup(asker, book, at_hand, said, private=private),
            parts=several,
            rewritten=question.rewritten,
            quoted_to=own.quoted_to(hits),
            other_language=bool(hits) and _in_another(question.text, hits),
        )
        whose = (f"Deal: {deal.name}",) if found.about_deal and deal is not None else ()
        return Gathered(evidence, question, (*whose, *found.read))

    def book(self) -> RuleBook:
        """The rules of the profile that is live now."""
        from bot.deals.reading import SentenceReader  # compiled patterns, needed by a question only

        judge = self._live.current()
        book = self._book
        if book is None or book.judge is not judge:
            facts = judge.profile.facts
            reader = QuestionReader(facts, SentenceReader(facts, judge.profile.currency))
            book = self._book = RuleBook(judge, reader, self._explain)
        return book

    def _talk(self, aim: Aim, question: str, asker: Asker, at_hand: AtHand | None) -> DealTalk | None:
        """What to say of the deal at hand; None without a desk, or when its findings have nothing to do with it."""
        if self._desk is None or at_hand is None:
            return None
        profile = self.book().judge.profile
        checked = self._desk.check(at_hand.deal, asker=asker, record=False)
        return deal_talk(aim, checked, profile, key=at_hand.key, hits=self._found(question, asker=asker))

    def _beside(self, aim: Aim, talk: DealTalk, question: str, asker: Asker) -> tuple[list[Hit], str | None]:
        """The passages beside the coaching: about the person asked for, or about the matter."""
        if not aim.whole:
            hits, problem = self._search(question, asker)
            signals = read_signals(question, hits, partial(self._found, asker=asker))
            return (hits[:BESIDE_COACHING] if signals.answered else []), problem
        if not aim.people:
            return [], None
        hits, problem = self._search(f"{question} {talk.search}", asker)
        return [hit for hit in hits if mentions(hit, aim.people)][:BESIDE_COACHING], problem

    def _states_a_deal(self, text: str) -> bool:
        return "?" not in text and self._desk is not None and len(self._desk.read(text).facts) >= STATES_A_DEAL

    def _lookup(
        self, asker: Asker, book: RuleBook, at_hand: AtHand | None, said: Sequence[str], *, private: bool
    ) -> Lookup:
        return Lookup(
            asker=asker,
            book=book,
            search=partial(self._found, asker=asker),
            desk=self._desk,
            at_hand=at_hand,
            said=said,
            private=private,
        )

    def _found(self, question: str, *, asker: Asker) -> list[Hit]:
        return self._search(question, asker)[0]

    def _search(self, question: str, asker: Asker) -> tuple[list[Hit], str | None]:
        if self._library is None:
            return [], "the playbooks are not set up: run `dealfit index`"
        try:
            return self._library.search(question, audience=audience(asker), limit=LOOKED_AT), None
        except KnowledgeError as error:
            return [], str(error)


def _in_another(question: str, hits: Sequence[Hit]) -> bool:
    """Whether a question is not in the passages' language. A firm may have playbooks that are not in English either."""
    return in_another_language(question) and not any(in_another_language(hit.passage.text) for hit in hits)
