"""What the page asks for on a person's behalf: each act is one of those that tests use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.playground.acts_views import ViewActs
from bot.playground.errors import NoSuchThing
from bot.playground.model import Json, Message, View


class PageActs:
    """Carries out what the page sends: `{"act": ..., "user": ..., ...}`."""

    def __init__(self, acts: ViewActs) -> None:
        self._acts = acts
        self._known: dict[str, Callable[[str, Json], Json | None]] = {
            "post": self._post,
            "edit": lambda user, body: self._acts.edit_as(user, *_place(body), str(body["text"])),
            "delete": lambda user, body: self._acts.delete_as(user, *_place(body)),
            "dismiss": lambda user, body: self._acts.dismiss(user, *_place(body)),
            "stop": lambda user, body: self._acts.stop_stream(user, *_place(body)),
            "command": self._command,
            "press": self._press,
            "shortcut": self._shortcut,
            "submit": self._submit,
            "close": self._close,
            "home": lambda user, body: self._acts.open_home(user, str(body["tab"])),
        }

    def act(self, body: object) -> Json:
        """Carry one act out. Raises NoSuchThing, or what is wrong with the request itself."""
        if not isinstance(body, dict):
            raise NoSuchThing("An act is an object: what to do, and who does it.")
        known = self._known.get(str(body.get("act")))
        if known is None:
            raise NoSuchThing(f"There is no act {body.get('act')!r}.")
        return known(str(body["user"]), body) or {}

    def _post(self, user: str, body: Json) -> Json:
        return {"ts": self._acts.post_as(user, str(body["channel"]), str(body["text"]), body.get("thread_ts"))}

    def _command(self, user: str, body: Json) -> Json:
        done = self._acts.slash_command(
            user, str(body["channel"]), str(body["command"]), str(body["text"]), body.get("thread_ts")
        )
        return {"acked": done.acked, "problem": done.error}

    def _press(self, user: str, body: Json) -> Json:
        target: Message | View | None
        if body.get("view_id"):
            target = self._acts.workspace.view(str(body["view_id"]))
            if isinstance(target, View):
                self._acts.enter(user, target, _values(body))
        else:
            target = self._acts.workspace.message(*_place(body))
        if target is None:
            raise NoSuchThing("What you pressed is gone: the message or form was replaced.")
        done = self._acts.press(user, target, str(body["action_id"]), body.get("value"), body.get("block_id"))
        return {"acked": done.acked, "problem": done.error}

    def _shortcut(self, user: str, body: Json) -> Json:
        done = self._acts.message_shortcut(user, str(body["callback_id"]), *_place(body))
        return {"acked": done.acked, "problem": done.error}

    def _submit(self, user: str, body: Json) -> Json:
        done = self._acts.submit_view(user, str(body["view_id"]), _values(body))
        return {"acked": done.acked, "problem": done.error, "errors": done.errors}

    def _close(self, user: str, body: Json) -> None:
        self._acts.close_view(user, str(body["view_id"]), everything=bool(body.get("everything")))


def _place(body: Json) -> tuple[str, str]:
    return str(body["channel"]), str(body["ts"])


def _values(body: Json) -> dict[tuple[str, str], Any]:
    return {(str(block_id), str(action_id)): value for block_id, action_id, value in body.get("values") or []}
