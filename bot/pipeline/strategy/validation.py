"""Whether rules hold for customers that they were not made from, and whether there is anything to find at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.pipeline.strategy.features import Feature, Floats
from bot.pipeline.strategy.tree import SEED, Mask, grown
from bot.profile.model import Stance

FOLDS = 5
REPEATS = 5
SHUFFLES = 199
LIKELY = 0.05

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How the rules do on deals of customers that they have not seen: means over the repeats, with the extremes.

    `called` is the share of deals that they would pursue, `precision` the share of good ones among those, `found` the
    share of all good deals that are among them, `undecided` the share that an unknown fact leaves open; all in percent.
    `area` is the chance that a good deal is ranked above another (50 is a coin). `low` and `high` are of `precision`.
    """

    called: float
    precision: float | None
    low: float | None
    high: float | None
    found: float
    undecided: float
    area: float

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "called_good": _tenth(self.called),
            "good_among_called": _tenth(self.precision),
            "good_among_called_lowest": _tenth(self.low),
            "good_among_called_highest": _tenth(self.high),
            "good_found": _tenth(self.found),
            "undecided": _tenth(self.undecided),
            "ranked_rightly": _tenth(self.area),
        }


def held_out(columns: Floats, good: Mask, groups: Numbers, features: Sequence[Feature], fewest: int) -> HeldOut:
    """Cross-validated: stratified, repeated, and no customer on both sides."""
    from sklearn.model_selection import StratifiedGroupKFold  # takes a second to load

    rows = []
    for repeat in range(REPEATS):
        folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED + repeat)
        called, scores, open_ = _outside(columns, good, list(folds.split(columns, good, groups)), features, fewest)
        hits = int((called & good).sum())
        precision = hits / int(called.sum()) if called.any() else np.nan
        found = hits / max(int(good.sum()), 1)
        rows.append((called.mean(), precision, found, open_.mean(), area(scores, good)))
    table = np.array(rows, dtype=float) * 100
    precisions = table[:, 1][~np.isnan(table[:, 1])]
    some = len(precisions) > 0
    return HeldOut(
        called=float(table[:, 0].mean()),
        precision=float(precisions.mean()) if some else None,
        low=float(precisions.min()) if some else None,
        high=float(precisions.max()) if some else None,
        found=float(table[:, 2].mean()),
        undecided=float(table[:, 3].mean()),
        area=float(table[:, 4].mean()),
    )


def chance(
    columns: Floats, good: Mask, groups: Numbers, features: Sequence[Feature], fewest: int, shuffles: int = SHUFFLES
) -> float:
    """How often labels dealt out at random do as well on unseen customers: the p-value of a permutation test.

    The labels of whole customers are dealt to others, so that a customer's deals stay alike. The folds do not look at
    the labels, and are the same in every round.
    """
    from sklearn.model_selection import GroupKFold  # takes a second to load

    folds = list(GroupKFold(n_splits=FOLDS, shuffle=True, random_state=SEED).split(columns, good, groups))

    def statistic(labels: Mask) -> float:
        return area(_outside(columns, labels, folds, features, fewest)[1], labels)

    seen, drawn = statistic(good), np.random.default_rng(SEED)
    order = np.argsort(groups, kind="stable")
    blocks = np.split(good[order], np.nonzero(np.diff(groups[order]))[0] + 1)
    as_good = 0
    for _ in range(shuffles):
        labels = np.empty_like(good)
        labels[order] = np.concatenate([blocks[place] for place in drawn.permutation(len(blocks))])
        as_good += statistic(labels) >= seen
    return (as_good + 1) / (shuffles + 1)


def area(scores: Floats, good: Mask) -> float:
    """The chance that a good deal scores above another, ties counting half; one half where there is nothing to rank."""
    from scipy.stats import rankdata  # takes a second to load

    hits, others = int(good.sum()), int((~good).sum())
    if not hits or not others:
        return 0.5
    ranks = rankdata(scores)
    return float((ranks[good].sum() - hits * (hits + 1) / 2) / (hits * others))


def _outside(
    columns: Floats, good: Mask, folds: list[tuple[Numbers, Numbers]], features: Sequence[Feature], fewest: int
) -> tuple[Mask, Floats, Mask]:
    """For each deal, by rules made without its customer: pursue it? its score; is it left open?"""
    called, open_ = np.zeros(len(good), np.bool_), np.zeros(len(good), np.bool_)
    scores = np.zeros(len(good))
    for inside, outside in folds:
        rules = grown(columns[inside], good[inside], features, fewest)
        placed = rules.placed(columns[outside])
        pursued = np.array([leaf.stance is Stance.PURSUE for leaf in rules.leaves] + [False])
        called[outside] = pursued[placed]
        open_[outside] = placed < 0
        # Between folds a score is only comparable by how far it stands above its own base.
        scores[outside] = rules.scores(columns[outside]) - rules.base
    return called, scores, open_


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
