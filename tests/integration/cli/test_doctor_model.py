"""What `dealfit doctor` says of the language model's use."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from bot.bootstrap import Core
from bot.cli.doctor import _model
from bot.settings import Settings


def test_the_use_of_the_model_today_stands_against_its_limits(tmp_path: Path) -> None:
    values = {
        "DEALFIT_DATA_DIR": str(tmp_path),
        "OPENAI_API_KEY": "sk-canary",
        "DEALFIT_MODEL_TOKENS_PER_DAY": "1000000",
    }
    core = Core(Settings.load(values, env_file=None))
    core.make_data_dir()
    try:
        unused = _model(core)
        assert (unused.state, "unused, of 1,000,000 tokens in all" in unused.words) == ("ok", True)
        day = core.store.model_use.hold("U0DANA", 24_000, per_person=None, in_all=None)
        assert day is not None
        core.store.model_use.settle(
            day, "U0DANA", held=24_000, tokens_in=180_000, tokens_out=5_000, cost=Decimal("0.31")
        )
        used = _model(core)
        assert used.state == "note"
        assert "asked 1 time, 185,000 of 1,000,000 tokens, cost 0.31" in used.words
        assert "most by U0DANA: 185,000 of 200,000 tokens; 1 near their limit" in used.words
        assert "sk-canary" not in used.words
    finally:
        core.close()
