"""What the checks of a profile look at, so that a question that names a fact finds the checks on it."""

from __future__ import annotations

from bot.profile.conditions import facts_of
from bot.profile.model import Check, Profile


def judged_facts(check: Check) -> tuple[str, ...]:
    """The facts that the check requires something of, in the order in which it does; its `when` is not looked at."""
    return tuple(dict.fromkeys(fact for case in check.cases for fact in facts_of(case.require)))


def checks_on(profile: Profile, fact: str) -> tuple[str, ...]:
    """The checks that count and require something of the fact."""
    return tuple(check.id for check in profile.checks if check.counted and fact in judged_facts(check))
