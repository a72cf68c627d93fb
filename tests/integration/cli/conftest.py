"""The command line as a person or a script uses it: arguments and environment in, two streams and a status out."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.bootstrap import Core
from bot.cli.app import run
from bot.settings import Settings, content_root

OURS = ("DEALFIT_", "SLACK_", "OPENAI_")


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Dealfit = Callable[..., Done]


@pytest.fixture(scope="session")
def indexed_data(shipped_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of the shipped playbooks."""
    folder = tmp_path_factory.mktemp("cli-indexed")
    core = Core(Settings.load({"DEALFIT_DATA_DIR": str(folder)}, env_file=None))
    core.make_data_dir()
    shutil.copytree(shipped_index, core.settings.index_dir)
    core.close()
    return folder


@pytest.fixture
def data(indexed_data: Path, tmp_path: Path) -> Path:
    """A fresh data folder that has the index."""
    shutil.copytree(indexed_data, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def dealfit(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Dealfit]:
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DEALFIT_DATA_DIR", str(data))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def command(*arguments: str | Path, **environment: str) -> Done:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["dealfit", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run()
        written = capsys.readouterr()
        code = ended.value.code
        return Done(0 if code is None else int(code), written.out, written.err)

    yield command
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def own_profile(tmp_path: Path) -> Path:
    """A profile folder to break."""
    shutil.copytree(content_root() / "profile", tmp_path / "profile")
    return tmp_path / "profile"
