"""The page's side of the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.routing import BaseRoute

from bot.playground.acts_views import ViewActs
from bot.playground.api.files import Files


class Page:
    """Serves the page."""

    def __init__(
        self, acts: ViewActs, files: Files, hints: Mapping[str, Sequence[str]], connected: Callable[[], bool]
    ) -> None:
        self._acts = acts

    def routes(self) -> list[BaseRoute]:
        """Return the page's addresses."""
        return []
