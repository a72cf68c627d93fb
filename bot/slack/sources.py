"""A cited source, opened: the passage as it stands now, the rule in words, or a verdict, for those who may read it."""

from __future__ import annotations

import json
from typing import Any

from bot.answers.lookup import DESCRIBED
from bot.answers.verdicts import SOURCE, verdict_evidence
from bot.checking.access import Action, audience, may
from bot.checking.asker import Asker
from bot.deals.errors import FactError
from bot.deals.facts import FactValue
from bot.deals.values import parse_value
from bot.profile.explain import explain_check
from bot.slack.blocks.answer import passage_view
from bot.slack.services import Services

RULE = "rule:"
GONE = "This source is not there any more, or it is not yours to read. Ask the question again for a current one."


def source_view(services: Services, source: str, asker: Asker) -> dict[str, Any]:
    """The modal for a citation. Absent and forbidden look alike."""
    if not may(asker, Action.ASK):
        return dict(passage_view(heading="Not there", text=GONE, path=""))
    if source.startswith(RULE):
        return _rule(services, source.removeprefix(RULE))
    if source.startswith(SOURCE):
        return _verdict(services, source.removeprefix(SOURCE), asker)
    passage = services.library.passage(source, audience=audience(asker))
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


def _verdict(services: Services, named: str, asker: Asker) -> dict[str, Any]:
    """The verdict on a deal of the asker's, or on facts that somebody supposed, by the profile that is live now.

    What the button says is only what shall be judged: a forged one gets the verdict that anybody may ask for.
    """
    desk, profile = services.desk, services.live.current().profile
    nothing = dict(passage_view(heading="Not there", text=GONE, path=""))
    try:
        data = json.loads(named)
        key = data.get("deal")
        facts: dict[str, FactValue] = {
            name: parse_value(profile.facts[name], value, profile.currency) for name, value in data["facts"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FactError):
        return nothing
    saved = desk.find(key, asker) if isinstance(key, str) else None
    if key is not None and saved is None:
        return nothing
    deal = desk.deal_of(saved) if saved is not None else desk.new_deal(DESCRIBED, asker=asker)
    deal = desk.reshaped(deal, facts)[0] if saved is not None and facts else deal.with_facts(facts)
    found = verdict_evidence(desk.check(deal, asker=asker, record=False), profile, key=key, supposed=facts)
    text = "\n".join(f"- {line}" for line in found.text.splitlines())
    return dict(passage_view(heading=found.heading, text=text, path=f"{profile.title} {profile.version}"))
