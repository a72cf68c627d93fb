"""The Home tab: what Dealfit is for, and for each role what it needs to see first. Empty parts say how to fill them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.checking.access import GUEST
from bot.exceptions.looking import ToDecide
from bot.exceptions.model import ExceptionRequest, RequestState
from bot.profile.people import Role
from bot.profile.verdict import Judgement, ProfileId
from bot.slack import ids
from bot.slack.blocks.elements import Block, actions, button, context, divider, header, inline, section
from bot.slack.blocks.exception_lists import ask_button, own_block, to_decide_block
from bot.slack.blocks.proposal import proposal_button
from bot.slack.blocks.titles import TITLES
from bot.store.records import SavedDeal

MOST_DEALS = 10
MOST_DECISIONS = 15
NO_DEALS = "None yet. Type `/deal-check` in any channel, with the deal in words or alone for a form"
NO_DECISIONS = (
    "Nothing waits for you. A request comes to you as a message with the deal, the findings and the reasons; it stands "
    "here until somebody has decided."
)
NO_ROLE = (
    "You have no role yet. You can check deals; to read the playbooks and to see your pipeline, ask whoever runs "
    "Dealfit to add you to people.yaml."
)


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
    authorities: Mapping[str, str] = MappingProxyType({}),
    example: str = "",
) -> dict[str, object]:
    """The whole tab.

    `waiting` are decisions to take, `asked` the person's own exceptions; `covered` holds, by a deal's key, what
    approvals say of it. `glance` is the team's pipeline in short. `authorities` says what people call each authority,
    `example` is a deal in words.
    """
    blocks: list[Block] = [
        header(f"Good to see you, {name}"),
        section("Tell me about a deal, and I say whether it fits our Deal Profile, why, and what to say next."),
        actions(
            button("Check a deal", ids.CHECK_DEAL, "home", style="primary"),
            *([button("Pipeline fit", ids.PIPELINE, "home")] if pipeline else []),
        ),
    ]
    if Role.APPROVER in roles or waiting:
        blocks += [divider(), header("Waiting for your decision")]
        blocks += [to_decide_block(each) for each in waiting[:MOST_DECISIONS]] or [section(NO_DECISIONS)]
        if len(waiting) > MOST_DECISIONS:
            blocks.append(context(f"{len(waiting) - MOST_DECISIONS} more: `/deal-check history`."))
        if decides:
            what = f"You decide for {inline(', '.join(decides))}. What you decided: `/deal-check history`."
            blocks.append(context(what))
    if glance:
        blocks += [divider(), *glance]
    if deals or Role.REP in roles or not roles:
        newest = {request.subject.deal_key: request for request in reversed(asked)}
        blocks += [divider(), header("Your deals")]
        for saved in deals[:MOST_DEALS]:
            blocks += _deal(saved, covered.get(saved.key), newest.get(saved.key), authorities)
        none_yet = f"{NO_DEALS}:\n> /deal-check {inline(example)}" if example else f"{NO_DEALS}."
        blocks += _more(deals) if deals else [section(none_yet)]
    if asked:
        blocks += [divider(), header("Your exceptions"), *(own_block(request) for request in asked[:MOST_DEALS])]
        blocks += _more(asked)
    if not roles:
        blocks += [divider(), context(NO_ROLE)]
    blocks += [
        divider(),
        context(f"Judged by {inline(profile.title)} {inline(profile.version)} ({profile.sha256[:8]})"),
    ]
    return {"type": "home", "blocks": blocks}


def _more(things: Sequence[object]) -> list[Block]:
    """Where the rest is, when there are more than are shown."""
    return [context("There are more: `/deal-check history`.")] if len(things) > MOST_DEALS else []


def guest_view(words: str = GUEST) -> dict[str, object]:
    """The tab of somebody who may do nothing here, with why."""
    return {"type": "home", "blocks": [section(words)]}


def _deal(
    saved: SavedDeal, covered: str | None, asked: ExceptionRequest | None, authorities: Mapping[str, str]
) -> list[Block]:
    """One deal: its verdict, what to do next, and the buttons for that."""
    row = [button("Edit", ids.EDIT_DEAL, saved.key, label=f"Edit {saved.name}")]
    if saved.judgement is None:
        return [section(f"*{inline(saved.name)}*", accessory=row[0])]
    open_ = asked is not None and asked.state is RequestState.OPEN
    if covered is not None:
        todo = f"{covered.capitalize()}. Ready to propose."
    elif open_ and asked is not None:
        todo = f"Exception {asked.number} waits for a decision."
    elif asked is not None and _declined(asked, saved):
        todo = f"Exception {asked.number} was declined. Reshape it, or ask again with more in return."
    else:
        todo = _next(saved, authorities)
    if covered is not None or saved.judgement is Judgement.FITS:
        row.append(proposal_button(saved.key))
    elif saved.judgement is Judgement.NEEDS_APPROVAL and not open_:
        row.append(ask_button(saved.key))
    title = f"*{inline(saved.name)}*: {TITLES[saved.judgement]}\n{todo}"
    return [section(title, accessory=row[0])] if len(row) == 1 else [section(title), actions(*reversed(row))]


def _declined(asked: ExceptionRequest, saved: SavedDeal) -> bool:
    """Whether the deal as it stands was asked for, and somebody said no."""
    same = asked.subject.deal_sha256 == saved.deal_sha256
    return same and asked.state is RequestState.DECLINED and saved.judgement is Judgement.NEEDS_APPROVAL


def _next(saved: SavedDeal, authorities: Mapping[str, str]) -> str:
    """What to do next about a deal, from its verdict."""
    verdict: dict[str, Any] = json.loads(saved.verdict_text or "{}")
    failed = [each for each in verdict.get("findings", ()) if each.get("result") == "fail"]
    match saved.judgement:
        case Judgement.INCOMPLETE:
            questions = [str(each["question"]) for each in verdict.get("ask", ())]
            return f"Find out next: {inline(questions[0], 300)}" if questions else "Find out what is missing."
        case Judgement.NEEDS_APPROVAL:
            named = [authorities.get(str(each), str(each)) for each in verdict.get("authorities", ())]
            labels = "; ".join(str(each.get("label") or each["check"]) for each in failed)
            return f"{inline(labels, 300)}: reshape it, or ask {inline(' and '.join(named), 200)} for an exception."
        case Judgement.DOES_NOT_FIT:
            beyond = [str(each.get("label") or each["check"]) for each in failed if each.get("authority") is None]
            why = f"{inline('; '.join(beyond), 300)}: nobody may approve it. " if beyond else ""
            return f"{why}Reshape it, or walk away well."
        case _:
            return "Ready to propose."
