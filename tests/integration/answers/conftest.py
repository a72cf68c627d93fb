"""The bundled playbooks indexed once, the bundled profile, and a chat endpoint on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answers.budget import Budget
from bot.answers.composing import ModelComposer
from bot.answers.model import Asker
from bot.answers.prompts import Prompts
from bot.answers.service import AnswerService
from bot.answers.streaming import ChatModel, ModelSettings
from bot.knowledge.library import Library
from bot.profile.live import LiveProfile
from bot.profile.people import Role
from tests.integration.answers.chat_server import ChatServer

ROOT = Path(__file__).parents[3]
REP = Asker("U1", "Dana Reyes", frozenset({Role.REP}))
APPROVER = Asker("U2", "Ruth Adeyemi", frozenset({Role.APPROVER}))
OUTSIDER = Asker("U3", "Nobody", frozenset())


def clock() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


class SilentLog:
    def info(self, event: str, **values: object) -> None:
        pass

    def error(self, event: str, **values: object) -> None:
        pass


@pytest.fixture(scope="session")
def library(shipped_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    copied = shutil.copytree(shipped_index, tmp_path_factory.mktemp("answers") / "index")
    found = Library(ROOT / "knowledge", copied, clock=clock)
    yield found
    found.close()


@pytest.fixture(scope="session")
def live() -> LiveProfile:
    return LiveProfile(ROOT / "profile" / "deal-profile.yaml", SilentLog())


@pytest.fixture(scope="session")
def service(live: LiveProfile, library: Library) -> AnswerService:
    return AnswerService(live=live, library=library, clock=clock)


@pytest.fixture(scope="session")
def chat_server() -> Iterator[ChatServer]:
    server = ChatServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def with_model(live: LiveProfile, library: Library, chat_server: ChatServer) -> Callable[..., AnswerService]:
    """A service that asks the endpoint; `seconds` is its patience."""

    def make(
        *,
        seconds: float = 20.0,
        url: str = chat_server.url,
        prompts: Path = ROOT / "prompts",
        rewrites: bool = False,
        budget: Budget | None = None,
    ) -> AnswerService:
        settings = ModelSettings("test-model", "sk-canary-123", url, seconds)
        composer = ModelComposer(ChatModel(settings), Prompts(prompts), sleep=lambda _: None)
        rewriter = composer if rewrites else None
        return AnswerService(
            live=live, library=library, clock=clock, composer=composer, rewriter=rewriter, budget=budget
        )

    return make
