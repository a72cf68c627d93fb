"""Streamed messages: started, appended to, stopped; dead after five minutes."""

from __future__ import annotations

from typing import Any

from bot.playground.api.call import Call, Method
from bot.playground.api.chat import end_status, read_blocks, read_metadata, read_thread
from bot.playground.checker import Problem
from bot.playground.elements import with_ids
from bot.playground.errors import Refused
from bot.playground.limits import check_blocks
from bot.playground.model import Json, Message

STREAM_SECONDS = 5 * 60.0
APPEND = 12_000
_STATUSES = ("pending", "in_progress", "complete", "error")


class Stream:
    """What a stream has said so far, in order: text, tasks, blocks."""

    def __init__(self, started: float, mode: str) -> None:
        self.started = started
        self.mode = mode
        self.plan_title = "Working on it"
        self.parts: list[tuple[str, Any]] = []
        self.tasks: dict[str, Json] = {}

    def add_text(self, text: str) -> None:
        """Add text to the last text, or after what came since."""
        if self.parts and self.parts[-1][0] == "text":
            text = self.parts.pop()[1] + text
        self.parts.append(("text", text))

    def add_task(self, chunk: Json) -> None:
        """Add a task or bring it up to date; its details and output grow."""
        task_id = str(chunk["id"])
        if task_id not in self.tasks:
            self.tasks[task_id] = {"type": "task_card", "task_id": task_id}
            self.parts.append(("task", task_id))
        task = self.tasks[task_id]
        task |= {"title": chunk["title"], "status": chunk["status"]}
        for name in ("details", "output"):
            if chunk.get(name):
                task[name] = _grown(task.get(name), str(chunk[name]))
        if chunk.get("sources"):
            task["sources"] = [*task.get("sources", []), *chunk["sources"]]

    @property
    def text(self) -> str:
        """All the text."""
        return "".join(part for kind, part in self.parts if kind == "text")

    def blocks(self) -> list[Json]:
        """Return the message's blocks as they stand."""
        made: list[Json] = []
        if self.mode == "plan" and self.tasks:
            tasks = list(self.tasks.values())
            made.append({"type": "plan", "block_id": "plan", "title": self.plan_title, "tasks": tasks})
        for number, (kind, part) in enumerate(self.parts):
            if kind == "text":
                made.append({"type": "markdown", "block_id": f"text{number}", "text": part})
            elif kind == "blocks":
                made += part
            elif self.mode != "plan":
                made.append({**self.tasks[part], "block_id": f"task{number}"})
        return made


def _grown(before: Json | None, text: str) -> Json:
    sections = list(before["elements"]) if before else []
    sections.append({"type": "rich_text_section", "elements": [{"type": "text", "text": text}]})
    return {"type": "rich_text", "elements": sections}


def _take(call: Call, stream: Stream) -> None:
    text = call.text("markdown_text")
    chunks = call.structure("chunks", "invalid_chunks") or []
    if not isinstance(chunks, list):
        error = "invalid_chunks"
        raise Refused(error)
    problems = [
        problem for number, chunk in enumerate(chunks) for problem in _chunk_problems(chunk, f"/chunks/{number}")
    ]
    if problems:
        error = "invalid_chunks"
        raise Refused(error, problems)
    if len(text) + sum(len(chunk.get("text", "")) for chunk in chunks) > APPEND:
        error = "msg_too_long"
        raise Refused(error)
    if text:
        stream.add_text(text)
    for chunk in chunks:
        _add(call, stream, chunk)


def _add(call: Call, stream: Stream, chunk: Json) -> None:
    if chunk["type"] == "markdown_text":
        stream.add_text(chunk["text"])
    elif chunk["type"] == "plan_update":
        stream.plan_title = chunk["title"]
    elif chunk["type"] == "task_update":
        stream.add_task(chunk)
    else:
        stream.parts.append(("blocks", with_ids(chunk["blocks"], call.context.ids)))


