"""Who is in the playground and what they can try: the people of people.yaml, and examples for the live profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.checking.examples import Examples
from bot.profile.people import People, Person, Role

if TYPE_CHECKING:
    from bot.playground.workspace import Workspace
    from bot.profile.model import Profile

DEALS, ASK = "C0DEALS", "C0ASK"
HINTS = {
    DEALS: [
        (
            "/deal-check Mercy Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, "
            "managed services for 2 months, 8% discount, net 60"
        ),
        "/deal-check",
        "/pipeline",
    ],
    ASK: [
        "@Dealfit what discount can I give on a two-month deal?",
        "@Dealfit how do I open a conversation with a CFO?",
        "@Dealfit when should I walk away?",
    ],
    "D0DANA": [
        "What do I say when they ask for net 60?",
        "check St. Anne: hospital, 90 beds, managed services for 12 months, 5% discount, net 30",
        "Who should be in the Customer Business Review?",
    ],
}
"""What to try in the workspace that comes with Dealfit, by channel."""

MOST_PEOPLE = 12


def workspace_of(people: People, firm: str) -> Workspace:
    """The workspace in which these people are: the one that comes with Dealfit where they are its people."""
    from bot.playground.workspace import Workspace

    shipped = Workspace.alphatech()
    if all(people.by_email(user.email) for user in shipped.users.values() if not user.is_bot):
        return shipped
    from bot.playground.model import User

    ids = _ids(people)
    users = [User(ids[one.key], one.key, one.name, one.email, _does(one, people)) for one in _chosen(people)]
    return Workspace.of(users, firm)


def hints_of(profile: Profile, workspace: Workspace) -> Mapping[str, Sequence[str]]:
    """What to try, by channel."""
    examples = Examples(profile)
    if examples.shipped and "D0DANA" in workspace.channels:
        return HINTS
    deal, questions = examples.deal(), examples.questions()
    hints = {
        DEALS: [*([f"/deal-check {deal}"] if deal else []), "/deal-check", "/pipeline"],
        ASK: [f"@Dealfit {question}" for question in questions],
    }
    for channel in workspace.channels.values():
        if channel.is_im:
            hints[channel.id] = [*questions[:1], *([f"check {deal}"] if deal else [])]
    return hints


def whom_to_act_as(workspace: Workspace) -> str:
    """The first people of the page, in a sentence: "Dana Reyes (Account executive) or Morgan Lee (Sales manager)"."""
    there = [f"{user.real_name} ({user.title})" for user in workspace.users.values() if not user.is_bot][:3]
    return " or ".join([", ".join(there[:-1]), there[-1]]) if len(there) > 1 else there[0]


def _chosen(people: People) -> list[Person]:
    """As many as the page has room for: somebody of each role and for each authority before the others."""

    def first() -> Iterator[Person]:
        for role in Role:
            yield from [one for one in people.all if one.has(role)][:2]
        for authority in people.authorities:
            yield from people.holders(authority)[:1]
        yield from people.all

    chosen = list({one.key: one for one in first()}.values())[:MOST_PEOPLE]
    order = {Role.REP: 0, Role.MANAGER: 1, Role.APPROVER: 2}
    return sorted(chosen, key=lambda one: min((order[role] for role in one.roles), default=len(order)))


def _ids(people: People) -> dict[str, str]:
    """A Slack user id for each: the one of the file, else one made of the key."""
    ids: dict[str, str] = {}
    taken = {one.slack for one in people.all}
    for at, one in enumerate(people.all):
        made = f"U0{re.sub('[^A-Z0-9]', '', one.key.upper())}"
        ids[one.key] = one.slack or (made if made not in taken else f"{made}{at}")
        taken.add(ids[one.key])
    return ids


def _does(person: Person, people: People) -> str:
    """What stands under the name: the authorities that the person holds, else the roles."""
    held = [people.authority_name(key) for key in sorted(person.authorities)]
    roles = [role.value.capitalize() for role in Role if person.has(role) and not (held and role is Role.APPROVER)]
    said = ", ".join([*roles, *held]) or "No role"
    return f"{said}, {person.team}" if person.team and roles else said
