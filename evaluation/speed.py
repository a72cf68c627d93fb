"""How long a question takes over few and many playbooks, what they cost to index, how soon a change is found."""

from __future__ import annotations

import random
import resource
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from bench.report import Report
from bot.bootstrap import Core
from bot.settings import Settings
from evaluation.answering import REP
from evaluation.golden import read_golden

Progress = Callable[[str, int, int], None]
_SECTIONS = 8  # of a made-up playbook, each a passage
_ASKED = 60
_SHORT = 20  # words of a paragraph that says little


def measure(report: Report, playbooks: int, folder: Path, progress: Progress) -> None:
    """Index so many made-up playbooks, ask, and change one."""
    shutil.rmtree(folder, ignore_errors=True)
    knowledge = folder / "knowledge"
    knowledge.mkdir(parents=True)
    _write(knowledge, playbooks)
    settings = Settings.load(
        {"DEALFIT_DATA_DIR": str(folder / "data"), "DEALFIT_KNOWLEDGE_DIR": str(knowledge)}, env_file=None
    )
    core = Core(settings)
    core.make_data_dir()
    began = time.perf_counter()
    index = core.library.refresh(lambda done, total, _: progress(f"{playbooks} playbooks: embedding", done, total))
    took = time.perf_counter() - began
    name = f"{playbooks:,} playbooks ({index.passages:,} passages)"
    report.add(f"{name}: index time", took, "s")
    report.add(f"{name}: passages indexed", index.passages / took, "a second")
    service = core.answers_with(None)
    asked = [question.text for question in read_golden()[:_ASKED]]
    service.answer(asked[0], asker=REP)
    seconds = []
    for question in asked:
        began = time.perf_counter()
        service.answer(question, asker=REP)
        seconds.append(time.perf_counter() - began)
    report.add(f"{name}: a question, p50", statistics.median(seconds) * 1000, "ms")
    report.add(f"{name}: a question, p95", statistics.quantiles(seconds, n=20)[-1] * 1000, "ms")
    changed = knowledge / "playbook-0000.md"
    changed.write_text(changed.read_text() + "\n## Zebra crossings\n\nA zebra crossing is never part of a deal.\n")
    began = time.perf_counter()
    core.library.refresh()
    hits = core.library.search("zebra crossing", audience=REP.audience)
    took = time.perf_counter() - began
    if not any("zebra" in hit.passage.text for hit in hits):
        raise RuntimeError("a changed playbook was not found")
    report.add(f"{name}: a change is found after", took, "s")
    report.add(f"{name}: largest memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    core.close()


def _write(folder: Path, playbooks: int) -> None:
    """Playbooks of sentences drawn from our own, in an order of their own: as long, and about as alike."""
    from bot.knowledge.folder import scan  # noqa: PLC0415 - with the readers, needed here only
    from bot.knowledge.passages import Refusal  # noqa: PLC0415 - the same

    ours = Settings.load({}, env_file=None).knowledge_dir
    paragraphs = []
    for source in scan(ours):
        if not isinstance(source, Refusal):
            text = source.read().decode()
            paragraphs += [
                part for part in text.split("\n\n") if len(part.split()) > _SHORT and not part.startswith("#")
            ]
    draw = random.Random(7)
    for at in range(playbooks):
        body = [
            f"## Section {at}.{number}\n\n{draw.choice(paragraphs)}\n\n{draw.choice(paragraphs)}"
            for number in range(_SECTIONS)
        ]
        (folder / f"playbook-{at:04}.md").write_text(f"# Playbook {at}\n\n" + "\n\n".join(body) + "\n")
