"""A small decision tree as rules: which deals each leaf takes, three-valued, and how many good ones are among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.pipeline.strategy.features import Feature, Floats
from bot.pipeline.strategy.intervals import wilson
from bot.profile.model import Stance

SEED = 20261123
DEPTH = 3

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Split:
    """One test on the way to a leaf: the feature is at most the limit, or (`above`) more than it."""

    feature: int
    limit: Decimal
    above: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a way ends. `deals` and `good` are counted over the deals that the tests place here for certain."""

    splits: tuple[Split, ...]
    deals: int
    good: int
    stance: Stance


@dataclass(frozen=True)
class Rules:
    """The leaves of one tree, and the share of good deals that stands for a deal that none can place."""

    leaves: tuple[Leaf, ...]
    base: float

    def placed(self, columns: Floats) -> npt.NDArray[np.int64]:
        """The number of each deal's leaf, -1 where an unknown fact leaves it open."""
        found = np.full(len(columns), -1, np.int64)
        for number, leaf in enumerate(self.leaves):
            found[within(leaf.splits, columns)] = number
        return found

    def scores(self, columns: Floats) -> Floats:
        """How good each deal looks: its leaf's share, shrunk to the base by two deals; the base where it is open."""
        shares = np.array([(leaf.good + 2 * self.base) / (leaf.deals + 2) for leaf in self.leaves] + [self.base])
        scores: Floats = shares[self.placed(columns)]
        return scores


def within(splits: Sequence[Split], columns: Floats) -> Mask:
    """The deals for which every test holds; one that rests on an unknown fact does not."""
    holds: Mask = np.ones(len(columns), np.bool_)
    for split in splits:
        column, limit = columns[:, split.feature], float(split.limit)
        with np.errstate(invalid="ignore"):
            holds &= (column > limit) if split.above else (column <= limit)
    return holds


def grown(columns: Floats, good: Mask, features: Sequence[Feature], fewest: int) -> Rules:
    """The rules that a tree of at most DEPTH tests finds, each leaf with at least `fewest` deals.

    Siblings with the same stance become one leaf again. Deterministic: the seed is fixed, and ties fall the same way.
    """
    from sklearn.tree import DecisionTreeClassifier  # takes a second to load

    base = float(good.mean()) if len(good) else 0.0
    model = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=fewest, random_state=SEED)
    model.fit(_filled(columns), good)
    return Rules(tuple(_leaves(model.tree_, 0, (), columns, good, features, base)), base)


def _filled(columns: Floats) -> Floats:
    """The columns with the middle value in place of unknown ones, so that a tree cannot split by what is missing.

    It is only grown on these: a deal is counted in a leaf, and placed later, by what is known of it.
    """
    unknown = np.isnan(columns)
    if not unknown.any():
        return columns
    middles = np.array([_middle(columns[:, place][~unknown[:, place]]) for place in range(columns.shape[1])])
    filled: Floats = np.where(unknown, middles, columns)
    return filled


def _middle(known: Floats) -> float:
    """A value that occurs, with as many below it as above."""
    return float(np.sort(known)[(len(known) - 1) // 2]) if len(known) else 0.0


def _leaves(
    tree: Any, node: int, way: tuple[Split, ...], columns: Floats, good: Mask, features: Sequence[Feature], base: float
) -> Iterator[Leaf]:
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    if left < 0:
        yield _leaf(way, columns, good, base)
        return
    number = int(tree.feature[node])
    limit = _limit(features[number].column, float(tree.threshold[node]))
    sides = [
        list(_leaves(tree, child, (*way, Split(number, limit, above)), columns, good, features, base))
        for child, above in ((left, False), (right, True))
    ]
    found = [leaf for side in sides for leaf in side]
    if len({leaf.stance for leaf in found}) == 1:
        yield _leaf(way, columns, good, base, found[0].stance)
    else:
        yield from found


def _leaf(way: tuple[Split, ...], columns: Floats, good: Mask, base: float, stance: Stance | None = None) -> Leaf:
    here = within(way, columns)
    deals, hits = int(here.sum()), int((here & good).sum())
    return Leaf(way, deals, hits, stance or _stance(hits, deals, base))


def _stance(good: int, deals: int, base: float) -> Stance:
    """Pursue what is surely better than the base, decline what is surely under half of it, by Wilson's interval."""
    if not deals:
        return Stance.SELECTIVE
    low, high = wilson(good, deals)
    if low > base:
        return Stance.PURSUE
    return Stance.DECLINE if high < base / 2 else Stance.SELECTIVE


def _limit(column: Floats, found: float) -> Decimal:
    """The roundest number that splits the known values where the tree does."""
    known = column[~np.isnan(column)]
    return roundest(Decimal(str(known[known <= found].max())), Decimal(str(known[known > found].min())))


def roundest(low: Decimal, high: Decimal) -> Decimal:
    """The number with the fewest digits from `low` on and below `high`."""
    for exponent in range(12, -7, -1):
        for step in (Decimal(5).scaleb(exponent), Decimal(1).scaleb(exponent)):
            candidate = -(-low // step) * step if low >= 0 else (low // step) * step
            while candidate < low:
                candidate += step
            if candidate < high:
                return candidate.normalize() + Decimal(0)
    return low
