"""Who may do what: one table of actions by who asks. What it does not grant is denied.

Each use case of a service is marked with its action (`needs`), which is looked up here before the use case begins. How
far a grant reaches (`Reach`) is applied where the deals are found: `DealDesk.may_see`, `pipeline.view`, `Routing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from inspect import signature
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast

from bot.checking.asker import Asker
from bot.profile.people import Role

P = ParamSpec("P")
R = TypeVar("R")
NEEDS = "__needs__"


class Standing(StrEnum):
    """As what somebody asks. A person may have several; the widest grant counts."""

    REP = "rep"
    MANAGER = "manager with a team"
    DIRECTOR = "manager without a team"
    APPROVER = "approver"
    MEMBER = "member of the workspace who has no role"
    GUEST = "guest, other workspace, deactivated, bot"
    OPERATOR = "command line"


class Reach(StrEnum):
    """How far a grant reaches."""

    NOTHING = "no"
    OWN = "their own"
    TEAM = "their own and their team's"
    ROUTED = "what comes to them"
    ALL = "all"


class Action(StrEnum):
    """What can be done. Each names what a grant reaches over."""

    CHECK = "check a deal"
    SEE_DEALS = "see, change and share a saved deal"
    ASK = "ask a question, read a rule"
    READ = "read a playbook that is for their role"
    PIPELINE = "ask about the pipeline, export it"
    STRATEGY = "where the money comes from, backtests, results"
    PROPOSE = "make a proposal"
    REVIEWS = "customer reviews and their dates"
    SCORECARDS = "scorecards"
    ASK_EXCEPTION = "ask for an exception, withdraw it, answer about it"
    SEE_EXCEPTIONS = "see an exception"
    DECIDE = "decide an exception, ask the rep"
    OPERATE = "import, sync, audit, erase"


_S, _A, _R = Standing, Action, Reach
_DEALS = {_S.REP: _R.OWN, _S.MANAGER: _R.TEAM, _S.DIRECTOR: _R.ALL, _S.OPERATOR: _R.ALL}
_ANYBODY_HERE = dict.fromkeys((_S.REP, _S.MANAGER, _S.DIRECTOR, _S.APPROVER, _S.MEMBER, _S.OPERATOR), _R.ALL)
_PEOPLE_HERE: Mapping[Standing, Reach] = {
    standing: reach for standing, reach in _ANYBODY_HERE.items() if standing is not _S.MEMBER
}

_GRANTED: dict[Action, Mapping[Standing, Reach]] = {
    _A.CHECK: _ANYBODY_HERE,
    _A.SEE_DEALS: {**_DEALS, _S.APPROVER: _R.OWN, _S.MEMBER: _R.OWN},
    _A.ASK: _ANYBODY_HERE,
    _A.READ: _PEOPLE_HERE,
    _A.PIPELINE: _DEALS,
    _A.STRATEGY: {_S.DIRECTOR: _R.ALL, _S.OPERATOR: _R.ALL},
    _A.PROPOSE: _DEALS,
    _A.REVIEWS: _DEALS,
    _A.SCORECARDS: _DEALS,
    _A.ASK_EXCEPTION: {**_DEALS, _S.APPROVER: _R.OWN, _S.OPERATOR: _R.NOTHING},
    _A.SEE_EXCEPTIONS: {**_DEALS, _S.APPROVER: _R.ROUTED},
    _A.DECIDE: {_S.APPROVER: _R.ROUTED},
    _A.OPERATE: {_S.OPERATOR: _R.ALL},
}
TABLE: Mapping[Action, Mapping[Standing, Reach]] = MappingProxyType(_GRANTED)
"""The table. A standing that an action does not name may not do it."""

GUEST = "Dealfit is for the people of this workspace: not for guests, nor for people of other workspaces."
UNKNOWN = (
    "I could not look up in Slack who you are, so I did nothing yet. Please try again in a minute. "
    "If it stays so, tell whoever runs Dealfit: `dealfit doctor` says what is missing."
)
NO_ROLE = "This is for people who have a role in people.yaml, and you are not among them. Ask your sales operations."
ONLY: Mapping[Action, str] = MappingProxyType({
    _A.PIPELINE: "The pipeline is for reps and their managers; an approver sees the deals that come up for approval.",
    _A.REVIEWS: "Customer reviews are for reps and their managers.",
    _A.SCORECARDS: "Scorecards are for reps and their managers.",
    _A.PROPOSE: "Proposals are for the reps and managers of people.yaml. Ask your sales operations.",
    _A.STRATEGY: "Where the money comes from, backtests and results are for those who see every team: a manager "
    "without a team of their own. Ask your head of sales operations.",
    _A.ASK_EXCEPTION: "Only people in people.yaml can ask for an exception. Ask whoever runs Dealfit to add you.",
    _A.DECIDE: "Only approvers decide exceptions.",
    _A.OPERATE: "Only whoever runs Dealfit does this, on the command line.",
})  # fmt: skip
"""Who may, in words for those who may not."""
_SAID_AS_IT_IS = frozenset({Action.ASK_EXCEPTION, Action.PROPOSE})


class AccessDenied(PermissionError):
    """Somebody asked who may not do this at all. The message is for them."""


class NotKnown(AccessDenied):
    """Nobody could tell who asks. Trying again in a minute may help."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN)


