"""Response URLs: what the app may still say to an interaction, five times in thirty minutes."""

from __future__ import annotations

import json

from bot.playground.acts import Acts
from bot.playground.elements import with_ids
from bot.playground.faults import RESPONSE_URL, Faults
from bot.playground.ids import Ids
from bot.playground.limits import check_blocks, message_error, refusal
from bot.playground.model import Json, Message
from bot.playground.triggers import ResponseTarget, TriggerRefused, Triggers


class Responses:
    """Answers what the app posts to a response URL."""

    def __init__(self, acts: Acts, triggers: Triggers, ids: Ids, faults: Faults) -> None:
        self._acts = acts
        self._triggers = triggers
        self._ids = ids
        self._faults = faults

    def answer(self, secret: str, raw: bytes) -> tuple[int, str]:
        """Carry out one post to a response URL; returns status and body. Faults know it as `response_url`."""
        fault = self._faults.for_call(RESPONSE_URL)
        if fault is not None:
            return fault.status, fault.error or ""
        try:
            target = self._triggers.respond(secret)
        except TriggerRefused as refused:
            return 404, json.dumps({"ok": False, "error": refused.error})
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            return 400, "invalid_payload"
        if not isinstance(body, dict):
            return 400, "invalid_payload"
        error = _refused(body)
        if error:
            return 400, error
        return self._carry_out(target, body)

    def _carry_out(self, target: ResponseTarget, body: Json) -> tuple[int, str]:
        workspace = self._acts.workspace
        original = workspace.message(target.channel, target.message_ts) if target.message_ts else None
        if body.get("delete_original"):
            if original is None:
                return 404, "message_not_found"
            workspace.remove_message(original)
            return 200, "ok"
        if body.get("replace_original"):
            if original is None:
                return 404, "message_not_found"
            self._replace(original, body)
            return 200, "ok"
        if not body.get("text") and not body.get("blocks"):
            return 400, "no_text"
        self._acts.respond(target.user, target.channel, body, target.thread_ts)
        return 200, "ok"

    def _replace(self, original: Message, body: Json) -> None:
        original.text = str(body.get("text") or "")
        original.blocks = with_ids(body.get("blocks") or [], self._ids)
        original.metadata = body.get("metadata") or original.metadata
        original.chosen.clear()
        self._acts.workspace.touch_message(original)


def _refused(body: Json) -> str | None:
    blocks = body.get("blocks") or []
    problems = check_blocks(blocks) if blocks else []
    if problems:
        return refusal(problems)
    return message_error(str(body.get("text") or ""), blocks)
