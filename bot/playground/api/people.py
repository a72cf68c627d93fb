"""People, groups of them, and conversations."""

from __future__ import annotations

from bot.playground.api.call import Call, Method, page_of
from bot.playground.errors import Refused
from bot.playground.model import Channel, Json, Message, User

_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im"}


def _user(call: Call, user: User) -> Json:
    with_email = call.context.manifest.has_scope("users:read.email")
    return user.to_wire(call.workspace.team_id, with_email=with_email)


def users_info(call: Call) -> Json:
    """Answer `users.info`."""
    return {"user": _user(call, call.user())}


def users_list(call: Call) -> Json:
    """Answer `users.list`."""
    members, more = page_of([_user(call, user) for user in call.workspace.users.values()], call)
    return {"members": members, "cache_ts": int(call.context.ids.now()), "response_metadata": more}


def users_by_email(call: Call) -> Json:
    """Answer `users.lookupByEmail`."""
    call.required("email")
    wanted = call.text("email").casefold()
    for user in call.workspace.users.values():
        if user.email.casefold() == wanted and not user.deleted:
            return {"user": _user(call, user)}
    error = "users_not_found"
    raise Refused(error)


def groups_list(call: Call) -> Json:
    """Answer `usergroups.list`."""
    with_users = call.flag("include_users")
    return {
        "usergroups": [
            {
                "id": group.id,
                "team_id": call.workspace.team_id,
                "is_usergroup": True,
                "name": group.name,
                "handle": group.handle,
                "date_delete": 0,
                "user_count": len(group.users),
                **({"users": list(group.users)} if with_users else {}),
            }
            for group in call.workspace.usergroups.values()
        ]
    }


def group_users(call: Call) -> Json:
    """Answer `usergroups.users.list`."""
    call.required("usergroup")
    group = call.workspace.usergroups.get(call.text("usergroup"))
    if group is None:
        error = "no_such_subteam"
        raise Refused(error)
    return {"users": list(group.users)}


def info(call: Call) -> Json:
    """Answer `conversations.info`."""
    return {"channel": call.channel().to_wire(call.workspace.app)}


def list_(call: Call) -> Json:
    """Answer `conversations.list`: public channels when no types are asked for."""
    asked = [name.strip() for name in call.text("types", "public_channel").split(",")]
    if not set(asked) <= set(_KINDS) | {"mpim"}:
        error = "invalid_types"
        raise Refused(error)
    kinds = {_KINDS[name] for name in asked if name in _KINDS}
    app = call.workspace.app
    found = [
        channel.to_wire(app)
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and not (call.flag("exclude_archived") and channel.is_archived)
        and (channel.kind == "channel" or app.user_id in channel.members)
    ]
    channels, more = page_of(found, call)
    return {"channels": channels, "response_metadata": more}


def open_(call: Call) -> Json:
    """Answer `conversations.open`: the DM with one person."""
    if call.text("channel"):
        channel = call.channel()
    else:
        call.required("users")
        names = [name.strip() for name in call.text("users").split(",")]
        if len(names) != 1:
            error = "method_not_supported_for_channel_type"
            raise Refused(error)
        user = call.workspace.users.get(names[0])
        if user is None:
            error = "user_not_found"
            raise Refused(error)
        if user.deleted:
            error = "user_disabled"
            raise Refused(error)
        found = call.workspace.direct_channel(user.id)
        if found is None:
            error = "cannot_dm_bot"
            raise Refused(error)
        channel = found
    wire = channel.to_wire(call.workspace.app) if call.flag("return_im") else {"id": channel.id}
    return {"channel": wire, "no_op": True, "already_open": True}


def members(call: Call) -> Json:
    """Answer `conversations.members`."""
    found, more = page_of([{"id": name} for name in call.channel().members], call)
    return {"members": [one["id"] for one in found], "response_metadata": more}


def _wire(call: Call, channel: Channel, message: Message) -> Json:
    wire = message.to_wire(call.workspace.team_id, with_metadata=call.flag("include_all_metadata"))
    wire.pop("parent_user_id", None)
    if message.is_reply:
        parent = call.workspace.message(channel.id, str(message.thread_ts))
        wire["parent_user_id"] = parent.user if parent else ""
    elif message.replies:
        replies = [call.workspace.message(channel.id, ts) for ts in message.replies]
        writers = list(dict.fromkeys(reply.user for reply in replies if reply is not None))
        wire |= {
            "reply_count": len(message.replies),
            "reply_users": writers,
            "reply_users_count": len(writers),
            "latest_reply": message.replies[-1],
            "is_locked": False,
            "subscribed": False,
        }
    return wire


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest, inclusive = call.text("oldest"), call.text("latest"), call.flag("inclusive")
    low = float(oldest) if oldest else float("-inf")
    high = float(latest) if latest else float("inf")
    return [
        message
        for message in messages
        if low < float(message.ts) < high or (inclusive and float(message.ts) in (low, high))
    ]


def history(call: Call) -> Json:
    """Answer `conversations.history`: the newest first, without the replies in threads."""
    channel = call.channel(member=True)
    found = [
        message for message in call.workspace.messages(channel.id) if not message.is_reply or message.reply_broadcast
    ]
    wires = [_wire(call, channel, message) for message in reversed(_between(call, found))]
    page, more = page_of(wires, call)
    return {"messages": page, "has_more": bool(more["next_cursor"]), "pin_count": 0, "response_metadata": more}


def replies(call: Call) -> Json:
    """Answer `conversations.replies`: the parent and its replies, the oldest first."""
    channel = call.channel(member=True)
    call.required("ts")
    message = call.workspace.message(channel.id, call.text("ts"))
    if message is None or message.ephemeral_to:
        error = "thread_not_found"
        raise Refused(error)
    root = message.thread_ts or message.ts
    found = call.workspace.messages(channel.id, thread_ts=root)
    asked_for = {root, *(one.ts for one in _between(call, found))}
    kept = [one for one in found if one.ts in asked_for]
    page, more = page_of([_wire(call, channel, one) for one in kept], call, 1000)
    return {"messages": page, "has_more": bool(more["next_cursor"]), "response_metadata": more}


METHODS: dict[str, Method] = {
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": users_by_email,
    "usergroups.list": groups_list,
    "usergroups.users.list": group_users,
    "conversations.info": info,
    "conversations.list": list_,
    "conversations.open": open_,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
}
