"""A card that is drawn while somebody changes the request ends as the request stands, whoever draws last."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace as Stands
from typing import Any

from bot.slack.work.exception_cards import ExceptionCards

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Cards(ExceptionCards):
    """Draws the version."""

    def status_message(self, request: Any) -> dict[str, Any]:
        return {"text": f"version {request.version}", "blocks": []}


def test_who_draws_an_older_version_last_draws_again() -> None:
    versions = [1, 2, 2, 2]  # the other one decides, and draws, after we have looked
    drawn: list[str] = []
    outbox = Stands(after=lambda kind, do, instead: None)
    replies = Stands(outbox=outbox, update=lambda channel, ts, text, blocks: drawn.append(text))
    service = Stands(known=lambda number: Stands(number=number, version=versions.pop(0)))
    services: Any = Stands(replies=replies, exceptions=service, directory=None, clock=lambda: NOW)
    task = {"number": 7, "part": "", "channel": "D1", "ts": "1.5"}
    cards = Cards(services)
    cards.draw_anew(task, lambda name, do, attempts=1: do())
    assert drawn == ["version 1", "version 2"]
    assert versions == []
    versions[:] = [2, 2]
    cards.draw_anew(task, lambda name, do, attempts=1: do())
    assert drawn[2:] == ["version 2"]
