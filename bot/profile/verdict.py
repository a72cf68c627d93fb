"""What the judge says: findings, the questions still open, and the verdict, in a form that replays byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from bot.deals.deal import Deal, canonical_json, plain_facts, plain_value
from bot.deals.facts import FactValue

JUDGE = 3
"""The version of the judge's own rules, as every verdict carries it. It rises when the same deal and the same profile
give other bytes than before. A verdict that carries none is of version 1.

2 (2026-11): the questions come in the order in which fewest answers settle the verdict.
3 (2026-11): a counter-offer fits with what follows from it as well.
"""


class Result(StrEnum):
    """What one check says of one deal."""

    PASS = "pass"  # noqa: S105 - a result, no password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Judgement(StrEnum):
    """What the profile says of the whole deal."""

    FITS = "fits"
    NEEDS_APPROVAL = "needs_approval"
    DOES_NOT_FIT = "does_not_fit"
    INCOMPLETE = "incomplete"


class Part(StrEnum):
    """The six parts of a Deal Profile."""

    CUSTOMER = "customer"
    SUCCESS = "success"
    VALUE = "value"
    PRICE = "price"
    PAYMENT = "payment"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check applied to one deal.

    `fact` is the fact that `actual`, `limit` and `gap` speak of (the first that fails, else the first unknown, else the
    first required). `limit` is the rule in words ("at most 10%"); `gap` is how far the actual value is from it, in
    `unit`, always positive, and None where distance has no meaning. `missing` names the facts that must be known before
    the check can be decided. `authority` is who may approve this very finding: None when it passes, or when the deal
    lies outside every band. `expires_in_days` belongs to that approval. `rule` is where the rule stands, "file:line".
    `counted` is False for a dry-run check: it is reported and never counted.
    """

    check: str
    label: str
    part: Part
    result: Result
    because: str
    rule: str
    fact: str | None = None
    actual: FactValue | None = None
    limit: str | None = None
    gap: Decimal | None = None
    unit: str | None = None
    authority: str | None = None
    expires_in_days: int | None = None
    guidance: str | None = None
    missing: tuple[str, ...] = ()
    counted: bool = True
    like: Finding | None = field(default=None, init=False, repr=False, compare=False)
    """What the check says of other deals in the same words, where the judge left what they share to be read there."""

    if not TYPE_CHECKING:  # to a type checker every attribute is declared above

        def __getattr__(self, name: str) -> Any:
            # Comes here for a slot that is still empty: what all findings of this kind share is written once.
            if name == "like":
                raise AttributeError(name)
            shared = getattr(self.like, name)
            object.__setattr__(self, name, shared)
            return shared

    def __reduce__(self) -> tuple[Any, ...]:
        """A finding that is copied or sent elsewhere is whole."""
        return Finding, tuple(getattr(self, each.name) for each in fields(self) if each.init)

    def plain(self) -> dict[str, Any]:
        """The finding as JSON data, in the documented shape (schema 1)."""
        return {
            "check": self.check,
            "label": self.label,
            "part": self.part.value,
            "result": self.result.value,
            "fact": self.fact,
            "actual": None if self.actual is None else plain_value(self.actual),
            "limit": self.limit,
            "gap": None if self.gap is None else plain_value(self.gap),
            "unit": self.unit,
            "because": self.because,
            "authority": self.authority,
            "expires_in_days": self.expires_in_days,
            "guidance": self.guidance,
            "missing": list(self.missing),
            "rule": self.rule,
            "mode": "enforce" if self.counted else "dry-run",
        }


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for next, in the profile's words."""

    fact: str
    question: str


class Asking(Protocol):
    """What puts a verdict's questions in order."""

    def order(
        self, findings: Sequence[Finding], facts: Mapping[str, FactValue], *, stands: bool
    ) -> tuple[Question, ...]:
        """The questions, those that can settle the verdict soonest first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One move of one fact in a counter-offer."""

    fact: str
    before: FactValue | None
    after: FactValue


@dataclass(frozen=True, slots=True)
class CounterOffer:
    """A nearest deal that fits: the changes that lead to it."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ProfileId:
    """Which Deal Profile spoke: `sha256` is of the file's bytes."""

    title: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of the whole deal. The same facts and the same profile give the same `to_bytes`.

    `authorities` are those who would all have to approve when the judgement is needs_approval, in the profile's order.
    `ask` holds the questions to ask next, those that can settle the verdict soonest first.
    """

    judgement: Judgement
    profile: ProfileId
    deal_sha256: str
    facts: Mapping[str, FactValue]
    findings: tuple[Finding, ...]
    segment: str | None = None
    stance: str | None = None
    authorities: tuple[str, ...] = ()
    ask: tuple[Question, ...] = ()
    counter_offers: tuple[CounterOffer, ...] = ()
    judge: int = JUDGE
    """The judge's version: see JUDGE."""
    judged: Deal | None = field(default=None, init=False, repr=False, compare=False)
    """The deal, where the judge left its hash to be made when somebody first asks for it."""
    waiting: tuple[Asking, Sequence[Finding], Mapping[str, FactValue]] | None = field(
        default=None, init=False, repr=False, compare=False
    )
    """What the questions are made of, where the judge left their order to be found when somebody first asks for it."""

    if not TYPE_CHECKING:  # to a type checker every attribute is declared above

        def __getattr__(self, name: str) -> Any:
            # Comes here for a slot that is still empty. Hashing a deal takes longer than judging it, and so does
            # putting questions in order; most verdicts (those of a counter-offer's trials, of a preview, of a pipeline)
            # are never asked for either.
            if name == "deal_sha256" and self.judged is not None:
                made = self.judged.sha256
            elif name == "ask" and self.waiting is not None:
                asking, findings, facts = self.waiting
                made = asking.order(findings, facts, stands=self.judgement is not Judgement.INCOMPLETE)
            else:
                raise AttributeError(name)
            object.__setattr__(self, name, made)
            return made

    def __reduce__(self) -> tuple[Any, ...]:
        """A verdict that is copied or sent elsewhere is whole, and takes no judge along."""
        return Verdict, tuple(getattr(self, each.name) for each in fields(self) if each.init)

    def of(self, *results: Result) -> tuple[Finding, ...]:
        """The findings that count and have one of these results."""
        return tuple(f for f in self.findings if f.counted and f.result in results)

    def plain(self) -> dict[str, Any]:
        """The verdict as JSON data."""
        return {
            "verdict": self.judgement.value,
            "judge": self.judge,
            "profile": {"title": self.profile.title, "version": self.profile.version, "sha256": self.profile.sha256},
            "deal_sha256": self.deal_sha256,
            "facts": plain_facts(self.facts),
            "segment": self.segment,
            "stance": self.stance,
            "findings": [finding.plain() for finding in self.findings],
            "authorities": list(self.authorities),
            "ask": [{"fact": q.fact, "question": q.question} for q in self.ask],
            "counter_offers": [
                {
                    "changes": [
                        {
                            "fact": c.fact,
                            "from": None if c.before is None else plain_value(c.before),
                            "to": plain_value(c.after),
                        }
                        for c in offer.changes
                    ]
                }
                for offer in self.counter_offers
            ],
        }

    def to_bytes(self) -> bytes:
        """The verdict's canonical bytes: what the decision log keeps and a replay must equal."""
        return canonical_json(self.plain())
