"""From a deal to what its proposal says: section by section, every figure from the deal or worked out from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from bot.deals.deal import Deal
from bot.deals.facts import FactSpecs
from bot.deals.wording import date_words
from bot.pipeline.proposals.document import Bullets, Gap, Granted, Paragraph, Part, Proposal, Run, Section, clean
from bot.pipeline.proposals.given import Given
from bot.pipeline.proposals.sections_dates import calendar, outcomes
from bot.pipeline.proposals.sections_money import managed_services, payment, price
from bot.pipeline.proposals.sections_people import people_of, summary
from bot.pipeline.proposals.texts import ProposalTexts, days, filled
from bot.profile.people import People
from bot.profile.verdict import Verdict

Builder = Callable[[Given], Iterator[Part]]
BUILDERS: dict[str, Builder] = {
    "summary": summary,
    "outcomes": outcomes,
    "managed_services": managed_services,
    "calendar": calendar,
    "price": price,
    "payment": payment,
    "people": people_of,
}
"""The sections that a deal fills, in the order of the document; validity and open points follow."""


def compose(
    deal: Deal,
    verdict: Verdict,
    *,
    key: str | None,
    texts: ProposalTexts,
    facts: FactSpecs,
    people: People,
    issued: date,
    granted: Granted | None = None,
) -> Proposal:
    """The proposal of a deal that may be proposed: see `service.ProposalService`, which decides that."""
    given = Given(deal, texts, facts, people)
    until = issued + timedelta(days=days(texts.shape.valid_for))
    if granted is not None and granted.until is not None:
        until = min(until, granted.until.date())
    sections = [_section(given, name, tuple(build(given))) for name, build in BUILDERS.items()]
    validity = (
        Paragraph((Run("This proposal is of "), Run(date_words(issued)), Run(" and holds until "),
                   Run(date_words(until)), Run("."))),
    )  # fmt: skip
    sections.append(_section(given, "validity", validity))
    gaps = tuple(given.gaps.values())
    sections.append(_section(given, "open_points", _open_points(gaps), intro=bool(gaps)))
    return Proposal(
        title=filled(texts.shape.title, given.placeholders),
        firm=texts.shape.firm,
        customer=given.customer,
        author=given.rep.name if given.rep else clean(deal.owner or "", 200),
        deal_name=clean(deal.name, 200),
        deal_key=key,
        deal_sha256=deal.sha256,
        profile={
            "title": verdict.profile.title,
            "version": verdict.profile.version,
            "sha256": verdict.profile.sha256,
        },
        texts_sha256=texts.sha256,
        currency=deal.currency,
        issued=issued,
        valid_until=until,
        sections=tuple(sections),
        gaps=gaps,
        amounts=tuple(given.amounts.values()),
        granted=granted,
    )


def _section(given: Given, name: str, parts: tuple[Part, ...], *, intro: bool = True) -> Section:
    shape = getattr(given.texts.shape.sections, name)
    texts = [filled(text, given.placeholders) for text in shape.text] if intro else []
    own_page = name == "managed_services"
    heading = filled(shape.heading, given.placeholders)
    return Section(name, heading, (*(Paragraph((Run(text),)) for text in texts), *parts), own_page)


def _open_points(gaps: tuple[Gap, ...]) -> tuple[Part, ...]:
    if not gaps:
        return (Paragraph((Run("There is none: everything on these pages is agreed."),)),)
    return (Bullets(tuple((Run(gap.words[:1].upper() + gap.words[1:]),) for gap in gaps), numbered=True),)
