"""`dealfit check --what-if`, once or several times: each builds on those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.cli.console import fail
from bot.cli.given import exact_facts

if TYPE_CHECKING:
    from bot.checking.desk import DealDesk
    from bot.checking.moving import WhatIf
    from bot.deals.deal import Deal
    from bot.deals.facts import FactValue


@dataclass(frozen=True)
class Steps:
    """What is supposed, step by step; the last step has them all."""

    steps: tuple[WhatIf, ...]

    @property
    def whole(self) -> WhatIf:
        """All suppositions together, beside the deal as it stands."""
        return self.steps[-1]

    def plain(self) -> dict[str, Any]:
        """The whole as JSON data, with the verdict after each step."""
        told = [
            {"changes": step.plain()["changes"][: len(step.changes)], "verdict": step.after.verdict.judgement.value}
            for step in self.steps
        ]
        return {**self.whole.plain(), "steps": told}


def supposed(desk: DealDesk, options: Sequence[str]) -> list[Mapping[str, FactValue]]:
    """The facts of each option: NAME=VALUE, or words. Ends the command where one cannot be read."""
    profile = desk.judge.profile
    found: list[Mapping[str, FactValue]] = []
    for option in options:
        if "=" in option:
            found.append(exact_facts([option], profile, option="--what-if"))
            continue
        said = desk.suppose(f"what if {option}")
        if said is None or not said.facts or said.unread:
            words = f" Not understood: {', '.join(said.unread)}." if said and said.unread else ""
            fail(
                f"--what-if {option}: write NAME=VALUE, such as --what-if discount=5, or words, such as "
                f'--what-if "they prepay and take 6 months".{words}'
            )
        found.append(said.facts)
    return found


def steps_of(desk: DealDesk, deal: Deal, options: Sequence[Mapping[str, FactValue]]) -> Steps | None:
    """The deal with the first supposition, with the first two, and so on; None without any."""
    from bot.checking.asker import OPERATOR
    from bot.checking.moving import suppose

    stood: dict[str, FactValue] = {}
    steps = []
    for facts in options:
        steps.append(suppose(desk, deal, facts, asker=OPERATOR, on=stood))
        stood.update(facts)
    return Steps(tuple(steps)) if steps else None
