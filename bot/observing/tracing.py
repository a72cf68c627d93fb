"""Traces over OpenTelemetry, where a collector is set: from Slack's request over the queue to the message.

Spans carry kinds and outcomes, no texts and no names. Without an endpoint nothing is imported and nothing is sent.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

PARENT = "traceparent"
REMEMBERED = 10_000
"""How many requests' traces are kept for the threads that go on with them."""


class Tracing(Protocol):
    """Makes spans."""

    def span(self, name: str, *, parent: str | None = None, **kinds: str) -> Any:
        """A context manager: a span around what is done inside. `parent` is what `parent` gave elsewhere."""

    def parent(self) -> str | None:
        """What names the current span to another thread or process, if there is one."""
        ...

    def remember(self, key: str) -> None:
        """Keep the current span for what follows under this key in another thread."""

    def recall(self, key: str) -> str | None:
        """The span that was kept under a key."""
        ...

    def close(self) -> None:
        """Send what is left."""


class NoTracing:
    """Traces nothing."""

    @contextmanager
    def span(self, name: str, *, parent: str | None = None, **kinds: str) -> Iterator[None]:
        """Nothing around what is done."""
        del name, parent, kinds
        yield

    def parent(self) -> str | None:
        """Nothing."""
        return None

    def remember(self, key: str) -> None:
        """Nothing."""

    def recall(self, key: str) -> str | None:
        """Nothing."""
        del key
        return None

    def close(self) -> None:
        """Nothing."""


class OpenTelemetry:
    """Spans of a provider, which belongs to this process alone: nothing global is set."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = provider
        self._tracer = provider.get_tracer("dealfit")
        self._form = TraceContextTextMapPropagator()
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def span(self, name: str, *, parent: str | None = None, **kinds: str) -> Iterator[None]:
        """A span. What is raised inside marks it as failed by its type; its words may hold texts of people."""
        from opentelemetry.trace import Status, StatusCode

        context: Context | None = self._form.extract({PARENT: parent}) if parent else None
        attributes = {f"dealfit.{kind}": value for kind, value in kinds.items()}
        with self._tracer.start_as_current_span(
            name, context=context, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def parent(self) -> str | None:
        """The current span in W3C's form."""
        carrier: dict[str, str] = {}
        self._form.inject(carrier)
        return carrier.get(PARENT)

    def remember(self, key: str) -> None:
        """Keep the current span."""
        parent = self.parent()
        if parent is None:
            return
        with self._lock:
            self._kept[key] = parent
            while len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)

    def recall(self, key: str) -> str | None:
        """The span that was kept; it stays kept, for a request may lead to more than one thing."""
        with self._lock:
            return self._kept.get(key)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def tracing_to(endpoint: str | None, *, version: str) -> Tracing:
    """Tracing to an OTLP collector (gRPC), such as http://127.0.0.1:4317; none where none is set."""
    if endpoint is None:
        return NoTracing()
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": "dealfit", "service.version": version}))
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return OpenTelemetry(provider)


def without_parent(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload without the mark of its trace."""
    return {name: value for name, value in payload.items() if name != PARENT}
