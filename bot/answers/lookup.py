"""What may be looked up beyond the first evidence, for one asker and one question. Nothing here writes or decides.

Who asks, what they may see and what they have said is fixed when this is made: whoever calls it, a model included,
chooses only the words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.answers.refusal import read_signals
from bot.answers.verdicts import verdict_evidence
from bot.deals.values import format_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.answers.evidence import RuleEvidence
    from bot.answers.model import Asker
    from bot.answers.rules import RuleBook
    from bot.answers.verdicts import VerdictEvidence
    from bot.checking.desk import CheckedDeal
    from bot.deals.deal import Deal
    from bot.deals.facts import FactValue
    from bot.deals.reading import Reading
    from bot.knowledge.passages import Hit
    from bot.profile.economics_figures import Follow
    from bot.profile.judge import Judge
    from bot.store.records import SavedDeal

MOST_DEALS = 8
"""So many of the asker's deals, the latest first."""

LONGEST_WORDS = 2_000
"""Characters of what is looked up that are read."""

NOT_HERE = "The rep's deals are not shown where others read along. They can ask in a direct message."
NO_DEALS = "The rep has no open deal."
NO_FACTS = "State what the rep said of the deal, such as: hospital, 120 beds, 8% discount, net 60."
DESCRIBED = "The deal as described"


class Desk(Protocol):
    """The one desk that judges deals, as far as answers need it: nothing is recorded."""

    def read(self, text: str) -> Reading:
        """What the words say of a deal."""

    def check(self, deal: Deal, *, asker: Asker, record: bool = True) -> CheckedDeal:
        """The verdict, with guidance that the asker may read."""

    def judge_only(self, deal: Deal, judge: Judge) -> CheckedDeal:
        """The verdict alone."""

    def reshaped(self, deal: Deal, changes: Mapping[str, FactValue]) -> tuple[Deal, tuple[Follow, ...]]:
        """The deal with changes and what follows from them."""

    def new_deal(self, name: str, *, asker: Asker) -> Deal:
        """A deal of the asker's of which nothing is known."""

    def mine(self, asker: Asker, limit: int = 10) -> list[SavedDeal]:
        """The asker's own open deals, the latest first."""

    def deal_of(self, saved: SavedDeal) -> Deal:
        """The saved deal with typed facts."""


@dataclass(frozen=True, slots=True)
class AtHand:
    """The saved deal that a thread is about, which the asker may see. `key` finds it again."""

    deal: Deal
    key: str | None


class Lookup:
    """Looks things up for one asker: passages, a verdict, a rule, the asker's own deals."""

    def __init__(
        self,
        *,
        asker: Asker,
        book: RuleBook,
        search: Callable[[str], list[Hit]],
        desk: Desk | None,
        at_hand: AtHand | None,
        said: Sequence[str],
        private: bool,
    ) -> None:
        """`search` finds what the asker may read; `said` are the asker's own words, now and earlier in the thread."""
        self._asker = asker
        self._book = book
        self._search = search
        self._desk = desk
        self._at_hand = at_hand
        self._said = tuple(said)
        self._private = private

    @property
    def judges(self) -> bool:
        """Whether deals can be judged."""
        return self._desk is not None

    @property
    def shows_deals(self) -> bool:
        """Whether the asker's own deals may be shown: only where nobody else reads along."""
        return self._desk is not None and self._private

    def passages(self, query: str) -> list[Hit]:
        """The passages that answer, among those that the asker may read; none when the playbooks do not say."""
        query = query[:LONGEST_WORDS]
        hits = self._search(query)
        return hits if read_signals(query, hits, self._search).answered else []

    def rule(self, name: str) -> RuleEvidence | None:
        """The rule of that name, for the deal at hand."""
        return self._book.named(name[:LONGEST_WORDS], self._at_hand.deal.facts if self._at_hand else {})

    @property
    def rule_names(self) -> tuple[str, ...]:
        """The rules there are."""
        return self._book.names

    def judged(self, words: str) -> VerdictEvidence | str:
        """The verdict on the deal of the thread, or on one described, with what the words say of it; or why not.

        Only facts that the asker has stated count: words that somebody else makes up are named and refused.
        """
        if self._desk is None:
            return "Deals cannot be judged here."
        told = self._facts(words[:LONGEST_WORDS])
        said = [self._facts(text) for text in self._said]
        invented = [name for name, value in told.items() if not any(one.get(name) == value for one in said)]
        known = self._at_hand.deal.facts if self._at_hand else {}
        invented = [name for name in invented if known.get(name) != told[name]]
        if invented:
            profile = self._book.judge.profile
            named = ", ".join(
                f"{profile.facts[name].label} {format_value(profile.facts[name], told[name], profile.currency)}"
                for name in invented
            )
            return f"Not judged: the rep has not said this: {named}. Give only what the rep said."
        changes = {name: value for name, value in told.items() if known.get(name) != value}
        if self._at_hand is None and not changes:
            return NO_FACTS
        return self._verdict(changes)

    def deals(self) -> list[VerdictEvidence] | str:
        """The asker's own open deals as the live profile judges them, the latest first; or why not."""
        if self._desk is None or not self._private:
            return NOT_HERE
        judge = self._book.judge
        saved = self._desk.mine(self._asker, limit=MOST_DEALS)
        found = [
            verdict_evidence(self._desk.judge_only(self._desk.deal_of(one), judge), judge.profile, key=one.key)
            for one in saved
        ]
        return found or NO_DEALS

    def _verdict(self, changes: Mapping[str, FactValue]) -> VerdictEvidence | str:
        desk, profile = self._desk, self._book.judge.profile
        if desk is None:
            return "Deals cannot be judged here."
        if self._at_hand is None:
            deal = desk.new_deal(DESCRIBED, asker=self._asker).with_facts(changes)
            return verdict_evidence(desk.check(deal, asker=self._asker, record=False), profile)
        deal, key = self._at_hand.deal, self._at_hand.key
        if changes:
            deal, _ = desk.reshaped(deal, changes)
        checked = desk.check(deal, asker=self._asker, record=False)
        return verdict_evidence(checked, profile, key=key, supposed=changes)

    def _facts(self, text: str) -> dict[str, FactValue]:
        """The facts that a text states or supposes."""
        stated = dict(self._desk.read(text).facts) if self._desk is not None else {}
        return {**self._book.reader.read(text).facts, **stated}
