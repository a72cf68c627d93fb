from __future__ import annotations

import pytest

from bot.pipeline.stages import Status, status_of


@pytest.mark.parametrize(
    "stage", ["won", "Closed Won", "closed-won", "CLOSED_WON", "closedwon", " Closed   won ", "Churned", "won, churned"]
)
def test_won(stage: str) -> None:
    assert status_of(stage.replace(",", "")) is Status.WON


@pytest.mark.parametrize("stage", ["Lost", "closed lost", "Closed-Lost", "closedlost", "Walked away", "DISQUALIFIED"])
def test_lost(stage: str) -> None:
    assert status_of(stage) is Status.LOST


@pytest.mark.parametrize("stage", [None, "", "Proposal", "almost won", "Closed", "won back later?", "Engaging"])
def test_everything_else_is_open(stage: str | None) -> None:
    assert status_of(stage) is Status.OPEN
