"""Facts that are given exactly on the command line: NAME=VALUE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli.console import fail

if TYPE_CHECKING:
    from bot.deals.facts import FactSpecs, FactValue


def exact_facts(pairs: Sequence[str], facts: FactSpecs, currency: str, *, option: str) -> dict[str, FactValue]:
    """The facts of the pairs. Ends the command with a message and the remedy where one cannot be read."""
    from rapidfuzz import process  # noqa: PLC0415

    from bot.deals.values import FactError, parse_value  # noqa: PLC0415

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
            values[fact] = parse_value(facts[fact], raw, currency)
        except FactError as error:
            fail(f"{option} {pair}: {error}")
    return values
