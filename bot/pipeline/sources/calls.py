"""Calls to the buyers that matter, by rep and account, and the assigned accounts that had none.

A buyer matters when the Deal Profile lets their role sponsor a deal: the roles that some check requires as `sponsor`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.pipeline.records import owner_of
from bot.profile.conditions import AllOf, Among, AnyOf, Condition
from bot.profile.model import Profile
from bot.profile.people import People
from bot.store.activities import Activity, Assignment
from bot.store.records import SavedDeal, folded

SPONSOR = "sponsor"


class Activities(Protocol):
    """Where calls and meetings are kept."""

    def find(
        self, *, since: date | None = None, until: date | None = None, reps: Collection[str] | None = None
    ) -> list[Activity]:
        """The activities of these days and reps."""

    def assigned(self) -> list[Assignment]:
        """Which rep looks after which account."""

    def account_owners(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Who owns the accounts of a name in a CRM, by the source and the folded name."""


@dataclass(frozen=True, slots=True)
class AccountCalls:
    """The calls of one rep to one account: all of them, those to buyers that matter, and the last such day."""

    account: str
    assigned: bool
    calls: int
    to_buyers: int
    unknown_role: int
    last_to_buyer: date | None
    roles: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RepCalls:
    """The calls of one rep. `rep` is the person's key in people.yaml, else the source's text in lower case."""

    rep: str
    name: str
    accounts: tuple[AccountCalls, ...]

    @property
    def calls(self) -> int:
        """All calls and meetings."""
        return sum(each.calls for each in self.accounts)

    @property
    def to_buyers(self) -> int:
        """Those with somebody whose role may sponsor a deal."""
        return sum(each.to_buyers for each in self.accounts)

    @property
    def without(self) -> tuple[str, ...]:
        """The assigned accounts whose buyers that matter were not met."""
        return tuple(each.account for each in self.accounts if each.assigned and not each.to_buyers)

    @property
    def covered(self) -> tuple[int, int]:
        """How many assigned accounts were met at the right level, and how many there are."""
        assigned = [each for each in self.accounts if each.assigned]
        return sum(each.to_buyers > 0 for each in assigned), len(assigned)


def buyers(profile: Profile) -> frozenset[str]:
    """The sponsor roles that matter: those that a check of the profile requires; none when it requires none."""
    sponsor = profile.facts.get(SPONSOR)
    choices = frozenset(sponsor.choices) if sponsor is not None else frozenset()
    required = [case.require for check in profile.checks for case in check.cases if case.require is not None]
    return frozenset().union(*(_roles(each, choices) for each in required))


def calls_to_buyers(
    activities: Activities,
    *,
    profile: Profile,
    people: People,
    deals: Iterable[SavedDeal] = (),
    since: date | None = None,
    until: date | None = None,
    reps: Collection[str] | None = None,
) -> tuple[RepCalls, ...]:
    """The calls from `since` to `until` (both included), by rep and account, those with the most calls first.

    `reps` are keys of people (or texts of owners that people.yaml does not name, in lower case): None means all. An
    account is assigned when a file of assignments says so. For a rep without any, the customers of open `deals` are
    theirs: of those whose account somebody owns in the CRM the account's owner's, of the others the deal's owner's.
    Activities without a rep count for nobody.
    """
    matter = buyers(profile)
    names: dict[str, str] = {}

    def key_of(text: str | None) -> str | None:
        if text is None or not text.strip():
            return None
        person = owner_of(text, people)
        key = person.key if person else " ".join(text.split()).casefold()
        names.setdefault(key, person.name if person else " ".join(text.split()))
        return key

    assigned = _assigned(activities.assigned(), deals, activities.account_owners(), key_of)
    found: dict[str, dict[str, list[Activity]]] = {rep: {} for rep in assigned}
    for activity in activities.find(since=since, until=until):
        rep = key_of(activity.rep)
        if rep is not None:
            found.setdefault(rep, {}).setdefault(folded(activity.customer), []).append(activity)
    made = []
    for rep, by_account in found.items():
        if reps is not None and rep not in reps:
            continue
        mine = assigned.get(rep, {})
        accounts = [
            _account(mine.get(account) or _name(by_account.get(account, ())), by_account.get(account, ()),
                     matter, assigned=account in mine)
            for account in {**mine, **by_account}
        ]  # fmt: skip
        ordered = sorted(accounts, key=lambda each: (-each.to_buyers, -each.calls, each.account.casefold()))
        made.append(RepCalls(rep, names[rep], tuple(ordered)))
    return tuple(sorted(made, key=lambda each: (-each.to_buyers, -each.calls, each.name.casefold())))


def _assigned(
    assignments: Sequence[Assignment],
    deals: Iterable[SavedDeal],
    owners: Mapping[tuple[str, str], frozenset[str]],
    key_of: Callable[[str | None], str | None],
) -> dict[str, dict[str, str]]:
    """The accounts of each rep by their folded name."""
    found: dict[str, dict[str, str]] = {}
    for each in assignments:
        if (rep := key_of(each.rep)) is not None:
            found.setdefault(rep, {}).setdefault(folded(each.customer), each.customer)
    listed = set(found)
    for deal in deals:
        if deal.status == "open" and deal.customer:
            account = folded(deal.customer)
            seller = key_of(deal.owner)
            reps = {key_of(owner) for owner in owners.get((deal.source or "", account), ())} - {None} or {seller}
            # Where accounts share a name and the seller owns one of them, it is that one.
            for rep in sorted({seller} & reps or reps, key=str):
                if rep is not None and rep not in listed:
                    found.setdefault(rep, {}).setdefault(account, deal.customer)
    return found


def _account(name: str, calls: Sequence[Activity], matter: frozenset[str], *, assigned: bool) -> AccountCalls:
    met = [each for each in calls if each.role in matter]
    roles: dict[str, int] = {}
    for each in calls:
        if each.role is not None:
            roles[each.role] = roles.get(each.role, 0) + 1
    return AccountCalls(
        account=name,
        assigned=assigned,
        calls=len(calls),
        to_buyers=len(met),
        unknown_role=sum(each.role is None for each in calls),
        last_to_buyer=max((each.day for each in met), default=None),
        roles=dict(sorted(roles.items(), key=lambda item: (-item[1], item[0]))),
    )


def _name(calls: Sequence[Activity]) -> str:
    return next((each.customer for each in calls if each.customer), "(no account)")


def _roles(condition: Condition, choices: frozenset[str]) -> frozenset[str]:
    if isinstance(condition, AllOf | AnyOf):
        return frozenset().union(*(_roles(part, choices) for part in condition.parts))
    if not isinstance(condition, Among) or condition.subject.fact != SPONSOR:
        return frozenset()
    named = frozenset(value for value in condition.values if isinstance(value, str))
    return choices - named if condition.negative else named
