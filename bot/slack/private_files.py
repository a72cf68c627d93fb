"""A file: for one person into the direct message where they wait, else into theirs with the app; or for a channel.

Slack has no file that only one person in a channel sees. Where a file cannot go, the reason is given in words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.slack.blocks.elements import inert
from bot.slack.durable import PATIENT, Steps
from bot.slack.outages import is_temporary
from bot.slack.replies import Place

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

WHY_NOT = {
    "missing_scope": "the app may not upload files yet: whoever runs Dealfit adds the scope files:write",
    "not_allowed_token_type": "the app may not upload files with its token",
    "file_uploads_disabled": "this workspace does not allow files",
    "cannot_dm_bot": "you cannot be written to",
    "user_disabled": "your account is not active",
    "not_in_channel": "I am not in that channel: invite me there with /invite @Dealfit",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a file went: `here` in the conversation where the person waits; `problem` says why it went nowhere."""

    here: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as Slack takes it; `alt` is what a screen reader says of a picture."""

    name: str
    data: bytes
    title: str
    comment: str
    alt: str = ""


def send_privately(
    client: WebClient, place: Place, *, name: str, data: bytes, title: str, comment: str, alt: str = ""
) -> Delivery:
    """Send a file to the person of the place. Raises what passes by itself; says what does not."""
    from slack_sdk.errors import SlackApiError  # loaded with the client

    here = place.channel.startswith("D")
    try:
        channel = place.channel if here else str(client.conversations_open(users=place.user)["channel"]["id"])
    except SlackApiError as error:
        return Delivery(problem=_why_not(error))
    problem = send_to(client, channel, Upload(name, data, title, comment, alt), place.thread_ts if here else None)
    return Delivery(here=here and problem is None, problem=problem)


def send_one_by_one(
    steps: Steps, make: Callable[[], Sequence[Upload]], send: Callable[[Upload], Delivery]
) -> list[Delivery]:
    """Send several files, each in a step of its own, so that one that is tried again brings no other a second time.

    They are made again where the process died in between: a queue should not keep files, and they come out the same.
    """
    made: list[Sequence[Upload]] = []

    def nth(turn: int) -> dict[str, Any] | None:
        if not made:
            made.append(make())
        return asdict(send(made[0][turn])) if turn < len(made[0]) else None

    sent: list[Delivery] = []
    while (one := steps(f"file {len(sent)}", partial(nth, len(sent)), attempts=PATIENT)) is not None:
        sent.append(Delivery(**one))
    return sent


def send_to(client: WebClient, channel: str, file: Upload, thread_ts: str | None = None) -> str | None:
    """Send a file to a conversation. Raises what passes by itself; why it went nowhere, None where it went."""
    from slack_sdk.errors import SlackApiError  # loaded with the client

    try:
        client.files_upload_v2(
            channel=channel,
            thread_ts=thread_ts,
            file=file.data,
            filename=file.name,
            title=inert(file.title),
            alt_txt=inert(file.alt) or None,
            initial_comment=file.comment,
        )
    except SlackApiError as error:
        return _why_not(error)
    return None


def _why_not(error: SlackApiError) -> str:
    if is_temporary(error):
        raise error
    reason = str(error.response.get("error"))
    return WHY_NOT.get(reason, f"Slack refused it ({reason})")
