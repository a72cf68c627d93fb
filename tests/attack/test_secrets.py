"""Promise 16: canary secrets, and failures provoked on purpose. No canary anywhere that people or files keep."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.bootstrap import Core, slack_client
from bot.settings import Settings, SettingsError, passwords_in, shown_url
from bot.slack.durable import StepFailed
from tests.e2e.conftest import DANA, Running, copy_content

BOT, APP = "xoxb-canary-bot-0001", "xapp-canary-app-0002"
SIGNING, KEY, PASSWORD = "canary-signing-0003", "sk-canary-key-0004", "canary@pass/word#0005"
CANARIES = (BOT, APP, SIGNING, KEY, PASSWORD, "canary%40pass%2Fword%230005", "canary-model-0006")
DATABASE = "postgresql://rep:canary%40pass%2Fword%230005@127.0.0.1:9/deals"


class Echo(BaseHTTPRequestHandler):
    """An endpoint that refuses every key, and says in its error which key that was."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        said = f'{{"error": {{"message": "bad key: {self.headers.get("authorization")}", "type": "x"}}}}'.encode()
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def command(*arguments: str, **values: str) -> subprocess.Popen[str]:
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | values
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def found(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def held_by(folder: Path) -> list[tuple[str, str]]:
    """Canaries in the files of a folder, as they are or inside what was pickled and encoded."""
    hits = []
    for file in (path for path in folder.rglob("*") if path.is_file()):
        data = file.read_bytes()
        for canary in CANARIES:
            forms = [canary.encode(), *(base64.b64encode(b"x" * pad + canary.encode())[4:-4] for pad in (1, 2, 3))]
            hits += [(file.name, canary) for form in forms if form in data]
    return hits


def test_commands_that_fail_tell_no_secret(tmp_path: Path, echo: str):
    content = copy_content(tmp_path)
    values = content | {
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "SLACK_BOT_TOKEN": BOT,
        "SLACK_APP_TOKEN": APP,
        "SLACK_SIGNING_SECRET": SIGNING,
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": echo,
        "DEALFIT_LOG_LEVEL": "DEBUG",
    }
    broken = values | {"DEALFIT_DATABASE_URL": DATABASE, "DEALFIT_DATA_DIR": str(tmp_path / "broken")}
    for playbook in sorted(Path(content["DEALFIT_KNOWLEDGE_DIR"]).iterdir())[:12]:
        playbook.unlink()  # three playbooks are enough, and soon indexed
    deal = "Mercy: hospital, 120 beds, net 60"
    with_model = values | {"OPENAI_BASE_URL": echo.replace("http://", "http://rep:canary-model-0006@")}
    started = {
        "ask": command("ask", "how do I open a conversation about price with the customer?", **values),
        "doctor": command("doctor", **broken | {"OPENAI_BASE_URL": with_model["OPENAI_BASE_URL"]}),
        "check": command("check", deal, **broken),
        "run": command("run", **broken),
        "run slack": command("run", **values | {"DEALFIT_DATA_DIR": str(tmp_path / "slack")}),
        "unreadable": command("check", deal, **values | {"DEALFIT_DATABASE_URL": f"mysql://u:{PASSWORD}@h/d"}),
        "not a url": command("check", deal, **values | {"DEALFIT_DATABASE_URL": f"{PASSWORD}[[["}),
        "odd host": command("check", deal, **values | {"DEALFIT_DATABASE_URL": f"postgresql://u:{PASSWORD}@[h/d"}),
    }
    for name, process in started.items():
        out, err = process.communicate()
        assert found(out + err) == [], (name, out, err)
        assert "Traceback" not in err, (name, err)
        assert name == "ask" or process.returncode != 0, (name, out, err)
    assert held_by(tmp_path) == []


def test_no_repr_shows_a_secret(tmp_path: Path):
    settings = Settings.load(
        {
            **copy_content(tmp_path),
            "SLACK_BOT_TOKEN": BOT,
            "SLACK_APP_TOKEN": APP,
            "SLACK_SIGNING_SECRET": SIGNING,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": "http://u:canary-model-0006@127.0.0.1:9/v1",
            "DEALFIT_CHROMA_URL": "http://u:canary-model-0006@127.0.0.1:9",
        },
        env_file=None,
    )
    core = Core(settings)
    composer = core.models.composer()
    assert composer is not None
    shown = [settings, core, core.store, core.desk, core.library, composer, composer._writer, composer._writer._model]
    shown.append(composer._writer._model.settings)
    shown.append(slack_client(BOT, "http://127.0.0.1:9/api/"))
    for one in shown:
        assert found(f"{one!r}{one!s}") == [], type(one)
    for one in (core, core.store, core.desk, core.library):
        assert found(" ".join(repr(value) for value in vars(one).values())) == [], type(one)
    secrets = Settings.load({"DEALFIT_DATABASE_URL": DATABASE}, env_file=None).secrets
    assert {PASSWORD, "canary%40pass%2Fword%230005"} <= set(secrets)
    core.close()


def test_an_address_of_slack_with_a_password_is_refused_without_repeating_it():
    with pytest.raises(SettingsError) as refused:
        Settings.load({"SLACK_API_URL": "https://dealfit:canary-model-0006@slack.example/api/"}, env_file=None)
    assert "SLACK_API_URL: Value error, must be an address alone" in str(refused.value)
    assert found(f"{refused.value!r}") == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:canary@h/d",
        "postgresql://u:can[ary@h/d",
        "postgresql://u:can?ary@h/d",
        "postgresql://u:can#ary/x@h/d",
        "postgresql://h/d?user=u&password=canary&sslmode=x",
        "http://u:ca%20nary@h:1/v1",
    ],
)
def test_a_password_is_found_in_any_url(url: str):
    assert passwords_in(url)
    for password in passwords_in(url):
        assert password not in shown_url(url).split("?")[0]


def test_what_the_queue_keeps_of_a_failure_holds_no_token(tmp_path: Path):
    """An error of Slack's client carries the whole request; the queue keeps errors, in a file or in PostgreSQL."""
    settings = Settings.load(copy_content(tmp_path), env_file=None)
    with Running(settings, bot_token=BOT, app_token=APP) as office:
        office.ground.faults.fail("views.publish", "invalid_blocks", times=3)
        office.ground.open_home(DANA)
        office.ground.wait_for(lambda: len([c for c in office.ground.calls if c.method == "views.publish"]) >= 1)
        queue = office.slack.queue
        office.settle()
        failed = queue._dbos.list_workflows(status="ERROR")
        assert len(failed) == 1
        assert "invalid_blocks" in repr(getattr(failed[0].error, "errors", failed[0].error))
        assert all(isinstance(one, StepFailed) for one in getattr(failed[0].error, "errors", [StepFailed()]))
        assert held_by(settings.data_dir) == []
    assert held_by(settings.data_dir) == []
