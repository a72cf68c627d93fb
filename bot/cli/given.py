"""What is given on the command line: facts exactly, as NAME=VALUE, and options that would do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli.console import fail

if TYPE_CHECKING:
    from bot.deals.exchange import Conversion
    from bot.deals.facts import FactValue
    from bot.profile.model import Profile


def exact_facts(
    pairs: Sequence[str],
    profile: Profile,
    *,
    option: str,
    converted: list[Conversion] | None = None,
) -> dict[str, FactValue]:
    """The facts of the pairs. Ends the command with a message and the remedy where one cannot be read.

    How amounts in another currency were reached is added to `converted`.
    """
    from rapidfuzz import process

    from bot.deals.converting import read_value
    from bot.deals.errors import FactError

    facts = profile.facts
    values: dict[str, FactValue] = {}
    for pair in pairs:
        fact, equals, raw = pair.partition("=")
        if not equals:
            fail(f"{option} {pair}: write NAME=VALUE, such as {option} beds=120.")
        if fact not in facts:
            match = process.extractOne(fact, list(facts), score_cutoff=60)
            hint = f" Did you mean {match[0]}?" if match else f" The facts are: {', '.join(facts)}."
            fail(f"{option} {pair}: the Deal Profile has no fact {fact!r}.{hint}")
        if fact in values:
            fail(f"{option} {pair}: {fact} is given twice.")
        try:
            values[fact], made = read_value(facts[fact], raw, profile.currency, profile.rates)
            if made is not None and converted is not None:
                converted.append(made)
        except FactError as error:
            fail(f"{option} {pair}: {error}")
    return values


def refuse_unused(why: str, **given: object) -> None:
    """End the command where an option was given that would do nothing, instead of leaving it out in silence."""
    for name, value in given.items():
        if value:
            fail(f"--{name.replace('_', '-')} does nothing here. {why[0].upper()}{why[1:]}.")
