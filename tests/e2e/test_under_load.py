"""Promises 7 and 8, the short form of `make load`: a real process under load, and killed while work flows."""

from __future__ import annotations

from load.kills import kills
from load.stage import stage


def test_twenty_events_a_second_are_all_acknowledged_and_answered_once(indexed):
    with stage(made=indexed, ack_timeout=20.0) as on:  # how many seconds an ack takes is what `make load` measures
        figures = on.measure(20, 3, drain=100)
    late = figures.unacked.get("operation_timeout", 0)  # on a machine that is busy with other things
    assert set(figures.unacked) <= {"operation_timeout"}
    assert late < 30, "however busy the machine is, most are acknowledged in time"
    assert figures.accepted >= 60 - late
    assert figures.once == figures.accepted
    assert (figures.lost, figures.twice, figures.sorry) == (0, 0, 0)


def test_killed_at_random_moments_nothing_that_was_accepted_is_lost_or_answered_twice(indexed):
    figures = kills(4, at_once=1, made=indexed)
    assert figures.kills == 4
    assert figures.accepted >= 2
    assert figures.lost == 0
    assert figures.twice <= 4
    assert figures.sorry == 0
