"""Exceptions attacked at the use cases: what changed in between, who changed in between, and what comes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.exceptions.model import Choice, NotThere, PartState, Refused, RequestState
from bot.store.exceptions import Event
from tests.integration.exceptions.desk import GIVES, WHY, Desk
from tests.integration.store.outside import FixedClock


def decide(desk: Desk, number: int, user: str, choice: Choice = Choice.APPROVE, origin: str = "", **more: Any) -> Any:
    authority = more.pop("authority", "deal-desk")
    origin = origin or f"press:{user}:{number}"
    return desk.service.decide(number, authority, desk.asker(user), choice, origin=origin, words="Because.", **more)


def decisions(desk: Desk) -> int:
    return len(desk.store.decisions(kind="exception.decided"))


@pytest.mark.parametrize(("discount", "holds"), [(11, True), (12, True), (13, False), (20, False)])
def test_a_decision_on_a_deal_that_changed_behind_the_card_is_one_on_the_card(
    desk: Desk, discount: int, holds: bool
) -> None:
    """The rep makes the deal worse while the card lies open: the approval that then comes does not cover it."""
    key = desk.deal()
    number = desk.ask(key).number
    desk.deal(discount=discount)
    decided = decide(desk, number, "U0ALEX")
    assert decided.subject.facts["discount"] == 12
    coverage = desk.coverage(key)
    assert coverage.granted is holds
    if not holds:
        again = desk.ask(key, origin="again")
        assert [finding.check for finding in again.parts[0].findings] == ["discount"]


def test_who_lost_the_authority_behind_the_card_decides_nothing(desk: Desk) -> None:
    number = desk.ask(desk.deal()).number
    alex = desk.asker("U0ALEX")
    desk.edit_people("people: [alex, rita]", "people: [rita]")
    with pytest.raises((NotThere, Refused)):
        decide(desk, number, "U0ALEX")
    with pytest.raises((NotThere, Refused)):
        desk.service.decide(number, "deal-desk", alex, Choice.APPROVE, origin="held from before")
    desk.edit_people("slack: U0RITA, roles: [rep, approver]", "slack: U0RITA, roles: [approver]")
    desk.edit_people("slack: U0ALEX, roles: [approver]", "slack: U0ALEX, roles: [rep]")
    with pytest.raises(Refused, match="Only approvers"):
        decide(desk, number, "U0ALEX")
    assert decisions(desk) == 0


def test_a_deal_that_became_the_approvers_is_not_theirs_to_decide(desk: Desk) -> None:
    """Dana asks, and the deal is handed to Rita, who holds the authority: it waits for Alex."""
    key = desk.deal()
    number = desk.ask(key).number
    saved = desk.store.deal(key)
    assert saved is not None
    handed = replace(desk.deals.deal_of(saved), owner="rita@firm.example")
    desk.store.save_deal(handed, verdict=desk.live.current().judge(handed), key=key)
    with pytest.raises(Refused, match="Nobody decides their own"):
        decide(desk, number, "U0RITA")
    assert decide(desk, number, "U0ALEX").state is RequestState.GRANTED


def test_the_same_press_again_or_by_another_changes_nothing(desk: Desk) -> None:
    key = desk.deal()
    made = desk.ask(key, origin="form:1")
    for user in ("U0SAM", "U0TOM", "U0GRACE"):
        with pytest.raises(NotThere):
            desk.service.ask(key, desk.asker(user), why=WHY, gives=GIVES, origin="form:1")
    assert desk.ask(key, "U0MORGAN", origin="form:1").requester.key == "dana"
    assert len(desk.store.exceptions.find()) == 1
    decide(desk, made.number, "U0ALEX", origin="press:1")
    again = decide(desk, made.number, "U0RITA", Choice.DECLINE, origin="press:1")
    assert again.parts[0].decision.by.key == "alex"
    with pytest.raises(Refused, match="Alex Kim has decided"):
        decide(desk, made.number, "U0RITA", Choice.DECLINE, origin="press:2")
    with pytest.raises(Refused):
        desk.service.ask_rep(made.number, "deal-desk", desk.asker("U0RITA"), "Why?", origin="late")
    assert decisions(desk) == 1


def test_what_is_over_takes_no_decision_and_an_ended_approval_covers_nothing(desk: Desk, clock: FixedClock) -> None:
    key = desk.deal()
    old = desk.ask(key, origin="one").number
    new = desk.ask(key, origin="two").number
    with pytest.raises(Refused, match="nothing to decide any more: it was asked anew"):
        decide(desk, old, "U0ALEX")
    decide(desk, new, "U0ALEX", until=clock.now + timedelta(days=2))
    assert desk.coverage(key).granted
    clock.forward(days=3)
    assert not desk.coverage(key).granted, "also before the job has marked it"
    with pytest.raises(Refused):
        decide(desk, new, "U0RITA", origin="revive")
    desk.service.pursue(new)
    assert desk.service.known(new).state is RequestState.EXPIRED
    assert desk.store.exceptions.altered() == []


def test_the_rep_is_warned_once_before_the_end_and_not_of_what_is_over(each_desk: Desk, clock: FixedClock) -> None:
    desk = each_desk
    desk.edit_profile(
        "  expires_in: 10 days", "  expires_in: 10 days\n  warn_before: 3 working days\n  closed_on: [2026-12-22]"
    )
    number = desk.ask(desk.deal()).number
    part = decide(desk, number, "U0ALEX").parts[0]
    assert part.decision.until == datetime.fromisoformat("2026-12-23T09:30:00+00:00")
    assert part.warn_at == datetime.fromisoformat("2026-12-17T09:30:00+00:00"), "the weekend and a holiday do not count"
    clock.now = part.warn_at - timedelta(seconds=1)
    assert desk.service.due() == []
    clock.forward(seconds=1)
    assert desk.service.due() == [number]
    _, events = desk.service.pursue(number)
    assert [event.kind for event in events] == ["exception.warned"]
    assert desk.service.due() == []
    assert desk.service.pursue(number) is None
    assert desk.service.known(number).parts[0].state is PartState.APPROVED
    short = desk.ask(desk.deal("Short")).number
    assert decide(desk, short, "U0ALEX", until=clock.now + timedelta(days=1)).parts[0].warn_at is None
    assert desk.store.exceptions.altered() == []


def test_what_is_said_of_an_end_depends_on_whether_the_deal_is_still_open(desk: Desk) -> None:
    from bot.slack.work.exception_due import said_of

    number = desk.ask(desk.deal()).number
    request = decide(desk, number, "U0ALEX")
    for kind in ("warned", "expired"):
        event = Event(f"exception.{kind}", "dealfit", {"authority": "deal-desk"})
        told = said_of(request, event)
        assert told is not None
        assert (told[0], "ask again" in told[1]) == ("", True)
        assert said_of(request, event, sold=True) is None
    nobody = Event("exception.expired", "dealfit", {"authority": "gone"})
    assert said_of(request, nobody) is None
