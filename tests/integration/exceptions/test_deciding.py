"""From the request to the decision: who may what, in which order, and what the log says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.exceptions.model import Choice, NotThere, PartState, Refused, RequestState
from bot.profile.people import Role
from tests.integration.exceptions.desk import GIVES, WHY, Desk
from tests.integration.store.outside import FixedClock

YES, BUT, NO = Choice.APPROVE, Choice.CONDITIONS, Choice.DECLINE


def decide(desk: Desk, number: int, authority: str, user: str, choice: Choice = YES, words: str = "", **more: Any):
    origin = more.pop("origin", f"press:{number}:{authority}:{user}:{choice}")
    return desk.service.decide(number, authority, desk.asker(user), choice, origin=origin, words=words, **more)


def states(request: Any) -> dict[str, str]:
    return {part.authority: part.state.value for part in request.parts}


def test_each_authority_is_asked_for_its_findings_and_all_must_say_yes(each_desk: Desk, clock: FixedClock) -> None:
    desk = each_desk
    key = desk.deal(days=45, visit=False)
    request = desk.ask(key)
    assert [(p.authority, [f.check for f in p.findings]) for p in request.parts] == [
        ("deal-desk", ["discount", "visit"]),
        ("finance", ["terms"]),
    ]
    assert (request.number, request.state, request.why.text, request.gives.text) == (1, RequestState.OPEN, WHY, GIVES)
    assert not desk.coverage(key).granted
    request = decide(desk, 1, "deal-desk", "U0ALEX")
    assert states(request) == {"deal-desk": "approved", "finance": "open"}
    assert not desk.coverage(key).granted
    request = decide(desk, 1, "finance", "U0RUTH", BUT, "Only if they prepay the first quarter.")
    assert request.state is RequestState.GRANTED
    coverage = desk.coverage(key)
    assert (coverage.granted, coverage.words) == (True, "fits with exception until 2026-12-03")
    ends = {held.check: held.until - clock.now for held in coverage.held}
    assert ends == {"discount": timedelta(30), "visit": timedelta(10), "terms": timedelta(14)}
    assert {h.check: h.conditions for h in coverage.held}["terms"] == "Only if they prepay the first quarter."
    kinds = [d.kind for d in reversed(desk.store.decisions()) if d.kind.startswith("exception.")]
    assert kinds == ["exception.asked", "exception.decided", "exception.decided"]
    assert desk.store.verify().ok
    assert desk.store.exceptions.altered() == []


def test_the_log_holds_no_word_that_people_wrote_and_erasing_leaves_it_whole(
    each_desk: Desk, clock: FixedClock
) -> None:
    desk = each_desk
    request = desk.ask(desk.deal())
    decide(desk, request.number, "deal-desk", "U0ALEX", NO, "Try the counter-offer first.")
    told = str([d.body for d in desk.store.decisions()])
    assert WHY not in told
    assert GIVES not in told
    assert "counter-offer first" not in told
    clock.forward(days=400)
    assert desk.store.personal.erase(before=clock.now, authors=["dana"]).texts == 4, "the facts of the verdict too"
    again = desk.service.view(request.number, desk.asker("U0DANA"))
    assert (again.why.text, again.gives.text) == (None, None)
    assert again.parts[0].decision.words.text == "Try the counter-offer first."
    assert desk.store.verify().ok
    assert desk.store.exceptions.altered() == []
    assert desk.store.decisions(kind="erasure")[0].body["texts"] == 4
    assert desk.store.personal.erase(before=clock.now, authors=["dana"]).texts == 0
    assert (again.subject.deal, again.subject.owner, dict(again.subject.facts)) == ("Erased deal", None, {})
    assert (again.requester.name, again.requester.email, again.requester.key) == ("dana", "", "dana")
    assert again.parts[0].decision.by.name == "alex"
    entries = json.dumps([entry.body for entry in desk.store.each_decision()])
    for name in ("Dana Reyes", "dana@firm.example", "Alex Kim", "Mercy", "12%"):
        assert name not in entries, "the log itself never held it"


def test_erasing_takes_back_what_waits_and_what_holds_and_takes_one_name_where_only_that_is_asked_for(
    each_desk: Desk,
) -> None:
    desk, store = each_desk, each_desk.store
    key = desk.deal(days=45)
    number = desk.ask(key).number
    decide(desk, number, "deal-desk", "U0ALEX")
    gone = store.personal.erase(authors=["alex", "U0ALEX"])
    assert (gone.requests, gone.texts) == (1, 1)
    view = desk.service.view(number, desk.asker("U0DANA"))
    assert [part.decision.by.name for part in view.parts if part.decision] == ["alex"]
    assert (view.requester.name, view.why.text, view.state) == ("Dana Reyes", WHY, RequestState.OPEN)
    decide(desk, number, "finance", "U0RUTH")
    assert desk.coverage(key).granted
    assert store.personal.erase(deal=key).requests == 1
    left = desk.service.known(number)
    assert left is not None
    assert (left.state, left.erased, left.due_at) == (RequestState.WITHDRAWN, True, None)
    assert {part.state for part in left.parts} == {PartState.WITHDRAWN}
    assert store.exceptions.altered() == []
    assert store.verify().ok
    assert store.personal.erase(deal=key).requests == 0, "what is gone is not taken again"


def test_the_changed_deal_says_which_approvals_hold_and_why_others_do_not(desk: Desk) -> None:
    key = desk.deal(days=45)
    number = desk.ask(key).number
    decide(desk, number, "deal-desk", "U0ALEX")
    decide(desk, number, "finance", "U0RUTH")
    desk.deal(days=45, discount=11)
    assert desk.coverage(key).granted
    desk.deal(days=50, discount=11)
    coverage = desk.coverage(key)
    assert [held.check for held in coverage.held] == ["discount"]
    assert [(lost.check, lost.by, lost.why) for lost in coverage.lost] == [
        ("terms", "Ruth Adeyemi", "Payment terms is 50 days; it was approved for 45 days.")
    ]
    again = desk.ask(key)
    assert [(p.authority, [f.check for f in p.findings]) for p in again.parts] == [("finance", ["terms"])]
    desk.deal(days=45, discount=12)
    with pytest.raises(Refused, match="fits with exception until"):
        desk.service.draft(key, desk.asker("U0DANA"))
    desk.edit_profile('require: {days: "<= 30"}', 'require: {days: "<= 20"}')
    assert "asks for more" in desk.coverage(key).lost[0].why


def test_an_approval_ends_and_says_so(desk: Desk, clock: FixedClock) -> None:
    key = desk.deal()
    number = desk.ask(key).number
    decide(desk, number, "deal-desk", "U0ALEX", BUT, "Until the year ends.", until=clock.now + timedelta(7))
    clock.forward(days=6, hours=23)
    assert desk.coverage(key).granted
    clock.forward(hours=1)
    assert [lost.why for lost in desk.coverage(key).lost] == ["It ended on 2026-11-30."]
    assert desk.service.due() == [number]
    request, events = desk.service.pursue(number)
    assert [event.kind for event in events] == ["exception.expired"]
    assert request.state is RequestState.EXPIRED
    assert desk.service.pursue(number) is None
    assert desk.service.due() == []


@pytest.mark.parametrize(("days", "words"), [(-1, "over"), (31, "at the latest")])
def test_an_end_must_lie_between_now_and_what_the_profile_allows(
    desk: Desk, clock: FixedClock, days: int, words: str
) -> None:
    number = desk.ask(desk.deal()).number
    with pytest.raises(Refused, match=words):
        decide(desk, number, "deal-desk", "U0ALEX", BUT, "Something", until=clock.now + timedelta(days))


@pytest.mark.parametrize("user", ["U0DANA", "U0SAM", "U0MORGAN", "U0TOM", "U0CHRIS", "U0RUTH", "U0GRACE", "U0NOBODY"])
def test_nobody_else_decides_and_who_may_not_know_of_it_hears_nothing(desk: Desk, user: str) -> None:
    number = desk.ask(desk.deal()).number
    with pytest.raises((NotThere, Refused)) as caught:
        decide(desk, number, "deal-desk", user)
    with pytest.raises((NotThere, Refused)) as absent:
        decide(desk, 999, "deal-desk", user)
    # Who is no approver hears so before anything is looked up; an approver of something else hears of nothing there.
    assert isinstance(caught.value, Refused) is (Role.APPROVER not in desk.asker(user).roles)
    assert str(caught.value) == str(absent.value)
    assert desk.service.known(number).state is RequestState.OPEN


@pytest.mark.parametrize("asker", ["U0RITA", "U0DANA"])
def test_nobody_decides_their_own_nor_one_on_their_own_deal(desk: Desk, asker: str) -> None:
    """Rita holds the authority: she owns the deal in both cases, and asks for it in one; Morgan asks in the other."""
    key = desk.deal("Rita's", owner="U0RITA")
    if asker == "U0DANA":
        desk.edit_people("roles: [rep, approver], team: East}", "roles: [rep, approver], team: East, manager: morgan}")
        request = desk.ask(key, "U0MORGAN")
    else:
        request = desk.ask(key, "U0RITA")
    with pytest.raises(Refused, match="Nobody decides their own"):
        decide(desk, request.number, "deal-desk", "U0RITA")
    assert [p.key for p in desk.service.deciders(request, request.parts[0])] == ["alex"]
    assert desk.service.to_decide(desk.asker("U0RITA")) == []
    assert decide(desk, request.number, "deal-desk", "U0ALEX").state is RequestState.GRANTED


def test_not_by_another_account_of_the_same_person(desk: Desk) -> None:
    """The same e-mail address under another Slack id, and under another key, is the same person."""
    number = desk.ask(desk.deal("Rita's", owner="U0RITA"), "U0RITA").number
    desk.edit_people("slack: U0RITA", "slack: U0OTHER")
    with pytest.raises(Refused, match="Nobody decides their own"):
        decide(desk, number, "deal-desk", "U0OTHER")
    desk.edit_people("alex, rita", "alex, marga")
    desk.edit_people(
        "  rita: {name: Rita Sand, email: rita@firm.example",
        "  marga: {name: Margarita Sand, email: RITA@firm.example",
    )
    with pytest.raises(Refused, match="Nobody decides their own"):
        decide(desk, number, "deal-desk", "U0OTHER")


def test_not_through_a_group_nor_as_a_stand_in(desk: Desk) -> None:
    desk.edit_people(
        "people: [alex, rita]}",
        "people: [alex], group: S0DESK, away: [{person: alex, from: 2026-11-20, to: 2026-11-30, stand_in: rita}]}",
    )
    desk.groups.groups["S0DESK"] = ["U0RITA", "U0GRACE", "U0SAM", "U0NOBODY"]
    request = desk.ask(desk.deal("Rita's", owner="U0RITA"), "U0RITA")
    assert [p.key for p in desk.service.deciders(request, request.parts[0])] == ["grace"]
    with pytest.raises(Refused, match="Nobody decides their own"):
        decide(desk, request.number, "deal-desk", "U0RITA")
    for user in ("U0SAM", "U0NOBODY"):  # in the group, and no approver
        with pytest.raises((NotThere, Refused)):
            decide(desk, request.number, "deal-desk", user)
    assert decide(desk, request.number, "deal-desk", "U0GRACE").parts[0].decision.as_ == "group"


def test_the_only_approver_asks_so_it_goes_up_at_once_or_nobody_can_decide(desk: Desk) -> None:
    desk.edit_people("people: [alex, rita]", "people: [rita]")
    key = desk.deal("Rita's", owner="U0RITA")
    request = desk.ask(key, "U0RITA")
    assert request.parts[0].escalated_to == "director"
    assert [p.key for p in desk.service.deciders(request, request.parts[0])] == ["victor"]
    assert decide(desk, request.number, "deal-desk", "U0VICTOR").parts[0].decision.as_ == "escalation"
    desk.edit_people("people: [victor]", "people: [rita]")
    with pytest.raises(Refused, match="Nobody but you could decide for Deal desk"):
        desk.ask(desk.deal("Rita's second", owner="U0RITA"), "U0RITA")


def test_in_order_the_next_is_asked_when_the_one_before_has_approved(desk: Desk) -> None:
    desk.edit_profile("order: together", "order: in order")
    number = desk.ask(desk.deal(days=45)).number
    assert states(desk.service.known(number)) == {"deal-desk": "open", "finance": "waiting"}
    with pytest.raises(Refused, match="not Finance's turn"):
        decide(desk, number, "finance", "U0RUTH")
    assert states(decide(desk, number, "deal-desk", "U0ALEX")) == {"deal-desk": "approved", "finance": "open"}
    assert decide(desk, number, "finance", "U0RUTH").state is RequestState.GRANTED


def test_a_no_ends_it_and_what_was_approved_still_holds_for_the_reshaped_deal(desk: Desk) -> None:
    key = desk.deal(days=45)
    number = desk.ask(key).number
    decide(desk, number, "deal-desk", "U0ALEX")
    with pytest.raises(Refused, match="The reason is missing"):
        decide(desk, number, "finance", "U0RUTH", NO, "  ")
    request = decide(desk, number, "finance", "U0RUTH", NO, "Cash is tight this quarter.")
    assert request.state is RequestState.DECLINED
    desk.deal(days=30)
    assert desk.coverage(key).granted


def test_reminded_then_gone_up_and_never_at_the_weekend(desk: Desk, clock: FixedClock) -> None:
    clock.forward(days=3)  # Thursday
    number = desk.ask(desk.deal()).number
    heard = []
    for _ in range(7 * 24):
        clock.forward(hours=1)
        for due in desk.service.due():
            _, events = desk.service.pursue(due)
            heard += [(clock.now.strftime("%A"), event.kind.removeprefix("exception.")) for event in events]
    assert heard[:3] == [("Friday", "reminded"), ("Monday", "escalated"), ("Tuesday", "reminded")]
    request = desk.service.known(number)
    assert {p.key for p in desk.service.deciders(request, request.parts[0])} == {"alex", "rita", "victor"}
    assert decide(desk, number, "deal-desk", "U0VICTOR").parts[0].decision.as_ == "escalation"
    assert desk.service.due() == []


def test_a_stand_in_is_asked_and_may_decide_only_while_the_other_is_away(desk: Desk, clock: FixedClock) -> None:
    desk.edit_people(
        "people: [ruth]}", "people: [ruth], stand_in: grace, away: [{person: ruth, from: 2026-11-24, to: 2026-11-25}]}"
    )
    request = desk.ask(desk.deal(discount=5, days=45))
    part = request.parts[0]
    asked = []
    for _ in range(4):
        asked.append([person.key for person in desk.service.deciders(request, part)])
        clock.forward(days=1)
    assert asked == [["ruth"], ["grace"], ["grace"], ["ruth"]]
    with pytest.raises(NotThere):
        decide(desk, request.number, "finance", "U0GRACE")
    clock.now -= timedelta(days=3)
    assert decide(desk, request.number, "finance", "U0GRACE").parts[0].decision.as_ == "stand-in"


def test_a_question_goes_to_the_one_who_asked_and_the_answer_back(desk: Desk, clock: FixedClock) -> None:
    number = desk.ask(desk.deal()).number
    clock.forward(hours=20)
    desk.service.ask_rep(number, "deal-desk", desk.asker("U0ALEX"), "Who is the sponsor?", origin="q1")
    desk.service.ask_rep(number, "deal-desk", desk.asker("U0ALEX"), "Who is the sponsor?", origin="q1")
    with pytest.raises(Refused, match="for the one who asked"):
        desk.service.answer(number, "deal-desk", desk.asker("U0MORGAN"), "Me", origin="a0")
    request = desk.service.answer(number, "deal-desk", desk.asker("U0DANA"), "The CFO.", origin="a1")
    assert [(r.by.key, r.text.text, r.asks) for r in request.talk] == [
        ("alex", "Who is the sponsor?", True),
        ("dana", "The CFO.", False),
    ]
    clock.forward(hours=10)  # the reminder counts from the answer
    assert desk.service.due() == []


def test_withdrawing_takes_approvals_back_and_only_the_asker_can(desk: Desk) -> None:
    key = desk.deal(days=45)
    number = desk.ask(key).number
    decide(desk, number, "deal-desk", "U0ALEX")
    with pytest.raises(Refused, match="Only the one who asked"):
        desk.service.withdraw(number, desk.asker("U0ALEX"))
    assert desk.service.withdraw(number, desk.asker("U0DANA")).state is RequestState.WITHDRAWN
    assert desk.service.withdraw(number, desk.asker("U0DANA")).state is RequestState.WITHDRAWN
    assert desk.coverage(key).held == ()
    with pytest.raises(Refused, match="nothing to decide any more"):
        decide(desk, number, "finance", "U0RUTH")


def test_asking_again_takes_the_place_of_what_is_open(desk: Desk) -> None:
    key = desk.deal(days=45)
    first = desk.ask(key).number
    decide(desk, first, "deal-desk", "U0ALEX")
    second = desk.ask(key, why="Another reason altogether.")
    assert second.replaces == first
    assert states(desk.service.known(first)) == {"deal-desk": "approved", "finance": "superseded"}
    assert states(second) == {"finance": "open"}
    with pytest.raises(Refused, match="another authority has declined"):
        decide(desk, first, "finance", "U0RUTH")
    assert decide(desk, second.number, "finance", "U0RUTH").state is RequestState.GRANTED
    assert desk.coverage(key).granted


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"discount": 5}, "fits the Deal Profile"),
        ({"discount": 25}, "outside every band"),
        ({"discount": None}, "waits for facts"),
    ],
)
def test_what_no_approval_could_change_is_not_asked(desk: Desk, facts: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        desk.ask(desk.deal(**facts))


def test_whose_deal_it_is_decides_who_may_ask(desk: Desk) -> None:
    key = desk.deal()
    for user in ("U0SAM", "U0TOM", "U0CHRIS", "U0ALEX"):
        with pytest.raises(NotThere):
            desk.ask(key, user)
    with pytest.raises(Refused, match="Only people in"):
        desk.ask(key, "U0NOBODY")
    with pytest.raises(NotThere):
        desk.ask("name:" + "0" * 32)
    assert desk.ask(key, "U0MORGAN").requester.key == "morgan"


def test_a_form_over_an_older_deal_is_refused_and_the_same_submission_asks_once(desk: Desk) -> None:
    key = desk.deal()
    seen = desk.service.draft(key, desk.asker("U0DANA")).checked.verdict.deal_sha256
    desk.deal(discount=13)
    with pytest.raises(Refused, match="has changed since"):
        desk.service.ask(key, desk.asker("U0DANA"), why=WHY, gives=GIVES, origin="v1", seen=seen)
    one, two = desk.ask(key, origin="v2"), desk.ask(key, origin="v2")
    assert one.number == two.number
    assert len(desk.store.decisions(kind="exception.asked")) == 1


@pytest.mark.parametrize("why", ["", "  ", "ab", "x" * 1501])
def test_reasons_have_their_limits(desk: Desk, why: str) -> None:
    with pytest.raises(Refused, match="The reason"):
        desk.ask(desk.deal(), why=why)


def test_earlier_decisions_nearest_first_and_counts_by_rep(desk: Desk, clock: FixedClock) -> None:
    for name, discount, choice in (("A", 11, YES), ("B", 18, NO), ("C", 13, BUT)):
        number = desk.ask(desk.deal(name, discount=discount)).number
        decide(desk, number, "deal-desk", "U0ALEX", choice, "Because of this.")
    request = desk.ask(desk.deal("D", owner="U0SAM", discount=14), "U0SAM")
    found = desk.service.precedents(request, request.parts[0])
    assert [(p.deal, p.state) for p in found] == [
        ("C", PartState.CONDITIONS), ("A", PartState.APPROVED), ("B", PartState.DECLINED)
    ]  # fmt: skip
    # What was decided stays what was decided, and whose, when the one who asked withdraws it.
    desk.service.withdraw(found[0].number, desk.asker("U0DANA"))
    first = desk.service.precedents(request, request.parts[0])[0]
    assert (first.deal, first.by, first.state, first.since) == (
        "C", "Alex Kim", PartState.CONDITIONS, PartState.WITHDRAWN
    )  # fmt: skip
    assert [each.request.number for each in desk.service.to_decide(desk.asker("U0ALEX"))] == [4]
    assert [each.request.number for each in desk.service.decided_by(desk.asker("U0ALEX"))] == [3, 2, 1]
