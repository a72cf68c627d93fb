"""The figures of a run as build/load.json, as a table, and as docs/load.md."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from load.figures import ACK_MAX_MS, ACK_P99_MS, Figures
from load.scenarios import Scenario

Ran = list[tuple[Scenario, int, Figures]]

FOREWORD = """# Under load

`make load` starts the real app (`dealfit run`) as a process, puts the playground on the other side as its Slack, over
real sockets, and writes this page and `build/load.json`. `.venv/bin/python -m load --help` says how to run a part.

What is sent: three in five are deal checks by command, one in five a question in a channel (Slack delivers it twice,
as `app_mention` and as `message`), one in five a question in a direct message; from 60 people, in 60 channels. They
are sent by the clock, whether or not the app keeps up. Each must be answered exactly once. The people who write and
the playground run on the same machine and take their part of its processors; nothing else should run on it.
"""

HEAD = """
| Scenario | Events | Accepted | Answered once | Lost | Twice | Ack p50 | p95 | p99 | max |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""
SECOND = """
| Scenario | Deal p50 | Deal p95 | Question p50 | Question p95 | Waiting at the end | Drained in | Memory | Cores |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""
LEGEND = f"""
Acks in milliseconds: promised are p99 under {ACK_P99_MS:.0f} and at most {ACK_MAX_MS:.0f}. A deal's and a question's
time runs from the moment somebody writes until the answer stands in Slack. "Waiting" is the work not finished when the
last event was sent, "drained" how long it took until all was answered (at 50 a second more comes in than one process
answers; what is accepted waits in the queue). "Memory" is that of the app's processes at the start and at the end,
"cores" the processor time that they used, in cores. With kills, an ack has no bound: for moments nobody is there, and
Slack delivers again. The processes that are killed are forked from one that has imported its libraries, three
workspaces at once, and run `dealfit run` from its first line.
"""


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.machine()}, Python {platform.python_version()}"


def measures(ran: Ran) -> list[dict[str, Any]]:
    """The documented shape; the peer of an ack is the promise."""
    found = []

    def add(name: str, value: float, unit: str, promised: float | None = None) -> None:
        ratio = round(value / promised, 3) if promised else None
        peer = None if promised is None else "the promise"
        found.append(
            {"name": name, "value": round(value, 3), "unit": unit, "peer": peer, "peer_value": promised, "ratio": ratio}
        )

    for scenario, amount, figures in ran:
        name = scenario.name
        add(f"{name}: length", amount, scenario.unit)
        for key in ("events", "accepted", "deliveries", "once", "lost", "twice", "sorry", "depth"):
            add(f"{name}: {key}", getattr(figures, key), "")
        bounds = {"ack_p99": ACK_P99_MS, "ack_max": ACK_MAX_MS} if scenario.acks else {}
        for key in ("ack_p50", "ack_p95", "ack_p99", "ack_max", "late"):
            add(f"{name}: {key}", getattr(figures, key), "ms", bounds.get(key))
        for key in ("deal_p50", "deal_p95", "question_p50", "question_p95"):
            add(f"{name}: {key}", getattr(figures, key), "ms")
        add(f"{name}: drained", figures.drained, "s")
        if figures.memory[0]:
            add(f"{name}: memory at the start", figures.memory[0], "MB")
            add(f"{name}: memory at the end", figures.memory[1], "MB")
            add(f"{name}: processor", figures.processor, "cores")
    return found


def write_json(ran: Ran, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine(), "measures": measures(ran)}, indent=2) + "\n", encoding="utf-8")


def page(ran: Ran) -> str:
    """docs/load.md."""
    day = datetime.now(UTC).date().isoformat()
    parts = [FOREWORD, f"\nMeasured on {day}: {machine()}.\n", HEAD.rstrip("\n"), "\n"]
    for scenario, amount, f in ran:
        acks = " | ".join(f"{value:.0f}" for value in (f.ack_p50, f.ack_p95, f.ack_p99, f.ack_max))
        name = f"{scenario.title}, {amount} {scenario.unit}"
        parts.append(f"| {name} | {f.events} | {f.accepted} | {f.once} | {f.lost} | {f.twice} | {acks} |\n")
    parts.append(SECOND)
    for scenario, _, f in ran:
        times = (f.deal_p50, f.deal_p95, f.question_p50, f.question_p95)
        shown = " | ".join(f"{value / 1000:.2f} s" for value in times)
        memory = f"{f.memory[0]:.0f} → {f.memory[1]:.0f} MB" if f.memory[0] else ""
        cores = f"{f.processor:.2f}" if f.memory[0] else ""
        parts.append(f"| {scenario.name} | {shown} | {f.depth} | {f.drained:.0f} s | {memory} | {cores} |\n")
    parts.append(LEGEND)
    told = [f"- {scenario.name}: {note}" for scenario, _, f in ran for note in f.notes]
    told += [f"- {scenario.name}: {words}." for scenario, _, f in ran for words in f.broken(acks=scenario.acks)]
    broken = any(f.broken(acks=scenario.acks) for scenario, _, f in ran)
    parts.append(f"\n{'Not all promises held:' if broken else 'Every promise held in this run.'}\n")
    parts.append("\n" + "\n".join(told) + "\n" if told else "")
    return "".join(parts)
