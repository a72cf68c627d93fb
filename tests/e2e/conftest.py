"""The whole app, as it runs: a real Bolt app on a real WebSocket to the playground, real stores, a real index."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import Core, SlackApp, build_slack
from bot.cli.playing import HINTS
from bot.cli.run_command import manifest
from bot.playground.server import Playground
from bot.settings import Settings, content_root
from bot.slack.connecting import SocketConnection
from tests.e2e.settling import Listeners, settle
from tests.e2e.spoken import silent
from tests.playgrounds import patient

DANA, MORGAN, ALEX = "U0DANA", "U0MORGAN", "U0ALEX"
DEALS, ASK = "C0DEALS", "C0ASK"
DIRECT = "D0DANA"
MERCY = (
    "Mercy Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, managed services for 2 months, "
    "8% discount, net 60"
)


@dataclass
class Office:
    """The playground with Dealfit in it, and the few things that a test does there again and again."""

    ground: Playground
    slack: SlackApp
    core: Core
    listeners: Listeners

    def new_messages(self, channel: str, viewer: str, known: set[str]) -> list[Any]:
        return [m for m in self.ground.messages(channel, viewer) if m.ts not in known and m.user == "U0DEALFIT"]

    def command(self, user: str, command: str, text: str = "", channel: str = DEALS) -> Any:
        """Type a command, and wait for the message that answers it."""
        known = {m.ts for m in self.ground.messages(channel, user)}
        result = self.ground.slash_command(user, channel, command, text)
        assert result.acked, result.error
        return self.ground.wait_for(lambda: (self.new_messages(channel, user, known) or [None])[0])

    def modal(self, user: str) -> Any:
        """The modal that lies on top for this person, or None."""
        stack = self.ground.workspace.stack(user)
        return stack[-1] if stack else None

    def settle(self, seconds: float = 150.0) -> None:
        """Return once nothing is on its way to the app, no listener runs, no work is left, and no message waits."""
        settle(
            self.ground,
            lambda: {
                "listeners": self.listeners.running,
                "work": self.slack.queue.waiting(),
                "messages": self.core.store.outgoing.waiting().messages,
            },
            seconds,
        )

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        return self.ground.post_as(user, channel, text, thread_ts)

    def answer(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Any:
        """Write a message, and wait for Dealfit's reply in its thread."""
        ts = self.say(user, channel, text, thread_ts)
        root = thread_ts or ts

        def replies() -> Any:
            found = [m for m in self.ground.messages(channel, user, root) if m.user == "U0DEALFIT" and m.ts > ts]
            return found[0] if found else None

        return self.ground.wait_for(replies)


def copy_content(folder: Path) -> dict[str, str]:
    """A profile and playbooks of one's own, to be edited; and the settings that name them."""
    root = content_root()
    shutil.copytree(root / "profile", folder / "profile")
    shutil.copytree(root / "knowledge", folder / "knowledge")
    return settings_for(folder)


def settings_for(folder: Path) -> dict[str, str]:
    return {
        "DEALFIT_PROFILE_DIR": str(folder / "profile"),
        "DEALFIT_KNOWLEDGE_DIR": str(folder / "knowledge"),
        "DEALFIT_DATA_DIR": str(folder / "data"),
        "DEALFIT_LOG_LEVEL": "ERROR",
        # What waits for its turn in a channel is tested in test_posting; elsewhere it would only take time.
        "DEALFIT_POST_SECONDS": "0",
    }


@pytest.fixture(scope="session")
def indexed(shipped_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped content and its index, to be copied for each app."""
    folder = tmp_path_factory.mktemp("indexed")
    core = Core(Settings.load(copy_content(folder), env_file=None))
    core.make_data_dir()
    shutil.copytree(shipped_index, core.settings.index_dir)
    core.close()
    return folder


@pytest.fixture(scope="module")
def office(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(indexed, folder, dirs_exist_ok=True)
    with Running(Settings.load(settings_for(folder), env_file=None)) as made:
        yield made


class Running:
    """Start the playground and the app, and stop both at the end."""

    def __init__(self, settings: Settings, **ground: Any) -> None:
        self._core = Core(settings)
        self._core.make_data_dir()
        options = {"redelivery": (0.0, 0.2, 0.5), **ground}
        self._ground = patient(manifest=manifest(), hints=HINTS, **options)

    def __enter__(self) -> Office:
        self._ground.start()
        self._slack = build_slack(self._core, token=self._ground.bot_token, api_url=self._ground.api_url)
        listeners = Listeners(self._slack.app)
        self._connection = SocketConnection(self._slack.app, self._ground.app_token)
        self._connection.open()
        self._ground.wait_connected()
        return Office(self._ground, self._slack, self._core, listeners)

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._slack.close()
        self._ground.stop()
        assert silent(self._ground) == []


def texts(node: Any) -> str:
    """All text that a message or a view shows, for a test that asks whether something stands there."""
    if isinstance(node, dict):
        return " ".join(texts(value) for key, value in node.items() if key not in {"action_id", "block_id", "type"})
    if isinstance(node, list):
        return " ".join(texts(item) for item in node)
    return node if isinstance(node, str) else ""


def buttons(message: Any) -> list[dict[str, Any]]:
    """Every button of a message."""
    found: list[dict[str, Any]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "button":
                found.append(node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(message.blocks)
    return found
