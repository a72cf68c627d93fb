"""Calls and reviews as messages: the dates ahead, an agenda with its sources, and the form for what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.deals.wording import counted, weekday_words
from bot.pipeline.reviews.agenda import TITLES, Agenda, end_words, state_words
from bot.pipeline.reviews.service import Customer
from bot.pipeline.reviews.standing import OutcomeState, Standing
from bot.slack import ids
from bot.slack.blocks.elements import (
    OPTION_TEXT,
    Block,
    actions,
    button,
    clip,
    context,
    divider,
    fit_message,
    header,
    inert,
    inline,
    option,
    plain,
    section,
    sections,
)
from bot.slack.blocks.form import FormContext

AHEAD = timedelta(days=90)
MOST_DATES = 12
MOST_OUTCOMES = 100
OUTCOME, VALUE, DAY = "review_outcome", "review_value", "review_day"
MARKS = {
    Standing.REACHED: "✓",
    Standing.ON_PATH: "→",
    Standing.BEHIND: "✗",
    Standing.NOT_MEASURED: "?",
    Standing.NOT_MEASURABLE: "?",
}


def reviews_blocks(customers: Sequence[Customer], today: date) -> list[Block]:
    """The dates ahead of everybody whom the asker may see, each with its agenda a press away."""
    dates = [(event, customer) for customer in customers for event in customer.events]
    ahead = sorted(
        (pair for pair in dates if today <= pair[0].on <= today + AHEAD), key=lambda pair: (pair[0].on, pair[1].name)
    )
    blocks: list[Block] = [header("Calls and reviews ahead")]
    if not customers:
        text = "No won deals yet. Once a deal is won, its calls, reviews and renewal stand here, from what it promises."
        return [*blocks, section(text)]
    for event, customer in ahead[:MOST_DATES]:
        owner = customer.owner.name if customer.owner else customer.deal.owner or "nobody"
        moved = f"\n_{inline(event.moved)}_" if event.moved else ""
        who = f"{inline(customer.name, 100)} ({inline(owner, 60)})"
        text = f"*{weekday_words(event.on)}*: {TITLES[event.kind]}, {who}{moved}"
        label = f"Agenda: {customer.name}"
        blocks.append(section(text, accessory=button("Agenda", ids.REVIEW_AGENDA, customer.key, label=label)))
    if not ahead:
        blocks.append(section(f"No date in the next {AHEAD.days} days, for {counted(len(customers), 'won deal')}."))
    if len(ahead) > MOST_DATES:
        left = len(ahead) - MOST_DATES
        blocks.append(context(f"{left} more in the next {AHEAD.days} days: the calendar file has all."))
    without = [customer for customer in customers if customer.missing]
    if without:
        wanted = "; ".join(f"{inline(c.name, 80)} ({', '.join(c.missing)})" for c in without[:5])
        more = f" and {len(without) - 5} more" if len(without) > 5 else ""  # noqa: PLR2004 those named above
        blocks.append(context(f"No dates, because these are not known: {wanted}{more}"))
    if dates:
        blocks.append(actions(button("Calendar file", ids.REVIEW_CALENDAR, "all", label="Get an .ics file")))
    return fit_message(blocks, context("There is more than one message holds; the calendar file has all dates."))


def agenda_blocks(agenda: Agenda, *, reminder: bool = False) -> list[Block]:
    """An agenda: where the outcomes stand, what to do next, and the passages that say so."""
    event = agenda.event
    intro = "A reminder. " if reminder else ""
    length = f", {inline(agenda.length)}" if agenda.length else ""
    moved = f" ({inline(event.moved)})" if event.moved else ""
    blocks: list[Block] = [header(agenda.title), context(f"{intro}{weekday_words(event.on)}{length}{moved}")]
    states = [f"{MARKS[state.standing]} {inline(state_words(state), 400)}" for state in agenda.states]
    blocks += sections(["*Outcomes*", *(states or ["This deal has none."])])
    steps = [f"• {inline(step.text, 500)} {''.join(f'[{n}]' for n in step.sources)}".rstrip() for step in agenda.steps]
    blocks += sections(["*Next*", *steps])
    for source in agenda.sources:
        text = f"[{source.n}] *{inline(source.heading, 150)}*\n{inline(source.says, 450)}"
        label = f"Read: {source.heading}"
        blocks.append(section(text, accessory=button("Read", ids.OPEN_PASSAGE, source.passage, label=label)))
    if agenda.items:
        items = "\n".join(f"{n}. {inline(item, 200)}" for n, item in enumerate(agenda.items, start=1))
        blocks.append(section(f"*Agenda*\n{items}"))
        theirs, ours = "; ".join(agenda.customer_side), "; ".join(agenda.our_side)
        blocks.append(context(f"For {inline(agenda.customer, 100)}: {inline(theirs)}. For us: {inline(ours)}."))
    ends = end_words(agenda)
    if ends is not None:
        blocks.append(context(ends))
    blocks += [context(inline(notice)) for notice in agenda.notices]
    row = [button("Calendar file", ids.REVIEW_CALENDAR, agenda.deal_key, label=f"Get an .ics file: {agenda.customer}")]
    if any(state.outcome.metric for state in agenda.states):
        label = f"Record a value: {agenda.customer}"
        row.insert(0, button("Record a value", ids.REVIEW_RECORD, agenda.deal_key, style="primary", label=label))
    return [*blocks, actions(*row)]


def agenda_notification(agenda: Agenda) -> str:
    """What a phone shows."""
    behind = sum(state.standing is Standing.BEHIND for state in agenda.states)
    late = f", {counted(behind, 'outcome')} behind" if behind else ""
    return f"{inline(agenda.title, 150)} on {weekday_words(agenda.event.on)}{late}"


def value_form(states: Sequence[OutcomeState], *, name: str, where: FormContext, today: date) -> dict[str, Any]:
    """The modal in which somebody notes what an outcome was measured at."""
    named = [state for state in states if state.outcome.metric][:MOST_OUTCOMES]
    options = [option(_short(state), str(number)) for number, state in enumerate(states) if state in named]
    lines = "\n".join(f"{MARKS[state.standing]} {inline(state_words(state), 300)}" for state in named[:8])
    return {
        "type": "modal",
        "callback_id": ids.REVIEW_FORM,
        "title": {"type": "plain_text", "text": "Record a value"},
        "submit": {"type": "plain_text", "text": "Record"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": where.dump(),
        "blocks": [
            section(clip(f"*{inline(name, 150)}*\n{lines}", 2900)),
            divider(),
            _input(OUTCOME, "Outcome", {"type": "static_select", "action_id": ids.INPUT, "options": options}),
            _input(VALUE, "Measured at", {"type": "number_input", "action_id": ids.INPUT, "is_decimal_allowed": True}),
            _input(DAY, "On", {"type": "datepicker", "action_id": ids.INPUT, "initial_date": today.isoformat()}),
        ],
    }


def noted_blocks(name: str, state: OutcomeState) -> list[Block]:
    """What a noted value means."""
    return [section(f"Noted for *{inline(name, 100)}*. {MARKS[state.standing]} {inline(state_words(state), 500)}")]


def _short(state: OutcomeState) -> str:
    unit = f" ({state.outcome.unit})" if state.outcome.unit else ""
    return clip(inert(f"{state.outcome.metric}{unit}"), OPTION_TEXT)


def _input(block: str, label: str, element: dict[str, Any]) -> Block:
    return {"type": "input", "block_id": block, "label": plain(label, 2000), "element": element}