def _chunk_problems(chunk: object, pointer: str) -> list[Problem]:
    if not isinstance(chunk, dict):
        return [Problem("must provide an object", pointer)]
    needed = {
        "markdown_text": ("text",),
        "plan_update": ("title",),
        "task_update": ("id", "title", "status"),
        "blocks": (),
    }.get(str(chunk.get("type")))
    if needed is None:
        return [Problem(f"unsupported type: {chunk.get('type')}", f"{pointer}/type")]
    if chunk["type"] == "blocks":
        return check_blocks(chunk.get("blocks"), "message", f"{pointer}/blocks")
    problems = [
        Problem(f"missing required field: {name}", pointer) for name in needed if not isinstance(chunk.get(name), str)
    ]
    if chunk["type"] == "task_update" and chunk.get("status") not in _STATUSES:
        problems.append(Problem(f"must be one of: {', '.join(_STATUSES)}", f"{pointer}/status"))
    return problems


class Streams:
    """The streams that are open. A stream belongs to one message."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Stream] = {}

    def methods(self) -> dict[str, Method]:
        """Return the methods, bound to these streams."""
        return {"chat.startStream": self.start, "chat.appendStream": self.append, "chat.stopStream": self.stop}

    def start(self, call: Call) -> Json:
        """Answer `chat.startStream`."""
        channel = call.channel(member=True, open_only=True)
        call.required("thread_ts")
        if not channel.is_im:
            for name in ("recipient_team_id", "recipient_user_id"):
                if not call.text(name):
                    error = f"missing_{name}"
                    raise Refused(error)
        mode = call.text("task_display_mode", "timeline")
        if mode not in ("timeline", "plan"):
            error = "invalid_arguments"
            raise Refused(error, [Problem("must be one of: timeline, plan", "/task_display_mode")])
        thread_ts = read_thread(call, channel)
        stream = Stream(call.context.ids.now(), mode)
        _take(call, stream)
        app = call.workspace.app
        message = Message(
            ts=call.context.ids.ts(),
            channel=channel.id,
            user=app.user_id,
            text=stream.text,
            blocks=stream.blocks(),
            thread_ts=thread_ts,
            bot_id=app.bot_id,
            app_id=app.app_id,
            username=call.text("username") or None,
            streaming_state="in_progress",
        )
        self._open[(channel.id, message.ts)] = stream
        call.workspace.add_message(message)
        end_status(call, channel.id, thread_ts)
        return {"channel": channel.id, "ts": message.ts}

    def append(self, call: Call) -> Json:
        """Answer `chat.appendStream`."""
        message, stream = self._find(call)
        if not call.text("markdown_text") and not call.args.get("chunks"):
            error = "no_text"
            raise Refused(error)
        _take(call, stream)
        message.text, message.blocks = stream.text, stream.blocks()
        call.workspace.touch_message(message)
        return {"channel": message.channel, "ts": message.ts}

    def stop(self, call: Call) -> Json:
        """Answer `chat.stopStream`: the last text, then blocks under it, and the message is final."""
        message, stream = self._find(call)
        blocks, metadata = read_blocks(call), read_metadata(call)
        _take(call, stream)
        message.text, message.blocks = stream.text, [*stream.blocks(), *blocks]
        message.metadata = metadata or message.metadata
        message.streaming_state = "completed"
        del self._open[(message.channel, message.ts)]
        call.workspace.touch_message(message)
        call.context.announcer.announce(message)
        return {"channel": message.channel, "ts": message.ts, "message": message.to_wire(call.workspace.team_id)}

    def _find(self, call: Call) -> tuple[Message, Stream]:
        channel = call.channel()
        call.required("ts")
        message = call.workspace.message(channel.id, call.text("ts"))
        if message is None:
            error = "message_not_found"
            raise Refused(error)
        if not message.from_app:
            error = "message_not_owned_by_app"
            raise Refused(error)
        stream = self._open.get((channel.id, message.ts))
        if stream is not None and call.context.ids.now() - stream.started > STREAM_SECONDS:
            message.streaming_state = "completed"
            self._open.pop((channel.id, message.ts))
            call.workspace.touch_message(message)
            stream = None
        if message.streaming_state == "stopped_by_user":
            error = "stopped_by_user"
            raise Refused(error)
        if stream is None:
            error = "message_not_in_streaming_state"
            raise Refused(error)
        return message, stream
