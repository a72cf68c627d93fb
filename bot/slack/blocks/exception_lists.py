"""Exceptions in lists and beside a verdict: one in a line, one to decide, and what approvals say of a deal."""

from __future__ import annotations

from bot.exceptions.coverage import Coverage
from bot.exceptions.looking import ToDecide
from bot.exceptions.model import ExceptionRequest
from bot.profile.verdict import Judgement, Verdict
from bot.slack import exception_ids as ids
from bot.slack.blocks.elements import Block, button, inline, section, sections
from bot.slack.blocks.exception_parts import WHOLE, day, one_line, until_words, value_of


def coverage_blocks(coverage: Coverage) -> list[Block]:
    """What approvals say of a verdict: that the deal fits with exception, or which still hold and why others do not."""
    if coverage.words is not None:
        whose = ", ".join(dict.fromkeys(f"{inline(h.by)} for {inline(h.authority)}" for h in coverage.held))
        lines = [f"✅ *{coverage.words.capitalize()}*, approved by {whose}."]
        lines += [f"Condition: “{inline(h.conditions, 400)}”" for h in coverage.held if h.conditions]
        return [section("\n".join(lines))]
    lines = [
        f"✅ *{inline(held.label)}*: the approval by {inline(held.by)} still holds, until {day(held.until)}."
        for held in coverage.held
    ]
    lines += [
        f"⌛ *{inline(lost.label)}*: the approval by {inline(lost.by)} does not hold. {inline(lost.why)}"
        for lost in coverage.lost
    ]
    return sections(lines)


def waiting_blocks(request: ExceptionRequest, verdict: Verdict) -> list[Block]:
    """That a request on the deal waits, with whom, and whether it is about the deal as it stands now."""
    parts = " · ".join(one_line(part, ()) for part in request.parts)
    text = f"🟠 *Exception {request.number}* waits for a decision: {parts}."
    if verdict.judgement is Judgement.FITS:
        text += " The deal fits now and does not need it: withdraw it in our direct message."
    elif request.subject.deal_sha256 != verdict.deal_sha256:
        text += " It asks for the deal as it was. Ask again, and the deal as it stands here takes its place."
    return [section(text)]


def ask_button(key: str) -> dict[str, object]:
    """The button that asks for an exception on a deal."""
    return button("Ask for an exception", ids.ASK, key)


def own_block(request: ExceptionRequest) -> Block:
    """One of one's own requests in a list, with the way to its card."""
    show = button("Show", ids.SHOW, value_of(request), label=f"Show exception {request.number}")
    return section(line_of(request), accessory=show)


def line_of(request: ExceptionRequest) -> str:
    """One request in a list."""
    parts = " · ".join(one_line(part, ()) for part in request.parts)
    name = f"*Exception {request.number}: {inline(request.subject.deal, 120)}*"
    return f"{name}: {WHOLE[request.state]}{until_words(request)}\n{parts}"


def to_decide_block(each: ToDecide) -> Block:
    """One open decision in a list, with the way to its card."""
    request, part = each.request, each.part
    what = "; ".join(f"{inline(f.label)}{f' (gap {inline(f.gap)})' if f.gap else ''}" for f in part.findings)
    text = f"*Exception {request.number}: {inline(request.subject.deal, 120)}* for {inline(part.name)}, asked by "
    text += f"{inline(request.requester.name)} on {day(request.asked_at)}\n{what}"
    value = value_of(request, part.authority)
    return section(text, accessory=button("Show", ids.SHOW, value, label=f"Show exception {request.number}"))
