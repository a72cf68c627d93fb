"""`profile/proposal.yaml`: the standing texts of the proposal and of the reviews, read as strictly as the profile."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from bot.deals.facts import FactSpecs, FactType
from bot.pipeline.reviews.calendar import Rhythm
from bot.profile.problems import ContentError, Problem
from bot.profile.shape import Days, FactName, Guidance, Short, Strict, Text
from bot.profile.shape_errors import did_you_mean, read_shape
from bot.profile.yaml_nodes import Listing, Node, Problems, Scalar, Table
from bot.profile.yaml_reading import read_yaml

FILE = "proposal.yaml"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("customer", "firm", "deal")
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,59}$")]
Texts = list[Text]


class TextsError(ContentError):
    """A proposal.yaml that cannot be taken. `problems` says everything that was found."""


class RolesShape(Strict):
    """Which fact of the profile plays which part."""

    contract_value: FactName | None = Field(None, description="Money: the net price of the whole contract.")
    discount: FactName | None = Field(None, description="Percent off book price.")
    service_months: FactName | None = Field(None, description="Integer: the term in months.")
    payment_days: FactName | None = Field(None, description="Integer: days to pay, net.")
    prepaid: FactName | None = Field(None, description="Yes/no: paid in advance.")
    offer: FactName | None = Field(None, description="Choice: what is offered.")
    managed_price: FactName | None = Field(None, description="Money: the price of that option for its term.")
    managed_months: FactName | None = Field(None, description="Integer: the term of that option in months.")
    outcomes: FactName | None = Field(None, description="The outcomes.")
    sponsor: FactName | None = Field(None, description="Choice: the sponsor's position.")
    sponsor_name: FactName | None = Field(None, description="Text: the sponsor's name.")
    monthly_call: FactName | None = Field(None, description="Yes/no: a monthly call is committed.")
    reviews_per_year: FactName | None = Field(None, description="Integer: Customer Business Reviews a year.")
    start: FactName | None = Field(None, description="Date: the first day of service. Left out: the close date.")


TYPES: Mapping[str, FactType] = {
    "contract_value": FactType.MONEY,
    "discount": FactType.PERCENT,
    "service_months": FactType.INTEGER,
    "payment_days": FactType.INTEGER,
    "prepaid": FactType.YES_NO,
    "offer": FactType.CHOICE,
    "managed_price": FactType.MONEY,
    "managed_months": FactType.INTEGER,
    "outcomes": FactType.OUTCOMES,
    "sponsor": FactType.CHOICE,
    "sponsor_name": FactType.TEXT,
    "monthly_call": FactType.YES_NO,
    "reviews_per_year": FactType.INTEGER,
    "start": FactType.DATE,
}


class SectionShape(Strict):
    """A section: its heading and the paragraphs it begins with."""

    heading: Short
    text: Texts = Field([], description="Paragraphs that the section begins with.")


class ManagedShape(SectionShape):
    """The section on managed services."""

    option: Texts = Field([], description="Paragraphs for a proposal of something else, beside which it stands.")
    includes: Annotated[list[Text], Field(min_length=1)]
    relieves: Texts = Field([], description="What the customer's people no longer have to do.")


class SectionsShape(Strict):
    """Every section, in the order of the document."""

    summary: SectionShape
    outcomes: SectionShape
    managed_services: ManagedShape
    calendar: SectionShape
    price: SectionShape
    payment: SectionShape
    people: SectionShape
    validity: SectionShape
    open_points: SectionShape


class PersonShape(Strict):
    """Somebody of ours in every proposal."""

    role: Short
    person: Key = Field(description="The key in people.yaml.")


class MeetingShape(Strict):
    """A kind of meeting."""

    length: Short
    customer: list[Short] = Field(description="Who takes part for the customer.")
    ours: list[Short] = Field(description="Who takes part for us.")
    agenda: Texts
    remind: Days = Field(description="How many open days before the meeting its owner is reminded.")
    guidance: list[Guidance] = Field([], description="Playbook passages to read before it.")


class ReviewShape(MeetingShape):
    """Customer Business Reviews."""

    first_after: Days


class RenewalShape(Strict):
    """The renewal."""

    begins_before: Days = Field(description="How long before the end of the service its renewal is spoken about.")
    remind: Days
    guidance: list[Guidance] = Field([], description="Playbook passages to read before it.")


class TextsShape(Strict):
    """A proposal.yaml."""

    firm: Short
    title: Short
    valid_for: Days
    facts: RolesShape
    managed_services_are: Short
    sections: SectionsShape
    people: list[PersonShape] = Field([], description="Our side of who is who, in every proposal.")
    monthly_call: MeetingShape
    review: ReviewShape
    renewal: RenewalShape
    when_behind: list[Guidance] = Field([], description="What to read when an outcome is behind.")
    when_not_measured: list[Guidance] = Field([], description="What to read when nothing was measured.")
    when_reached: list[Guidance] = Field([], description="What to read when outcomes are reached.")
    closed_on: list[date] = Field([], description="Days on which no meeting is held, beside weekends.")


@dataclass(frozen=True, slots=True)
class Parts:
    """Which fact plays which part, and what means the service: what a scorecard needs of the file."""

    facts: RolesShape
    managed_services_are: str


STANDARD_PARTS = Parts(
    RolesShape(offer="offer", service_months="service_months", outcomes="outcomes", sponsor="sponsor"),
    "managed services",
)
"""The names of the bundled profile: for a firm that has no proposal.yaml of its own yet."""


@dataclass(frozen=True)
class ProposalTexts:
    """The standing texts, and the hash of the file's bytes."""

    shape: TextsShape
    sha256: str
    source: bytes = field(repr=False)

    @property
    def parts(self) -> Parts:
        """Which fact plays which part."""
        return Parts(self.shape.facts, self.shape.managed_services_are)

    @property
    def rhythm(self) -> Rhythm:
        """How promises become dates."""
        shape = self.shape
        return Rhythm(days(shape.review.first_after), days(shape.renewal.begins_before), frozenset(shape.closed_on))

    def links(self) -> tuple[str, ...]:
        """Every playbook passage that the file points at."""
        shape = self.shape
        groups = (shape.monthly_call.guidance, shape.review.guidance, shape.renewal.guidance, shape.when_behind,
                  shape.when_not_measured, shape.when_reached)  # fmt: skip
        return tuple(dict.fromkeys(link for group in groups for link in group))


