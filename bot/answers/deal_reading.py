"""Reads a deal from any message: by the deterministic reader, and by a model's structured output held against it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from bot.answers.sightings import Held, by_the_reader, hold

if TYPE_CHECKING:
    from bot.deals.facts import FactSpecs
    from bot.deals.reading import Reading

JOB = "read-deal"
"""The prompt for it."""

LONGEST_MESSAGE = 8_000
"""Characters of a message that a model is shown."""

SECONDS = 10.0
"""Somebody waits with the form open: the reader alone fills it after this."""


class Writes(Protocol):
    """Writes JSON to a prompt: `query_writer.ModelQueryWriter` with the prompt's name."""

    def write(self, variables: Mapping[str, Any], schema: Mapping[str, Any], *, user: str) -> str | None:
        """The reply's text; None where there is none. It never raises."""


class DealReader:
    """Reads messages. Without a model it is the reader alone."""

    def __init__(self, writer: Writes | None) -> None:
        self._writer = writer

    @property
    def asks_a_model(self) -> bool:
        """Whether reading takes a model's time."""
        return self._writer is not None

    def without_model(self) -> DealReader:
        """The reader alone, for whom no model is asked."""
        return DealReader(None)

    def read(self, message: str, reading: Reading, *, facts: FactSpecs, currency: str, user: str) -> Held:
        """What the message says of a deal. `reading` is the reader's; a model's faults leave it as it is."""
        if self._writer is None or not message.strip():
            return by_the_reader(reading)
        shown = message[:LONGEST_MESSAGE]
        variables = {"message": shown, "facts": [_described(facts, name) for name in facts]}
        written = self._writer.write(variables, schema(facts), user=user)
        reply = json_in(written) if written is not None else None
        return by_the_reader(reading) if reply is None else hold(reading, reply, shown, facts, currency)


def schema(facts: FactSpecs) -> dict[str, Any]:
    """The shape of the reply."""
    text = {"type": "string"}
    claim = {
        "type": "object",
        "properties": {"fact": {"type": "string", "enum": list(facts)}, "value": text, "words": text},
        "required": ["fact", "value", "words"],
        "additionalProperties": False,
    }
    return {
        "title": "Facts",
        "type": "object",
        "properties": {"facts": {"type": "array", "items": claim}},
        "required": ["facts"],
        "additionalProperties": False,
    }


def json_in(text: str) -> Any:
    """The JSON object in a reply, which may stand in a fence or among words; None without one."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        return json.loads(text[begin : end + 1]) if 0 <= begin < end else None
    except (ValueError, RecursionError):
        return None


def _described(facts: FactSpecs, name: str) -> dict[str, Any]:
    spec = facts[name]
    return {
        "name": name,
        "label": spec.label,
        "ask": spec.ask,
        "type": spec.type.value,
        "unit": spec.unit or "",
        "choices": list(spec.choices),
    }
