"""What the app shows beside its messages: "is thinking...", prompts to try, a thread's title, reactions."""

from __future__ import annotations

from bot.playground.api.call import Call, Method
from bot.playground.checker import Problem
from bot.playground.errors import Refused
from bot.playground.model import Json, Message

STATUS_SECONDS = 120.0
PROMPTS = 4
LOADING_MESSAGES = 10


def set_status(call: Call) -> Json:
    """Answer `assistant.threads.setStatus`; an empty status takes it away."""
    channel = call.channel("channel_id", member=True)
    call.required("thread_ts")
    key = (channel.id, call.text("thread_ts"))
    if call.workspace.message(*key) is None:
        error = "invalid_thread_ts"
        raise Refused(error)
    loading = call.structure("loading_messages", "invalid_arguments") or []
    if not isinstance(loading, list) or len(loading) > LOADING_MESSAGES:
        error = "invalid_arguments"
        raise Refused(error, [Problem(f"no more than {LOADING_MESSAGES} items allowed", "/loading_messages")])
    status = call.text("status")
    with call.workspace.locked():
        if status:
            expires = call.context.ids.now() + STATUS_SECONDS
            call.workspace.statuses[key] = {"status": status, "loading_messages": loading, "expires": expires}
        else:
            call.workspace.statuses.pop(key, None)
        call.workspace.changed("status", channel=channel.id, thread_ts=key[1])
    return {}


def set_title(call: Call) -> Json:
    """Answer `assistant.threads.setTitle`."""
    channel = call.channel("channel_id", member=True)
    call.required("thread_ts", "title")
    call.workspace.titles[(channel.id, call.text("thread_ts"))] = call.text("title")
    return {}


def set_suggested_prompts(call: Call) -> Json:
    """Answer `assistant.threads.setSuggestedPrompts`.

    Under the agent view the prompts belong to the whole conversation: with a `thread_ts` Slack says ok and shows none.
    """
    channel = call.channel("channel_id", member=True)
    prompts = call.structure("prompts", "invalid_arguments")
    problems: list[Problem] = []
    if not isinstance(prompts, list) or not prompts:
        problems.append(Problem("missing required field: prompts", "/prompts"))
        prompts = []
    if len(prompts) > PROMPTS:
        problems.append(Problem(f"no more than {PROMPTS} items allowed", "/prompts"))
    for number, prompt in enumerate(prompts):
        if not isinstance(prompt, dict) or not (prompt.get("title") and prompt.get("message")):
            problems.append(Problem("title and message are required", f"/prompts/{number}"))
    if problems:
        error = "invalid_arguments"
        raise Refused(error, problems)
    with_thread = bool(call.text("thread_ts"))
    if call.context.manifest.agent_view == with_thread:
        return {}
    with call.workspace.locked():
        call.workspace.prompts[channel.id] = {"title": call.text("title"), "prompts": prompts}
        call.workspace.changed("prompts", channel=channel.id)
    return {}


def _reacting(call: Call) -> tuple[Message, str]:
    channel = call.channel(member=True)
    call.required("name", "timestamp")
    message = call.workspace.message(channel.id, call.text("timestamp"))
    if message is None or message.ephemeral_to:
        error = "message_not_found"
        raise Refused(error)
    return message, call.text("name").strip(":")


def add_reaction(call: Call) -> Json:
    """Answer `reactions.add`."""
    message, name = _reacting(call)
    app = call.workspace.app.user_id
    if app in message.reactions.get(name, []):
        error = "already_reacted"
        raise Refused(error)
    message.reactions.setdefault(name, []).append(app)
    call.workspace.touch_message(message)
    return {}


def remove_reaction(call: Call) -> Json:
    """Answer `reactions.remove`."""
    message, name = _reacting(call)
    app = call.workspace.app.user_id
    if app not in message.reactions.get(name, []):
        error = "no_reaction"
        raise Refused(error)
    message.reactions[name].remove(app)
    if not message.reactions[name]:
        del message.reactions[name]
    call.workspace.touch_message(message)
    return {}


METHODS: dict[str, Method] = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setTitle": set_title,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
}
