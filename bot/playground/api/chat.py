"""Messages: post, update, delete."""

from __future__ import annotations

from bot.playground.api.call import Call, Method
from bot.playground.checker import Problem
from bot.playground.elements import with_ids
from bot.playground.errors import Refused
from bot.playground.limits import check_blocks, message_error, refusal
from bot.playground.model import Channel, Json, Message


def read_blocks(call: Call) -> list[Json]:
    """Return the call's blocks, checked. Raises Refused (`invalid_blocks_format`, `invalid_blocks` and its kind)."""
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        error = "invalid_blocks_format"
        raise Refused(error)
    problems = check_blocks(blocks)
    if problems:
        raise Refused(refusal(problems), problems)
    return with_ids(blocks, call.context.ids)


def read_metadata(call: Call) -> Json | None:
    """Return the call's metadata. Raises Refused when it is not an event type with a payload."""
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        error = "invalid_metadata_schema"
        raise Refused(error)
    return metadata


def read_thread(call: Call, channel: Channel) -> str | None:
    """Return the thread to reply in. Raises Refused when there is no such message, or it is itself a reply."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    parent = call.workspace.message(channel.id, thread_ts)
    if parent is None:
        error = "thread_not_found"
        raise Refused(error)
    if parent.is_reply or parent.ephemeral_to:
        error = "cannot_reply_to_message"
        raise Refused(error)
    return thread_ts


def _content(call: Call) -> tuple[str, list[Json], list[Json]]:
    text, markdown = call.text("text"), call.text("markdown_text")
    if markdown and (text or call.args.get("blocks")):
        error = "markdown_text_conflict"
        raise Refused(error)
    blocks = read_blocks(call)
    attachments = call.structure("attachments", "invalid_attachments") or []
    if not (text.strip() or markdown.strip() or blocks or attachments):
        error = "no_text"
        raise Refused(error)
    error_name = message_error(text, blocks, markdown)
    if error_name:
        raise Refused(error_name)
    if markdown:
        blocks = with_ids([{"type": "markdown", "text": markdown}], call.context.ids)
    return text or markdown, blocks, attachments


def _new_message(call: Call, channel: Channel, ephemeral_to: str | None = None) -> Message:
    text, blocks, attachments = _content(call)
    app = call.workspace.app
    return Message(
        ts=call.context.ids.ts(),
        channel=channel.id,
        user=app.user_id,
        text=text,
        blocks=blocks,
        attachments=attachments,
        thread_ts=read_thread(call, channel),
        bot_id=app.bot_id,
        app_id=app.app_id,
        username=call.text("username") or None,
        metadata=read_metadata(call),
        ephemeral_to=ephemeral_to,
        reply_broadcast=call.flag("reply_broadcast"),
    )


def end_status(call: Call, channel: str, thread_ts: str | None) -> None:
    """Take "is thinking..." away, as Slack does once the app writes."""
    if thread_ts and call.workspace.statuses.pop((channel, thread_ts), None) is not None:
        call.workspace.changed("status", channel=channel, thread_ts=thread_ts)


def post_message(call: Call) -> Json:
    """Answer `chat.postMessage`."""
    channel = call.channel(member=True, open_only=True)
    message = call.workspace.add_message(_new_message(call, channel))
    end_status(call, channel.id, message.thread_ts)
    call.context.announcer.announce(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.to_wire(call.workspace.team_id)}


def post_ephemeral(call: Call) -> Json:
    """Answer `chat.postEphemeral`."""
    channel, user = call.channel(member=True, open_only=True), call.user()
    if user.id not in channel.members:
        error = "user_not_in_channel"
        raise Refused(error)
    message = call.workspace.add_message(_new_message(call, channel, user.id))
    return {"message_ts": message.ts}


def _own(call: Call, missing: str, foreign: str) -> Message:
    channel = call.channel()
    call.required("ts")
    message = call.workspace.message(channel.id, call.text("ts"))
    if message is None or message.ephemeral_to:
        raise Refused(missing)
    if not message.from_app:
        raise Refused(foreign)
    return message


def update(call: Call) -> Json:
    """Answer `chat.update`. New text without blocks drops the old blocks, as in Slack."""
    message = _own(call, "message_not_found", "cant_update_message")
    if message.streaming_state == "in_progress":
        error = "streaming_state_conflict"
        raise Refused(error)
    previous = message.to_wire(call.workspace.team_id)
    with call.workspace.locked():
        given = [name for name in ("text", "blocks", "attachments", "markdown_text") if call.args.get(name) is not None]
        if given:
            text, blocks, attachments = _content(call)
            message.text, message.blocks, message.attachments = text or message.text, blocks, attachments
            message.chosen.clear()
        metadata = read_metadata(call)
        if not given and metadata is None:
            error = "no_text"
            raise Refused(error)
        message.metadata = metadata or message.metadata
        message.edited_by, message.edited_ts = call.workspace.app.user_id, call.context.ids.ts()
        call.workspace.touch_message(message)
    end_status(call, message.channel, message.thread_ts)
    call.context.announcer.announce_change(message, previous)
    wire = message.to_wire(call.workspace.team_id)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": wire}


def delete(call: Call) -> Json:
    """Answer `chat.delete`."""
    message = _own(call, "message_not_found", "cant_delete_message")
    call.workspace.remove_message(message)
    call.context.announcer.announce_deletion(message)
    return {"channel": message.channel, "ts": message.ts}


def permalink(call: Call) -> Json:
    """Answer `chat.getPermalink` with an address of the playground's own page."""
    channel = call.channel()
    call.required("message_ts")
    ts = call.text("message_ts")
    if call.workspace.message(channel.id, ts) is None:
        error = "message_not_found"
        raise Refused(error, [Problem("no such message", "/message_ts")])
    return {
        "channel": channel.id,
        "permalink": f"{call.context.base_url()}archives/{channel.id}/p{ts.replace('.', '')}",
    }


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
}
