"""Canvases: made of Markdown, for those who were let in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from bot.playground.api.call import Call, Method
from bot.playground.errors import Refused
from bot.playground.model import Json

MOST_CHARACTERS = 100_000
LEVELS = frozenset({"read", "write", "owner"})


@dataclass
class Canvas:
    """A canvas, and the access that people have to it, by user id."""

    id: str
    title: str
    markdown: str
    access: dict[str, str] = field(default_factory=dict)


class Canvases:
    """The workspace's canvases, in memory."""

    def __init__(self) -> None:
        self._canvases: dict[str, Canvas] = {}
        self._lock = threading.Lock()

    def get(self, canvas_id: str) -> Canvas | None:
        """Return a canvas."""
        return self._canvases.get(canvas_id)

    def methods(self) -> dict[str, Method]:
        """Return the methods, bound to these canvases."""
        return {"canvases.create": self.create, "canvases.access.set": self.let_in}

    def create(self, call: Call) -> Json:
        """Answer `canvases.create`."""
        content = call.structure("document_content", "invalid_arguments") or {}
        if not isinstance(content, dict) or content.get("type", "markdown") != "markdown":
            error = "canvas_creation_failed"
            raise Refused(error)
        markdown = str(content.get("markdown") or "")
        if len(markdown) > MOST_CHARACTERS:
            error = "canvas_creation_failed"
            raise Refused(error)
        made = Canvas(call.context.ids.make("F0"), call.text("title"), markdown)
        made.access[call.workspace.app.user_id] = "owner"
        with self._lock:
            self._canvases[made.id] = made
        return {"canvas_id": made.id}

    def let_in(self, call: Call) -> Json:
        """Answer `canvases.access.set` for users."""
        call.required("canvas_id", "access_level", "user_ids")
        found = self.get(call.text("canvas_id"))
        if found is None:
            error = "canvas_not_found"
            raise Refused(error)
        if call.text("access_level") not in LEVELS:
            error = "invalid_parameters"
            raise Refused(error)
        users = [name for name in call.text("user_ids").split(",") if name]
        if any(user not in call.workspace.users for user in users):
            error = "user_not_found"
            raise Refused(error)
        with self._lock:
            found.access |= dict.fromkeys(users, call.text("access_level"))
        return {}
