"""The card of an approver: everything needed to decide on an exception, in one look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.deals.wording import counted
from bot.exceptions.looking import Precedent
from bot.exceptions.model import AskedFinding, ExceptionRequest, Part, PartState
from bot.profile.people import Person
from bot.slack import exception_ids as ids
from bot.slack.blocks.elements import (
    Block,
    actions,
    button,
    context,
    divider,
    fit_message,
    header,
    inline,
    joined,
    plain,
    section,
)
from bot.slack.blocks.exception_parts import (
    MARKS,
    MORE,
    WHOLE,
    day,
    decided_words,
    names,
    one_line,
    quoted,
    remark_words,
    stands,
    value_of,
)


def approver_card(
    request: ExceptionRequest,
    part: Part,
    *,
    others: Mapping[str, Sequence[Person]],
    precedents: Sequence[Precedent] = (),
    changed: bool = False,
) -> list[Block]:
    """Everything needed to decide in one look. `others` says who decides each part; `changed`: the deal did, since."""
    subject = request.subject
    blocks = [
        header(f"Exception {request.number}: {subject.deal}"),
        context(
            f"*{inline(request.requester.name)}* asks *{inline(part.name)}* · {day(request.asked_at)} · "
            f"{inline(subject.segment or 'no segment')} · "
            f"{inline(subject.profile_title)} {inline(subject.profile_version)}"
        ),
        section(_facts(subject.facts_words)),
        divider(),
    ]
    blocks += [section(_finding(finding)) for finding in part.findings]
    blocks += [
        section(f"*Why*\n{quoted(request.why)}"),
        section(f"*What the customer gives in return*\n{quoted(request.gives)}"),
    ]
    if subject.worth:
        figures = " · ".join(f"{inline(label)} *{inline(words)}*" for label, words in subject.worth)
        blocks.append(section(f"💰 What it is worth: {figures}"))
    if subject.offers:
        blocks.append(section("*The nearest deal that fits*\n" + "\n".join(f"• {inline(o)}" for o in subject.offers)))
    else:
        blocks.append(context("No counter-offer: no small change of this deal fits."))
    blocks += _earlier(precedents)
    blocks += _talk(request, part)
    rest = [other for other in request.parts if other.authority != part.authority]
    if rest:
        blocks.append(context("Also asked: " + " · ".join(one_line(o, others.get(o.authority, ())) for o in rest)))
        blocks += [context(f"{inline(name)}'s condition: “{inline(words, 400)}”") for name, words in _conditions(rest)]
    if changed and part.state is PartState.OPEN:
        blocks.append(context("⚠️ The deal has changed since. You decide on the deal as it stands here."))
    blocks.append(section(decided_words(part)) if part.state is not PartState.OPEN else context(_who(part, others)))
    return fit_message(blocks, context(MORE), _approver_buttons(request, part))


def _approver_buttons(request: ExceptionRequest, part: Part) -> list[Block]:
    if part.state is not PartState.OPEN:
        return []
    value, what = value_of(request, part.authority), f"exception {request.number}"
    return [
        actions(
            button("Approve", ids.APPROVE, value, style="primary", label=f"Approve {what}")
            | {"confirm": _sure(request)},
            button("Approve with conditions", ids.CONDITIONS, value, label=f"Approve {what} with conditions"),
            button("Decline", ids.DECLINE, value, style="danger", label=f"Decline {what}"),
            button("Ask the rep", ids.ASK_REP, value, label=f"Ask about {what}"),
        )
    ]


def _sure(request: ExceptionRequest) -> dict[str, Any]:
    """What Slack asks before an approval: whoever gives it cannot take it back."""
    who = request.subject.deal
    return {
        "title": plain(f"Approve exception {request.number}?", 100),
        "text": plain(
            f"The rep is told at once that {who} is approved as it stands here. You cannot take it back.", 300
        ),
        "confirm": plain("Approve", 30),
        "deny": plain("Not yet", 30),
    }


def _facts(words: Sequence[tuple[str, str]]) -> str:
    return joined([f"{inline(label)} *{inline(value)}*" for label, value in words], by=" · ") or "No fact is known."


def _finding(finding: AskedFinding) -> str:
    parts = [f"*{inline(finding.actual)}*"] if finding.actual else []
    parts += [f"limit {inline(finding.limit)}"] if finding.limit else []
    parts += [f"gap *{inline(finding.gap)}*"] if finding.gap else []
    lines = [f"✗ *{inline(finding.label)}*", " · ".join(parts), f"_{inline(finding.because)}_"]
    lines.append(f"An approval holds for {counted(finding.days, 'day')}.")
    return "\n".join(line for line in lines if line)


def _earlier(precedents: Sequence[Precedent]) -> list[Block]:
    if not precedents:
        return [context("No earlier exception of this kind.")]
    lines = []
    for each in precedents:
        said = f": “{inline(each.words, 150)}”" if each.words else ""
        lines.append(
            f"{MARKS[each.state]} {each.number} · {inline(each.deal, 80)} · {inline(each.actual or each.label, 80)}"
            f"{f' (gap {inline(each.gap)})' if each.gap else ''} · {each.state.value} by {inline(each.by, 80)}, "
            f"{day(each.at)}{f' ({stands(each.since)} since)' if each.since else ''}{said}"
        )
    return [section("*The nearest earlier exceptions*\n" + "\n".join(lines))]


def _conditions(parts: Sequence[Part]) -> list[tuple[str, str]]:
    """On which conditions other authorities have approved: whoever decides next builds on them."""
    return [
        (part.name, part.decision.words.text)
        for part in parts
        if part.state is PartState.CONDITIONS and part.decision and part.decision.words and part.decision.words.text
    ]


def _talk(request: ExceptionRequest, part: Part) -> list[Block]:
    remarks = [remark for remark in request.talk if remark.authority == part.authority]
    return [section(remark_words(remark)) for remark in remarks[-6:]]


def _who(part: Part, deciders: Mapping[str, Sequence[Person]]) -> str:
    who = f"To decide: {names(deciders.get(part.authority, ()))}. The first decision counts."
    return f"{who} It has gone up, because nobody decided in time or could." if part.escalated_to else who


def notification(request: ExceptionRequest, part: Part | None = None) -> str:
    """What a phone shows of a card."""
    deal = inline(request.subject.deal, 80)
    if part is None:
        return f"Exception {request.number}, {deal}: {WHOLE[request.state]}"
    asks = f"{inline(request.requester.name, 80)} asks {inline(part.name, 80)} for an exception on {deal}"
    return f"{asks}: {inline('; '.join(f.label for f in part.findings), 150)}"