def standings(asker: Asker) -> frozenset[Standing]:
    """As what somebody asks: by their roles, or as nobody of ours. As nothing, while nobody can tell who they are."""
    if asker.unknown:
        return frozenset()
    if asker.guest:
        return frozenset({Standing.GUEST})
    if asker.person is None and asker.roles == frozenset(Role):
        return frozenset({Standing.OPERATOR})
    found = set()
    if Role.REP in asker.roles:
        found.add(Standing.REP)
    if Role.APPROVER in asker.roles:
        found.add(Standing.APPROVER)
    if Role.MANAGER in asker.roles:
        found.add(Standing.DIRECTOR if asker.sees_all else Standing.MANAGER)
    return frozenset(found or {Standing.MEMBER})


def reaches(asker: Asker, action: Action) -> frozenset[Reach]:
    """How far the asker may do this, by each of their standings; empty where they may not."""
    row = TABLE.get(action, {})
    return frozenset(row.get(standing, Reach.NOTHING) for standing in standings(asker)) - {Reach.NOTHING}


def may(asker: Asker, action: Action) -> bool:
    """Whether the asker may do this at all."""
    return bool(reaches(asker, action))


def audience(asker: Asker) -> frozenset[str]:
    """The roles whose playbooks the asker may read, by the names that a playbook's front matter uses."""
    return asker.audience if may(asker, Action.READ) else frozenset()


def denied(asker: Asker, action: Action) -> AccessDenied:
    """The refusal, in words for the asker."""
    if asker.unknown:
        return NotKnown()
    if asker.guest:
        return AccessDenied(GUEST)
    words = ONLY.get(action, NO_ROLE)
    what, for_, _ = words.partition(" for ")
    if asker.roles or not for_ or action in _SAID_AS_IT_IS:
        return AccessDenied(words)
    return AccessDenied(f"{what} for the people in people.yaml, and you are not among them. Ask your sales operations.")


def needs(
    action: Action, instead: Callable[[AccessDenied], Any] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks a use case with the action that its `asker` must be granted before anything else happens.

    Who is not gets AccessDenied, or what `instead` makes of it: a value, or another error. Somebody who is not known
    never gets a value: that nothing is there would be a wrong answer.
    """

    def mark(use_case: Callable[P, R]) -> Callable[P, R]:
        place = list(signature(use_case).parameters).index("asker")

        @wraps(use_case)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            asker = cast("Asker", kwargs["asker"] if "asker" in kwargs else args[place])
            if may(asker, action):
                return use_case(*args, **kwargs)
            refusal = denied(asker, action)
            value = None if instead is None else instead(refusal)
            if instead is None or asker.unknown:
                raise refusal
            return cast("R", value)

        setattr(checked, NEEDS, action)
        return checked

    return mark


def table_markdown() -> str:
    """The table as `docs/security.md` shows it."""
    heads = list(Standing)
    rows = [f"| | {' | '.join(heads)} |", f"|---{'|---' * len(heads)}|"]
    rows += [f"| {a} | {' | '.join(TABLE[a].get(s, Reach.NOTHING) for s in heads)} |" for a in Action]
    return "\n".join(rows) + "\n"
