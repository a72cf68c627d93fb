"""The Home tab: drawn anew each time somebody opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.checking.access import UNKNOWN
from bot.checking.asker import Asker
from bot.checking.examples import Examples
from bot.exceptions.model import RequestState
from bot.pipeline.view import AccessDenied
from bot.profile.people import Role
from bot.slack.blocks.elements import Block
from bot.slack.blocks.home import MOST_DEALS, guest_view, home_view
from bot.slack.blocks.pipeline_glance import home_glance
from bot.slack.durable import Steps
from bot.slack.services import Services
from bot.slack.work.exception_history import covered_words
from bot.slack.work.pipeline_messages import PipelineMessages

SHOWN = {RequestState.OPEN, RequestState.GRANTED, RequestState.DECLINED}
"""Of one's own exceptions: those that say what can be done now."""


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
        if asker.unknown:
            return guest_view(UNKNOWN)
        if asker.guest:
            return guest_view()
        profile = services.live.current().profile
        decides = [
            services.people().authority_name(name) for name in (asker.person.authorities if asker.person else ())
        ]
        deals = services.desk.mine(asker, limit=MOST_DEALS + 1)
        return home_view(
            name=asker.name,
            roles=asker.roles,
            deals=deals,
            waiting=services.exceptions.to_decide(asker),
            asked=[request for request in services.exceptions.mine(asker) if request.state in SHOWN],
            covered=covered_words(services, deals),
            decides=decides,
            profile=profile.id,
            pipeline=Role.MANAGER in asker.roles,
            glance=self._glance(asker) if Role.MANAGER in asker.roles else (),
            authorities={key: each.name for key, each in services.people().authorities.items()},
            example="" if deals else Examples(profile).deal(),
        )

    def _glance(self, asker: Asker) -> list[Block]:
        """The pipeline in short. A Home tab without it is better than none."""
        try:
            overview = self._services.pipeline.overview(asker)
        except AccessDenied:
            return []
        return home_glance(PipelineMessages(self._services).glance_of(overview, asker))

    def _publish(self, user: str, view: dict[str, Any]) -> None:
        self._services.client.views_publish(user_id=user, view=view)
