"""Traces: one from Slack's request to the message, without texts; and nothing at all where no collector is set."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.observing.metrics import Metrics
from bot.observing.tracing import NoTracing, OpenTelemetry, tracing_to
from bot.slack.delivery import Sent
from bot.slack.inbox import Work
from bot.slack.watching import Watch, WatchedBook, WatchedCourier
from bot.store.database import open_store

CANARY = "canary text of a person"


class Requests:
    """Stands for Bolt: what is dispatched is put away under its trigger."""

    def __init__(self, put) -> None:
        self._put = put

    def dispatch(self, request):
        self._put(Work("deal.words", f"command:{request.body['trigger_id']}", {"text": CANARY}))
        return "answered"


class Request:
    def __init__(self) -> None:
        self.body = {"command": "/deal-check", "trigger_id": "1.2.3", "text": CANARY}


class Courier:
    def send(self, _):
        return Sent("C1", "1.0")


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


def watching(exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Watch(Metrics(), OpenTelemetry(provider))


@pytest.fixture
def watch(exporter):
    made = watching(exporter)
    yield made
    made.tracing.close()


@pytest.fixture
def other_process(exporter):
    """What another process at the same database watches with: it shares no memory with the first."""
    made = watching(exporter)
    yield made
    made.tracing.close()


def test_a_command_is_one_trace_from_its_ack_to_its_post_in_another_process(
    watch, other_process, exporter, tmp_path: Path
):
    stores = [open_store(f"sqlite:///{tmp_path / 'dealfit.db'}", lambda: datetime.now(UTC)) for _ in range(2)]
    kept: list[Work] = []
    app = Requests(watch.put(kept.append))
    watch.acks(app)
    assert app.dispatch(Request()) == "answered"
    seen = []
    book = WatchedBook(stores[0].outgoing, watch.tracing)

    def handle(payload, _steps):
        seen.append(payload)
        book.put("mark", "C1", "chat.postMessage", {"text": CANARY})

    watch.handlers({"deal.words": handle})["deal.words"](kept[0].payload, None)
    [claimed], _ = stores[1].outgoing.claim("another", 1)
    assert WatchedCourier(Courier(), other_process).send(claimed) == Sent("C1", "1.0")
    for store in stores:
        store.close()
    assert seen == [{"text": CANARY}]
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"ack", "inbox", "work", "post"}
    assert len({span.context.trace_id for span in spans.values()}) == 1
    parents = {name: span.parent.span_id if span.parent else None for name, span in spans.items()}
    assert parents == {
        "ack": None,
        "inbox": spans["ack"].context.span_id,
        "work": spans["inbox"].context.span_id,
        "post": spans["work"].context.span_id,
    }
    assert CANARY not in "".join(span.to_json() for span in spans.values())
    assert b'dealfit_work_total{kind="deal.words",outcome="done"} 1.0' in watch.metrics.text()
    assert b'dealfit_posts_total{method="chat.postMessage",outcome="sent"} 1.0' in other_process.metrics.text()


def test_work_that_fails_is_told_by_its_type_alone(watch, exporter):
    def handle(*_):
        raise ValueError(CANARY)

    with pytest.raises(ValueError, match=CANARY):
        watch.handlers({"question": handle})["question"]({"text": CANARY}, None)
    (span,) = exporter.get_finished_spans()
    assert (span.status.description, span.status.is_ok, span.events) == ("ValueError", False, ())
    assert b'dealfit_work_total{kind="question",outcome="failed"} 1.0' in watch.metrics.text()


def test_without_a_collector_nothing_is_traced_or_even_imported():
    assert isinstance(tracing_to(None, version="0"), NoTracing)
    code = (
        "import sys; from bot.observing.tracing import tracing_to; tracing_to(None, version='0');"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
