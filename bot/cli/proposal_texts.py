"""`dealfit proposal --check-texts` and `--write-texts`: the standing texts of proposals, checked or begun."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from bot.cli.console import NOT_ALL_FIT, fail, say

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.deals.facts import FactSpecs

PART = re.compile(r"^  (\w+): (\w+)$")


def check_texts(rooms: Core) -> None:
    """Check the file, and that every passage it points at is in the playbooks."""
    texts = rooms.proposal_texts.of(rooms.live.current().profile)
    anchors = rooms.library.anchors()
    lost = [link for link in texts.links() if link not in anchors]
    for link in lost:
        say(f"{rooms.proposal_texts.path}: there is no playbook passage {link}.")
    if lost:
        raise typer.Exit(NOT_ALL_FIT)
    say(f"{rooms.proposal_texts.path} is good ({texts.sha256[:8]}).")


def write_texts(rooms: Core) -> None:
    """Begin a firm's own file from the bundled one, with the parts that its Deal Profile has facts for."""
    from bot.pipeline.proposals.texts import FILE, parse_texts  # noqa: PLC0415
    from bot.settings import content_root  # noqa: PLC0415

    path, profile = rooms.proposal_texts.path, rooms.live.current().profile
    if path.exists():
        fail(f"{path} exists already. Nothing was written; `dealfit proposal --check-texts` checks it.")
    text = (content_root() / "profile" / FILE).read_text(encoding="utf-8")
    begun = "\n".join(line for line in text.splitlines() if _stays(line, profile.facts)) + "\n"
    begun = begun.replace("firm: Alphatech", f'firm: "{path.parent.resolve().name}"', 1)
    parse_texts(begun.encode(), str(path), profile.facts)
    path.write_text(begun, encoding="utf-8")
    say(f"Wrote {path}. Put your firm's name, words and people in it, and check it with --check-texts.")


def _stays(line: str, facts: FactSpecs) -> bool:
    """Whether a line of the bundled file goes with this profile: a part needs a fact of its type."""
    from bot.pipeline.proposals.texts import TYPES  # noqa: PLC0415

    match = PART.match(line)
    if match is None or match[1] not in TYPES:
        return True
    if match[2] not in facts or facts[match[2]].type is not TYPES[match[1]]:
        return False
    return match[1] != "offer" or "managed services" in facts[match[2]].choices
