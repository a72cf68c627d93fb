"""docs/json.md says of each command of the pipeline which members its JSON has: the page is held to real output."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.bootstrap import Core
from bot.checking.asker import OPERATOR
from bot.settings import Settings, content_root
from tests.integration.pipeline.crms.hubspot_server import HubSpotServer
from tests.integration.pipeline.crms.servers import TOKEN

PAGE = (Path(__file__).parents[3] / "docs" / "json.md").read_text("utf-8")
FENCE = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED_BY_DATA = {"facts", "verdicts", "statuses", "unknown_owners", "roles", "near", "totals", "counts"}
"""Objects whose members are names of facts, of people, of titles: each has its own."""


def documented(heading: str) -> list[Any]:
    body = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [json.loads(block) for block in FENCE.findall(body)]


def differences(page: Any, real: Any, where: str) -> list[str]:
    """Where real output has other members, or values of another kind. `...` on the page stands for what is left out."""
    if page is None or real is None or page == "...":
        return []
    if isinstance(page, dict) and isinstance(real, dict):
        if where.rpartition(".")[2] in NAMED_BY_DATA:
            return []
        left_out = "..." in page
        found = [f"{where}: {name} is on the page and not there" for name in page.keys() - real.keys() - {"..."}]
        found += [f"{where}: {name} is not on the page" for name in real.keys() - page.keys() if not left_out]
        return found + [
            each
            for name in page.keys() & real.keys()
            for each in differences(page[name], real[name], f"{where}.{name}")
        ]
    if isinstance(page, list) and isinstance(real, list):
        return differences(page[0], real[0], f"{where}[]") if page and real else []
    same = type(page) is type(real) or {type(page), type(real)} == {int, float}
    return [] if same else [f"{where}: {page!r} on the page, {real!r} there"]


def test_the_comparison_finds_what_it_looks_for() -> None:
    assert differences({"a": 1, "b": [{"c": 1}]}, {"a": 1.5, "b": [{"c": 2}]}, "x") == []
    assert differences({"a": 1, "...": "..."}, {"a": 1, "b": 2}, "x") == []
    assert differences({"a": 1}, {"a": "1"}, "x") == ["x.a: 1 on the page, '1' there"]
    assert differences({"b": [{"c": 1}]}, {"b": [{"d": 1}]}, "x") == [
        "x.b[]: c is on the page and not there",
        "x.b[]: d is not on the page",
    ]


def test_the_page_has_the_members_of_each_command(dealfit, data, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(content_root() / "profile", folder)
    (folder / "rates.yaml").write_text("currency: USD\nrates: {EUR: {rate: 1.1, as_of: 2026-11-20}}\n", "utf-8")
    rows = (content_root() / "examples" / "deals.csv").read_text("utf-8")
    (tmp_path / "deals.csv").write_text(rows, "utf-8")
    (tmp_path / "gone.csv").write_text("id,name,contract_value,currency\n1,Mercy,5,EUR\n2,Hope,5,USD\n", "utf-8")
    (tmp_path / "calls.csv").write_text("date,rep,account,role\n2026-11-02,Dana Reyes,Mercy Regional,CFO\n", "utf-8")

    def same(heading: str, real: Any, number: int = 0) -> None:
        assert differences(documented(heading)[number], real, heading) == []

    dealfit("pipeline", "import", "gone.csv", DEALFIT_PROFILE_DIR=str(folder))
    (tmp_path / "gone.csv").write_text("id,name,contract_value,currency,owner\n1,Mercy,5,EUR,Zoe\n", "utf-8")
    report = dealfit("pipeline", "import", "gone.csv", "--json").json
    assert (report["missing"]["deals"], report["converted"][0]["amounts"], report["unknown_owners"]) == (
        1,
        1,
        {"Zoe": 1},
    )
    same("pipeline import", report)
    dealfit("pipeline", "import", "deals.csv")
    same("pipeline snapshot and snapshots", dealfit("pipeline", "snapshot", "--json").json)
    same("pipeline show", dealfit("pipeline", "show", "D-2607", "--json").json)
    same("pipeline ask", dealfit("pipeline", "ask", "deals of Dana over 100k", "--format", "json").json)
    same("pipeline map", dealfit("pipeline", "map", "calls.csv", "--format", "json").json)
    dealfit("pipeline", "activities", "calls.csv")
    same("pipeline activities and accounts", dealfit("pipeline", "activities", "--format", "json").json)
    same("pipeline activities and accounts", dealfit("pipeline", "accounts", "--format", "json").json, 1)

    server = HubSpotServer()
    server.put("deals", 1, datetime(2026, 11, 2, tzinfo=UTC), dealname="One")
    with server.running():
        there = {
            "DEALFIT_HUBSPOT_TOKEN": TOKEN,
            "DEALFIT_HUBSPOT_URL": server.url,
            "DEALFIT_SYNC_SCHEDULE": "0 * * * *",
        }
        same("pipeline sync and sources", dealfit("pipeline", "sync", "--json", **there).json)
        same("pipeline sync and sources", dealfit("pipeline", "sources", "--json").json, 1)

    # A week later some deals are new and others gone, so that every part of the picture has something to say.
    settings = Settings.load({"DEALFIT_DATA_DIR": str(data), "DEALFIT_PROFILE_DIR": str(folder)}, env_file=None)
    later = Core(settings, clock=lambda: datetime.now(UTC) + timedelta(days=8))
    same("pipeline", later.pipeline.overview(OPERATOR).plain())
    later.close()
