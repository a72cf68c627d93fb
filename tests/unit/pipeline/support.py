"""What the pipeline's tests share: the bundled profile and people, and deals made in a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from bot.deals.deal import Deal
from bot.deals.facts import FactValue
from bot.deals.values import value_from_plain
from bot.pipeline.reading import QuestionReader, Understanding
from bot.pipeline.records import Record, owner_of, record_of, value_fact
from bot.pipeline.stages import status_of
from bot.pipeline.vocabulary import Seen, vocabulary
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import People, load_people

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)


def clock() -> datetime:
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@cache
def judge() -> Judge:
    return Judge(load_profile(ROOT / "profile" / "deal-profile.yaml"))


@cache
def people() -> People:
    return load_people(ROOT / "profile" / "people.yaml")


FITTING: Mapping[str, object] = {
    "industry": "hospital", "beds": 120, "records_mandate": True, "it_staff": 4, "remote_access": True,
    "offer": "managed services", "service_months": 12, "contract_value": 85000, "discount": 8, "margin": 35,
    "payment_days": 30, "sponsor": "CFO", "monthly_call": True, "reviews_per_year": 2, "service_visit": True,
    "outcomes": [
        {"metric": "time to deploy", "baseline": 10, "target": 2, "unit": "days", "due": "2027-06-30", "owner": "COO",
         "agreed": True},
        {"metric": "up-time", "baseline": 98, "target": 99.9, "unit": "%", "due": "2027-06-30", "owner": "CIO",
         "agreed": True},
    ],
}  # fmt: skip
"""A deal that the bundled profile accepts."""


def facts(**changes: object) -> dict[str, FactValue]:
    """The facts of the fitting deal with these changes; None makes a fact unknown."""
    specs = judge().profile.facts
    plain = {name: value for name, value in {**FITTING, **changes}.items() if value is not None}
    return {
        name: value_from_plain(specs[name], float(value) if isinstance(value, Decimal) else value)
        for name, value in plain.items()
    }


def deal(
    name: str,
    owner: str | None = "Dana Reyes",
    *,
    customer: str | None = None,
    stage: str | None = "Proposal",
    closes: date | None = date(2026, 12, 15),
    currency: str = "USD",
    **changes: object,
) -> Deal:
    return Deal(
        name=name, owner=owner, customer=customer, stage=stage, close_date=closes, currency=currency,
        facts=facts(**changes), source="test", source_id=name,
    )  # fmt: skip


def record(a_deal: Deal) -> Record:
    profile = judge().profile
    return record_of(
        f"test:{a_deal.name}",
        a_deal,
        judge().judge(a_deal).plain(),
        owner_of(a_deal.owner, people()),
        size=value_fact(profile.facts),
        currency=profile.currency,
        status=status_of(a_deal.stage),
    )


def seen(records: tuple[Record, ...]) -> Seen:
    """The names that stand in some records, as a deal table finds them."""
    known = {person.key for person in people().all}
    strangers = {(r.owner, r.owner_name) for r in records if r.owner and r.owner_name and r.owner not in known}
    return Seen(
        strangers=tuple(sorted(strangers)),
        stages=tuple(dict.fromkeys(r.stage for r in records if r.stage)),
        customers=tuple(dict.fromkeys(r.customer or r.name for r in records)),
        deals=tuple(dict.fromkeys(r.name for r in records if r.customer)),
    )


def read(question: str, *, asker: str = "victor", records: tuple[Record, ...] = ()) -> Understanding:
    """How one person's question is read; a manager with a team sees the team, everybody else all."""
    person = people().by_key(asker)
    assert person is not None
    persons = people().team_of(person) if person.team and person.manager is None else people().all
    words = vocabulary(judge().profile, people(), persons, seen(records))
    return QuestionReader(words, person=person, today=TODAY).read(question)
