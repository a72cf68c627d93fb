"""The agenda of a call or a review: its order, where outcomes stand, what to do next, and where that is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from bot.deals.wording import date_words
from bot.knowledge.passages import Passage
from bot.pipeline.proposals.given import number_words
from bot.pipeline.proposals.texts import ProposalTexts
from bot.pipeline.reviews.calendar import Event, Meeting
from bot.pipeline.reviews.standing import OutcomeState, Standing

SCHEMA = 1
TITLES = {
    Meeting.CALL: "Monthly call",
    Meeting.REVIEW: "Customer Business Review",
    Meeting.RENEWAL: "Renewal talks begin",
}
LONGEST_EXCERPT = 400


class Guide(Protocol):
    """The playbooks."""

    def guidance(self, link: str, *, audience: frozenset[str]) -> Passage | None:
        """The passage that a link points at, where the audience may read it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A playbook passage that a step rests on. `says` is its beginning, word for word."""

    n: int
    path: str
    heading: str
    passage: str
    sha256: str
    says: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next, with the numbers of the sources that say so."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Agenda:
    """What to speak about on one date."""

    deal_key: str
    deal_name: str
    customer: str
    owner: str | None
    event: Event
    length: str | None
    customer_side: tuple[str, ...]
    our_side: tuple[str, ...]
    items: tuple[str, ...]
    states: tuple[OutcomeState, ...]
    steps: tuple[Step, ...]
    sources: tuple[Source, ...]
    ends_on: date | None
    renewal_on: date | None = None
    notices: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is, for whom."""
        return f"{TITLES[self.event.kind]} {self.event.number}: {self.customer}" if (
            self.event.kind is not Meeting.RENEWAL
        ) else f"{TITLES[self.event.kind]}: {self.customer}"  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """The agenda as JSON data, in the documented shape (schema 1)."""
        return {
            "schema": SCHEMA,
            "deal": {"key": self.deal_key, "name": self.deal_name, "customer": self.customer, "owner": self.owner},
            "event": plain_event(self.event),
            "length": self.length,
            "attendees": {"customer": list(self.customer_side), "ours": list(self.our_side)},
            "items": list(self.items),
            "outcomes": [state.plain() for state in self.states],
            "next": [{"text": step.text, "sources": list(step.sources)} for step in self.steps],
            "citations": [
                {"n": s.n, "path": s.path, "heading": s.heading, "passage": s.passage, "sha256": s.sha256,
                 "text": s.says}
                for s in self.sources
            ],
            "service_ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "renewal_talks_on": None if self.renewal_on is None else self.renewal_on.isoformat(),
            "notices": list(self.notices),
        }  # fmt: skip


def end_words(agenda: Agenda) -> str | None:
    """When the service ends and its renewal is spoken about, in a sentence; None while that is not known."""
    if agenda.ends_on is None:
        return None
    renewal = ""
    if agenda.renewal_on is not None:
        begin = "were due from" if agenda.renewal_on < agenda.event.on else "begin on"
        renewal = f"; renewal talks {begin} {date_words(agenda.renewal_on)}"
    return f"The service ends on {date_words(agenda.ends_on)}{renewal}."


def plain_event(event: Event) -> dict[str, Any]:
    """A date as JSON data."""
    return {"kind": event.kind.value, "number": event.number, "on": event.on.isoformat(), "moved": event.moved}


def state_words(state: OutcomeState) -> str:
    """Where an outcome stands, in a sentence."""
    outcome = state.outcome
    unit, metric = outcome.unit, outcome.metric or "An outcome without a metric"
    if state.standing is Standing.NOT_MEASURABLE:
        known = outcome.baseline is not None and outcome.target is not None
        why = "baseline and target are the same" if known else "its baseline or its target is missing"
        return f"{metric}: cannot be judged, {why}."
    latest = state.latest
    target = "" if outcome.target is None else number_words(outcome.target, unit)
    if latest is None:
        return f"{metric}: target {target}, not measured yet."
    value = number_words(latest.value, unit)
    text = f"{metric}: {value} on {date_words(latest.on)}, target {target}"
    if state.standing is Standing.REACHED:
        return f"{text}: reached."
    gap = "" if state.gap is None else number_words(state.gap, unit)
    path = "" if state.expected is None else f"; the path would be at {number_words(state.expected, unit)}"
    due = "" if outcome.due is None else f" by {date_words(outcome.due)}"
    return f"{text}{due}: {state.standing.value}, {gap} to go{path}."


