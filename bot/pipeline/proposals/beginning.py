"""A firm's own proposal.yaml, begun from the bundled one with what its Deal Profile has facts for."""

from __future__ import annotations

import re

from bot.deals.facts import FactSpecs
from bot.pipeline.proposals.texts import TYPES, parse_texts

_PART = re.compile(r"^  (\w+): (\w+)$")
_OUR_PEOPLE = re.compile(r"^people:\n(?:  - .*\n)+", re.MULTILINE)


def begun_texts(bundled: str, filename: str, firm: str, facts: FactSpecs, *, people: bool = True) -> str:
    """The file's text. Without `people` nobody of the bundled firm stands in it.

    Raises TextsError when the profile's facts do not go with any proposal.
    """
    text = "\n".join(line for line in bundled.splitlines() if _stays(line, facts)) + "\n"
    text = text.replace("firm: Alphatech", f'firm: "{firm}"', 1)
    if not people:
        text = _OUR_PEOPLE.sub("people: []    # such as: [{role: Service lead, person: lee}]\n", text)
    parse_texts(text.encode(), filename, facts)
    return text


def _stays(line: str, facts: FactSpecs) -> bool:
    """Whether a line of the bundled file goes with this profile: a part needs a fact of its type."""
    match = _PART.match(line)
    if match is None or match[1] not in TYPES:
        return True
    if match[2] not in facts or facts[match[2]].type is not TYPES[match[1]]:
        return False
    return match[1] != "offer" or "managed services" in facts[match[2]].choices
