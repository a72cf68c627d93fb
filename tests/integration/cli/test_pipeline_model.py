"""`dealfit pipeline ask` with a model at an endpoint on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.answers.chat_server import ChatServer
from tests.integration.cli.conftest import Dealfit

EXAMPLES = Path(__file__).parents[3] / "examples"
QUESTION = "which of Dana's deals have an awkward way of paying"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    found = ChatServer()
    found.start()
    yield found
    found.stop()


def test_a_model_reads_what_the_words_left_open(dealfit: Dealfit, server: ChatServer) -> None:
    terms = {"by": "check", "any_of": ["payment-terms"]}
    proposal = {"query": {"filters": [terms]}, "means": [{"words": "awkward way of paying", "part": "filters/0"}]}
    server.will(json.dumps(proposal))
    assert dealfit("pipeline", "import", EXAMPLES / "deals.csv").status == 0
    settings = {"OPENAI_BASE_URL": server.url, "OPENAI_MODEL": "stand-in"}
    plain = dealfit("pipeline", "ask", "--format", "json", "Dana's deals that break the payment terms").json
    done = dealfit("pipeline", "ask", "--format", "json", QUESTION, **settings)
    assert (done.status, done.json["reader"], done.json["unknown"]) == (0, "model", [])
    assert done.json["rows"] == plain["rows"]
    assert plain["rows"]
    assert plain["reader"] == "words"
    shown = dealfit("pipeline", "ask", QUESTION)
    assert "Understood as: owner: Dana Reyes · status: open · fails: Payment terms" in shown.out
    assert "A language model read “awkward way of paying” as “fails: Payment terms”." in " ".join(shown.out.split())
    server.will("no")
    done = dealfit("pipeline", "ask", QUESTION)
    assert done.status == 2
    assert "awkward way" in done.err