def days(text: str) -> int:
    """The number of a "30 days"."""
    return int(text.split(maxsplit=1)[0])


def load_texts(path: Path, facts: FactSpecs) -> ProposalTexts:
    """Read a proposal.yaml. Raises TextsError for what it says, or when it is not there."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        remedy = "Begin one with `dealfit proposal --write-texts`, and put your firm's words in it."
        raise TextsError([Problem(str(path), 1, 1, "There are no texts for proposals.", remedy)]) from None
    return parse_texts(data, str(path), facts)


def parse_texts(data: bytes, filename: str, facts: FactSpecs) -> ProposalTexts:
    """Read a proposal.yaml's bytes; `facts` are the profile's. Raises TextsError with every problem and its place."""
    root, problems = read_yaml(data, filename)
    shape = None if root is None else read_shape(TextsShape, root, problems)
    if shape is not None and isinstance(root, Table):
        _check_facts(shape, root, facts, problems)
        for node in _texts(root):
            _check_placeholders(node, problems)
    if shape is None or problems.found:
        raise TextsError(problems.in_order())
    return ProposalTexts(shape, hashlib.sha256(data).hexdigest(), data)


def filled(text: str, values: Mapping[str, str]) -> str:
    """A standing text with its placeholders filled in, in one pass: what is filled in is never looked at again."""
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _check_facts(shape: TextsShape, root: Table, facts: FactSpecs, problems: Problems) -> None:
    table = root.entries["facts"]
    for role, wanted in TYPES.items():
        name = getattr(shape.facts, role)
        if name is None or not isinstance(table, Table):
            continue
        node = table.entries[role]
        if name not in facts:
            problems.refuse(node, f"The Deal Profile has no fact `{name}`.", did_you_mean(name, tuple(facts)))
        elif facts[name].type is not wanted:
            message = f"`{role}` is of type {wanted.value}, and the fact `{name}` is of type {facts[name].type.value}."
            problems.refuse(node, message, "Name a fact of that type, or leave the line out.")
    offer = shape.facts.offer
    if (
        offer is not None
        and offer in facts
        and facts[offer].choices
        and shape.managed_services_are not in facts[offer].choices
    ):
        message = f"`{shape.managed_services_are}` is no choice of `{offer}`."
        remedy = did_you_mean(shape.managed_services_are, tuple(facts[offer].choices))
        problems.refuse(root.entries["managed_services_are"], message, remedy)


def _texts(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Table):
        for child in node.entries.values():
            yield from _texts(child)
    elif isinstance(node, Listing):
        for child in node.items:
            yield from _texts(child)
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        yield node


def _check_placeholders(node: Scalar, problems: Problems) -> None:
    text: Any = node.value
    for name in PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            problems.refuse(node, f"`{{{name}}}` cannot be filled in.", did_you_mean(name, PLACEHOLDERS))
