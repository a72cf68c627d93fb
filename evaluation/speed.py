"""How long a question takes over few and many playbooks, what they cost to index, how soon a change is found.

Each size is measured in a process of its own, so that memory is that size's alone.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from bot.bootstrap import Core
from bot.settings import Settings
from evaluation.answering import REP
from evaluation.figures import Section
from evaluation.golden import read_golden

_SECTIONS = 8  # of a made-up playbook, each a passage
_ASKED = 60
_SHORT = 20  # words of a paragraph that says little
_SEED = 7
_PATIENCE = 60.0  # seconds until a change that is not found is a failure
_ZEBRA = "\n## Zebra crossings\n\nA zebra crossing is never part of a deal, because nobody can sell one.\n"


def measure(playbooks: int, folder: Path) -> Section:
    """Index so many made-up playbooks, ask, and change one."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "knowledge").mkdir(parents=True)
    write_playbooks(folder / "knowledge", playbooks)
    figures: dict[str, float] = {}
    for part in ("owner", "reader"):
        command = [sys.executable, "-m", "evaluation.speed", part, str(folder)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        figures |= json.loads(done.stdout.splitlines()[-1])
    shutil.rmtree(folder, ignore_errors=True)
    column = f"{playbooks:,} playbooks ({figures.pop('passages'):,.0f} passages)"
    section = Section(f"speed-{playbooks:05}", "Speed without a model", f"{_ASKED} golden questions")
    for name, value in figures.items():
        row, _, unit = name.rpartition(" | ")
        section.add(row, column, value, unit)
    return section


def core_of(folder: Path) -> Core:
    """The product over the made-up playbooks in this folder."""
    given = {"DEALFIT_DATA_DIR": str(folder / "data"), "DEALFIT_KNOWLEDGE_DIR": str(folder / "knowledge")}
    core = Core(Settings.load(given, env_file=None))
    core.make_data_dir()
    return core


def owner(folder: Path) -> dict[str, float]:
    """As `dealfit run` does it: index, watch, answer with the index that this process owns."""
    core = core_of(folder)
    began = time.perf_counter()
    index = core.library.refresh()
    took = time.perf_counter() - began
    found: dict[str, float] = {
        "passages": index.passages,
        "index time | s": took,
        "passages indexed | a second": index.passages / took,
    }
    found |= {f"{name} | ms": value for name, value in _asked(core).items()}
    found["a changed playbook is found after | s"] = _changed(core, folder / "knowledge")
    found["memory of the process that indexes and answers, at most | MB"] = _memory()
    core.close()
    return found


def reader(folder: Path) -> dict[str, float]:
    """As `dealfit ask` does it: a fresh process over the index that stands."""
    core = core_of(folder)
    began = time.perf_counter()
    core.answers_with(None).answer("How much discount may I give?", asker=REP)
    first = time.perf_counter() - began
    for question in read_golden()[:_SECTIONS]:
        core.answers_with(None).answer(question.text, asker=REP)
    return {"first answer of a fresh process | s": first, "memory of a fresh process that answers | MB": _memory()}


def _asked(core: Core) -> dict[str, float]:
    """The milliseconds of a question, after one that loads the model and the index."""
    service = core.answers_with(None)
    asked = [question.text for question in read_golden()[:_ASKED]]
    service.answer(asked[0], asker=REP)
    seconds = []
    for question in asked:
        began = time.perf_counter()
        service.answer(question, asker=REP)
        seconds.append(time.perf_counter() - began)
    return {
        "a question, p50": statistics.median(seconds) * 1000,
        "a question, p95": statistics.quantiles(seconds, n=20)[-1] * 1000,
    }


def _changed(core: Core, knowledge: Path) -> float:
    """The seconds from saving a playbook until a search finds the change, with the watch of `dealfit run`."""
    from bot.knowledge.watch import watch  # compiled, needed here only

    stop = threading.Event()
    watching = threading.Thread(target=watch, args=(knowledge, lambda _: core.library.refresh(), stop))
    watching.start()
    time.sleep(2)  # until the watch has begun
    changed = knowledge / "playbook-0000.md"
    changed.write_text(changed.read_text() + _ZEBRA)
    began = time.perf_counter()
    try:
        while time.perf_counter() - began < _PATIENCE:
            hits = core.library.search("zebra crossing", audience=REP.audience, limit=3)
            if any("zebra" in hit.passage.text for hit in hits):
                return time.perf_counter() - began
            time.sleep(0.1)  # a search of its own keeps the refresh from the processor
    finally:
        stop.set()
        watching.join()
    raise RuntimeError("a changed playbook was not found")


def _memory() -> float:
    """The most that this process had, in MB. The kernel's count for `getrusage` would begin with our parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        return (
            float(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_playbooks(folder: Path, playbooks: int) -> None:
    """Playbooks of sentences drawn from our own, in an order of their own: as long, and about as alike."""
    from bot.knowledge.folder import scan  # with the readers, needed here only
    from bot.knowledge.passages import Refusal  # the same

    ours = Settings.load({}, env_file=None).knowledge_dir
    paragraphs = []
    for source in scan(ours):
        if not isinstance(source, Refusal):
            text = source.read().decode()
            paragraphs += [
                part for part in text.split("\n\n") if len(part.split()) > _SHORT and not part.startswith(("#", "---"))
            ]
    draw = random.Random(_SEED)
    for at in range(playbooks):
        body = [
            f"## Section {at}.{number}\n\n{draw.choice(paragraphs)}\n\n{draw.choice(paragraphs)}"
            for number in range(_SECTIONS)
        ]
        (folder / f"playbook-{at:04}.md").write_text(f"# Playbook {at}\n\n" + "\n\n".join(body) + "\n")


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"owner": owner, "reader": reader}[sys.argv[1]](Path(sys.argv[2]))) + "\n")
