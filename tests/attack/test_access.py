"""The table of access, walked: every public use case of the services, as everybody who can ask."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.answers.service import AnswerService
from bot.bootstrap import Core
from bot.checking.access import (
    NEEDS,
    TABLE,
    AccessDenied,
    Action,
    Reach,
    Standing,
    audience,
    may,
    reaches,
    standings,
    table_markdown,
)
from bot.checking.asker import OPERATOR, Asker
from bot.checking.desk import DealDesk
from bot.exceptions.model import NotThere, Refused
from bot.exceptions.service import ExceptionService
from bot.pipeline.proposals.service import NoProposal, NoSuchDeal, ProposalService
from bot.pipeline.reviews.service import ReviewService
from bot.pipeline.scorecard.service import NoSuchRep, ScorecardService
from bot.pipeline.service import PipelineService
from bot.pipeline.strategy.service import StrategyService
from bot.profile.people import Role
from bot.settings import HERE, Settings
from tests.e2e.conftest import copy_content
from tests.e2e.test_deal_check import FITTING

SERVICES = (
    DealDesk, AnswerService, PipelineService, StrategyService, ProposalService, ReviewService, ScorecardService,
    ExceptionService,
)  # fmt: skip
FOR_THE_PROGRAM = {
    # Of what is live, or of a value that is in hand: nothing is looked up for anybody.
    "DealDesk": {"judge", "read", "suppose", "reshaped", "judge_only", "deal_of", "how_to_write"},
    "PipelineService": {"is_asked_at_all"},
    "StrategyService": {"profile", "candidate"},
    "ReviewService": {"states", "due", "reminded"},
    # Cards, digests and what time brings: drawn for whom they concern, by the routing of each request.
    "ExceptionService": {
        "plan", "use", "coverage", "check_end", "known", "deciders", "channel", "waiting_on", "precedents",
        "between", "due", "pursue",
    },
}  # fmt: skip
OF_THE_OPERATOR = {"DealDesk": {"log_only", "log_file"}}
"""Called by the command line alone, which is the operator's."""
REPS = ("dana", "sam", "lena")
WHO = {
    Standing.REP: "dana",
    Standing.MANAGER: "morgan",
    Standing.DIRECTOR: "priya",
    Standing.APPROVER: "alex",
    Standing.MEMBER: None,
    Standing.GUEST: None,
    Standing.OPERATOR: None,
}
TEAMS = {"dana": {"dana"}, "morgan": {"dana", "sam"}}


def use_cases() -> list[tuple[str, str, Any]]:
    """Every public method of the services, with those of their bases."""
    found = []
    for service in SERVICES:
        for name, method in inspect.getmembers(service):
            if not name.startswith("_") and (callable(method) or isinstance(method, property)):
                found.append((service.__name__, name, method))
    return found


def asks(method: Any) -> bool:
    return not isinstance(method, property) and "asker" in inspect.signature(method).parameters


GUARDED = [(f"{service}.{name}", method) for service, name, method in use_cases() if asks(method)]


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    made = Core(Settings.load(copy_content(tmp_path_factory.mktemp("access")), env_file=None))
    made.make_data_dir()
    for rep in REPS:
        deal(made, rep, "open", FITTING.replace("discount 0%", "discount 12%"))
        deal(made, rep, "won", FITTING)
    yield made
    made.close()


def deal(core: Core, rep: str, status: Any, words: str) -> None:
    dana = person(core, rep)
    checked = core.desk.check_text(words.replace("name", f"{rep} {status}", 1), asker=dana)
    # As an import brings it: nobody checked it, so that its owner alone says whose it is.
    made = replace(checked.deal, source="crm", source_id=f"{rep}-{status}")
    core.store.save_deal(made, verdict=checked.verdict, status=status)


def person(core: Core, key: str) -> Asker:
    found = core.people().by_key(key)
    assert found is not None
    return Asker(f"U0{key.upper()}", found.name, found.roles, found)


def as_(core: Core, standing: Standing) -> Asker:
    key = WHO[standing]
    if key is not None:
        return person(core, key)
    if standing is Standing.OPERATOR:
        return OPERATOR
    return Asker("U0OTHER", "Dana Reyes", guest=standing is Standing.GUEST)


def test_every_use_case_that_somebody_asks_for_stands_in_the_table() -> None:
    for service, name, method in use_cases():
        if asks(method):
            assert isinstance(getattr(method, NEEDS, None), Action), f"{service}.{name}: mark it with @needs(Action...)"
        else:
            known = FOR_THE_PROGRAM.get(service, set()) | OF_THE_OPERATOR.get(service, set())
            assert name in known, f"{service}.{name} takes no asker: whom is it for?"
    for named in (FOR_THE_PROGRAM, OF_THE_OPERATOR):
        there = {(service, name) for service, name, _ in use_cases()}
        assert {(service, name) for service, names in named.items() for name in names} <= there


def test_the_page_on_security_shows_the_table() -> None:
    page = (HERE.parent / "docs" / "security.md").read_text()
    assert table_markdown() in page


