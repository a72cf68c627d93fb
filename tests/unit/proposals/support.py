"""The bundled profile, people and texts; a deal that fits; and readers of what was written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

import docx

from bot.deals.deal import Deal
from bot.deals.facts import FactValue, Outcome
from bot.pipeline.proposals.compose import compose
from bot.pipeline.proposals.document import Bullets, Granted, Grid, Heading, Paragraph, Proposal, Runs
from bot.pipeline.proposals.texts import FILE, ProposalTexts, load_texts
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import People, load_people
from bot.settings import content_root

TODAY = date(2026, 11, 23)
FACTS: dict[str, FactValue] = {
    "industry": "hospital", "beds": 120, "records_mandate": True, "it_staff": 4, "remote_access": True,
    "offer": "managed services", "service_months": 12, "contract_value": Decimal(240000), "discount": Decimal(8),
    "margin": Decimal("41.7"), "payment_days": 45, "prepaid": False, "sponsor": "CFO", "monthly_call": True,
    "reviews_per_year": 2, "service_visit": True,
    "outcomes": (
        Outcome("time to deploy", Decimal(24), Decimal(5), "days", date(2027, 6, 30), "J. Smith", agreed=True),
        Outcome("up-time", Decimal("98.6"), Decimal("99.7"), "percent", date(2027, 6, 1), "R. Jones", agreed=True),
    ),
}  # fmt: skip


@cache
def judge() -> Judge:
    return Judge(load_profile(content_root() / "profile" / "deal-profile.yaml"))


@cache
def people() -> People:
    return load_people(content_root() / "profile" / "people.yaml")


@cache
def texts() -> ProposalTexts:
    return load_texts(content_root() / "profile" / FILE, judge().profile.facts)


def deal(**changes: Any) -> Deal:
    """The deal that fits, with some facts changed (None: not known), and fields by their names."""
    fields = {"name": "Mercy Regional", "customer": "Mercy Regional", "owner": "Dana Reyes",
              "close_date": date(2026, 12, 15), "currency": "USD"}  # fmt: skip
    fields |= {name: changes.pop(name) for name in list(changes) if name in fields}
    facts = {name: value for name, value in {**FACTS, **changes}.items() if value is not None}
    return Deal(facts=MappingProxyType(facts), **fields)


def proposal(made: Deal | None = None, granted: Granted | None = None, issued: date = TODAY) -> Proposal:
    made = made or deal()
    return compose(made, judge().judge(made), key="k", texts=texts(), facts=judge().profile.facts, people=people(),
                   issued=issued, granted=granted)  # fmt: skip


def runs_of(made: Proposal) -> Iterator[Runs]:
    """Every line of a proposal: paragraphs, entries, cells and headings."""
    for section in made.sections:
        for part in section.parts:
            match part:
                case Paragraph(runs):
                    yield runs
                case Bullets(items):
                    yield from items
                case Grid(_, rows):
                    for row in rows:
                        yield from row
                case Heading():
                    continue


def words(made: Proposal) -> str:
    return "\n".join("".join(run.text for run in runs) for runs in runs_of(made))


def read(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def docx_words(document: Any) -> str:
    """All words of a document's body, header and footer."""
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    section = document.sections[0]
    return "\n".join([*lines, section.header.paragraphs[0].text, section.footer.paragraphs[0].text])
