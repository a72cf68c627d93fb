"""The Home tab: drawn anew each time somebody opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.profile.people import Role
from bot.slack.blocks.home import home_view
from bot.slack.durable import Steps
from bot.slack.services import Services


class HomeWork:
    """The handler of opened Home tabs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def publish(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Draw and publish the tab of one person."""
        view = steps("draw", lambda: self._draw(str(payload["user"])))
        steps("publish", lambda: self._publish(str(payload["user"]), view), attempts=3)

    def _draw(self, user: str) -> dict[str, Any]:
        services = self._services
        asker = services.askers.of(user)
        profile = services.live.current().profile
        decides = [
            services.people().authority_name(name) for name in (asker.person.authorities if asker.person else ())
        ]
        return home_view(
            name=asker.name,
            roles=asker.roles,
            deals=services.desk.mine(asker),
            decides=decides,
            profile=profile.id,
            pipeline=Role.MANAGER in asker.roles,
        )

    def _publish(self, user: str, view: dict[str, Any]) -> None:
        self._services.client.views_publish(user_id=user, view=view)