@pytest.mark.parametrize("standing", Standing)
def test_nobody_gets_past_what_the_table_denies(core: Core, standing: Standing) -> None:
    """Whatever else is given: the arguments are never looked at, so nothing can be told apart by them."""
    asker = as_(core, standing)
    assert standings(asker) == {standing}
    services = {type(each).__name__: each for each in (
        core.desk, core.answers, core.pipeline, core.strategy, core.proposals, core.reviews, core.scorecards,
        core.exceptions,
    )}  # fmt: skip
    before = core.store.head()
    denied = 0
    for name, method in GUARDED:
        if may(asker, getattr(method, NEEDS)):
            continue
        denied += 1
        service, _, use_case = name.partition(".")
        given = {each: None for each in inspect.signature(method).parameters if each not in {"self", "asker"}}
        call = getattr(services[service], use_case)
        assert refused(lambda call=call, given=given: call(**given, asker=asker)), name
    assert core.store.head() == before
    assert denied == sum(not TABLE[getattr(method, NEEDS)].get(standing) or
                         TABLE[getattr(method, NEEDS)][standing] is Reach.NOTHING for _, method in GUARDED)  # fmt: skip
    if standing is Standing.GUEST:
        assert denied == len(GUARDED)


def refused(call: Callable[[], Any]) -> bool:
    try:
        found = call()
        if hasattr(found, "__enter__"):
            found.__enter__()
    except (AccessDenied, Refused, NotThere):
        return True
    return not found


def sees(core: Core, asker: Asker, action: Action) -> set[str]:
    """Whose deals somebody reaches by an action: the reps' keys."""
    found = set()
    for rep in REPS:
        for status in ("open", "won"):
            try:
                if reached(core, asker, action, rep, status):
                    found.add(rep)
            except (AccessDenied, NotThere, NoSuchDeal, NoSuchRep, Refused):
                continue
            except NoProposal:
                found.add(rep)
    return found


def reached(core: Core, asker: Asker, action: Action, rep: str, status: str) -> bool:
    key = f"crm:{rep}-{status}"
    match action:
        case Action.SEE_DEALS:
            return core.desk.find(key, asker) is not None
        case Action.PIPELINE:
            return core.pipeline.show(key, asker) is not None
        case Action.PROPOSE:
            return core.proposals.of_key(key, asker) is not None
        case Action.REVIEWS:
            return any(customer.key == key for customer in core.reviews.customers(asker))
        case Action.SCORECARDS:
            return core.scorecards.of(asker, rep).person.key == rep
        case Action.ASK_EXCEPTION:
            return status == "open" and core.exceptions.draft(key, asker) is not None
        case Action.SEE_EXCEPTIONS:
            return status == "open" and core.exceptions.view(request_of(core, rep), asker) is not None
        case Action.DECIDE:
            return (
                status == "open" and core.exceptions.may_decide(request_of(core, rep), "deal-desk", asker) is not None
            )
        case _:
            return core.strategy.may_ask(asker).everything


def request_of(core: Core, rep: str) -> int:
    asker = person(core, rep)
    made = core.exceptions.ask(f"crm:{rep}-open", asker, why="A reason.", gives="A return.", origin=f"for {rep}")
    return made.number


REACHED = [action for action in Action if action not in {Action.CHECK, Action.ASK, Action.READ, Action.OPERATE}]


@pytest.mark.parametrize("standing", Standing)
def test_each_grant_reaches_as_far_as_the_table_says_and_no_further(core: Core, standing: Standing) -> None:
    asker, key = as_(core, standing), WHO[standing]
    everything = set(REPS)
    meant = {
        Reach.NOTHING: set(),
        Reach.OWN: {key} & everything,
        Reach.TEAM: TEAMS.get(str(key), set()),
        Reach.ROUTED: everything,  # Alex decides for the deal desk, to which all three go
        Reach.ALL: everything,
    }
    for action in REACHED:
        reach = TABLE[action].get(standing, Reach.NOTHING)
        assert sees(core, asker, action) == meant[reach], (action, reach)


@pytest.mark.parametrize("standing", Standing)
def test_who_may_check_ask_and_read(core: Core, standing: Standing) -> None:
    asker = as_(core, standing)
    if standing is Standing.GUEST:
        with pytest.raises(AccessDenied, match="for the people of this workspace"):
            core.desk.check_text(FITTING, asker=asker)
        with pytest.raises(AccessDenied, match="for the people of this workspace"):
            core.answers.answer("what discount can I give?", asker=asker)
        assert audience(asker) == frozenset()
        return
    assert core.desk.check(core.desk.new_deal("x", asker=asker), asker=asker, record=False).verdict is not None
    assert core.answers.answer("what discount can I give on a six-month deal?", asker=asker).text
    assert bool(audience(asker)) == (standing is not Standing.MEMBER)


def test_an_approver_of_something_else_and_one_who_has_left_reach_nothing(core: Core) -> None:
    grace, gone = person(core, "grace"), person(core, "morgan")
    assert sees(core, grace, Action.SEE_EXCEPTIONS) == set()
    left = replace(gone, roles=frozenset(), person=None)
    assert standings(left) == {Standing.MEMBER}
    assert reaches(replace(left, guest=True, roles=frozenset(Role)), Action.PIPELINE) == frozenset()
