"""Trigger ids live 3 s and work once; response URLs live 30 minutes and work five times."""

from __future__ import annotations

import pytest

from bot.playground.ids import Ids
from bot.playground.triggers import TriggerRefused, Triggers
from tests.unit.playground.clocks import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def triggers(clock: HandClock) -> Triggers:
    return Triggers(Ids(clock))


def refusal(triggers: Triggers, trigger_id: str) -> str:
    with pytest.raises(TriggerRefused) as caught:
        triggers.exchange(trigger_id)
    return caught.value.error


def test_a_trigger_lives_three_seconds(clock: HandClock, triggers: Triggers) -> None:
    in_time, late = triggers.new_trigger("U1", "V1"), triggers.new_trigger("U1")
    clock.tick(3.0)
    assert triggers.exchange(in_time) == ("U1", "V1")
    clock.tick(0.01)
    assert refusal(triggers, late) == "expired_trigger_id"


def test_a_trigger_works_once(triggers: Triggers) -> None:
    trigger = triggers.new_trigger("U1")
    triggers.exchange(trigger)
    assert refusal(triggers, trigger) == "exchanged_trigger_id"
    assert refusal(triggers, "1.2.made-up") == "invalid_trigger_id"


def test_a_response_url_works_five_times(triggers: Triggers) -> None:
    secret = triggers.new_response("U1", "C1")
    for _ in range(5):
        assert triggers.respond(secret).channel == "C1"
    with pytest.raises(TriggerRefused, match="used_url"):
        triggers.respond(secret)


def test_a_response_url_lives_thirty_minutes(clock: HandClock, triggers: Triggers) -> None:
    secret = triggers.new_response("U1", "C1")
    clock.tick(1800)
    triggers.respond(secret)
    clock.tick(1)
    with pytest.raises(TriggerRefused, match="expired_url"):
        triggers.respond(secret)


def test_timestamps_never_repeat_while_the_clock_stands_still(clock: HandClock) -> None:
    ids = Ids(clock)
    made = [ids.ts() for _ in range(1000)]
    assert sorted(set(made)) == made
