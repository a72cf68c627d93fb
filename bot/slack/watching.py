"""Measures around what the Slack side does: acknowledgements, work, posts and answers. It changes none of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bot.observing.metrics import Metrics
from bot.observing.tracing import PARENT, Tracing, without_parent
from bot.slack.durable import Handler, Steps
from bot.slack.inbox import Work

if TYPE_CHECKING:
    from slack_bolt import App, BoltRequest, BoltResponse

    from bot.answers.budget import Limits
    from bot.answers.model import Answer
    from bot.answers.service import AnswerService
    from bot.slack.delivery import Courier, Outcome
    from bot.store.outgoing import Claimed, OutgoingBook

KINDS = {
    "event_callback": "event",
    "block_actions": "action",
    "view_submission": "view",
    "view_closed": "view",
    "shortcut": "shortcut",
    "message_action": "shortcut",
}


class Watch:
    """The metrics and the traces of one process."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self.metrics = metrics
        self.tracing = tracing

    def acks(self, app: App) -> None:
        """Measure how long each of Slack's requests waits for its answer."""
        answer = app.dispatch

        def dispatch(request: BoltRequest) -> BoltResponse:
            kind = kind_of(request.body)
            started = time.perf_counter()
            with self.tracing.span("ack", kind=kind):
                trigger = request.body.get("trigger_id")
                if trigger:  # its listener runs in another thread
                    self.tracing.remember(str(trigger))
                try:
                    return answer(request)
                finally:
                    self.metrics.acked(kind, time.perf_counter() - started)

        setattr(app, "dispatch", dispatch)  # noqa: B010 - Bolt's own way in, for sockets and HTTP alike

    def put(self, put: Callable[[Work], None]) -> Callable[[Work], None]:
        """Trace what is put away; the work carries its trace along."""

        def traced(work: Work) -> None:
            parent = self.tracing.recall(work.key.partition(":")[2])
            with self.tracing.span("inbox", parent=parent, kind=work.kind):
                here = self.tracing.parent()
                put(Work(work.kind, work.key, {**work.payload, PARENT: here}) if here else work)

        return traced

    def handlers(self, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
        """Measure each piece of work by its kind."""
        return {kind: self._handler(kind, handler) for kind, handler in handlers.items()}

    def _handler(self, kind: str, handler: Handler) -> Handler:
        def watched(payload: Mapping[str, Any], steps: Steps) -> None:
            started, failed = time.perf_counter(), True
            with self.tracing.span("work", parent=payload.get(PARENT), kind=kind):
                try:
                    handler(without_parent(payload) if PARENT in payload else payload, steps)
                    failed = False
                finally:
                    self.metrics.worked(kind, time.perf_counter() - started, failed=failed)

        return watched


class WatchedCourier:
    """A courier whose sendings are measured."""

    def __init__(self, courier: Courier, watch: Watch) -> None:
        self._courier = courier
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        """Everything else is the courier's."""
        return getattr(self._courier, name)

    def send(self, claimed: Claimed) -> Outcome:
        """Send, and count what came of it."""
        watch = self._watch
        with watch.tracing.span("post", parent=claimed.trace, method=claimed.method):
            outcome = self._courier.send(claimed)
        limited = float(getattr(outcome, "seconds", 0.0)) if getattr(outcome, "limited", False) else 0.0
        name = (
            "limited" if limited else "found" if getattr(outcome, "before", False) else type(outcome).__name__.lower()
        )
        watch.metrics.posted(claimed.method, name, limited)
        return outcome


class WatchedBook:
    """The book of outgoing messages, which keeps with each to which trace it belongs: another process may send it."""

    def __init__(self, book: OutgoingBook, tracing: Tracing) -> None:
        self._book = book
        self._tracing = tracing

    def __getattr__(self, name: str) -> Any:
        """Everything else is the book's."""
        return getattr(self._book, name)

    def put(self, mark: str, lane: str, method: str, body: Mapping[str, Any]) -> bool:
        """Keep a message to be sent."""
        return self._book.put(mark, lane, method, body, self._tracing.parent())


class WatchedAnswers:
    """Answers, counted by who wrote them, with what the model used."""

    def __init__(self, answers: AnswerService, metrics: Metrics, limits: Limits) -> None:
        self._answers = answers
        self._metrics = metrics
        self._limits = limits

    def __getattr__(self, name: str) -> Any:
        """Everything else is the service's."""
        return getattr(self._answers, name)

    def answer(self, question: str, **given: Any) -> Answer:
        """Answer, and count it."""
        answer = self._answers.answer(question, **given)
        self._metrics.answered("refused" if answer.refused else str(answer.composer))
        if answer.model is not None:
            used = (answer.model.tokens_in or 0, answer.model.tokens_out or 0)
            self._metrics.modelled(answer.model.seconds, *used, self._limits.cost(*used))
        return answer


def kind_of(body: Mapping[str, Any]) -> str:
    """What kind of request it is: one of a few words, whatever a stranger may send."""
    return "command" if "command" in body else KINDS.get(str(body.get("type")), "other")
