"""What Slack can send us, one module for each kind; each registers its listeners, acks, and hands the work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.slack.inbox import Work
from bot.slack.listeners import actions, commands, events, exceptions, pipeline, selling, shortcuts, strategy, views
from bot.slack.services import Services

if TYPE_CHECKING:
    from slack_bolt import App

Put = Callable[[Work], None]


def register(app: App, services: Services, put: Put) -> None:
    """Register every listener of the app."""
    events.register(app, services)
    commands.register(app, services, put)
    actions.register(app, services, put)
    views.register(app, services, put)
    pipeline.register(app, services, put)
    shortcuts.register(app, services, put)
    selling.register(app, services, put, services.selling.reviews)
    exceptions.register(app, services, put)
    strategy.register(app, put)
