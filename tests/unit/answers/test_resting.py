"""A model that hangs keeps the first waiting and not the others; one question tries it again."""

from __future__ import annotations

from bot.answers.compose import Composed
from bot.answers.draft import Draft
from bot.answers.evidence import Evidence
from bot.answers.resting import REST_SECONDS, RESTING, RestingComposer
from bot.answers.streaming import Counted
from bot.answers.writing import NO_REPLY, UNCARRIED


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Writer:
    """Takes so many seconds, and writes or not."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.seconds, self.writes, self.asked = clock, 20.0, False, 0
        self.failing: str | None = NO_REPLY

    def compose(self, *_):
        self.asked += 1
        self.clock.now += self.seconds
        return Composed("model" if self.writes else "extractive", notice=None if self.writes else self.failing)

    def rewrite(self, *_):
        return "again"


def test_after_a_long_wait_for_nothing_the_playbooks_are_quoted_at_once_until_one_tries_again():
    clock = Clock()
    writer = Writer(clock)
    resting = RestingComposer(writer, clock)

    def ask() -> Composed:
        return resting.compose(Evidence("x", {}), Draft(None), Counted())

    assert ask().notice == NO_REPLY
    assert [ask().notice for _ in range(3)] == [RESTING] * 3
    assert (writer.asked, resting.rewrite("and 45?", [], Counted())) == (1, None)
    clock.now += REST_SECONDS
    assert ask().notice == NO_REPLY
    assert (ask().notice, writer.asked) == (RESTING, 2)
    clock.now += REST_SECONDS
    writer.writes = True
    assert [ask().composer for _ in range(2)] == ["model", "model"]
    assert resting.rewrite("and 45?", [], Counted()) == "again"


def test_a_model_that_refuses_at_once_is_asked_each_time():
    clock = Clock()
    writer = Writer(clock)
    writer.seconds = 0.2
    resting = RestingComposer(writer, clock)
    assert [resting.compose(Evidence("x", {}), Draft(None), Counted()).notice for _ in range(3)] == [NO_REPLY] * 3
    assert writer.asked == 3


def test_a_slow_model_that_says_that_nothing_answers_or_writes_badly_is_not_left_alone():
    clock = Clock()
    writer = Writer(clock)
    resting = RestingComposer(writer, clock)
    for said in (None, UNCARRIED):
        writer.failing = said
        assert [resting.compose(Evidence("x", {}), Draft(None), Counted()).notice for _ in range(2)] == [said] * 2
    assert writer.asked == 4
