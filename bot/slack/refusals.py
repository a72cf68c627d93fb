"""What Slack's refusals mean: who can do something about them, and in which words they are told.

https://docs.slack.dev/reference/methods/chat.postMessage lists them.
"""

from __future__ import annotations

from typing import Any

NOT_HERE = {
    "not_in_channel": "I am not in that channel; invite me with /invite @Dealfit",
    "channel_not_found": "I am not in that channel; invite me with /invite @Dealfit",
    "user_not_in_channel": "you are not in that channel yourself",
    "is_archived": "that channel is archived",
    "missing_scope": "the app lacks a permission there",
    "restricted_action": "not everybody may post in that channel, and I may not",
    "restricted_action_read_only_channel": "that channel takes no messages from apps",
    "restricted_action_thread_only_channel": "that channel takes only replies in threads",
    "restricted_action_non_threadable_channel": "that channel takes no replies in threads",
    "restricted_action_thread_locked": "that thread is locked",
    "thread_not_found": "the message that this answers is not there any more",
    "cannot_reply_to_message": "the message that this answers takes no replies",
    "message_not_found": "the message that this answers is not there any more",
    "external_channel_migrating": "that channel is being moved between organisations",
    "team_not_found": "that channel belongs to an organisation that I am not in",
    "method_not_supported_for_channel_type": "I may not write in that kind of conversation",
    "messages_tab_disabled": "messages to me are turned off there",
}
"""Refusals of a place: the person gets it in their direct message instead, with these words."""

NOBODY = frozenset(
    {"user_disabled", "user_not_found", "users_not_found", "cannot_dm_bot", "user_not_visible", "user_is_restricted"}
)
"""Refusals of a person: the account is closed, or was never one to write to."""

NOT_SHOWN = {
    "msg_too_long": "it is longer than a message may be",
    "msg_blocks_too_long": "it is longer than a message may be",
    "invalid_blocks": "it is not built as Slack wants it",
    "invalid_attachments": "it is not built as Slack wants it",
    "invalid_blocks_format": "it is not built as Slack wants it",
    "no_text": "it is empty",
    "invalid_arguments": "it is not built as Slack wants it",
    "invalid_metadata_format": "it is not built as Slack wants it",
    "invalid_metadata_schema": "it is not built as Slack wants it",
    "metadata_too_large": "it is not built as Slack wants it",
    "markdown_text_conflict": "it is not built as Slack wants it",
}
"""Refusals of the message itself: whoever waits is told, with a reference for whoever runs Dealfit."""

NO_MESSAGE = frozenset(
    {
        "message_not_found",
        "channel_not_found",
        "is_archived",
        "cant_update_message",
        "not_in_channel",
        "edit_window_closed",
    }
)
"""Refusals of a change to a message that is not there any more, or not to be changed: nothing that anybody mends."""

REMEDIES = {
    "invalid_auth": "The token is wrong. Copy the bot token (xoxb-...) from the app's page, OAuth & Permissions.",
    "not_authed": "The token is empty. Set SLACK_BOT_TOKEN.",
    "account_inactive": "The app was removed from the workspace, or its owner left. Install it again.",
    "token_revoked": "The token was revoked. Install the app again and copy the new token.",
    "token_expired": "The token has expired. Install the app again and copy the new token.",
    "missing_scope": "The app lacks a permission. Update it from manifest.json and install it again.",
    "not_allowed_token_type": "SLACK_BOT_TOKEN wants xoxb-..., SLACK_APP_TOKEN wants xapp-... with connections:write.",
    "not_in_channel": "Invite the app there: /invite @Dealfit.",
    "channel_not_found": "The channel is gone, or private and the app is not in it: /invite @Dealfit there.",
    "is_archived": "The channel is archived. Name another in the settings.",
    "restricted_action": "A workspace setting keeps the app from posting there. Allow it, or name another channel.",
    "team_access_not_granted": "The organisation has not granted the app access to that workspace.",
    "ekm_access_denied": "The workspace's administrators have suspended writing.",
}
"""Refusals that whoever runs Dealfit can mend."""

OPERATORS = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
        "team_access_not_granted",
        "ekm_access_denied",
        "org_login_required",
    }
)
"""Refusals of the app as a whole: what waits is kept for some hours, in case they mend it."""

LIMITED = frozenset({"ratelimited", "rate_limited"})


def reason_of(error: Any) -> str:
    """Slack's own word for a refusal; `error` is a SlackApiError."""
    return str(error.response.get("error") or "unknown_error")


def told_operator(method: str, error: Any) -> str:
    """A refusal in words for whoever runs Dealfit, with the remedy."""
    reason = reason_of(error)
    needed = str(error.response.get("needed") or "")
    named = f" (needed: {needed})" if needed else ""
    remedy = REMEDIES.get(reason, "See https://docs.slack.dev/reference for this error.")
    return f"Slack refused {method}: {reason}{named}. {remedy}"


def retry_after(error: Any) -> float | None:
    """The seconds that Slack asks to wait, where it limits us; None where it does not. Never more than an hour."""
    response = error.response
    limited = getattr(response, "status_code", 0) == 429 or response.get("error") in LIMITED  # noqa: PLR2004 HTTP's own
    if not limited:
        return None
    headers = {str(name).lower(): value for name, value in (getattr(response, "headers", None) or {}).items()}
    return seconds_of(headers.get("retry-after"))


def seconds_of(header: object) -> float:
    """What a Retry-After header says; a second where it says nothing that can be read."""
    value = header[0] if isinstance(header, list) and header else header
    try:
        return min(max(float(str(value)), 0.0), 3600.0)
    except ValueError:
        return 1.0
