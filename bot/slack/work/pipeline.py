"""The pipeline: the picture at a glance, a question in words, and every button that leads on from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.checking.asker import Asker
from bot.checking.examples import breaking
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import context
from bot.slack.blocks.pipeline_parts import DIGEST, deal_value
from bot.slack.durable import PATIENT, Handler, Steps
from bot.slack.replies import Place, Then
from bot.slack.services import Services
from bot.slack.subcommands import HELP_WORDS, pipeline_help, subcommand_of
from bot.slack.work.deals import GONE as NO_SUCH_DEAL
from bot.slack.work.deals import DealWork
from bot.slack.work.pipeline_figures import asked_body
from bot.slack.work.pipeline_messages import WHOLE_QUERY, Message, PipelineMessages, query_of, said
from bot.slack.work.pipeline_places import why_not_shown
from bot.store.asked import EVERYBODY

SHARED = "pipeline.shared"
FROM_THE_DEALS = "Answered from the deals that you see."
TO_THE_PLAYBOOKS = "To ask the playbooks instead, begin with `playbooks:`"


class PipelineWork:
    """The handlers of `/pipeline` and of the buttons in its answers. What a person sees is drawn for that person."""

    def __init__(self, services: Services, deals: DealWork) -> None:
        self._services = services
        self._deals = deals
        self._messages = PipelineMessages(services)
        services.replies.outbox.after(SHARED, self._shared_there)
        self.others: Mapping[str, Handler] = {}
        """The handlers of subcommands, for those that come in a mention instead of a command."""

    def answer(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Answer the person who asked; only they see it."""
        text = str(payload.get("text") or "").strip()
        found = subcommand_of(text)
        if found is not None and found[0].kind in self.others:
            self.others[found[0].kind]({**payload, "text": found[1]}, steps)
            return
        self._send(payload, steps, lambda asker: self._asked(text, asker))

    def asked(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Answer a question that came in a conversation, to the one who asked, and say how to ask the playbooks."""
        text = str(payload["text"]).strip()

        def made(asker: Asker) -> Message:
            message = self._messages.ask(text, asker)
            told = f"{FROM_THE_DEALS} {TO_THE_PLAYBOOKS}" if message["ok"] else TO_THE_PLAYBOOKS
            return {**message, "blocks": [*message["blocks"], context(told)]}

        self._send({**payload, "private": True}, steps, made)

    def again(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A word that was perhaps meant: the question with it, in place of the answer."""
        text, mark = str(payload["value"]), str(payload.get("mark") or "")
        self._send(payload, steps, lambda asker: self._messages.again(text, mark, asker), instead=True)

    def change(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A chip that was changed: the answer to the question as it is now, in place of the answer."""
        value, mark = str(payload["value"]), payload.get("mark")
        self._send(payload, steps, lambda asker: self._messages.change(self._kept(mark), value, asker), instead=True)

    def follow(self, text: str, payload: Mapping[str, Any], steps: Steps) -> bool:
        """Words in a thread that is about a pipeline answer: answered to whoever wrote them, where they are about it.

        They are read as a change of that question. Whether they were about it.
        """
        channel, thread_ts, user = (str(payload[name]) for name in ("channel", "thread_ts", "user"))

        def made() -> Message | None:
            previous = self._services.store.asked.last(channel, thread_ts, user)
            return None if previous is None else self._messages.follow(text, previous, self._asker(payload))

        message = steps("follow", made)
        if message is None:
            return False
        self._send({**payload, "private": True}, steps, lambda _: message)
        return True

    def drill(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The deals behind a figure."""
        self._send(payload, steps, lambda asker: self._messages.run(self._kept(payload["value"]), asker))

    def page(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Other rows of the same answer, in its place."""
        mark, _, first = str(payload["value"]).partition("|")
        row = int(first) if first.isascii() and first.isdigit() and len(first) < 7 else 0  # noqa: PLR2004 rows end before
        self._send(payload, steps, lambda asker: self._messages.run(self._kept(mark), asker, first=row), instead=True)

    def deal(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The verdict card of a deal in the table."""
        self._send(payload, steps, lambda asker: self._card(str(payload["value"]), payload, asker))

    def share(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Show an answer to the whole channel, drawn with what the sharer sees now."""
        place = Place.of(payload)
        refused = steps("allowed", lambda: why_not_shown(self._services.client, place.channel, place.user), attempts=3)
        if refused is not None:
            self._send(payload, steps, lambda _: said(refused))
            return
        message = steps("compute", lambda: self._shared(str(payload["value"]), self._asker(payload)))
        if not message["ok"]:
            self._post(place, message, steps)
            return
        self.post_shared(replace(place, private=False, thread_ts=None, response_url=None), message, steps)

    def post_shared(self, place: Place, message: Message, steps: Steps) -> None:
        """Post an answer for all to read, and remember what its thread is about."""
        then = Then(SHARED, {"mark": message["mark"], "text": message["text"]})
        self._post(place, message, steps, then=then)

    def _shared_there(self, payload: Mapping[str, Any]) -> bool:
        """An answer stands in a channel now: whoever writes in its thread follows up on it."""
        message = {"mark": payload["mark"], "text": payload["text"]}
        self._about(str(payload["channel"]), str(payload["ts"]), EVERYBODY, message)
        return False

    def drawn(self, asked: Mapping[str, Any] | None, asker: Asker, *, title: str) -> Message:
        """What a saved question shows to a channel now; the picture at a glance where no question stands behind it."""
        if asked is None:
            return self._messages.glance(asker, shared=True, title=title)
        return self._messages.run(asked, asker, shared=True, title=title)

    def _shared(self, mark: str, asker: Asker) -> Message:
        if mark == ids.WHOLE:
            return self._messages.glance(asker, shared=True)
        return self._messages.run(self._kept(mark), asker, shared=True)

    def _asked(self, text: str, asker: Asker) -> Message:
        if text.casefold() in HELP_WORDS:
            return {
                "text": "What you can ask of the pipeline",
                "blocks": [_markup(pipeline_help(breaking(self._services.live.current().profile)))],
                "mark": "",
                "ok": True,
            }
        return self._messages.ask(text, asker) if text else self._messages.glance(asker)

    def _card(self, value: str, payload: Mapping[str, Any], asker: Asker) -> Message:
        desk = self._services.desk
        key = self._key_of(value, payload, asker) if value.startswith(DIGEST) else value
        saved = desk.find(key, asker) if key else None
        if saved is None:
            return said(NO_SUCH_DEAL)
        checked = desk.check(desk.deal_of(saved), asker=asker, key=saved.key, record=False)
        checked = replace(checked, key=saved.key, decision_id=saved.decision_id)
        return {**self._deals.message(checked, private=True), "mark": "", "ok": True}

    def _key_of(self, value: str, payload: Mapping[str, Any], asker: Asker) -> str | None:
        """The key behind a digest: one of the rows that the same question has for the same person."""
        body = self._kept(str(payload.get("mark") or ""))
        if body is None:
            return None
        table = self._services.pipeline.run(query_of(body), asker).table
        keys = [key for row in table.keys for key in row] if table is not None else []
        return next((key for key in keys if deal_value(key) == value), None)

    def _kept(self, mark: Any) -> dict[str, Any] | None:
        return self._services.store.asked.get(str(mark))

    def _asker(self, payload: Mapping[str, Any]) -> Asker:
        return self._services.askers.of(str(payload["user"]))

    def _send(
        self,
        payload: Mapping[str, Any],
        steps: Steps,
        make: Callable[[Asker], Message],
        *,
        instead: bool = False,
    ) -> None:
        message = steps("compute", lambda: make(self._asker(payload)))
        place = replace(Place.of(payload), private=True)
        if place.thread_ts and message["mark"]:
            steps("about", lambda: self._about(place.channel, str(place.thread_ts), place.user, message))
        self._post(place, message, steps, instead=instead)

    def _post(
        self, place: Place, message: Message, steps: Steps, *, instead: bool = False, then: Then | None = None
    ) -> None:
        replies, content = self._services.replies, {"text": message["text"], "blocks": message["blocks"]}
        if instead:
            steps("post", lambda: replies.replace(place, **content), attempts=PATIENT)
        else:
            steps("post", lambda: replies.send(place, **content, then=then), attempts=PATIENT)

    def _about(self, channel: str, thread_ts: str, asker: str, message: Message) -> None:
        store = self._services.store
        mark = message["mark"]
        if mark == ids.WHOLE:
            mark = store.asked.keep(asked_body("", WHOLE_QUERY))
        store.asked.about(channel, thread_ts, asker, mark)
        if not store.thread(channel, thread_ts).turns:
            store.remember_turn(channel, thread_ts, "assistant", message["text"], author=asker)


def _markup(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
