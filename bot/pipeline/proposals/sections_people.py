"""What is proposed in a sentence, and who is who on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from bot.pipeline.proposals.document import Grid, Kind, Paragraph, Part, Run, Runs, clean
from bot.pipeline.proposals.given import Given
from bot.profile.people import Person


def summary(given: Given) -> Iterator[Part]:
    """Offer, term, price and number of outcomes, in one sentence each."""
    offer = given.words("offer")
    what = Run(offer, Kind.STRONG) if offer else given.gap("whether managed services or a project are offered", "offer")
    total = given.shown("contract_value", "the price of the whole contract")
    yield Paragraph((Run("Offer: "), what, Run(". Price: "), total, Run(".")))
    if not given.is_managed:
        yield Paragraph((Run("Managed services stand beside it as an option, on a page of their own."),))
    found = given.outcomes
    if found:
        agreed = sum(outcome.agreed is True for outcome in found)
        yield Paragraph((Run(f"Outcomes: {len(found)}, of which {agreed} agreed."),))


def people_of(given: Given) -> Iterator[Part]:
    """The customer's sponsor and owners of outcomes; our rep, their manager, and those who are in every proposal."""
    firm = given.texts.shape.firm
    rows = [*_theirs(given), *_ours(given)]
    sides = [((Run(given.customer if theirs else firm),), role, who) for theirs, role, who in rows]
    yield Grid(("For", "Role", "Name"), tuple(sides))


def _theirs(given: Given) -> Iterator[tuple[bool, Runs, Runs]]:
    sponsor = given.words("sponsor")
    role = Run(f"Executive sponsor ({sponsor})") if sponsor else Run("Executive sponsor")
    name = given.words("sponsor_name")
    wanted = f"the name of the sponsor ({sponsor})" if sponsor else "the sponsor's name and position"
    yield True, (role,), (Run(name) if name else given.gap(wanted, "sponsor_name" if sponsor else "sponsor"),)
    owners: dict[str, list[str]] = {}
    for outcome in given.outcomes:
        who = clean(outcome.owner or "", 120)
        if who:
            owners.setdefault(who, []).append(clean(outcome.metric or "an outcome", 120))
    for who, metrics in owners.items():
        yield True, (Run(f"Owner of {', '.join(metrics)}"),), (Run(who),)


def _ours(given: Given) -> Iterator[tuple[bool, Runs, Runs]]:
    rep = given.rep
    name = rep.name if rep else clean(given.deal.owner or "", 200)
    yield False, (Run("Account representative"),), (_person(rep) if rep else _named(given, name),)
    manager = given.people.by_key(rep.manager) if rep and rep.manager else None
    if manager is not None:
        yield False, (Run("Sales manager"),), (_person(manager),)
    for one in given.texts.shape.people:
        found = given.people.by_key(one.person)
        wanted = f"who is {one.role} for {given.texts.shape.firm}"
        yield False, (Run(one.role),), (_person(found) if found else given.gap(wanted),)


def _named(given: Given, name: str) -> Run:
    return Run(name) if name else given.gap("the account representative")


def _person(person: Person) -> Run:
    return Run(f"{person.name}, {person.email}")
