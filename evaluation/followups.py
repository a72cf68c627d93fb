"""Follow-ups: how well the last question of a conversation finds, alone and made to stand alone by the product."""

from __future__ import annotations

from bot.answers.gathering import Gatherer
from bot.answers.model import Turn
from bot.bootstrap import Core
from evaluation.collections import Index, Question
from evaluation.figures import Section
from evaluation.retrieval import NDCG, RECALL, scores

OURS, ALONE = "made to stand alone, as shipped", "the last question as it was typed"


def measure(index: Index, core: Core) -> Section:
    """The questions with a thread before them that the product rewrites, and all that have a thread."""
    gatherer = Gatherer(core.live, None, lambda _profile, check: check)
    threads = [question for question in index.collection.judged if question.data.get("history")]
    told = {question.id: gatherer.understand(question.text, turns(question)) for question in threads}
    changed = [question for question in threads if told[question.id].rewritten]
    texts = {question.id: told[question.id].text for question in threads}
    index.prepare("follow-ups", list(dict.fromkeys(texts.values())))
    about = f"{len(threads)} questions with a thread before them, {len(changed)} of them rewritten"
    section = Section("follow-ups", "Follow-ups of MTRAG-UN", about, OURS)
    for name, questions in (("rewritten", changed), ("all", threads)):
        for row, asked in ((OURS, texts), (ALONE, {question.id: question.text for question in threads})):
            ndcg, recall = scores(questions, {one.id: index.ours(asked[one.id]) for one in questions})
            section.add(row, f"{name}: {NDCG}", ndcg)
            section.add(row, f"{name}: {RECALL}", recall)
    return section


def turns(question: Question) -> list[Turn]:
    """The thread before a question."""
    return [
        Turn("user" if one["role"] == "user" else "assistant", one["text"]) for one in question.data.get("history", ())
    ]
