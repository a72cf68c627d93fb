"""What a person does in conversations: write, edit, delete, call a command, press a button, open the app's Home."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from bot.playground import elements
from bot.playground.errors import NoSuchThing
from bot.playground.events import Dispatcher, Envelope
from bot.playground.ids import Ids
from bot.playground.manifest import Manifest
from bot.playground.model import Channel, Json, Message, User
from bot.playground.payloads import Payloads
from bot.playground.records import CommandResult
from bot.playground.stacks import Stacks
from bot.playground.triggers import Triggers
from bot.playground.wire_text import as_command, as_sent, escape
from bot.playground.workspace import Workspace

SLACKBOT = "USLACKBOT"
_EVENT_NAMES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class Acts:
    """The people's side of the workspace. Each act checks that the person can see what they act on."""

    workspace: Workspace
    manifest: Manifest
    _ids: Ids
    _payloads: Payloads
    _dispatcher: Dispatcher
    _triggers: Triggers
    _stacks: Stacks
    _response_url: Callable[[str], str]

    # ---- finding things

    def _user(self, user: str) -> User:
        found = self.workspace.users.get(user)
        if found is None or found.is_bot:
            known = ", ".join(one.id for one in self.workspace.users.values() if not one.is_bot)
            message = f"There is no person {user!r} to act as. There are: {known}."
            raise NoSuchThing(message)
        return found

    def _channel(self, user: str, channel: str) -> Channel:
        found = self.workspace.find_channel(channel)
        if found is None or user not in found.members:
            message = f"{user} sees no channel {channel!r}."
            raise NoSuchThing(message)
        return found

    def _message(self, user: str, channel: str, ts: str) -> Message:
        place = self._channel(user, channel)
        found = self.workspace.message(place.id, ts)
        if found is None or found.ephemeral_to not in (None, user):
            message = f"{user} sees no message {ts!r} in {channel}."
            raise NoSuchThing(message)
        return found

    # ---- messages

    def post_as(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message; returns its ts. The app gets `message`, and `app_mention` too when it is mentioned."""
        person, place = self._user(user), self._channel(user, channel)
        if place.is_archived:
            said = f"#{place.name} is archived: nobody can write there."
            raise NoSuchThing(said)
        if thread_ts is not None:
            thread_ts = self._message(user, channel, thread_ts).thread_ts or thread_ts
        message = Message(
            ts=self._ids.ts(),
            channel=place.id,
            user=person.id,
            text=as_sent(text, self.workspace),
            thread_ts=thread_ts,
            client_msg_id=str(uuid4()),
        )
        self.workspace.add_message(message)
        self.announce(message)
        return message.ts

    def announce(self, message: Message) -> None:
        """Tell the app of a new message, as far as it is in the channel and subscribed."""
        place = self.workspace.channels[message.channel]
        self._send_message_event(place, self._payloads.message_event(message, place))
        mentioned = f"<@{self.workspace.app.user_id}>" in message.text
        if mentioned and not place.is_im and not message.from_app:
            self.send_event("app_mention", self._payloads.mention_event(message, place), place)

    def edit_as(self, user: str, channel: str, ts: str, text: str) -> None:
        """Edit one's own message; the app gets `message_changed`."""
        message = self._own(user, channel, ts)
        previous = message.to_wire(self.workspace.team_id)
        message.text, message.edited_by, message.edited_ts = as_sent(text, self.workspace), user, self._ids.ts()
        self.workspace.touch_message(message)
        self.announce_change(message, previous)

    def announce_change(self, message: Message, previous: Json) -> None:
        """Tell the app that a message was changed."""
        place = self.workspace.channels[message.channel]
        self._send_message_event(place, self._payloads.changed_event(message, previous, place))

    def delete_as(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message; the app gets `message_deleted`."""
        message = self._own(user, channel, ts)
        self.workspace.remove_message(message)
        self.announce_deletion(message)

    def announce_deletion(self, message: Message) -> None:
        """Tell the app that a message was deleted."""
        place = self.workspace.channels[message.channel]
        self._send_message_event(place, self._payloads.deleted_event(message, place))

    def dismiss(self, user: str, channel: str, ts: str) -> None:
        """Take away a message that only this person sees; the app never hears of it."""
        message = self._message(user, channel, ts)
        if message.ephemeral_to != user:
            text = "Only a message that is visible to you alone can be dismissed."
            raise NoSuchThing(text)
        self.workspace.remove_message(message)

    def stop_stream(self, user: str, channel: str, ts: str) -> None:
        """Stop an answer that is being written; the app's next append is refused with `stopped_by_user`."""
        message = self._message(user, channel, ts)
        if message.streaming_state == "in_progress":
            message.streaming_state = "stopped_by_user"
            self.workspace.touch_message(message)

    def _own(self, user: str, channel: str, ts: str) -> Message:
        message = self._message(user, channel, ts)
        if message.user != user:
            text = f"{user} may change only their own messages."
            raise NoSuchThing(text)
        return message

    def _send_message_event(self, place: Channel, event: Json) -> None:
        self.send_event(_EVENT_NAMES[place.kind], event, place)

    def send_event(self, subscription: str, event: Json, place: Channel) -> None:
        """Send an event when the app is in the channel and its manifest subscribes to it."""
        if self.workspace.app.user_id not in place.members or not self.manifest.wants_event(subscription):
            return
        payload = self._payloads.event(event, place)
        self._dispatcher.send_event(Envelope("events_api", str(event["type"]), payload, event_id=payload["event_id"]))

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home or Messages tab; the app gets `app_home_opened`."""
        person = self._user(user)
        place = self.workspace.direct_channel(person.id)
        if place is None:
            message = f"{user} has no conversation with the app."
            raise NoSuchThing(message)
        event = self._payloads.home_opened_event(person.id, place, tab, self.workspace.homes.get(person.id))
        self.send_event("app_home_opened", event, place)

    # ---- commands

    def slash_command(
        self, user: str, channel: str, command: str, text: str = "", thread_ts: str | None = None
    ) -> CommandResult:
        """Call a slash command and wait for its ack. Slack has none in threads: the person is told so."""
        person, place = self._user(user), self._channel(user, channel)
        if thread_ts is not None:
            said = f"{command} is not supported in threads. Sorry!"
            return CommandResult(False, "not_in_threads", message=self._slackbot(person, place, said, thread_ts))  # noqa: FBT003
        if not self.manifest.knows_command(command):
            said = f"{command} is not a valid command."
            return CommandResult(False, "unknown_command", message=self._slackbot(person, place, said))  # noqa: FBT003
        trigger = self._triggers.new_trigger(person.id)
        response_url = self._response_url(self._triggers.new_response(person.id, place.id))
        sent = as_command(text, self.workspace) if self.manifest.escapes(command) else escape(text)
        payload = self._payloads.command(person, place, command, sent, trigger, response_url)
        ack = self._dispatcher.ask(Envelope("slash_commands", command, payload, accepts_response=True))
        if ack.error:
            shown: Message | None = self._slackbot(person, place, f'{command} failed with the error "{ack.error}"')
        else:
            shown = self.respond(person.id, place.id, ack.payload) if ack.payload else None
        return CommandResult(ack.acked, ack.error, trigger, response_url, ack.seconds, shown, payload)

    def _slackbot(self, person: User, place: Channel, said: str, thread_ts: str | None = None) -> Message:
        return self.workspace.add_message(
            Message(
                self._ids.ts(),
                place.id,
                SLACKBOT,
                said,
                thread_ts=thread_ts,
                ephemeral_to=person.id,
                username="Slackbot",
            )
        )

    def respond(self, user: str, channel: str, body: Json, thread_ts: str | None = None) -> Message | None:
        """Post what the app answered to a command or through a response URL: to the person alone, or to all."""
        app = self.workspace.app
        text, blocks = str(body.get("text") or ""), body.get("blocks") or []
        if not text and not blocks:
            return None
        in_channel = body.get("response_type") == "in_channel"
        message = Message(
            ts=self._ids.ts(),
            channel=channel,
            user=app.user_id,
            text=text,
            blocks=elements.with_ids(blocks, self._ids),
            thread_ts=body.get("thread_ts") or thread_ts,
            subtype=None,
            bot_id=app.bot_id,
            app_id=app.app_id,
            ephemeral_to=None if in_channel else user,
        )
        self.workspace.add_message(message)
        if in_channel:
            self.announce(message)
        return message
