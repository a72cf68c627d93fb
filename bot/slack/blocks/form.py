"""The deal form: a modal made from the profile's facts, filled with what is known, and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bot.deals.converting import read_value
from bot.deals.deal import Deal
from bot.deals.exchange import Conversion, Rates
from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue
from bot.deals.values import FactError, format_outcomes
from bot.slack import ids
from bot.slack.blocks.elements import VIEW_BLOCKS, Block, clip, context, inline, option, plain, section

MOST_FACTS = VIEW_BLOCKS - 4
MOST_OPTIONS = 100
METADATA = 3000
NUMBERS = {FactType.INTEGER, FactType.NUMBER, FactType.PERCENT}


@dataclass(frozen=True, slots=True)
class FormContext:
    """Where the form was opened: `key` of the deal it edits, and where the card shall go."""

    channel: str | None = None
    response_url: str | None = None
    key: str | None = None

    def dump(self) -> str:
        """The context as the view's private metadata."""
        data = json.dumps({"channel": self.channel, "response_url": self.response_url, "key": self.key})
        if len(data) > METADATA:
            message = f"private metadata may hold {METADATA} characters, this is {len(data)}"
            raise ValueError(message)
        return data

    @classmethod
    def load(cls, text: str) -> FormContext:
        """Read what `dump` wrote; anything else is an empty context."""
        try:
            data = json.loads(text or "{}")
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(data, dict):
            return cls()
        return cls(
            **{k: data.get(k) if isinstance(data.get(k), str) else None for k in ("channel", "response_url", "key")}
        )


