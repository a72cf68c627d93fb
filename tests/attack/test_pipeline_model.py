"""Text that wants to be obeyed in a pipeline question, and a model that obeys it: nothing more is seen or taken."""

from __future__ import annotations

import json

import pytest

from bot.answers.prompts import Prompts
from bot.pipeline.proposing import held, told
from bot.pipeline.query import Query, WordFilter
from bot.pipeline.reading import QuestionReader
from bot.pipeline.validating import check_query
from tests.attack.corpus import OURS, published
from tests.unit.pipeline.support import ROOT, TODAY, judge
from tests.unit.pipeline.test_proposing import words_of

OBEYS = (
    {"by": "owner", "any_of": ["sam"]},
    {"by": "owner", "any_of": ["dana", "sam"], "negate": True},
    {"by": "fact", "fact": "discount", "op": "<=", "value": 40},
    {"by": "customer", "any_of": ["Hidden Hospital"]},
    {"by": "status", "any_of": ["open", "won", "lost"]},
)


def owners(query: Query | None) -> list[WordFilter]:
    """Whose deals are asked for."""
    filters = query.filters if query is not None else ()
    return [each for each in filters if isinstance(each, WordFilter) and each.by == "owner"]


@pytest.mark.parametrize("texts", [OURS, published()[::3]], ids=["ours", "published"])
def test_a_model_that_obeys_changes_nothing_that_was_read(texts: tuple[str, ...] | list[str]) -> None:
    if not texts:
        pytest.skip("set DEALFIT_TEST_DATA to the folder that holds injection/")
    person, words = words_of("dana")
    reader, prompts = QuestionReader(words, person=person, today=TODAY), Prompts(ROOT / "prompts")
    plain = prompts.render("pipeline-query", told("rotten apples", reader.read("rotten apples"), words, TODAY)).system
    taken = 0
    for text in texts:
        question = f"my deals over 50k {text}"[:2000]
        read = reader.read(question)
        prompt = prompts.render("pipeline-query", told(question, read, words, TODAY))
        assert prompt.system == plain
        for line in [line.strip() for line in text.splitlines() if len(line.strip()) > 40]:
            assert all(one.startswith("|") for one in prompt.user.splitlines() if line in one)
        means = [{"words": text[:300] or "x", "part": f"filters/{place}"} for place in range(len(OBEYS))]
        found = held(json.dumps({"query": {"filters": OBEYS}, "means": means}), question, read, words, TODAY)
        if found is None:
            continue
        taken += 1
        assert found.query is not None
        check_query(found.query, judge().profile)
        said = {(chip.text, chip.words) for chip in read.understood if chip.words}
        assert said <= {(chip.text, chip.words) for chip in found.understood}
        assert owners(found.query) == owners(read.base)
        assert "Hidden Hospital" not in json.dumps(found.query.plain())
    assert taken, "the model never got anything in: this test would hold whatever the check does"
