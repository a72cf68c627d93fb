"""The Home tab: what Dealfit is for, the person's own deals, and the way into what their role may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from bot.exceptions.looking import ToDecide
from bot.exceptions.model import ExceptionRequest
from bot.profile.people import Role
from bot.profile.verdict import Judgement, ProfileId
from bot.slack import ids
from bot.slack.blocks.elements import Block, actions, button, context, divider, header, inline, section
from bot.slack.blocks.exception_lists import line_of, to_decide_block
from bot.slack.blocks.titles import TITLES
from bot.store.records import SavedDeal

MOST_DEALS = 10
MOST_DECISIONS = 15
NEXT = {
    Judgement.FITS: "Ready to propose.",
    Judgement.NEEDS_APPROVAL: "Reshape it, or ask for an approval.",
    Judgement.DOES_NOT_FIT: "Reshape it, or walk away well.",
    Judgement.INCOMPLETE: "Find out what is missing.",
}


def home_view(
    *,
    name: str,
    roles: Collection[Role],
    deals: Sequence[SavedDeal],
    decides: Sequence[str],
    profile: ProfileId,
    pipeline: bool,
    waiting: Sequence[ToDecide] = (),
    asked: Sequence[ExceptionRequest] = (),
    covered: Mapping[str, str] = MappingProxyType({}),
    glance: Sequence[Block] = (),
) -> dict[str, object]:
    """The whole tab.

    `waiting` are decisions to take, `asked` the person's own exceptions; `covered` holds, by a deal's key, what
    approvals say of it. `glance` is the team's pipeline in short.
    """
    blocks: list[Block] = [
        header(f"Good to see you, {name}"),
        section("Tell me about a deal, and I say whether it fits our Deal Profile, why, and what to say next."),
        actions(
            button("Check a deal", ids.CHECK_DEAL, "home", style="primary"),
            *([button("Pipeline fit", ids.PIPELINE, "home")] if pipeline else []),
        ),
    ]
    if waiting:
        blocks += [divider(), header("Waiting for your decision")]
        blocks += [to_decide_block(each) for each in waiting[:MOST_DECISIONS]]
    if glance:
        blocks += [divider(), *glance]
    blocks += [divider(), header("Your deals")]
    blocks += [_deal(saved, covered.get(saved.key)) for saved in deals[:MOST_DEALS]] or [_no_deals()]
    if asked:
        blocks += [divider(), header("Your exceptions"), *(section(line_of(request)) for request in asked[:MOST_DEALS])]
    if decides:
        blocks += [
            divider(),
            section(f"*You decide for* {inline(', '.join(decides))}. Requests come to you as messages."),
            context("What you decided: `/deal-check history`."),
        ]
    if not roles:
        blocks += [divider(), context("You have no role yet: ask whoever runs Dealfit to add you to people.yaml.")]
    blocks += [
        divider(),
        context(f"Judged by {inline(profile.title)} {inline(profile.version)} ({profile.sha256[:8]})"),
    ]
    return {"type": "home", "blocks": blocks}


def _deal(saved: SavedDeal, covered: str | None = None) -> Block:
    text = f"*{inline(saved.name)}*"
    if saved.judgement is not None:
        text += f": {TITLES[saved.judgement]}\n{covered.capitalize() + '.' if covered else NEXT[saved.judgement]}"
    return section(text, accessory=button("Edit", ids.EDIT_DEAL, saved.key, label=f"Edit {saved.name}"))


def _no_deals() -> Block:
    return section(
        "None yet. Type `/deal-check` in any channel, with the deal in words or alone for a form:\n"
        "> /deal-check Mercy Regional: hospital, 120 beds, managed services for 6 months, 8% discount, net 30"
    )
