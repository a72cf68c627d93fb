"""The forms of exceptions: asking, the condition, the reason, a question, an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.deals.wording import counted
from bot.exceptions.model import ExceptionRequest, Part, PartState
from bot.exceptions.service import LEAST_WORDS, MOST_WORDS, Draft
from bot.slack import exception_ids as ids
from bot.slack.blocks.elements import Block, context, inline, plain, section, sections
from bot.slack.blocks.exception_parts import MARKS, QUOTE, names

METADATA = 3000


@dataclass(frozen=True, slots=True)
class FormPlace:
    """Where a form was opened and what it is about. It comes back from outside: nothing in it gives a right."""

    channel: str = ""
    response_url: str = ""
    key: str = ""
    seen: str = ""
    number: int = 0
    authority: str = ""

    def dump(self) -> str:
        """As a view's private metadata."""
        data = json.dumps(asdict(self))
        return data if len(data) <= METADATA else json.dumps({**asdict(self), "response_url": ""})

    @classmethod
    def load(cls, text: str) -> FormPlace:
        """Read what `dump` wrote; of anything else, what can be used."""
        try:
            data = json.loads(text or "{}")
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(data, dict):
            return cls()
        number = data.get("number")
        texts = {name: data.get(name) for name in ("channel", "response_url", "key", "seen", "authority")}
        return cls(
            **{name: value if isinstance(value, str) else "" for name, value in texts.items()},
            number=number if isinstance(number, int) and not isinstance(number, bool) else 0,
        )


def ask_form(draft: Draft, place: FormPlace, *, in_order: bool = False) -> dict[str, Any]:
    """Asking for an exception: what each authority is asked, who decides and in which order, and two texts."""
    deal = draft.checked.deal.name
    lines = []
    for part in draft.parts:
        who = names(draft.deciders.get(part.authority, ()))
        gone_up = " You cannot decide it yourself, so it goes up at once." if part.escalated_to else ""
        found = "\n".join(
            f"✗ {inline(f.label)}: {inline(f.actual)}, limit {inline(f.limit)}"
            + (f", gap *{inline(f.gap)}*" if f.gap else "")
            for f in part.findings
        )
        lines.append(f"*{inline(part.name)}* decides ({who}).{gone_up}\n{found}")
    blocks: list[Block] = [section(f"*{inline(deal)}*"), *sections(lines)]
    if in_order and len(draft.parts) > 1:
        blocks.append(context("They are asked one after the other: each when the one before has approved."))
    held = [f"{MARKS[PartState.APPROVED]} {inline(h.label)}: {inline(h.by)} approved it" for h in draft.coverage.held]
    if held:
        blocks.append(context("Not asked again: " + "; ".join(held)))
    standing = draft.standing
    if standing is not None:
        blocks.append(context(f"Exception {standing.number} on this deal is open. This one takes its place."))
    blocks += [
        text_input(
            ids.WHY,
            "Why should this deal go outside the profile?",
            hint="A good reason ends: a payment that arrives in June, a merger, a site that opens.",
            value=standing.why.text if standing is not None else None,
        ),
        text_input(
            ids.GIVES,
            "What does the customer give in return?",
            hint="A longer term, a reference, a date: something that you can write into the contract.",
            value=standing.gives.text if standing is not None else None,
        ),
    ]
    return _modal(ids.ASK_FORM, "Ask for an exception", "Ask", blocks, place)


def conditions_form(request: ExceptionRequest, part: Part, place: FormPlace) -> dict[str, Any]:
    """Approving with conditions: the condition, and an earlier end."""
    until: Block = {
        "type": "input",
        "block_id": ids.UNTIL,
        "label": plain("Holds until (left out: as long as the profile says)", 2000),
        "element": {"type": "datepicker", "action_id": ids.INPUT},
        "optional": True,
    }
    days = min(finding.days for finding in part.findings)
    words = text_input(ids.WORDS, "On which conditions?", hint="A condition, an end and an owner, in one line.")
    blocks = [
        _about(request, part),
        words,
        until,
        context(f"The profile lets an approval hold for {counted(days, 'day')}."),
    ]
    return _modal(ids.CONDITIONS_FORM, "Approve with conditions", "Approve", blocks, place)


def decline_form(request: ExceptionRequest, part: Part, place: FormPlace) -> dict[str, Any]:
    """Declining: the reason."""
    words = text_input(ids.WORDS, "Why not?", hint="The reason first, and the way forward second.")
    return _modal(ids.DECLINE_FORM, "Decline", "Decline", [_about(request, part), words], place)


def question_form(request: ExceptionRequest, part: Part, place: FormPlace) -> dict[str, Any]:
    """Asking the one who asks."""
    words = text_input(ids.WORDS, f"What do you want to know of {request.requester.name}?", least=1)
    return _modal(ids.QUESTION_FORM, "Ask the rep", "Ask", [_about(request, part), words], place)


def answer_form(request: ExceptionRequest, part: Part, place: FormPlace) -> dict[str, Any]:
    """Answering a question."""
    asked = [remark for remark in request.talk if remark.authority == part.authority and remark.asks]
    said = asked[-1].text.text if asked and asked[-1].text.text else ""
    blocks = [_about(request, part), *([section(f"> {inline(said, QUOTE)}")] if said else [])]
    blocks.append(text_input(ids.WORDS, "Your answer", least=1))
    return _modal(ids.ANSWER_FORM, "Answer", "Answer", blocks, place)


def text_input(block: str, label: str, *, hint: str = "", value: str | None = None, least: int = LEAST_WORDS) -> Block:
    """A text of several lines that must be there."""
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": ids.INPUT,
        "multiline": True,
        "min_length": least,
        "max_length": MOST_WORDS,
    }
    if value:
        element["initial_value"] = value
    made: Block = {"type": "input", "block_id": block, "label": plain(label, 2000), "element": element}
    return {**made, "hint": plain(hint, 2000)} if hint else made


def given(view: Mapping[str, Any], block: str) -> str:
    """What somebody typed into a field."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    field = values.get(block) if isinstance(values, Mapping) else None
    element = field.get(ids.INPUT) if isinstance(field, Mapping) else None
    if not isinstance(element, Mapping):
        return ""
    return str(element.get("selected_date") or element.get("value") or "")


def _about(request: ExceptionRequest, part: Part) -> Block:
    what = "; ".join(inline(finding.label) for finding in part.findings)
    return section(f"*Exception {request.number}: {inline(request.subject.deal)}*\n{inline(part.name)}: {what}")


def _modal(callback: str, title: str, submit: str, blocks: list[Block], place: FormPlace) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": submit},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": place.dump(),
        "blocks": blocks,
    }
