"""The form for what was measured: no number or choice that a payload may hold breaks it before its acknowledgement."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace as Stands
from typing import Any

import pytest

from bot.slack import ids
from bot.slack.blocks.reviews import DAY, OUTCOME, VALUE
from bot.slack.inbox import Work
from bot.slack.listeners.selling import register


class App:
    """Keeps the listeners."""

    def __init__(self) -> None:
        self.views: dict[str, Any] = {}

    def action(self, _: Any) -> Any:
        return lambda do: do

    def view(self, callback: str) -> Any:
        return lambda do: self.views.setdefault(callback, do)


@pytest.mark.parametrize(
    ("number", "chosen", "errors"),
    [
        ("98.6", "1", set()),
        ("-0.5", "0", set()),
        ("98.6", "2", {OUTCOME}),
        ("98.6", "9" * 5000, {OUTCOME}),
        ("98.6", "\u0661", {OUTCOME}),
        ("98.6", "", {OUTCOME}),
        ("1e999999999", "1", {VALUE}),
        ("1e-999999999", "1", {VALUE}),
        ("NaN", "1", {VALUE}),
        ("many", "1", {VALUE}),
    ],
)
def test_the_form_for_what_was_measured(number: str, chosen: str, errors: set[str]) -> None:
    app: Any = App()
    services: Any = Stands(askers=Stands(of=lambda user: user), clock=lambda: datetime(2026, 11, 23, tzinfo=UTC))
    states = [Stands(outcome=Stands(metric=metric)) for metric in ("up-time", "days to deploy")]
    reviews: Any = Stands(customer=lambda asker, key: key, states=lambda customer: states)
    put: list[Work] = []
    acked: list[dict[str, Any]] = []
    register(app, services, put.append, reviews)
    values = {
        VALUE: {"value": number},
        DAY: {"selected_date": "2026-11-20"},
        OUTCOME: {"selected_option": {"value": chosen}},
    }
    view = {
        "id": "V1",
        "hash": "h",
        "state": {"values": {block: {ids.INPUT: given} for block, given in values.items()}},
    }
    app.views[ids.REVIEW_FORM](lambda **said: acked.append(said), {"user": {"id": "U1"}}, view)
    (ack,) = acked
    assert set(ack.get("errors") or {}) == errors
    assert [work.payload["outcome"] for work in put] == ([] if errors else [states[int(chosen)].outcome.metric])
