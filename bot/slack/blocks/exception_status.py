"""What the one who asked sees of an exception: who decides, where it stands, and what an approver asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.exceptions.model import ExceptionRequest, PartState, Remark, RequestState
from bot.profile.people import Person
from bot.slack import exception_ids as ids
from bot.slack.blocks.elements import Block, actions, button, context, fit_message, header, inline, plain, section
from bot.slack.blocks.exception_parts import (
    MARKS,
    MORE,
    WHOLE,
    day,
    decided_words,
    names,
    quoted,
    remark_words,
    until_words,
    value_of,
)
from bot.slack.blocks.proposal import proposal_button
from bot.store.exceptions import WrittenText

SMALL = 300
"""The most characters of a text in small print."""


def status_card(
    request: ExceptionRequest, *, deciders: Mapping[str, Sequence[Person]], unreached: Mapping[str, Sequence[str]]
) -> list[Block]:
    """Who decides and where it stands. `unreached` names, by authority, whom Slack could not reach."""
    state = request.state
    blocks = [
        header(f"Exception {request.number}: {request.subject.deal}"),
        context(f"*{WHOLE[state]}* · asked on {day(request.asked_at)}{until_words(request)}"),
    ]
    for part in request.parts:
        what = "; ".join(inline(finding.label) for finding in part.findings)
        if part.state is PartState.OPEN:
            who = names(deciders.get(part.authority, ()))
            gone_up = " It has gone up." if part.escalated_to else ""
            text = f"{MARKS[part.state]} *{inline(part.name)}* decides: {who}.{gone_up}"
        elif part.state is PartState.WAITING:
            text = f"{MARKS[part.state]} *{inline(part.name)}* decides when those before have approved."
        else:
            text = decided_words(part)
        blocks.append(section(f"{text}\n{what}"))
        missed = unreached.get(part.authority, ())
        if missed and part.state is PartState.OPEN:
            blocks.append(context(f"⚠️ Not reached in Slack: {inline(', '.join(missed))}. Tell them yourself."))
    blocks += [section(remark_words(remark)) for remark in request.talk[-4:]]
    blocks += _asked(request)
    if request.replaced_by is not None and state is RequestState.SUPERSEDED:
        blocks.append(context("You asked anew since; the newer card shows where it stands."))
    return fit_message(blocks, context(MORE), _status_buttons(request))


def _status_buttons(request: ExceptionRequest) -> list[Block]:
    row = []
    if request.state is RequestState.OPEN:
        row.append(button("Change", ids.ASK, request.subject.deal_key, label=f"Change exception {request.number}"))
    if request.state is RequestState.GRANTED:
        row.append(proposal_button(request.subject.deal_key))
    if request.state in {RequestState.OPEN, RequestState.GRANTED}:
        label = f"Withdraw exception {request.number}"
        row.append(
            button("Withdraw", ids.WITHDRAW, value_of(request), style="danger", label=label)
            | {"confirm": _sure(request)}
        )
    return [actions(*row)] if row else []


def _sure(request: ExceptionRequest) -> dict[str, Any]:
    """What Slack asks before a request is taken back: nothing brings it, and what was approved of it, back again."""
    granted = any(part.state.granted for part in request.parts)
    more = " What was approved of it is lost with it, and has to be asked for again." if granted else ""
    return {
        "title": plain("Withdraw the request?", 100),
        "text": plain(f"Exception {request.number} on {request.subject.deal} is taken back.{more}", 300),
        "confirm": plain("Withdraw", 30),
        "deny": plain("Keep it", 30),
        "style": "danger",
    }


def _asked(request: ExceptionRequest) -> list[Block]:
    """What was written when it was asked for: in small print, or whole where that has no room for it."""
    texts = (("Why", request.why), ("In return", request.gives))
    if all(len(text.text or "") <= SMALL for _, text in texts):
        return [context(" · ".join(f"*{name}* {inline(_words(text), 2 * SMALL)}" for name, text in texts))]
    return [section(f"*{name}*\n{quoted(text)}") for name, text in texts]


def _words(text: WrittenText) -> str:
    return text.text if text.text is not None else "(erased)"


def question_card(request: ExceptionRequest, remark: Remark) -> list[Block]:
    """A question of an approver, for the one who asked, with the way to answer it."""
    value = value_of(request, remark.authority)
    return [
        section(
            f"❓ *{inline(remark.by.name)}* asks about exception {request.number}, *{inline(request.subject.deal)}*\n"
            f"{quoted(remark.text)}"
        ),
        actions(button("Answer", ids.ANSWER, value, style="primary", label=f"Answer {remark.by.name}")),
    ]
