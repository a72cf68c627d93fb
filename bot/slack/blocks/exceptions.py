"""Cards of exceptions: what an approver decides on, in one look, and what the one who asked sees of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.exceptions.coverage import DAY, Coverage
from bot.exceptions.looking import Precedent, ToDecide
from bot.exceptions.model import AskedFinding, ExceptionRequest, Part, PartState, Remark, RequestState
from bot.profile.people import Person
from bot.slack import exception_ids as ids
from bot.slack.blocks.elements import (
    Block,
    actions,
    button,
    clip,
    context,
    divider,
    fit_message,
    header,
    inline,
    section,
)
from bot.slack.blocks.proposal import proposal_button
from bot.store.exceptions import WrittenText

MARKS = {
    PartState.WAITING: "⏳",
    PartState.OPEN: "🟠",
    PartState.APPROVED: "✅",
    PartState.CONDITIONS: "✅",
    PartState.DECLINED: "⛔",
    PartState.WITHDRAWN: "↩️",
    PartState.EXPIRED: "⌛",
    PartState.SUPERSEDED: "↩️",
}
WHOLE = {
    RequestState.OPEN: "🟠 Waiting for a decision",
    RequestState.GRANTED: "✅ Granted",
    RequestState.DECLINED: "⛔ Declined",
    RequestState.WITHDRAWN: "↩️ Withdrawn",
    RequestState.EXPIRED: "⌛ Ended",
    RequestState.SUPERSEDED: "↩️ Asked anew",
}
QUOTE = 1400
ERASED = "_(what was written here was erased)_"
MORE = "There is more than one message holds; `dealfit exceptions show` has all of it."


def day(moment: datetime) -> str:
    """A day as cards write it."""
    return moment.strftime(DAY)


def quoted(text: WrittenText | None) -> str:
    """What somebody wrote, as a quotation: words, never markup."""
    if text is None or text.text is None:
        return ERASED
    lines = text.text.splitlines() or [""]
    return clip("\n".join(f"> {inline(line, QUOTE)}" for line in lines[:30]), QUOTE * 2)


def value_of(request: ExceptionRequest, authority: str = "") -> str:
    """What a button carries: which request, and whose part of it."""
    return f"{request.number}|{authority}"


def names(people: Sequence[Person]) -> str:
    """Names in a row."""
    return ", ".join(inline(person.name, 80) for person in people) or "nobody who can be named"


# What an approver sees


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
    blocks += _earlier(precedents)
    blocks += _talk(request, part)
    rest = [other for other in request.parts if other.authority != part.authority]
    if rest:
        blocks.append(context("Also asked: " + " · ".join(_one_line(o, others.get(o.authority, ())) for o in rest)))
    if changed and part.state is PartState.OPEN:
        blocks.append(context("⚠️ The deal has changed since. You decide on the deal as it stands here."))
    blocks.append(section(_decided(part)) if part.state is not PartState.OPEN else context(_who(part, others)))
    return fit_message(blocks, context(MORE), _approver_buttons(request, part))


def _approver_buttons(request: ExceptionRequest, part: Part) -> list[Block]:
    if part.state is not PartState.OPEN:
        return []
    value, what = value_of(request, part.authority), f"exception {request.number}"
    return [
        actions(
            button("Approve", ids.APPROVE, value, style="primary", label=f"Approve {what}"),
            button("Approve with conditions", ids.CONDITIONS, value, label=f"Approve {what} with conditions"),
            button("Decline", ids.DECLINE, value, style="danger", label=f"Decline {what}"),
            button("Ask the rep", ids.ASK_REP, value, label=f"Ask about {what}"),
        )
    ]


def _facts(words: Sequence[tuple[str, str]]) -> str:
    return clip(" · ".join(f"{inline(label)} *{inline(value)}*" for label, value in words) or "No fact is known.", 2900)


def _finding(finding: AskedFinding) -> str:
    parts = [f"*{inline(finding.actual)}*"] if finding.actual else []
    parts += [f"limit {inline(finding.limit)}"] if finding.limit else []
    parts += [f"gap *{inline(finding.gap)}*"] if finding.gap else []
    lines = [f"✗ *{inline(finding.label)}*", " · ".join(parts), f"_{inline(finding.because)}_"]
    lines.append(f"An approval holds for {finding.days} days.")
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
            f"{day(each.at)}{said}"
        )
    return [section("*The nearest earlier exceptions*\n" + "\n".join(lines))]


def _talk(request: ExceptionRequest, part: Part) -> list[Block]:
    remarks = [remark for remark in request.talk if remark.authority == part.authority]
    return [section(_remark(remark)) for remark in remarks[-6:]]


def _remark(remark: Remark) -> str:
    return f"{'❓' if remark.asks else '💬'} *{inline(remark.by.name)}*\n{quoted(remark.text)}"


def _who(part: Part, deciders: Mapping[str, Sequence[Person]]) -> str:
    who = f"To decide: {names(deciders.get(part.authority, ()))}. The first decision counts."
    return f"{who} It has gone up, because nobody decided in time or could." if part.escalated_to else who


def _decided(part: Part) -> str:
    decision = part.decision
    if decision is None or part.state in {PartState.WITHDRAWN, PartState.SUPERSEDED}:
        return f"{MARKS[part.state]} *{inline(part.name)}*: {part.state.value}."
    text = f"{MARKS[part.state]} *{inline(decision.by.name)}* for {inline(part.name)}: *{part.state.value}*"
    until = decision.until
    text += f", until *{day(until)}*." if until is not None and part.state.granted else "."
    return f"{text}\n{quoted(decision.words)}" if decision.words is not None else text


def _one_line(part: Part, deciders: Sequence[Person]) -> str:
    who = f" ({names(deciders)})" if part.state is PartState.OPEN and deciders else ""
    return f"{MARKS[part.state]} {inline(part.name)}: {part.state.value}{who}"


# What the one who asked sees


def status_card(
    request: ExceptionRequest, *, deciders: Mapping[str, Sequence[Person]], unreached: Mapping[str, Sequence[str]]
) -> list[Block]:
    """Who decides and where it stands. `unreached` names, by authority, whom Slack could not reach."""
    state = request.state
    blocks = [
        header(f"Exception {request.number}: {request.subject.deal}"),
        context(f"*{WHOLE[state]}* · asked on {day(request.asked_at)}{_until(request)}"),
    ]
    for part in request.parts:
        what = "; ".join(inline(finding.label) for finding in part.findings)
        if part.state is PartState.OPEN:
            who = names(deciders.get(part.authority, ()))
            gone_up = " It has gone up." if part.escalated_to else ""
            text = f"{MARKS[part.state]} *{inline(part.name)}* decides: {who}.{gone_up}"
        elif part.state is PartState.WAITING:
            text = f"{MARKS[part.state]} *{inline(part.name)}* decides next, when those before have approved."
        else:
            text = _decided(part)
        blocks.append(section(f"{text}\n{what}"))
        missed = unreached.get(part.authority, ())
        if missed and part.state is PartState.OPEN:
            blocks.append(context(f"⚠️ Not reached in Slack: {inline(', '.join(missed))}. Tell them yourself."))
    blocks += [section(_remark(remark)) for remark in request.talk[-4:]]
    blocks += [context(f"*Why* {inline(_short(request.why))} · *In return* {inline(_short(request.gives))}")]
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
        row.append(button("Withdraw", ids.WITHDRAW, value_of(request), style="danger", label=label))
    return [actions(*row)] if row else []


def _until(request: ExceptionRequest) -> str:
    if request.state is not RequestState.GRANTED:
        return ""
    ends = [part.decision.until for part in request.parts if part.decision is not None and part.decision.until]
    return f" · until *{day(min(ends))}*" if ends else ""


def _short(text: WrittenText) -> str:
    return clip(text.text, 300) if text.text is not None else "(erased)"


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


# Beside a verdict, in lists


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
    return [section(clip("\n".join(lines), 2900))] if lines else []


def ask_button(key: str) -> dict[str, object]:
    """The button that asks for an exception on a deal."""
    return button("Ask for an exception", ids.ASK, key)


def line_of(request: ExceptionRequest) -> str:
    """One request in a list."""
    parts = " · ".join(_one_line(part, ()) for part in request.parts)
    return f"*{request.number} {inline(request.subject.deal, 120)}*: {WHOLE[request.state]}{_until(request)}\n{parts}"


def to_decide_block(each: ToDecide) -> Block:
    """One open decision in a list, with the way to its card."""
    request, part = each.request, each.part
    what = "; ".join(f"{inline(f.label)}{f' (gap {inline(f.gap)})' if f.gap else ''}" for f in part.findings)
    text = f"*{request.number} {inline(request.subject.deal, 120)}* for {inline(part.name)}, asked by "
    text += f"{inline(request.requester.name)} on {day(request.asked_at)}\n{what}"
    value = value_of(request, part.authority)
    return section(text, accessory=button("Show", ids.SHOW, value, label=f"Show exception {request.number}"))


def notification(request: ExceptionRequest, part: Part | None = None) -> str:
    """What a phone shows of a card."""
    deal = inline(request.subject.deal, 80)
    if part is None:
        return f"Exception {request.number}, {deal}: {WHOLE[request.state]}"
    asks = f"{inline(request.requester.name, 80)} asks {inline(part.name, 80)} for an exception on {deal}"
    return f"{asks}: {inline('; '.join(f.label for f in part.findings), 150)}"
