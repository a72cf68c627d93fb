"""A cited source, opened: the passage as it stands now, or the rule in words, for those who may read it."""

from __future__ import annotations

from typing import Any

from bot.checking.asker import Asker
from bot.profile.explain import explain_check
from bot.slack.blocks.answer import passage_view
from bot.slack.services import Services

RULE = "rule:"
GONE = "This source is not there any more, or it is not yours to read. Ask the question again for a current one."


def source_view(services: Services, source: str, asker: Asker) -> dict[str, Any]:
    """The modal for a citation. Absent and forbidden look alike."""
    if source.startswith(RULE):
        return _rule(services, source.removeprefix(RULE))
    passage = services.library.passage(source, audience=asker.audience)
    if passage is None:
        return dict(passage_view(heading="Not there", text=GONE, path=""))
    return dict(
        passage_view(
            heading=passage.heading.replace(" > ", " › "),
            text=passage.text,
            path=passage.path,
            owner=passage.owner,
            updated=passage.updated.isoformat() if passage.updated else "",
        )
    )


def _rule(services: Services, check: str) -> dict[str, Any]:
    profile = services.live.current().profile
    try:
        text = explain_check(profile, check)
    except LookupError:
        return dict(passage_view(heading="Not there", text=GONE, path=""))
    origin = f"{profile.title} {profile.version} ({profile.id.sha256[:8]})"
    return dict(passage_view(heading="Deal Profile", text=text, path=origin))
