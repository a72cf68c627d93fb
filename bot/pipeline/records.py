"""The typed row: one judged deal, under one profile, as fits, queries and tables read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bot.deals.deal import Deal
from bot.deals.exchange import Conversion
from bot.deals.facts import FactSpecs, FactType, FactValue
from bot.pipeline.stages import Status
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.people import People, Person
from bot.profile.verdict import Judgement, Part, Result
from bot.store.records import SavedDeal

VALUE_FACT = "contract_value"


@dataclass(frozen=True, slots=True)
class Broken:
    """A check that a deal fails: by how much, and who may approve it (None: nobody)."""

    check: str
    label: str
    part: Part
    fact: str | None
    limit: str | None
    gap: Decimal | None
    unit: str | None
    authority: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One judged deal. Only checks that count are in `results`, `broken` and `unknown`.

    `owner` is the key of the person, or for an owner whom people.yaml does not name the source's text in lower case;
    `owner_name` is for people to read. `contract_value` is in the profile's currency: None when it is not known, and
    when the deal is in another currency (`other_currency`), because amounts in two currencies have no sum.
    `ask` holds the facts to get, those that settle the verdict soonest first.
    """

    key: str
    name: str
    customer: str | None
    owner: str | None
    owner_name: str | None
    team: str | None
    stage: str | None
    status: Status
    close_date: date | None
    facts: Mapping[str, FactValue]
    judgement: Judgement
    segment: str | None
    stance: str | None
    results: Mapping[str, Result]
    broken: tuple[Broken, ...]
    unknown: tuple[str, ...]
    parts: Mapping[str, Part]
    ask: tuple[str, ...]
    authorities: tuple[str, ...]
    contract_value: Decimal | None
    other_currency: bool = False
    converted: tuple[Conversion, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Records under one profile; `rejudged` of them were last checked under another and were judged again here."""

    records: tuple[Record, ...]
    rejudged: int


def value_fact(facts: FactSpecs) -> str | None:
    """The fact that is a deal's size in money: `contract_value`, else the profile's first money fact."""
    money = [name for name, spec in facts.items() if spec.type is FactType.MONEY]
    return VALUE_FACT if VALUE_FACT in money else next(iter(money), None)


def judge_records(saved: Iterable[SavedDeal], judge: Judge, people: People) -> Judged:
    """Every deal as a record under the judge's profile; a verdict of another profile is made anew, in memory only."""
    profile = judge.profile
    size = value_fact(profile.facts)
    records: list[Record] = []
    rejudged = 0
    owners: dict[str | None, Person | None] = {}
    for kept in saved:
        deal = kept.deal(profile.facts)
        verdict = kept.verdict_plain
        if verdict is None or kept.profile_sha256 != profile.id.sha256:
            rejudged += verdict is not None
            verdict = judge.judge(deal).plain()
        if deal.owner not in owners:
            owners[deal.owner] = owner_of(deal.owner, people)
        person, status = owners[deal.owner], Status(kept.status)
        records.append(record_of(kept.key, deal, verdict, person, size=size, currency=profile.currency, status=status))
    return Judged(tuple(records), rejudged)


def owner_of(text: str | None, people: People) -> Person | None:
    """The person whom a source means by this owner (a key, a name, an e-mail address), or None when nobody is meant."""
    return people.by_name(text) if text and text.strip() else None


def record_of(
    key: str,
    deal: Deal,
    verdict: Mapping[str, Any],
    person: Person | None,
    *,
    size: str | None,
    currency: str,
    status: Status,
) -> Record:
    """One deal and its verdict (as `Verdict.plain` gives it) as a record; `person` is its owner, where one is known.

    `status` is as it is kept: what the mapping, the CRM or the stage's words said when the deal came in.
    """
    findings = [finding for finding in verdict["findings"] if finding["mode"] == "enforce"]
    foreign = deal.currency != currency
    value = deal.facts.get(size) if size and not foreign else None
    written = " ".join((deal.owner or "").split()) or None
    return Record(
        key=key,
        name=deal.name,
        customer=deal.customer,
        owner=person.key if person else written and written.casefold(),
        owner_name=person.name if person else written,
        team=person.team if person else None,
        stage=deal.stage,
        status=status,
        close_date=deal.close_date,
        facts=deal.facts,
        judgement=Judgement(verdict["verdict"]),
        segment=verdict["segment"],
        stance=verdict["stance"],
        results=MappingProxyType({finding["check"]: Result(finding["result"]) for finding in findings}),
        broken=tuple(_broken(finding) for finding in findings if finding["result"] == Result.FAIL.value),
        unknown=tuple(finding["check"] for finding in findings if finding["result"] == Result.UNKNOWN.value),
        parts=MappingProxyType({finding["check"]: Part(finding["part"]) for finding in findings}),
        ask=tuple(question["fact"] for question in verdict["ask"]),
        authorities=tuple(verdict["authorities"]),
        contract_value=Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None,
        other_currency=foreign,
        converted=deal.converted,
    )


def _broken(finding: Mapping[str, Any]) -> Broken:
    gap = finding["gap"]
    return Broken(
        check=finding["check"],
        label=finding["label"],
        part=Part(finding["part"]),
        fact=finding["fact"],
        limit=finding["limit"],
        # A number that came through JSON is a float of the same digits: its shortest text is the exact number.
        gap=None if gap is None else Decimal(str(gap)),
        unit=finding["unit"],
        authority=finding["authority"],
    )


def discount_fact(profile: Profile) -> str | None:
    """The fact that is the discount off book price in percent: the one the economics name, else `discount`."""
    named = profile.economics.facts.discount if profile.economics is not None else None
    spec = profile.facts.get(named or "discount")
    return spec.name if spec is not None and spec.type is FactType.PERCENT else None


def margin_fact(profile: Profile) -> str | None:
    """The fact that is a deal's margin in percent: the one the economics name, else `margin`."""
    named = profile.economics.facts.margin if profile.economics is not None else None
    spec = profile.facts.get(named or "margin")
    return spec.name if spec is not None and spec.type is FactType.PERCENT else None
