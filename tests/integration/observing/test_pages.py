"""Health and metrics over real HTTP: what is wrong stands there in words, and nothing that anybody wrote."""

from __future__ import annotations

import socket
import threading
from decimal import Decimal

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.observing.health import Health
from bot.observing.metrics import Metrics
from bot.observing.serving import HealthServer


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def wrong():
    return {}


@pytest.fixture
def url(metrics, wrong):
    def broken() -> str | None:
        raise ConnectionError("the database\nis away")

    parts = {name: (lambda name=name: wrong.get(name)) for name in ("queue", "slack")}
    parts["database"] = lambda: broken() if "database" in wrong else None
    listener = socket.create_server(("127.0.0.1", 0))
    server = HealthServer(listener, metrics, Health(parts))
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.close()
    listener.close()


def samples(url: str) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(httpx.get(f"{url}/metrics").text)
    return {(s.name, tuple(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def test_ready_says_so_and_what_is_not_is_named_in_words(url, wrong):
    assert httpx.get(f"{url}/readyz").text == "ready\n"
    wrong["slack"] = "no connection to Slack."
    wrong["database"] = ""
    answer = httpx.get(f"{url}/readyz")
    assert answer.status_code == 503
    assert answer.text == "not ready\nslack: no connection to Slack.\ndatabase: the database is away\n"
    assert httpx.get(f"{url}/healthz").status_code == 200


def test_a_database_that_never_answers_holds_up_neither_page(metrics):
    away = threading.Event()
    asked = []

    def hangs() -> None:
        asked.append(1)
        away.wait(600)

    metrics.standing.add("dealfit_hangs", "Hangs.", hangs)
    metrics.standing.add("dealfit_answers_at_once", "Does not.", lambda: 1.0)
    health = Health({"database": hangs, "queue": hangs, "profile": lambda: None}, seconds=1.5)
    assert health.look().wrong == dict.fromkeys(("database", "queue"), "does not answer within 1.5 seconds.")
    assert health.look().wrong.keys() == {"database", "queue"}
    assert len(asked) == 2  # nobody asks again while somebody waits for the answer
    shown = metrics.text().decode()
    assert "dealfit_answers_at_once 1.0" in shown
    assert "dealfit_hangs " not in shown
    away.set()


def test_what_is_counted_is_shown(url, metrics):
    metrics.acked("event", 0.02)
    metrics.acked("event", 2.9)
    metrics.worked("question", 0.3, failed=False)
    metrics.worked("question", 0.3, failed=True)
    metrics.posted("chat.postMessage", "sent")
    metrics.posted("chat.postMessage", "limited", 7.0)
    metrics.answered("refused")
    metrics.modelled(1.5, 100, 20, Decimal("0.25"))
    metrics.judged("fits")
    metrics.standing.add("dealfit_queue_depth", "Work.", lambda: 3)
    metrics.standing.add("dealfit_profile_info", "Profile.", lambda: {("2026.11", "ab"): 1.0}, ("version", "sha256"))
    metrics.standing.add("dealfit_broken", "Broken.", lambda: 1 / 0)
    found = samples(url)
    assert found[("dealfit_ack_seconds_count", ("event",))] == 2
    assert found[("dealfit_ack_seconds_bucket", ("0.25", "event"))] == 1
    assert found[("dealfit_work_total", ("done", "question"))] == 1
    assert found[("dealfit_work_total", ("failed", "question"))] == 1
    assert found[("dealfit_posts_total", ("chat.postMessage", "sent"))] == 1
    assert found[("dealfit_post_limited_seconds_total", ())] == 7
    assert found[("dealfit_answers_total", ("refused",))] == 1
    assert found[("dealfit_model_tokens_total", ("in",))] == 100
    assert found[("dealfit_model_cost_total", ())] == 0.25
    assert found[("dealfit_verdicts_total", ("fits",))] == 1
    assert found[("dealfit_queue_depth", ())] == 3
    assert found[("dealfit_profile_info", ("2026.11", "ab"))] == 1
    assert not [name for name, _ in found if "broken" in name]


def test_two_processes_worth_of_metrics_share_nothing(metrics):
    other = Metrics()
    other.judged("fits")
    assert b'dealfit_verdicts_total{result="fits"}' in other.text()
    assert b'dealfit_verdicts_total{result="fits"}' not in metrics.text()
