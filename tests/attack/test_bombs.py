"""Input made to be slow or to break a reader: bounded work, in a process that is given up on when it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.knowledge.library import Library
from tests.unit.knowledge.helpers import NOON, REP, WordEmbedder

ENOUGH = 60
"""Seconds of the processor for a whole batch that takes two or three: generous, so that only runaway work is found."""
LIMITED = f"import resource; resource.setrlimit(resource.RLIMIT_CPU, ({ENOUGH}, {ENOUGH}))\n"

SENTENCES = """
import sys
from bot.bootstrap import Core
from bot.checking.asker import OPERATOR
from bot.settings import Settings
from bot.answers.gathering import Gatherer
from bot.answers.model import Turn
from bot.slack.inbox import spoken_text
core = Core(Settings.load({"DEALFIT_DATA_DIR": sys.argv[1]}, env_file=None))
gather = Gatherer(core.live, None, lambda profile, check: "")
pieces = ["a", "1", ",", " ", "net ", "8% ", "hospital ", "-", "$1,", "a:", '"', "(", "10 to ", "10 -> 3 ", "1.",
          "1,111,", "\\n", "month-", "\\u0301", "of ", "not no ",
             "&#x", "<http:", "\\ud800", "\\U000e0041", "if 8% then ", "[1]",
          "between 1 and ", "at most ", "1/2 ", "2027-", "<@U1|", "<#", "\\u202e"]
for piece in pieces:
    text = piece * (20_000 // len(piece))
    core.desk.read(spoken_text(text))
    gather.gather(gather.understand(text, [Turn("user", text), Turn("assistant", text)]), asker=OPERATOR,
                  at_hand=None)
    core.pipeline.ask(text, OPERATOR)
core.desk.read("x" * 10_000_000)
core.desk.read("Mercy: hospital, 120 beds, net 60, " * 300_000)
core.pipeline.ask("which of Dana's deals break the payment terms " * 200_000, OPERATOR)
core.close()
"""

FILES = """
import json, sys
from bot.deals.errors import DealsFileError, FactError
from bot.deals.rows import read_deals
from bot.deals.values import parse_value
from bot.profile.loading import load_profile
from bot.settings import content_root
profile = load_profile(content_root() / "profile" / "deal-profile.yaml")
letters = "abcdefghi"
bomb = "a: &a [x,x,x,x,x,x,x,x,x]\\n" + "".join(
    f"{after}: &{after} [{','.join(['*' + before] * 9)}]\\n" for before, after in zip(letters, letters[1:]))
nest = '{"name":"x","outcomes":' + "[" * 5000 + "]" * 5000 + "}"
for name, data in {
    "bomb.yaml": bomb, "nest.jsonl": nest, "nest.json": "[" * 100_000, "long.csv": "name,beds\\nx," + "9" * 10_000_000,
    "open.csv": 'name,beds\\n"' + "x" * 10_000_000, "wide.csv": ",".join(f"c{n}" for n in range(50_000)),
    "deep.yaml": "[" * 1000, "blocks.yaml": "".join(" " * n + "a:\\n" for n in range(1000)),
    "tag.yaml": "!!python/object/apply:os.system [exit]", "nan.jsonl": '{"name": "x", "beds": NaN}',
    "huge.jsonl": '{"name": "x", "beds": 1e999999999}', "digits.jsonl": '{"name": "x", "beds": ' + "9" * 9000 + "}",
}.items():
    try:
        rows = read_deals(data.encode(), filename=name, facts=profile.facts, currency="USD")
        facts = [fact for row in rows if row.deal for fact in row.deal.facts]
        assert not facts, (name, facts)
    except DealsFileError:
        pass
outcomes = profile.facts["outcomes"]
for raw in (bomb, "[" * 100_000, '{"a":' * 50_000, "[" * 900 + "]" * 900, ";" * 20_000, "x" * 10_000_000,
            "a: 1 -> 2 by 2027-01-01; " * 20_000, json.dumps([{"metric": "m", "baseline": 1, "target": 2}] * 5000),
            '[{"metric": "m", "baseline": ' + "9" * 100_000 + "}]", '[{"metric": "m", "baseline": 1e999999999}]'):
    try:
        assert not parse_value(outcomes, raw, "USD"), raw[:40]
    except FactError:
        pass
"""

PLAYBOOKS = r"""
from bot.knowledge.passages import DocumentRefused
from bot.knowledge.readers.registry import read_document
from bot.knowledge.splitting import split
for text in ("# x\n\na b\n\n" * 8_000, "# x\n" * 20_000 + "y", "<!-- a\n\n" * 50_000, "- a b\n\ntext\n\n" * 8_000,
             "[a](" * 20_000, "![" * 20_000, "*a_" * 20_000, "> " * 50_000, "- " * 50_000, "&#x" * 100_000,
             "```\n" * 50_000, "|\n" * 50_000, "x" * 4_900_000, "word " * 500_000,
             "---\n" + "a: &a [*a]\n" * 1000 + "---\nx",
             "---\n" + "[" * 10_000 + "\n---\nx", "---\ntitle: !!python/object/apply:os.system [exit]\n---\nx"):
    try:
        split("a.md", read_document(text.encode(), "a.md"))
    except DocumentRefused:
        pass
"""


@pytest.mark.parametrize("code", [SENTENCES, FILES, PLAYBOOKS], ids=["sentences", "files", "playbooks"])
def test_work_is_bounded(code: str, tmp_path: Path):
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED + code, str(tmp_path)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr[-2000:]) == (0, "")


def test_a_folder_of_traps_yields_only_its_own_playbooks(tmp_path: Path):
    folder, outside = tmp_path / "knowledge", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.md").write_text("# Secret\n\nThe canary sings about discounts.\n", encoding="utf-8")
    (folder / "good.md").write_text("# Good\n\nA discount is earned by services.\n", encoding="utf-8")
    (folder / "file.md").symlink_to(outside / "secret.md")
    (folder / "folder").symlink_to(outside, target_is_directory=True)
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "up.md").symlink_to(Path("..") / "outside" / "secret.md")
    os.mkfifo(folder / "pipe.md")
    (folder / "huge.md").write_bytes(b"# Huge\n\n" + b"word " * 1_200_000)
    (folder / "half.md").write_bytes(b'---\ntitle: "half \\ud800"\n---\n# A\n\ndiscount\n')
    library = Library(folder, tmp_path / "index", embedder=WordEmbedder(), clock=lambda: NOON)
    report = library.refresh()
    assert report.added == ("good.md",)
    assert {one.path for one in report.refused} == {
        "file.md", "folder", "loop.md", "up.md", "pipe.md", "huge.md", "half.md"
    }  # fmt: skip
    assert not [one for one in library.search("canary discount", audience=REP) if "canary" in one.passage.text]
    library.close()
