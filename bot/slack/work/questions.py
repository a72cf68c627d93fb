"""Questions: in a mention, in a thread of ours, or in the direct message; and deals that somebody states there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.answers.deal_talk import speaks_of
from bot.answers.model import Answer, Turn
from bot.checking.access import AccessDenied
from bot.checking.building_on import Said
from bot.checking.examples import Examples
from bot.profile.people import Role as StaffRole
from bot.slack.blocks import answer as drawing
from bot.slack.blocks.elements import Block, inline, section
from bot.slack.durable import PATIENT, Steps
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.shared_deals import deal_of_card
from bot.slack.streaming import AnswerStream
from bot.slack.work.deals import SUPPOSES, DealWork, told_if_denied
from bot.slack.work.pipeline import PipelineWork
from bot.store.records import Role

CHECK = re.compile(r"^\s*(?:please\s+)?(?:/?deal-check|check)(?:\s+(?:this|the|my)?\s*deal)?\s*[:,]?\s+", re.IGNORECASE)
PLAYBOOKS = re.compile(r"^\s*(?:ask\s+)?(?:the\s+)?playbooks?\s*[:,]\s*", re.IGNORECASE)
PIPELINE = re.compile(r"^\s*/?pipeline\b\s*[:,]?\s*", re.IGNORECASE)
TALK = frozenset("hi hello hey good morning afternoon evening help thanks thank you thx ok okay great cool".split())
ENOUGH_FACTS = 3
STILL_IN_MIND = timedelta(hours=12)
"""So long "this deal" and "their CFO" are those of the deal that one has checked last."""


def help_words(examples: Examples) -> str:
    """What we can be asked, in mrkdwn of ours, with examples for the live profile."""
    questions = " or ".join(f"“{inline(question)}”" for question in examples.questions()[:2])
    what_if = examples.what_if()
    return (
        f"Ask me how to sell the way our Deal Profile means it, for example {questions}. "
        "To check a deal, write `/deal-check` and the deal in words, or `/deal-check` alone for a form"
        + (f"; then ask “{inline(what_if)}” in the thread. " if what_if else ". ")
        + "Ask about your deals here too, for example “how much of my pipeline fits?”, or with `/pipeline`."
    )


class QuestionWork:
    """The handler of questions."""

    def __init__(self, services: Services, deals: DealWork, pipeline: PipelineWork, *, streams: bool) -> None:
        self._services = services
        self._deals = deals
        self._pipeline = pipeline
        self._streams = streams

    def answer(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Answer in the thread; or say nothing where nobody asked us."""
        text = str(payload["text"])
        thread = steps("heard", lambda: self._heard(payload, text))
        if not payload["direct"] and not thread["ours"]:
            return
        place = Place(str(payload["channel"]), str(payload["user"]), str(payload["thread_ts"]), private=False)
        if is_small_talk(text):
            if payload["direct"]:
                told = help_words(Examples(self._services.live.current().profile))
                help_ = {"text": told, "blocks": [section(told)]}
                steps("post", lambda: self._post(place, help_), attempts=PATIENT)
            return
        if PIPELINE.match(text):
            # Only the asker may see what their role shows them, also where others read along.
            self._pipeline.answer({**payload, "text": PIPELINE.sub("", text, count=1), "private": True}, steps)
            return
        if PLAYBOOKS.match(text):
            text = PLAYBOOKS.sub("", text, count=1)
        elif thread["ours"] and self._pipeline.follow(text, payload, steps):
            return
        elif thread.get("of_deals"):
            self._pipeline.asked(payload, steps)
            return
        self._status(place)  # no step: shown twice is shown once
        supposed = None
        if thread["deal_key"] is not None:
            supposed = steps("suppose", lambda: self._what_if(text, payload, thread, place))
        if supposed is not None:
            message = supposed
        elif self._states_a_deal(text):
            words = {**payload, "text": CHECK.sub("", text, count=1)}
            message = steps(
                "judge", lambda: told_if_denied(lambda: self._deals.card_of_words(words, private=place.is_direct))
            )
        elif self._streams:
            # Composing and posting are one step here: what has been streamed cannot be taken back.
            message = steps("stream", lambda: told_if_denied(lambda: self._stream(place, text, payload, thread)))
        else:
            message = steps("compose", lambda: told_if_denied(lambda: self._compose(text, payload, thread)))
        message = {**message, "key": message.get("key") or thread["deal_key"]}
        steps("say", lambda: self._say(payload, place, message), attempts=PATIENT)

    def _heard(self, payload: Mapping[str, Any], text: str) -> dict[str, Any]:
        """The thread so far. What was said now is remembered before it is answered: who writes on needs no mention."""
        thread = self._history(payload)
        within = payload["direct"] and payload["thread_ts"] != payload.get("ts")
        if within and thread["deal_key"] is None:
            channel, root = str(payload["channel"]), str(payload["thread_ts"])
            thread["deal_key"] = deal_of_card(self._services.client, channel, root)
        asked = payload["direct"] or thread["ours"]
        thread["of_deals"] = asked and thread["deal_key"] is None and self._asks_of_deals(text, payload)
        if thread["deal_key"] is None and not thread["of_deals"] and Place.of(payload).is_direct:
            thread["deal_key"] = self._just_checked(text, payload)
        if asked and not is_small_talk(text):
            self._remember(payload, "user", text)
        return thread

    def _asks_of_deals(self, text: str, payload: Mapping[str, Any]) -> bool:
        """Whether it asks about the deals that there are: `/pipeline` answers it then, and says who may not ask it."""
        if CHECK.match(text) or PLAYBOOKS.match(text):
            return False
        pipeline, asker = self._services.pipeline, self._services.askers.of(str(payload["user"]))
        try:
            asked = pipeline.is_asked(text, asker)
        except AccessDenied:
            return False  # nobody can tell who asks; the answer says so
        except Exception:  # noqa: BLE001 - a deal table that cannot be read keeps nobody from the playbooks
            structlog.get_logger("dealfit.questions").warning("deals_not_read", exc_info=True)
            return False
        return pipeline.is_asked_at_all(text) if asked is None else asked

    def _just_checked(self, text: str, payload: Mapping[str, Any]) -> str | None:
        """The deal that the asker checked last, where the text speaks of it; only where nobody else reads along.

        A card is often an ephemeral one, below which no thread can begin: what follows it is asked here.
        """
        services = self._services
        asker = services.askers.of(str(payload["user"]))
        if asker.unknown:
            return None  # nobody can tell whose deals these are; the answer says so
        mine = [deal for deal in services.desk.mine(asker) if deal.checked_by == asker.user]
        if not mine or services.clock() - mine[0].updated_at > STILL_IN_MIND:
            return None
        supposes = SUPPOSES.match(text) is not None and services.desk.suppose(text, after=False) is not None
        deal, profile = services.desk.deal_of(mine[0]), services.live.current().profile
        return mine[0].key if speaks_of(text, deal, profile, supposes=supposes) else None

    def _say(self, payload: Mapping[str, Any], place: Place, message: Mapping[str, Any]) -> None:
        # Remembered before it is posted, so that a follow-up finds it however fast it comes.
        said = str(message.get("said") or message["text"])
        self._remember(payload, "assistant", said, message.get("key"))
        if not message.get("sent"):
            self._post(place, message)

    def _what_if(
        self, text: str, payload: Mapping[str, Any], thread: Mapping[str, Any], place: Place
    ) -> dict[str, Any] | None:
        """The reply to a supposition about the deal that this thread is about; None where it is not one."""
        key = thread.get("deal_key")
        if key is None or CHECK.match(text):
            return None
        asker = self._services.askers.of(str(payload["user"]))
        said = [Said(words, role == "assistant", datetime.fromisoformat(at)) for role, words, at in thread["said"]]
        return self._deals.what_if(text, str(key), asker, private=place.is_direct, said=said)

    def _history(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        state = self._services.store.thread(str(payload["channel"]), str(payload["thread_ts"]))
        turns = [[turn.role, turn.text] for turn in state.turns]
        said = [[turn.role, turn.text, turn.at.isoformat()] for turn in state.turns]
        return {"ours": bool(turns), "turns": turns, "said": said, "deal_key": state.deal_key}

    def _states_a_deal(self, text: str) -> bool:
        facts = self._services.desk.read(text).facts
        return bool(facts) and (CHECK.match(text) is not None or (len(facts) >= ENOUGH_FACTS and "?" not in text))

    def _ask(self, text: str, payload: Mapping[str, Any], thread: Mapping[str, Any], on_text: Any = None) -> Answer:
        asker = self._services.askers.of(str(payload["user"]))
        if not Place.of(payload).is_direct:
            # In a channel others read along: it gets what every rep may read, whoever asks.
            asker = replace(asker, roles=asker.roles and frozenset({StaffRole.REP}))
        desk, key = self._services.desk, thread.get("deal_key")
        saved = desk.find(key, asker) if key else None
        return self._services.answers.answer(
            text,
            asker=asker,
            history=[Turn(role, said) for role, said in thread["turns"]],
            deal=desk.deal_of(saved) if saved else None,
            deal_key=saved.key if saved else None,
            private=Place.of(payload).is_direct,
            on_text=on_text,
        )

    def _compose(self, text: str, payload: Mapping[str, Any], thread: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._ask(text, payload, thread)
        blocks: list[Block] = drawing.answer_blocks(answer)
        return {"text": drawing.answer_notification(answer), "blocks": blocks, "said": answer.text}

    def _stream(self, place: Place, text: str, payload: Mapping[str, Any], thread: Mapping[str, Any]) -> dict[str, Any]:
        services = self._services
        stream = AnswerStream(services.client, place, team=str(payload["team"]), turn=services.replies.outbox.turn)
        try:
            answer = self._ask(text, payload, thread, on_text=stream.write)
        except Exception:
            stream.abandon()
            raise
        sent = stream.finish(
            text=drawing.answer_notification(answer),
            blocks=drawing.answer_blocks(answer),
            tail=[*drawing.answer_sources(answer), *drawing.answer_footer(answer)],
        )
        return {
            "text": drawing.answer_notification(answer),
            "blocks": drawing.answer_blocks(answer),
            "said": answer.text,
            "sent": sent,
        }

    def _post(self, place: Place, message: Mapping[str, Any]) -> None:
        self._services.replies.send(place, text=message["text"], blocks=message["blocks"])

    def _status(self, place: Place) -> None:
        from slack_sdk.errors import SlackClientError  # loaded with the client

        try:
            self._services.client.assistant_threads_setStatus(
                channel_id=place.channel,
                thread_ts=place.thread_ts or "",
                status="is looking it up…",
                loading_messages=["Reading the Deal Profile…", "Looking through the playbooks…"],
            )
        except (SlackClientError, OSError):
            # A status is a courtesy; a workspace without the agent view has none.
            return

    def _remember(self, payload: Mapping[str, Any], role: Role, text: str, deal_key: str | None = None) -> None:
        channel, thread_ts = str(payload["channel"]), str(payload["thread_ts"])
        self._services.store.remember_turn(
            channel, thread_ts, role, text, deal_key=deal_key, author=str(payload["user"])
        )


def is_small_talk(text: str) -> bool:
    """Whether somebody greets, thanks, or says nothing: no question to look up."""
    return all(word in TALK for word in re.findall(r"\w+", text.lower()))


def failure_blocks(reference: str) -> list[Block]:
    """What somebody sees when their work failed: never silence."""
    return [
        section(
            "Something went wrong on my side and I could not finish this. Nothing you entered was lost; please try "
            f"again. If it happens again, give this reference to whoever runs Dealfit: `{inline(reference, 100)}`"
        )
    ]
