"""What the store keeps and gives back, as plain values."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

from bot.deals.deal import Deal, canonical_json
from bot.deals.errors import FactError
from bot.deals.exchange import conversions_of
from bot.deals.facts import FactSpecs, FactValue
from bot.deals.values import value_from_plain
from bot.profile.verdict import Judgement, Verdict
from bot.store.plain import clean, label

Status = Literal["open", "won", "lost", "removed"]
"""Where a deal stands, as far as the pipeline is concerned: only open deals are counted in it.

A removed deal is one that its source no longer has: it is neither won nor lost."""

OPEN: tuple[Status, ...] = ("open",)

Role = Literal["user", "assistant"]

LONGEST_KEY = 300


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision to be recorded.

    `kind` is what was decided ("verdict", "answer"), `actor` who asked or decided, `subject` what it is about (a deal's
    key, a thread); `body` is JSON data.

    `beside` is JSON data too, for what is personal: it stands beside the log, which holds only its mark, and can be
    erased. `author` is whose it is (the actor unless given), `about` what it is about. Readers get the two as one.
    """

    kind: str
    actor: str
    subject: str
    body: Mapping[str, Any]
    beside: Mapping[str, Any] | None = None
    author: str | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of the decision log. `sha256` covers every other field; `previous` is the hash of the row before it.

    `body` has what stands beside the log put back, or `erased` where that is gone; as a row of `each_decision` it is
    the body that the hash covers, with the mark of the text under `beside`.
    """

    id: int
    at: datetime
    kind: str
    actor: str
    subject: str
    body: Mapping[str, Any]
    sha256: str
    previous: str


class DecisionLog(Protocol):
    """Where a use case records what was decided: the store, or a list in a test."""

    def record(
        self,
        *,
        kind: str,
        actor: str,
        subject: str,
        body: Mapping[str, Any],
        beside: Mapping[str, Any] | None = None,
        author: str | None = None,
        about: str = "",
    ) -> Decision:
        """Append an entry; what stands `beside` the log can be erased, with its `author` or what it is `about`."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of the log: noted somewhere else, it proves later that nothing was cut off the end."""

    id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit of the decision log found.

    `rows` is how many rows from the start are as they were written and `head` the hash of the last of them;
    `first_bad` is the id of the first row that is missing, edited, or out of place, and `reason` says which.
    """

    ok: bool
    rows: int
    head: str
    first_bad: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class DealToSave:
    """A deal to be kept, with its verdict or without: the profile gives it one at any time.

    Without a verdict, one that the deal has stays while its facts are the same. `decision` is the id of a decision in
    the log, or one to record in the same step; `checked_by` is who had it checked. `key` is only given for a deal that
    was saved under another name before. `status` is what the source says of it; None says nothing: the deal stays what
    it was, and a new one is open.
    """

    deal: Deal
    verdict: Verdict | None = None
    decision: int | NewDecision | None = None
    checked_by: str | None = None
    key: str | None = None
    status: Status | None = None


@dataclass(frozen=True)
class SavedDeal:
    """A deal as it stands now, with its last verdict. Facts and verdict are JSON data: `deal` makes a Deal of them.

    `judgement`, `profile_sha256` and `verdict_text` are None for a deal that nobody had checked: judge it by the live
    profile. `decision_id` is the decision that recorded the verdict; None when it was not recorded. `updated_at` is
    when the deal was last saved, `version` the number of the step that saved it.
    """

    key: str
    name: str
    customer: str | None
    owner: str | None
    stage: str | None
    close_date: date | None
    currency: str
    source: str | None
    source_id: str | None
    status: Status
    judgement: Judgement | None
    profile_sha256: str | None
    deal_sha256: str
    decision_id: int | None
    checked_by: str | None
    updated_at: datetime
    facts_text: str = field(repr=False)
    verdict_text: str | None = field(repr=False)
    version: int = field(default=0, compare=False)
    converted_text: str | None = field(default=None, repr=False)

    @cached_property
    def facts_plain(self) -> dict[str, Any]:
        """The facts as JSON data."""
        facts: dict[str, Any] = json.loads(self.facts_text)
        return facts

    @cached_property
    def verdict_plain(self) -> dict[str, Any] | None:
        """The verdict as JSON data, as `Verdict.plain` gave it; None for a deal without one."""
        if self.verdict_text is None:
            return None
        verdict: dict[str, Any] = json.loads(self.verdict_text)
        return verdict

    def deal(self, facts: FactSpecs) -> Deal:
        """The deal with real values, as far as the profile's facts can still hold them; see `dropped`."""
        return self.restore(facts)[0]

    def dropped(self, facts: FactSpecs) -> tuple[str, ...]:
        """The names of the facts that `deal` leaves out: the profile dropped them, or cannot hold their value now."""
        return self.restore(facts)[1]

    def restore(self, facts: FactSpecs) -> tuple[Deal, tuple[str, ...]]:
        """The deal, and the names of the facts that had to be left out."""
        values, dropped = restored_facts(self.facts_text, facts)
        deal = Deal(
            name=self.name,
            facts=values,
            customer=self.customer,
            owner=self.owner,
            stage=self.stage,
            close_date=self.close_date,
            currency=self.currency,
            source=self.source,
            source_id=self.source_id,
            converted=conversions_of(json.loads(self.converted_text)) if self.converted_text else (),
        )
        return deal, dropped


def restored_facts(text: str, facts: FactSpecs) -> tuple[Mapping[str, FactValue], tuple[str, ...]]:
    """Facts as they are stored with real values again, and the names of those that had to be left out."""
    values: dict[str, FactValue] = {}
    dropped: list[str] = []
    for name, data in json.loads(text).items():
        spec = facts.get(name)
        try:
            if spec is None:
                dropped.append(name)
            else:
                values[name] = value_from_plain(spec, data)
        except FactError:
            dropped.append(name)
    return MappingProxyType(values), tuple(dropped)


@dataclass(frozen=True, slots=True, order=True)
class DealMark:
    """How far somebody has read what changed among the deals: up to this row of this step."""

    version: int = 0
    key: str = ""


class ChangedDeal(NamedTuple):
    """A deal that was saved after a mark, without its verdict: what a copy of the deals is kept up to date by."""

    key: str
    name: str
    customer: str | None
    owner: str | None
    stage: str | None
    close_date: date | None
    currency: str
    source: str | None
    source_id: str | None
    status: Status
    checked_by: str | None
    updated_at: datetime
    facts_text: str
    version: int
    converted_text: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said in a thread."""

    role: Role
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What is remembered of a thread: the deal it is about, and its last turns, oldest first."""

    channel: str
    thread_ts: str
    deal_key: str | None = None
    turns: tuple[Turn, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person thought of one decision; the last word counts."""

    decision_id: int
    user: str
    value: str
    at: datetime


def folded(text: str | None) -> str:
    """A name as it is compared: without case, width and spacing differences."""
    return " ".join(unicodedata.normalize("NFKC", clean(text or "")).casefold().split())


def deal_key(deal: Deal) -> str:
    """The key that a deal is kept under: its id at its source, else who owns it and what it is called."""
    return key_of(deal.source, deal.source_id, deal.owner, deal.name)


def key_of(source: str | None, source_id: str | None, owner: str | None, name: str) -> str:
    """The key of a deal from its parts; see `deal_key`."""
    if source_id:
        return label(f"{source or 'unknown'}:{source_id}", LONGEST_KEY)
    parts = canonical_json([folded(owner), folded(name)])
    return f"name:{hashlib.sha256(parts).hexdigest()[:32]}"
