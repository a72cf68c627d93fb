"""Suggested segments: who the good customers were, as profile language to copy. Nothing is ever applied from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from bot.pipeline.strategy.book import Book
from bot.pipeline.strategy.customers import Customers
from bot.pipeline.strategy.features import Feature, features, known_before
from bot.pipeline.strategy.judging import JudgedDeals, judged_deals
from bot.pipeline.strategy.labels import Good, Labels, labels_of
from bot.pipeline.strategy.outcomes import CLOSED
from bot.pipeline.strategy.tree import DEPTH, SEED, Leaf, Rules, grown
from bot.pipeline.strategy.validation import FOLDS, LIKELY, REPEATS, SHUFFLES, HeldOut, chance, held_out
from bot.pipeline.strategy.writing import Written, written
from bot.profile.model import Profile, Stance
from bot.profile.verdict import ProfileId

FEWEST_DEALS = 40
FEWEST_EACH = 10
FEWEST_CUSTOMERS = 20
MOST_DEALS = 20_000
LEAF_PERCENT = 5
UNKNOWN_PART = 3
"""A fact that is unknown in more than one deal in so many is not used."""
LEAF = 8

METHOD = (
    f"A decision tree of at most {DEPTH} questions (CART, scikit-learn, seed {SEED}), each end with at least "
    f"{LEAF_PERCENT}% of the deals and {LEAF} of them. Figures on unseen customers: {REPEATS} times {FOLDS}-fold "
    f"cross-validation, stratified, no customer on both sides. Chance: {SHUFFLES} times the labels of whole customers "
    "were dealt to others. A deal with an unknown fact is placed only where what is known decides."
)


@dataclass(frozen=True)
class Suggestion:
    """What was found. `segments` is YAML to copy, empty when `found` is false, and `why` then says why.

    `deals` were labelled, `good` of them good; `unlabelled` closed deals were left out. `chance` is how often labels
    at random do as well.
    """

    profile: ProfileId
    found: bool
    why: str
    good_means: str
    deals: int
    good: int
    customers: int
    unlabelled: int
    facts: tuple[str, ...]
    unknown: tuple[tuple[str, int], ...]
    held_out: HeldOut | None
    chance: float | None
    leaves: tuple[Written, ...]
    segments: str
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data, in the documented shape (schema 1)."""
        return {
            "schema": 1,
            "profile": {"title": self.profile.title, "version": self.profile.version, "sha256": self.profile.sha256},
            "found": self.found,
            "why": self.why,
            "good_means": self.good_means,
            "deals": self.deals,
            "good": self.good,
            "base_rate": round(100 * self.good / self.deals, 1) if self.deals else None,
            "customers": self.customers,
            "unlabelled": self.unlabelled,
            "facts": list(self.facts),
            "unknown": dict(self.unknown),
            "on_unseen_customers": None if self.held_out is None else self.held_out.plain(),
            "chance": self.chance,
            "rules": [leaf.plain() for leaf in self.leaves],
            "segments": self.segments,
            "method": METHOD,
            "notes": list(self.notes),
        }


def suggest(
    book: Book,
    profile: Profile,
    *,
    by: Good | None = None,
    above: Decimal | None = None,
    facts: Sequence[str] = (),
    shuffles: int = SHUFFLES,
) -> Suggestion:
    """Look for segments that separate the good closed deals from the rest by facts known before the sale.

    Raises:
        Unreadable: `facts` names what deals cannot be told apart by.
        ColumnError: the book's table cannot be judged.
    """
    named = known_before(profile, facts)
    judged = judged_deals(book, profile, more=named)
    work = _Work(judged, labels_of(judged, by, above), named)
    return work.suggestion(book, shuffles)


