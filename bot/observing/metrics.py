"""The metrics of one process, in a registry of its own, in the format that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.observing.deadline import Deadline

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ACKS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.0)
SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)

GAUGE_SECONDS = 1.0
"""A gauge that is not read by then is left out, so that the others come in time for whoever scrapes."""

Reading = float | Mapping[tuple[str, ...], float]


class Standing(Collector):
    """Gauges that are read when somebody asks: each from a function; one that fails is left out."""

    def __init__(self) -> None:
        self._gauges: dict[str, tuple[str, tuple[str, ...], Callable[[], Reading]]] = {}

    def add(self, name: str, words: str, read: Callable[[], Reading], labels: tuple[str, ...] = ()) -> None:
        """A gauge. With labels, `read` gives a number for each of their values."""
        self._gauges[name] = (words, labels, Deadline(read, GAUGE_SECONDS))

    def collect(self) -> Iterator[Metric]:
        """Read every gauge."""
        for name, (words, labels, read) in self._gauges.items():
            try:
                found = read()
            except Exception:  # noqa: BLE001, S112 what fails is told by /readyz; the other figures are still good
                continue
            family = GaugeMetricFamily(name, words, labels=labels)
            for values, number in found.items() if isinstance(found, Mapping) else [((), found)]:
                family.add_metric(values, number)
            yield family


class Metrics:
    """Counts what happens. Labels are kinds that the code names; nothing that a person wrote becomes one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.standing = Standing()
        self.registry.register(self.standing)
        it = self.registry
        self._acks = Histogram(
            "dealfit_ack_seconds", "From Slack's request to its acknowledgement.", ["kind"], buckets=ACKS, registry=it
        )
        self._work = Histogram(
            "dealfit_work_seconds", "How long a piece of work took.", ["kind"], buckets=SECONDS, registry=it
        )
        self._done = Counter("dealfit_work", "Pieces of work that ended.", ["kind", "outcome"], registry=it)
        self._posts = Counter("dealfit_posts", "Messages handed to Slack.", ["method", "outcome"], registry=it)
        self._limited = Counter("dealfit_post_limited_seconds", "Seconds Slack asked to wait (429).", registry=it)
        self._answers = Counter("dealfit_answers", "Answers by who wrote them.", ["composer"], registry=it)
        self._tokens = Counter("dealfit_model_tokens", "Tokens of the language model.", ["direction"], registry=it)
        self._cost = Counter("dealfit_model_cost", "Cost by the prices that are set.", registry=it)
        self._model = Histogram("dealfit_model_seconds", "How long the model took.", buckets=SECONDS, registry=it)
        self._verdicts = Counter("dealfit_verdicts", "Verdicts that were recorded.", ["result"], registry=it)

    def acked(self, kind: str, seconds: float) -> None:
        """A request of Slack's was answered."""
        self._acks.labels(kind).observe(seconds)

    def worked(self, kind: str, seconds: float, *, failed: bool) -> None:
        """A piece of work ended."""
        self._work.labels(kind).observe(seconds)
        self._done.labels(kind, "failed" if failed else "done").inc()

    def posted(self, method: str, outcome: str, limited: float = 0.0) -> None:
        """A message was handed to Slack; `limited` is for how many seconds Slack asked to wait."""
        self._posts.labels(method, outcome).inc()
        self._limited.inc(limited)

    def answered(self, composer: str) -> None:
        """A question was answered: by a `model`, `extractive`, or `refused`."""
        self._answers.labels(composer).inc()

    def modelled(self, seconds: float, tokens_in: int, tokens_out: int, cost: Decimal) -> None:
        """A language model was used for an answer."""
        self._model.observe(seconds)
        self._tokens.labels("in").inc(tokens_in)
        self._tokens.labels("out").inc(tokens_out)
        self._cost.inc(float(cost))

    def judged(self, result: str) -> None:
        """A verdict was recorded."""
        self._verdicts.labels(result).inc()

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)
