"""The state of the workspace: who is there, what was said, which views are open. Thread-safe, and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bot.playground.model import AppIdentity, Channel, Json, Message, User, View

Subscriber = Callable[[str, Json], None]
T = TypeVar("T")
LOOK_SECONDS = 0.25

__all__ = ["AppIdentity", "Channel", "Message", "User", "UserGroup", "View", "Workspace"]


@dataclass
class UserGroup:
    """A named group of people, such as @deal-desk."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)


class Workspace:
    """A whole workspace. `alphatech()` makes the one that a newcomer sees; tests may build others."""

    def __init__(
        self,
        *,
        users: Iterable[User],
        channels: Iterable[Channel],
        team_id: str = "T0ALPHATECH",
        team_name: str = "Alphatech",
        domain: str = "alphatech",
        app: AppIdentity | None = None,
        usergroups: Iterable[UserGroup] = (),
    ) -> None:
        self.team_id = team_id
        self.team_name = team_name
        self.domain = domain
        self.app = app or AppIdentity()
        self.users: dict[str, User] = {user.id: user for user in users}
        self.users.setdefault(
            self.app.user_id, User(self.app.user_id, self.app.name.lower(), self.app.name, is_bot=True)
        )
        self.channels: dict[str, Channel] = {channel.id: channel for channel in channels}
        self.usergroups: dict[str, UserGroup] = {group.id: group for group in usergroups}
        self.messages_by_channel: dict[str, dict[str, Message]] = {name: {} for name in self.channels}
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, View] = {}
        self.statuses: dict[tuple[str, str], Json] = {}
        self.prompts: dict[str, Json] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.version = 0
        self._condition = threading.Condition(threading.RLock())
        self._subscribers: list[Subscriber] = []

    @classmethod
    def alphatech(cls) -> Workspace:
        """Return the bundled workspace: a rep, a manager, three approvers, two channels and a DM each with the app."""
        people = [
            User("U0DANA", "dana", "Dana Reyes", "dana@alphatech.example", "Account executive"),
            User("U0MORGAN", "morgan", "Morgan Lee", "morgan@alphatech.example", "Sales manager, East"),
            User("U0ALEX", "alex", "Alex Kim", "alex@alphatech.example", "Deal desk"),
            User("U0RUTH", "ruth", "Ruth Adeyemi", "ruth@alphatech.example", "Finance"),
            User("U0VICTOR", "victor", "Victor Stone", "victor@alphatech.example", "Sales director"),
        ]
        return cls.of(people, "Alphatech")

    @classmethod
    def of(cls, people: Sequence[User], team_name: str) -> Workspace:
        """Return a workspace of these people: two channels that all are in, and a DM each with the app."""
        everyone = [*(person.id for person in people), "U0DEALFIT"]
        channels = [
            Channel("C0DEALS", "deals", list(everyone), topic="Deals in the making"),
            Channel("C0ASK", "ask-dealfit", list(everyone), topic="Questions about how we sell"),
        ]
        direct = [Channel(f"D0{person.id[2:]}", person.name, [person.id, "U0DEALFIT"], kind="im") for person in people]
        return cls(users=people, channels=[*channels, *direct], team_name=team_name)

    # ---- changes, and waiting for them

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the state still for several reads or writes."""
        with self._condition:
            yield

    def changed(self, kind: str, **data: object) -> None:
        """Say that something changed: wakes whoever waits, and tells the pages that are open."""
        with self._condition:
            self.version += 1
            self._condition.notify_all()
            for subscriber in list(self._subscribers):
                subscriber(kind, dict(data))

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber(kind, data)` at each change, with the lock held. Returns what ends it."""
        with self._condition:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._condition:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def wait_for(self, predicate: Callable[[], T], timeout: float) -> T | None:
        """Return the predicate's first true value; nothing when the time is over.

        It is asked at each change, and every `LOOK_SECONDS` for what changes outside the workspace.
        """
        deadline = time.monotonic() + timeout
        with self._condition:
            while True:
                value = predicate()
                left = deadline - time.monotonic()
                if value or left <= 0:
                    return value or None
                self._condition.wait(min(left, LOOK_SECONDS))

    # ---- people and channels

    def add_user(self, user: User) -> User:
        """Add a person (a guest, a stranger from another team, someone who left)."""
        with self._condition:
            self.users[user.id] = user
            self.changed("people")
            return user

    def add_channel(self, channel: Channel) -> Channel:
        """Add a channel."""
        with self._condition:
            self.channels[channel.id] = channel
            self.messages_by_channel.setdefault(channel.id, {})
            self.changed("people")
            return channel

    def find_channel(self, name: str) -> Channel | None:
        """Return a channel by id, by `#name` or name, or the DM with a person by their user id."""
        with self._condition:
            if name in self.channels:
                return self.channels[name]
            if name in self.users:
                return self.direct_channel(name)
            bare = name.removeprefix("#")
            return next((c for c in self.channels.values() if not c.is_im and c.name == bare), None)

    def direct_channel(self, user_id: str) -> Channel | None:
        """Return the DM between a person and the app, making it when there is none; nothing for bots and leavers."""
        with self._condition:
            for channel in self.channels.values():
                if channel.is_im and user_id in channel.members:
                    return channel
            user = self.users.get(user_id)
            if user is None or user.is_bot or user.deleted:
                return None
            return self.add_channel(Channel(f"D{user_id[1:]}", user.name, [user_id, self.app.user_id], kind="im"))

    def can_see(self, user_id: str, channel_id: str) -> bool:
        """Whether a person is in a channel."""
        channel = self.channels.get(channel_id)
        return channel is not None and user_id in channel.members

    # ---- messages

    def add_message(self, message: Message) -> Message:
        """Put a message into its channel, and into its thread."""
        with self._condition:
            self.messages_by_channel.setdefault(message.channel, {})[message.ts] = message
            if message.is_reply and message.ephemeral_to is None:
                parent = self.message(message.channel, str(message.thread_ts))
                if parent is not None:
                    parent.thread_ts = parent.ts
                    parent.replies.append(message.ts)
                    self.changed("message", message=parent)
            self.changed("message", message=message)
            return message

    def touch_message(self, message: Message) -> None:
        """Say that a message was changed in place."""
        self.changed("message", message=message)

    def remove_message(self, message: Message) -> None:
        """Take a message away; a thread keeps its replies."""
        with self._condition:
            self.messages_by_channel.get(message.channel, {}).pop(message.ts, None)
            if message.is_reply:
                parent = self.message(message.channel, str(message.thread_ts))
                if parent is not None and message.ts in parent.replies:
                    parent.replies.remove(message.ts)
                    self.changed("message", message=parent)
            self.changed("message_removed", message=message)

    def message(self, channel_id: str, ts: str) -> Message | None:
        """Return one message."""
        return self.messages_by_channel.get(channel_id, {}).get(ts)

    def messages(self, channel_id: str, viewer: str | None = None, thread_ts: str | None = None) -> list[Message]:
        """Return a channel's messages, oldest first, as `viewer` sees them; with `thread_ts`, that thread's only.

        Replies stand among the rest when no thread is asked for. Without a viewer, what everyone in the channel sees.
        """
        with self._condition:
            if viewer is not None and not self.can_see(viewer, channel_id):
                return []
            found = self.messages_by_channel.get(channel_id, {}).values()
            return sorted(
                (
                    message
                    for message in found
                    if message.ephemeral_to in (None, viewer)
                    and (thread_ts is None or thread_ts in (message.ts, message.thread_ts))
                ),
                key=lambda message: message.ts,
            )

    # ---- views

    def stack(self, user_id: str) -> list[View]:
        """Return the modals a person has open, the one on top last."""
        with self._condition:
            return [self.views[view_id] for view_id in self.stacks.get(user_id, [])]

    def view_by_external_id(self, external_id: str) -> View | None:
        """Return the open view that the app gave this id."""
        with self._condition:
            everything = [*self.views.values(), *self.homes.values()]
            return next((view for view in everything if external_id and view.external_id == external_id), None)

    def view(self, view_id: str) -> View | None:
        """Return a view that is open (a modal) or published (a Home tab)."""
        with self._condition:
            home = next((view for view in self.homes.values() if view.id == view_id), None)
            return self.views.get(view_id) or home