def deal_form(
    facts: FactSpecs,
    *,
    deal: Deal | None,
    context_of: FormContext,
    notes: tuple[str, ...] = (),
    raw: Mapping[str, str] = MappingProxyType({}),
    marks: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The modal. `notes` say what could not be read; `raw` keeps what was typed where it could not be understood.

    `marks` are words to stand at the field of a fact, such as where its value came from.
    """
    blocks: list[Block] = [context(*[inline(note, 600) for note in notes])] if notes else []
    blocks.append(_text_input(ids.DEAL_NAME, "Deal", deal.name if deal else "", hint="A name you will know it by"))
    blocks.append(_text_input(ids.DEAL_CUSTOMER, "Customer", (deal.customer or "") if deal else "", optional=True))
    specs = list(facts.values())
    for spec in specs[:MOST_FACTS]:
        value = deal.facts.get(spec.name) if deal else None
        blocks.append(_fact_input(spec, value, raw.get(spec.name), marks.get(spec.name)))
    if len(specs) > MOST_FACTS:
        left = ", ".join(spec.label for spec in specs[MOST_FACTS:])
        blocks.append(context(f"A form holds {VIEW_BLOCKS} fields. State these in words: {inline(left, 1500)}"))
    return {
        "type": "modal",
        "callback_id": ids.DEAL_FORM,
        "title": {"type": "plain_text", "text": "Check a deal"},
        "submit": {"type": "plain_text", "text": "Check"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": context_of.dump(),
        "blocks": blocks,
    }


def waiting_form() -> dict[str, Any]:
    """What stands in the form's place while a message is read."""
    return {
        "type": "modal",
        "callback_id": ids.DEAL_FORM_COMING,
        "title": {"type": "plain_text", "text": "Check a deal"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            section("Reading the message… The form comes in a few seconds. Nothing is judged before you press Check.")
        ],
    }


@dataclass(frozen=True, slots=True)
class FormReading:
    """What was submitted: values that could be read, and by block id what could not and why."""

    name: str
    customer: str | None
    facts: dict[str, FactValue | None] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    converted: tuple[Conversion, ...] = ()


def read_form(state: Mapping[str, Any], facts: FactSpecs, currency: str, rates: Rates | None = None) -> FormReading:
    """Read a submission's `view.state.values`. A field left empty makes the fact unknown.

    An amount in another currency is converted with its rate, as everywhere; without one the field says what to do.
    """
    values: Mapping[str, Any] = state.get("values", {})
    name = (_given(values, ids.DEAL_NAME) or "").strip()
    customer = (_given(values, ids.DEAL_CUSTOMER) or "").strip() or None
    read: dict[str, FactValue | None] = {}
    errors: dict[str, str] = {}
    converted: list[Conversion] = []
    if not name:
        errors[ids.DEAL_NAME] = "Give the deal a name."
    for spec in list(facts.values())[:MOST_FACTS]:
        block = ids.FACT + spec.name
        if block not in values:
            continue
        given = _given(values, block)
        if given is None or not given.strip() or given == ids.NOT_KNOWN:
            read[spec.name] = None
            continue
        try:
            read[spec.name], made = read_value(spec, _choice(spec, given), currency, rates)
        except FactError as error:
            errors[block] = clip(f"{_begun(error.problem)}. {_begun(error.remedy)}", 300)
        else:
            converted += [made] if made is not None else []
    return FormReading(name[:200], customer[:200] if customer else None, read, errors, tuple(converted))


def _choice(spec: FactSpec, given: str) -> str:
    """An option's value is the number of its choice: the choice itself may be longer than a value may be."""
    if spec.type is FactType.CHOICE and given in map(str, range(len(spec.choices))):
        return list(spec.choices)[int(given)]
    return given


def _begun(sentence: str) -> str:
    """A sentence with its first letter large, and the others as they are: names and currencies among them."""
    return sentence[:1].upper() + sentence[1:]


def _given(values: Mapping[str, Any], block: str) -> str | None:
    element = values.get(block, {}).get(ids.INPUT, {})
    if "selected_option" in element:
        chosen = element["selected_option"]
        return str(chosen.get("value") or "") if isinstance(chosen, dict) else None
    given = element.get("selected_date", element.get("value"))
    return None if given is None else str(given)


def _text_input(block: str, label: str, value: str, *, hint: str = "", optional: bool = False) -> Block:
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": ids.INPUT, "max_length": 200}
    if value:
        element["initial_value"] = value[:200]
    return _input(block, label, element, hint=hint, optional=optional)


def _fact_input(spec: FactSpec, value: FactValue | None, raw: str | None, mark: str | None) -> Block:
    label = f"{spec.label} ({_unit(spec)})" if _unit(spec) else spec.label
    hint = f"{mark} {spec.ask}" if mark else spec.ask
    return _input(ids.FACT + spec.name, label, _element(spec, value, raw), hint=hint, optional=True)


def _unit(spec: FactSpec) -> str:
    return "%" if spec.type is FactType.PERCENT else spec.unit or ""


def _input(block: str, label: str, element: dict[str, Any], *, hint: str, optional: bool) -> Block:
    made: Block = {
        "type": "input",
        "block_id": block,
        "label": plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        made["hint"] = plain(hint, 2000)
    return made


def _element(spec: FactSpec, value: FactValue | None, raw: str | None) -> dict[str, Any]:
    match spec.type:
        case FactType.YES_NO:
            known = None if value is None else ("yes" if value else "no")
            return _select([option("Yes", "yes"), option("No", "no")], known)
        case FactType.CHOICE if len(spec.choices) < MOST_OPTIONS:
            choices = list(spec.choices)
            known = str(choices.index(value)) if isinstance(value, str) and value in choices else None
            return _select([option(choice, str(n)) for n, choice in enumerate(choices)], known)
        case FactType.DATE:
            element: dict[str, Any] = {"type": "datepicker", "action_id": ids.INPUT}
            return {**element, "initial_date": str(value)} if value is not None else element
        case FactType.OUTCOMES:
            text = raw or (format_outcomes(value) if isinstance(value, tuple) else "")
            element = {
                "type": "plain_text_input",
                "action_id": ids.INPUT,
                "multiline": True,
                "max_length": 3000,
                "placeholder": plain("time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed", 150),
            }
            return {**element, "initial_value": text[:3000]} if text else element
        case _:
            return _typed(spec, value, raw)


def _typed(spec: FactSpec, value: FactValue | None, raw: str | None) -> dict[str, Any]:
    text = raw or (f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value))
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": ids.INPUT, "max_length": 200}
    if spec.type in NUMBERS:
        element = {
            "type": "number_input",
            "action_id": ids.INPUT,
            "is_decimal_allowed": spec.type is not FactType.INTEGER,
        }
        bounds = {"min_value": spec.minimum, "max_value": spec.maximum}
        element |= {name: f"{bound:f}" for name, bound in bounds.items() if bound is not None}
    return {**element, "initial_value": text[:200]} if text else element


def _select(options: list[dict[str, Any]], known: str | None) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "static_select",
        "action_id": ids.INPUT,
        "placeholder": plain("Not known yet", 150),
        "options": [*options, option("Not known yet", ids.NOT_KNOWN)],
    }
    chosen = [o for o in options if o["value"] == known]
    return {**element, "initial_option": chosen[0]} if chosen else element
