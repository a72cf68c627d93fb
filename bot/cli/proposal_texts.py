"""`dealfit proposal --check-texts` and `--write-texts`: the standing texts of proposals, checked or begun."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer

from bot.cli.console import NOT_ALL_FIT, fail, say

if TYPE_CHECKING:
    from bot.bootstrap import Core


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
    from bot.pipeline.proposals.beginning import begun_texts
    from bot.pipeline.proposals.texts import FILE
    from bot.settings import content_root

    path, profile = rooms.proposal_texts.path, rooms.live.current().profile
    if path.exists():
        fail(f"{path} exists already. Nothing was written; `dealfit proposal --check-texts` checks it.")
    bundled = (content_root() / "profile" / FILE).read_text(encoding="utf-8")
    ours = all(rooms.people().by_key(key) for key in re.findall(r"person: (\w+)", bundled))
    begun = begun_texts(
        bundled,
        str(path),
        path.parent.resolve().name,
        profile.facts,
        people=ours,
        economics=profile.economics,
        anchors=rooms.library.anchors(),
    )
    path.write_text(begun, encoding="utf-8")
    say(f"Wrote {path}. Put your firm's name, words and people in it, and check it with --check-texts.")
