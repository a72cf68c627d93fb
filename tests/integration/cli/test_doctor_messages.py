"""What `dealfit doctor` says of messages that nobody has sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bootstrap import Core
from bot.cli.doctor import _messages
from bot.settings import Settings

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_message_that_has_waited_long_is_said_with_its_time_and_what_to_look_at(tmp_path: Path) -> None:
    now = [MORNING]
    core = Core(Settings.load({"DEALFIT_DATA_DIR": str(tmp_path)}, env_file=None), clock=lambda: now[0])
    core.make_data_dir()
    try:
        assert _messages(core).words == "none waits"
        core.store.outgoing.put("0" * 64, "C0DEALS", "chat.postMessage", {"channel": "C0DEALS", "text": "words"})
        now[0] += timedelta(minutes=15)
        fresh = _messages(core)
        assert (fresh.state, fresh.words) == ("ok", "1 waits in 1 place")
        now[0] += timedelta(minutes=1)
        late = _messages(core)
        assert late.state == "note"
        assert "The oldest has waited since 2026-11-23 09:00 UTC" in late.words
        assert "/readyz" in late.words
    finally:
        core.close()