class Sources:
    """Collects the passages that steps rest on, each once, numbered in the order in which they are first used."""

    def __init__(self, guide: Guide | None, audience: frozenset[str]) -> None:
        self._guide = guide
        self._audience = audience
        self._found: dict[str, Source | None] = {}
        self.lost = False

    def numbers(self, links: Sequence[str]) -> tuple[int, ...]:
        """The numbers of these passages; those that are not there, or not for this audience, are left out."""
        return tuple(source.n for link in links if (source := self._source(link)) is not None)

    @property
    def all(self) -> tuple[Source, ...]:
        """Everything that was used."""
        return tuple(source for source in self._found.values() if source is not None)

    def _source(self, link: str) -> Source | None:
        if link not in self._found:
            passage = self._passage(link)
            self.lost |= passage is None
            self._found[link] = None if passage is None else Source(
                len(self.all) + 1, passage.path, passage.heading, passage.id, passage.sha256, _beginning(passage.text)
            )  # fmt: skip
        return self._found[link]

    def _passage(self, link: str) -> Passage | None:
        if self._guide is None:
            return None
        try:
            return self._guide.guidance(link, audience=self._audience)
        except Exception:  # noqa: BLE001 an agenda never waits for, nor fails with, the playbooks
            return None


def steps_of(event: Event, states: Sequence[OutcomeState], texts: ProposalTexts, sources: Sources) -> tuple[Step, ...]:
    """What to do next, by where the outcomes stand; an expansion is spoken of only when they are reached."""
    shape = texts.shape
    by = {standing: [s for s in states if s.standing is standing] for standing in Standing}
    guidance = {
        Meeting.CALL: shape.monthly_call.guidance,
        Meeting.REVIEW: shape.review.guidance,
        Meeting.RENEWAL: shape.renewal.guidance,
    }[event.kind]
    steps = [Step(f"Prepare: {TITLES[event.kind].lower()}.", sources.numbers(guidance))]
    behind = by[Standing.BEHIND]
    if behind:
        steps.append(Step(f"Show first what is behind: {_metrics(behind)}.", sources.numbers(shape.when_behind)))
    unknown = [*by[Standing.NOT_MEASURED], *by[Standing.NOT_MEASURABLE]]
    if unknown:
        text = f"Get figures before the meeting: {_metrics(unknown)}."
        steps.append(Step(text, sources.numbers(shape.when_not_measured)))
    if not states:
        steps.append(Step("Agree on outcomes: this deal has none.", sources.numbers(shape.when_not_measured)))
    agreed = [state for state in states if state.outcome.agreed is True]
    if agreed and all(state.standing is Standing.REACHED for state in agreed):
        count = "The agreed outcome is" if len(agreed) == 1 else f"All {len(agreed)} agreed outcomes are"
        text = f"{count} reached: listen for who else wants this, and propose one step."
        steps.append(Step(text, sources.numbers(shape.when_reached)))
    elif behind and event.kind is not Meeting.CALL:
        steps.append(Step("Propose nothing to buy while an outcome is behind: propose the repair and its date.", ()))
    return tuple(steps)


def _metrics(states: Sequence[OutcomeState]) -> str:
    return "; ".join(state.outcome.metric or "an outcome without a metric" for state in states)


def _beginning(text: str) -> str:
    first = next((part.strip() for part in text.split("\n\n") if part.strip()), "")
    line = " ".join(first.split())
    return line if len(line) <= LONGEST_EXCERPT else line[: LONGEST_EXCERPT - 1].rstrip() + "…"
