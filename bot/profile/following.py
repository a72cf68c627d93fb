"""What follows from the changes of a counter-offer, where a check looks at it: the contract value and the margin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.deals.facts import FactSpecs
from bot.profile.conditions import Test
from bot.profile.derived import names_of
from bot.profile.economics_plan import Roles
from bot.profile.economics_reshaping import follow_up
from bot.profile.evaluate import Facts
from bot.profile.model import Profile


@dataclass(frozen=True, slots=True)
class Following:
    """The facts that follow from others under a profile's economics, and those that they follow from."""

    roles: Roles
    specs: FactSpecs
    currency: str
    drivers: frozenset[str]
    followed: frozenset[str]

    def after(self, before: Facts, after: Facts) -> Facts:
        """The facts after some changes, with what follows from them; what can no longer be told is unknown."""
        follows = follow_up(self.roles, self.specs, self.currency, before, after)
        if not follows:
            return after
        gone = {follow.fact for follow in follows if follow.after is None}
        known = {follow.fact: follow.after for follow in follows if follow.after is not None}
        return {**{name: value for name, value in after.items() if name not in gone}, **known}

    def drives(self, test: Test) -> frozenset[str]:
        """The facts that a test's answer follows from."""
        return self.drivers if {test.subject.fact, *test.subject.needs} & self.followed else frozenset()


def following(profile: Profile, tests: Iterable[Test]) -> Following | None:
    """What follows under the profile; None where it has no economics, or none of these tests looks at what follows."""
    plan = profile.economics
    if plan is None:
        return None
    roles = plan.facts
    drivers = frozenset(name for name in (roles.discount, roles.service_months) if name is not None)
    followed = frozenset(name for name in (roles.contract_value, roles.margin) if name is not None)
    resting = frozenset(each.name for each in profile.derived if followed & {*names_of(each.expression), *each.needs})
    found = Following(roles, profile.facts, profile.currency, drivers, followed | resting)
    return found if drivers and any(found.drives(test) for test in tests) else None
