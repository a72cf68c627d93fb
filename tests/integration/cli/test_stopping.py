"""Ctrl-C ends whatever Dealfit is doing: its own loading, its start, and the app that runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

import pytest

from bot.cli import main
from bot.cli.run_command import _Stop


class Impatient:
    """Somebody who presses Ctrl-C while the command line is loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        del path, target
        if name == "bot.cli.app":
            raise KeyboardInterrupt


def test_while_it_loads_nothing_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delitem(sys.modules, "bot.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Impatient(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")


def test_while_it_starts_the_start_ends_and_later_the_app_ends_in_good_order():
    stop = _Stop()
    with pytest.raises(KeyboardInterrupt):
        stop.asked(2, None)
    assert stop.is_set()
    running = _Stop()
    running.started = True
    running.asked(2, None)
    assert running.is_set()