class _Work:
    def __init__(self, judged: JudgedDeals, labels: Labels, named: Sequence[str]) -> None:
        self.judged, self.labels, self.named = judged, labels, tuple(named)
        of = Customers.read(judged.customers).of
        own = np.arange(len(of)) + int(of.max(initial=0)) + 1
        self.places = np.nonzero(labels.known)[0]
        self.cut = max(0, len(self.places) - MOST_DEALS)
        if self.cut:
            drawn = np.random.default_rng(SEED).choice(len(self.places), MOST_DEALS, replace=False)
            self.places = self.places[np.sort(drawn)]
        self.groups = np.where(of < 0, own, of)[self.places]
        self.good = labels.good[self.places]
        self.fewest = max(LEAF, len(self.places) * LEAF_PERCENT // 100)
        taken = {name: judged.more[name].take(self.places) for name in self.named}
        self.unknown = tuple((name, int(column.null_count)) for name, column in taken.items() if column.null_count)
        # That a fact is missing says much of who wrote the deal down: a rule must not live on it.
        known = [name for name in self.named if taken[name].null_count * UNKNOWN_PART <= len(self.places)]
        self.unused = tuple(name for name in self.named if name not in known)
        self.features: list[Feature] = features(judged.profile, known, taken, self.fewest)

    def suggestion(self, book: Book, shuffles: int) -> Suggestion:
        """What can be said of these deals."""
        few = self._too_few()
        if few:
            return self._made(book, found=False, why=few)
        columns = np.array([each.column for each in self.features]).T
        rules = grown(columns, self.good, self.features, self.fewest)
        figures = held_out(columns, self.good, self.groups, self.features, self.fewest)
        likely = chance(columns, self.good, self.groups, self.features, self.fewest, shuffles)
        why = self._nothing(rules, figures, likely)
        return self._made(book, found=why is None, why=why or "", rules=rules, figures=figures, likely=likely)

    def _too_few(self) -> str | None:
        deals, good, customers = len(self.good), int(self.good.sum()), len(np.unique(self.groups))
        have = f"There are {deals:,} labelled deals of {customers:,} customers, {good:,} of them good"
        need = (
            f"at least {FEWEST_DEALS} deals, {FEWEST_EACH} good, {FEWEST_EACH} others and {FEWEST_CUSTOMERS} customers"
        )
        enough = deals >= FEWEST_DEALS and min(good, deals - good) >= FEWEST_EACH and customers >= FEWEST_CUSTOMERS
        if not enough:
            return f"{have}. To tell a rule from luck it takes {need}."
        if not any(len(np.unique(each.column[~np.isnan(each.column)])) > 1 for each in self.features):
            facts = ", ".join(self.named) or "the facts"
            return f"Nothing tells these deals apart: each of {facts} is the same for all, or mostly unknown."
        return None

    def _nothing(self, rules: Rules, figures: HeldOut, likely: float) -> str | None:
        base = 100 * self.good.mean()
        if likely > LIKELY:
            return (
                "Nothing found: labels dealt out at random do as well on unseen customers in "
                f"{100 * likely:.0f} of 100 tries."
            )
        if not any(leaf.stance is Stance.PURSUE for leaf in rules.leaves):
            return "Nothing found: no group of deals is surely better than the rest."
        if figures.precision is None or figures.precision <= base:
            return "Nothing found: on unseen customers the rules pick no better than picking blindly."
        return None

    def _made(
        self,
        book: Book,
        *,
        found: bool,
        why: str,
        rules: Rules | None = None,
        figures: HeldOut | None = None,
        likely: float | None = None,
    ) -> Suggestion:
        profile, closed = self.judged.profile, int(self.labels.known.sum())
        leaves: Sequence[Leaf] = rules.leaves if found and rules is not None else ()
        text, told, notes = written(profile, leaves, self.features, len(self.good), int(self.good.sum()))
        notes = [*book.notes, *notes]
        if self.cut:
            notes.append(f"{MOST_DEALS:,} of {closed:,} deals were looked at, drawn at random with a fixed seed.")
        absent = [name for name in self.judged.absent if name in self.named]
        if absent:
            notes.append(f"No deal says anything of: {', '.join(absent)}.")
        if self.unused:
            labels = ", ".join(profile.facts[name].label for name in self.unused)
            notes.append(f"Not used, because it is unknown in more than one deal in {UNKNOWN_PART}: {labels}.")
        done = int(self.judged.ended(*CLOSED).sum())
        return Suggestion(
            profile=profile.id,
            found=found,
            why=why,
            good_means=self.labels.words,
            deals=len(self.good),
            good=int(self.good.sum()),
            customers=len(np.unique(self.groups)),
            unlabelled=done - closed,
            facts=self.named,
            unknown=self.unknown,
            held_out=figures,
            chance=likely,
            leaves=told,
            segments=text if found else "",
            notes=tuple(notes),
        )
