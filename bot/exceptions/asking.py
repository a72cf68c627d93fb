"""A checked deal as a request: the findings for each authority, in words that an approver reads in one look."""

from __future__ import annotations

from collections.abc import Collection

from bot.checking.desk import CheckedDeal
from bot.deals.deal import plain_facts
from bot.deals.facts import FactSpecs
from bot.deals.naming import fact_words
from bot.exceptions.model import AskedFinding, Part, PartState, Refused, Subject
from bot.profile.economics_figures import Figure
from bot.profile.exceptions_language import ExceptionsPlan
from bot.profile.people import People
from bot.profile.verdict import CounterOffer, Finding, Judgement, Result, Verdict
from bot.profile.words import gap_words

SHOWN = ("contract_value", "discount_given", "margin", "terms_cost", "margin_after_terms", "lifetime_margin")
"""The figures that an approver reads. What the deal pays the rep is nobody's but the rep's."""
MOST_OFFERS = 3


def needs_asking(verdict: Verdict, people: People) -> None:
    """Refuses, with what helps instead, unless the verdict is one that an approval could change."""
    match verdict.judgement:
        case Judgement.FITS:
            raise Refused("This deal fits the Deal Profile: it needs no exception.")
        case Judgement.INCOMPLETE:
            asks = " ".join(question.question for question in verdict.ask[:3])
            raise Refused(f"The verdict waits for facts, so nobody can decide yet. Find out first: {asks}")
        case Judgement.DOES_NOT_FIT:
            beyond = [f.label for f in verdict.of(Result.FAIL) if f.authority is None]
            raise Refused(
                f"Nobody may approve {'; '.join(beyond)}: it lies outside every band. Reshape the deal first."
            )
        case Judgement.NEEDS_APPROVAL:
            unknown = [name for name in verdict.authorities if name not in people.authorities]
            if unknown:
                raise Refused(
                    f"The people file names nobody for {', '.join(unknown)}. Ask whoever runs Dealfit to add them."
                )


def parts_of(
    verdict: Verdict, specs: FactSpecs, people: People, plan: ExceptionsPlan, covered: Collection[str]
) -> tuple[Part, ...]:
    """What each authority is asked, in the profile's order; findings that an approval covers are not asked again."""
    parts = []
    for authority in verdict.authorities:
        findings = tuple(
            _asked(finding, verdict, specs, plan)
            for finding in verdict.of(Result.FAIL)
            if finding.authority == authority and finding.check not in covered
        )
        if findings:
            parts.append(Part(authority, people.authority_name(authority), findings, PartState.WAITING))
    return tuple(parts)


def subject_of(checked: CheckedDeal, key: str, specs: FactSpecs) -> Subject:
    """What the request is about."""
    deal, verdict = checked.deal, checked.verdict
    worth = checked.economics.proposed.figures if checked.economics is not None else ()
    return Subject(
        deal_key=key,
        deal=deal.name,
        customer=deal.customer,
        owner=deal.owner,
        currency=deal.currency,
        segment=verdict.segment,
        deal_sha256=verdict.deal_sha256,
        facts=plain_facts(deal.facts),
        profile_title=verdict.profile.title,
        profile_version=verdict.profile.version,
        profile_sha256=verdict.profile.sha256,
        facts_words=tuple(
            (spec.label, fact_words(specs, name, deal.facts[name], deal.currency))
            for name, spec in specs.items()
            if name in deal.facts
        ),
        offers=tuple(_offer(offer, specs, deal.currency) for offer in verdict.counter_offers[:MOST_OFFERS]),
        worth=tuple((figure.label, figure.words) for figure in worth if _shown(figure)),
    )


def _asked(finding: Finding, verdict: Verdict, specs: FactSpecs, plan: ExceptionsPlan) -> AskedFinding:
    del verdict
    fact = finding.fact
    actual = fact_words(specs, fact, finding.actual) if fact and finding.actual is not None else ""
    label = specs[fact].label if fact and fact in specs else ""
    return AskedFinding(
        check=finding.check,
        label=finding.label,
        actual=f"{label} {actual}".strip() if actual else "",
        limit=finding.limit or "",
        gap=gap_words(finding, specs),
        because=finding.because,
        days=finding.expires_in_days or plan.expires_in_days,
        far=str(finding.gap) if finding.gap is not None else None,
    )


def _offer(offer: CounterOffer, specs: FactSpecs, currency: str) -> str:
    moves = []
    for change in offer.changes:
        label = specs[change.fact].label if change.fact in specs else change.fact
        before = fact_words(specs, change.fact, change.before, currency)
        moves.append(f"{label} {before} → {fact_words(specs, change.fact, change.after, currency)}")
    return ", ".join(moves)


def _shown(figure: Figure) -> bool:
    return figure.amount is not None and figure.name in SHOWN
