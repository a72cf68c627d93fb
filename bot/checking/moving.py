"""What a supposed change to a deal moves: the facts, what follows from them, findings, the verdict and the money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.checking.asker import Asker
from bot.checking.desk import CheckedDeal, DealDesk
from bot.deals.deal import Deal, plain_value
from bot.deals.facts import FactValue
from bot.profile.economics_figures import Figure, Follow
from bot.profile.verdict import Change, Finding


@dataclass(frozen=True, slots=True)
class MovedFinding:
    """A check whose result is another one after the change."""

    before: Finding
    after: Finding


@dataclass(frozen=True, slots=True)
class MovedFigure:
    """One figure before and after the change."""

    before: Figure
    after: Figure


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A deal as it stands and as it would be. Nothing of it is recorded or saved.

    `changes` are all that is supposed of the deal as it stands, `follows` the facts that move with them; `unread` are
    words of the question that were not understood and not used. `key` finds the deal in the store, where it is saved.
    Where it builds on what was supposed before, `earlier` are the changes among them that come from there, and
    `between` is the deal with those that stood before this one.
    """

    before: CheckedDeal
    after: CheckedDeal
    changes: tuple[Change, ...]
    follows: tuple[Follow, ...] = ()
    unread: tuple[str, ...] = ()
    key: str | None = None
    earlier: tuple[Change, ...] = ()
    between: CheckedDeal | None = None
    again: bool = False
    """Whether somebody asked to go back: "start over", "undo that"."""

    @property
    def new(self) -> tuple[Change, ...]:
        """The changes that were supposed now."""
        return tuple(change for change in self.changes if change not in self.earlier)

    @property
    def findings(self) -> tuple[MovedFinding, ...]:
        """The checks whose result changed, in the profile's order."""
        before = {finding.check: finding for finding in self.before.verdict.findings}
        return tuple(
            MovedFinding(before[finding.check], finding)
            for finding in self.after.verdict.findings
            if finding.check in before and before[finding.check].result is not finding.result
        )

    @property
    def figures(self) -> tuple[MovedFigure, ...]:
        """Every figure before and after; none when the profile gives no economics."""
        if self.before.economics is None or self.after.economics is None:
            return ()
        after = self.after.economics.proposed
        pairs = ((figure, after.figure(figure.name)) for figure in self.before.economics.proposed.figures)
        return tuple(MovedFigure(one, other) for one, other in pairs if other is not None)

    def plain(self) -> dict[str, Any]:
        """The comparison as JSON data, in the documented shape (schema 1)."""
        return {
            "changes": [_plain(change) for change in self.changes],
            "builds_on": [_plain(change) for change in self.earlier],
            "follows": [follow.plain() for follow in self.follows],
            "verdict": {
                "from": self.before.verdict.judgement.value,
                "between": self.between.verdict.judgement.value if self.between else None,
                "to": self.after.verdict.judgement.value,
            },
            "findings": [
                {"check": moved.after.check, "from": moved.before.result.value, "to": moved.after.result.value}
                for moved in self.findings
            ],
            "figures": [
                {
                    "name": moved.after.name,
                    "from": None if moved.before.amount is None else plain_value(moved.before.amount),
                    "to": None if moved.after.amount is None else plain_value(moved.after.amount),
                    "unit": moved.after.unit,
                    "how": moved.after.how,
                }
                for moved in self.figures
            ],
        }


def suppose(
    desk: DealDesk,
    deal: Deal,
    facts: Mapping[str, FactValue],
    *,
    asker: Asker,
    unread: tuple[str, ...] = (),
    key: str | None = None,
    on: Mapping[str, FactValue] | None = None,
    again: bool = False,
) -> WhatIf:
    """Judge the deal as it stands and with these facts, and set the two side by side. Nothing is recorded.

    `on` is what was supposed before and still stands: the facts are added to it.
    """
    before = dict(on or {})
    changes = _changes(deal, {**before, **facts})
    after, follows = desk.reshaped(deal, {change.fact: change.after for change in changes})
    stood = _changes(deal, before)
    between = desk.reshaped(deal, {change.fact: change.after for change in stood})[0] if stood else None
    return WhatIf(
        before=desk.check(deal, asker=asker, record=False),
        after=desk.check(after, asker=asker, record=False),
        changes=changes,
        follows=follows,
        unread=unread,
        key=key,
        earlier=tuple(change for change in changes if change.fact not in facts),
        between=None if between is None else desk.check(between, asker=asker, record=False),
        again=again,
    )


def _changes(deal: Deal, facts: Mapping[str, FactValue]) -> tuple[Change, ...]:
    """The facts that are others than the deal's, as changes to it."""
    return tuple(
        Change(fact, deal.facts.get(fact), value) for fact, value in facts.items() if deal.facts.get(fact) != value
    )


def _plain(change: Change) -> dict[str, Any]:
    before = None if change.before is None else plain_value(change.before)
    return {"fact": change.fact, "from": before, "to": plain_value(change.after)}
