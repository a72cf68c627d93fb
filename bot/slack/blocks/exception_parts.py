"""What the cards and lists of exceptions have in common: marks, quotations, and where a part stands, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.exceptions.coverage import DAY
from bot.exceptions.looking import SAID
from bot.exceptions.model import ExceptionRequest, Part, PartState, Remark, RequestState
from bot.profile.people import Person
from bot.slack.blocks.elements import inline, joined
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
STANDS = {
    PartState.WAITING: "waits for its turn",
    PartState.OPEN: "to decide",
    PartState.EXPIRED: "ended",
    PartState.SUPERSEDED: "nothing to decide any more",
}
"""Where a part stands, where its state's own word would tell a reader less."""
QUOTE = 2700
"""Room for the longest that a form takes (1,500 characters), also where some take more room as they are sent."""
ERASED = "_(what was written here was erased)_"
MORE = "There is more than one message holds; `dealfit exceptions show` has all of it."


def day(moment: datetime) -> str:
    """A day as cards write it."""
    return moment.strftime(DAY)


def quoted(text: WrittenText | None) -> str:
    """What somebody wrote, as a quotation: words, never markup."""
    if text is None or text.text is None:
        return ERASED
    return joined([f"> {inline(line, QUOTE)}" for line in text.text.splitlines() or [""]], QUOTE + 100)


def value_of(request: ExceptionRequest, authority: str = "") -> str:
    """What a button carries: which request, and whose part of it."""
    return f"{request.number}|{authority}"


def names(people: Sequence[Person]) -> str:
    """Names in a row."""
    return ", ".join(inline(person.name, 80) for person in people) or "nobody who can be named"


def remark_words(remark: Remark) -> str:
    """A question or an answer, with whose it is."""
    return f"{'❓' if remark.asks else '💬'} *{inline(remark.by.name)}*\n{quoted(remark.text)}"


def decided_words(part: Part) -> str:
    """What was decided, by whom, until when; or how else the part ended."""
    decision = part.decision
    if decision is None:
        return f"{MARKS[part.state]} *{inline(part.name)}*: {stands(part.state)}."
    said = SAID[decision.choice].value
    text = f"{MARKS[part.state]} *{inline(decision.by.name)}* for {inline(part.name)}: *{said}*"
    until = decision.until
    match part.state:
        case PartState.EXPIRED if until is not None:
            text += f", ended on *{day(until)}*."
        case PartState.WITHDRAWN:
            text += ", withdrawn since by the one who asked."
        case _:
            text += f", until *{day(until)}*." if until is not None and part.state.granted else "."
    return f"{text}\n{quoted(decision.words)}" if decision.words is not None else text


def stands(state: PartState) -> str:
    """Where a part stands, in words."""
    return STANDS.get(state, state.value)


def one_line(part: Part, deciders: Sequence[Person]) -> str:
    """A part in a list."""
    who = f" ({names(deciders)})" if part.state is PartState.OPEN and deciders else ""
    return f"{MARKS[part.state]} {inline(part.name)}: {stands(part.state)}{who}"


def until_words(request: ExceptionRequest) -> str:
    """Until when a granted request holds."""
    if request.state is not RequestState.GRANTED:
        return ""
    ends = [part.decision.until for part in request.parts if part.decision is not None and part.decision.until]
    return f" · until *{day(min(ends))}*" if ends else ""
