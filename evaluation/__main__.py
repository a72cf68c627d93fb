"""`make eval`: how passages are found, questions answered and refused, and how fast.

Prints tables, writes build/eval.json, puts what was measured into docs/evaluation.json, and writes docs/evaluation.md.
What a run does not measure stays as an earlier run left it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.bootstrap import Core
from bot.settings import Settings
from evaluation import answering, followups, refusal, retrieval, speed
from evaluation.collections import Vectors
from evaluation.figures import Section, write_measures, write_summary
from evaluation.golden import read_golden, read_traps, sample
from evaluation.page import render, table

_EVERY = 250


def main() -> None:
    asked = _parser().parse_args()
    sections = []
    for section in measured(asked):
        sections.append(section)
        sys.stdout.write(f"\n{section.title} ({section.about})\n\n{table([section])}\n")
        sys.stdout.flush()
    write_measures(Path("build/eval.json"), sections)
    kept = write_summary(asked.docs / "evaluation.json", sections, datetime.now(UTC).date())
    (asked.docs / "evaluation.md").write_text(render(kept), encoding="utf-8")


def measured(asked: argparse.Namespace) -> Iterator[Section]:
    """The sections that were asked for, one after the other."""
    core = _core(asked.keep)
    core.library.refresh()
    if not asked.only_model:
        yield from _without_a_model(asked, core)
    core.close()
    if asked.model_url is not None:
        yield _with_a_model(asked)
    for playbooks in [] if asked.only_model else asked.playbooks:
        tell(f"{playbooks:,} made-up playbooks are indexed and asked", 0, 0)
        yield speed.measure(playbooks, asked.keep / "playbooks")


def _without_a_model(asked: argparse.Namespace, core: Core) -> Iterator[Section]:
    if asked.data is None:
        tell("no folder with public collections was given (make eval DATA=...): retrieval is not measured", 0, 0)
    else:
        for index in retrieval.indexes(asked.data, Vectors(asked.keep), tell):
            yield retrieval.measure(index)
            if refusal.labelled(index):
                yield refusal.measure(index)
                yield followups.measure(index, core)
    service = core.answers_with(None)
    yield answering.measure(service, read_golden(), tell)
    yield answering.measure_traps(service, read_traps(), tell)


def _with_a_model(asked: argparse.Namespace) -> Section:
    core = _core(
        asked.keep,
        OPENAI_BASE_URL=asked.model_url,
        OPENAI_MODEL=asked.model_name,
        DEALFIT_MODEL_SECONDS=str(asked.model_seconds),
    )
    questions = sample(read_golden(), asked.sample)
    try:
        return answering.measure_model(core.answers_with(None), questions, tell, name=asked.model_name)
    finally:
        core.close()


def tell(what: str, done: int, total: int) -> None:
    """Progress on standard error, a line for every so many."""
    if done % _EVERY == 0:
        sys.stderr.write(f"{what} {done} of {total}\n" if total else f"{what}\n")


def _core(keep: Path, **given: str) -> Core:
    no_limits = {"DEALFIT_MODEL_TOKENS_PER_PERSON": "0", "DEALFIT_MODEL_TOKENS_PER_DAY": "0"}
    core = Core(Settings.load({"DEALFIT_DATA_DIR": str(keep / "data"), **no_limits, **given}, env_file=None))
    core.make_data_dir()
    return core


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        help="folder with the public collections (scifact, mtrag_un_pool), each with corpus.jsonl, queries.jsonl and "
        "qrels.jsonl; without it those measures are left out",
    )
    parser.add_argument(
        "--keep", type=Path, default=Path("build/eval"), help="where vectors are kept from one run to the next"
    )
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where evaluation.json and evaluation.md stand")
    parser.add_argument(
        "--playbooks",
        type=int,
        nargs="*",
        default=[14],
        help="how many made-up playbooks to measure speed with; 1000 take some minutes to index",
    )
    parser.add_argument("--model-url", help="an OpenAI-compatible endpoint, such as evaluation.serve_model starts")
    parser.add_argument("--model-name", default="small", help="the model's name there, and on the page")
    parser.add_argument("--model-seconds", type=int, default=300, help="how long the model may take for an answer")
    parser.add_argument("--only-model", action="store_true", help="ask the model, and measure nothing else")
    parser.add_argument("--sample", type=int, default=20, help="how many golden questions the model is asked")
    return parser


if __name__ == "__main__":
    main()
