"""A firm's own proposal.yaml, begun from the bundled one with what its Deal Profile has facts for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict

from bot.deals.facts import FactSpecs
from bot.pipeline.proposals.texts import TYPES, parse_texts
from bot.profile.economics_plan import EconomicsPlan

_PART = re.compile(r"^  (\w+): (\w+)$")
_FACTS = re.compile(r"^facts:\n(?!  \w)", re.MULTILINE)
_OUR_PEOPLE = re.compile(r"^people:\n(?:  - .*\n)+", re.MULTILINE)
_LINK_LINE = re.compile(r"^ +- ([\w-]+\.md#[\w-]+)\n", re.MULTILINE)
_LINK_LIST = re.compile(r"^(\w+): \[([\w-]+\.md#[\w-]+(?:, [\w-]+\.md#[\w-]+)*)\]\n", re.MULTILINE)
_BREAKS_A_TEXT = re.compile(r"[\\\"\x00-\x1f{}]")
_NOTHING_TO_READ = re.compile(r"^( *)(?:guidance|when_\w+):\n(?!\1 +-)", re.MULTILINE)
_TRADE = (
    ("at the hospital", "at the customer's"),
    ("from another hospital", "from another customer"),
    ("from other hospitals", "from other customers"),
)
"""Words of the bundled firm's trade in what is otherwise anybody's."""


def begun_texts(
    bundled: str,
    filename: str,
    firm: str,
    facts: FactSpecs,
    *,
    people: bool = True,
    economics: EconomicsPlan | None = None,
    anchors: Collection[str] | None = None,
) -> str:
    """The file's text. Without `people` nobody of the bundled firm stands in it.

    A part that the profile's economics name has the fact that they name. Of the passages to read those stay that are
    in `anchors`; all without it. Raises TextsError when the profile's facts do not go with any proposal.
    """
    roles = {} if economics is None else {part: name for part, name in asdict(economics.facts).items() if name}
    lines = (_own(line, facts, roles) for line in bundled.splitlines())
    text = "\n".join(line for line in lines if line is not None) + "\n"
    text = _FACTS.sub("facts: {}    # such as: {contract_value: order_value}\n", text)
    text = text.replace("firm: Alphatech", f'firm: "{_BREAKS_A_TEXT.sub(" ", firm)}"', 1)
    for ours, anybodys in _TRADE:
        text = text.replace(ours, anybodys)
    if not people:
        text = _OUR_PEOPLE.sub("people: []    # such as: [{role: Service lead, person: lee}]\n", text)
    if anchors is not None:
        text = _LINK_LINE.sub(lambda match: match[0] if match[1] in anchors else "", text)
        text = _LINK_LIST.sub(lambda match: _links(match[1], match[2].split(", "), anchors), text)
        text = _NOTHING_TO_READ.sub("", text)
    parse_texts(text.encode(), filename, facts)
    return text


def _links(name: str, links: list[str], anchors: Collection[str]) -> str:
    there = [link for link in links if link in anchors]
    return f"{name}: [{', '.join(there)}]\n" if there else ""


def _own(line: str, facts: FactSpecs, roles: Mapping[str, str]) -> str | None:
    """A line of the bundled file as it goes with this profile: a part needs a fact of its type. None: it does not."""
    match = _PART.match(line)
    if match is None or match[1] not in TYPES:
        return line
    name = roles.get(match[1], match[2])
    if name not in facts or facts[name].type is not TYPES[match[1]]:
        return None
    if match[1] == "offer" and "managed services" not in facts[name].choices:
        return None
    return f"  {match[1]}: {name}"
