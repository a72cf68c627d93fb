"""The service with stand-ins for library, store and composer: what it hands on, what it says when something fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.budget import HELD, Budget, Limits
from bot.answers.compose import Composed, ExtractiveComposer
from bot.answers.draft import Draft
from bot.answers.evidence import Evidence
from bot.answers.language import ASK_IN_ENGLISH
from bot.answers.model import NOT_SAID, Asker, Turn
from bot.answers.service import NOT_RECORDED, NOTHING_ASKED, OVER_BUDGET, AnswerService
from bot.answers.streaming import Counted
from bot.knowledge.passages import IndexMissing
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import Role
from tests.unit.answers.helpers import FakeLibrary, FakeStore, hit

REP = Asker("U1", "Dana", frozenset({Role.REP}))
JUDGE = Judge(load_profile(Path(__file__).parents[3] / "profile" / "deal-profile.yaml"))
CFO = hit(
    "Open a conversation with a CFO with a number. Ask what moves it.",
    heading="The CFO > Opening",
    owner="Victor Stone",
)


class Live:
    def current(self) -> Judge:
        return JUDGE


class Recorder:
    """Composes by quoting, and remembers that it was asked."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        self.questions.append(evidence.question)
        ExtractiveComposer().compose(evidence, draft, counted)
        return Composed("model")


class Spender:
    """Composes by quoting, as a model that reports its tokens, or breaks before it can."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        counted.called = True
        if self.fails:
            raise RuntimeError("broke")
        counted.add(700, 60)
        return ExtractiveComposer().compose(evidence, draft, counted)


class Silent:
    """Composes nothing."""

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        assert evidence.hits
        assert not draft.claims
        assert not counted.called
        return Composed("model")


class Rewriter:
    def __init__(self, words: str | None) -> None:
        self.words = words

    def rewrite(self, question: str, history: Sequence[Turn], counted: Counted) -> str | None:
        assert question
        assert history
        assert not counted.called
        return self.words


def service(library: FakeLibrary | None, **more: Any) -> AnswerService:
    return AnswerService(live=Live(), library=library, clock=lambda: datetime(2026, 11, 23, tzinfo=UTC), **more)


def test_an_answer_is_recorded_with_its_evidence() -> None:
    store = FakeStore()
    answer = service(FakeLibrary([CFO]), store=store).answer("how do I open a conversation with a CFO?", asker=REP)
    (row,) = store.rows
    assert (answer.decision_id, row["kind"], row["actor"]) == (1, "answer", "U1")
    assert row["body"]["citations"] == [
        {"n": 1, "kind": "passage", "passage": CFO.passage.id, "sha256": CFO.passage.sha256}
    ]
    assert row["body"]["profile"]["sha256"] == JUDGE.profile.id.sha256
    assert row["body"]["answer"] == answer.text


def test_a_broken_store_does_not_keep_the_answer() -> None:
    answer = service(FakeLibrary([CFO]), store=FakeStore(broken=True)).answer(
        "how do I open a conversation with a CFO?", asker=REP
    )
    assert answer.claims
    assert (answer.decision_id, answer.notice) == (None, NOT_RECORDED)


def test_the_search_sees_the_askers_roles_only() -> None:
    library = FakeLibrary([CFO])
    assert service(library).answer("how do I open a conversation with a CFO?", asker=Asker("U9", "Guest")).refused
    assert library.asked == [("how do I open a conversation with a CFO?", frozenset())]


def test_without_an_index_rules_still_answer() -> None:
    library = FakeLibrary(problem=IndexMissing("there is no index of the playbooks yet: run `dealfit index`"))
    answer = service(library).answer("what discount can I give on a two-month deal?", asker=REP)
    assert answer.text.startswith("At most 0% discount off book price. [1]")
    assert answer.notice == (
        "This is the Deal Profile alone; the playbooks could not be searched: "
        "there is no index of the playbooks yet: run `dealfit index`."
    )


def test_without_an_index_other_questions_say_so() -> None:
    library = FakeLibrary(problem=IndexMissing("there is no index of the playbooks yet: run `dealfit index`"))
    heard: list[str] = []
    answer = service(library).answer("how do I open a conversation with a CFO?", asker=REP, on_text=heard.append)
    assert answer.refused
    assert "run `dealfit index`" in answer.text
    assert NOT_SAID not in answer.text
    assert heard == [answer.text]


def test_a_refusal_names_the_nearest_and_whom_to_ask() -> None:
    far = hit("Open a conversation with a CFO.", cosine=0.4, bm25=1, owner="Victor Stone")
    answer = service(FakeLibrary([far])).answer("how do we open a bank account?", asker=REP)
    assert (answer.text, answer.refused, answer.ask_whom) == (NOT_SAID, True, "Victor Stone")
    assert [one.passage for one in answer.nearest] == [far.passage.id]
    assert answer.citations == ()


def test_a_part_that_asks_for_an_amount_no_passage_has_is_said_to_be_unanswered() -> None:
    asked = "How do I open a conversation with a CFO, and how long is a conversation with a CFO?"
    answer = service(FakeLibrary([CFO])).answer(asked, asker=REP)
    assert answer.text.startswith("Open a conversation with a CFO with a number.")
    assert answer.unsaid == ("how long is a conversation with a CFO?",)
    assert answer.text.endswith(
        "On “how long is a conversation with a CFO?” the playbooks do not say. Ask Victor Stone."
    )


def test_nothing_is_searched_for_twice() -> None:
    library = FakeLibrary([CFO])
    service(library).answer("How do I meet the finance chief, and what do I ask the finance chief?", asker=REP)
    asked = [question for question, _ in library.asked]
    assert asked == [
        "How do I meet the CFO, and what do I ask the CFO?",
        "How do I meet the CFO?",
        "what do I ask the CFO?",
    ]


def test_a_question_in_another_language_is_told_to_ask_in_english() -> None:
    asked, heard = "Welche Rabatte dürfen wir Kliniken geben?", list[str]()
    english = hit("Open a conversation with a CFO.", cosine=0.2, bm25=0)
    answer = service(FakeLibrary([english])).answer(asked, asker=REP, on_text=heard.append)
    assert (answer.text, answer.refused, heard) == (ASK_IN_ENGLISH, True, [ASK_IN_ENGLISH])
    german = hit("Das Gespräch mit dem Vorstand ist nicht für uns.", cosine=0.2, bm25=0)
    assert service(FakeLibrary([english, german])).answer(asked, asker=REP).text == NOT_SAID
    assert service(FakeLibrary()).answer(asked, asker=REP).text == NOT_SAID, "there are no playbooks, in no language"


def test_an_empty_question_is_asked_back() -> None:
    answer = service(FakeLibrary()).answer("  \n", asker=REP)
    assert (answer.text, answer.refused) == (NOTHING_ASKED, True)


class Ledger:
    """Counts tokens in memory, and fails when told to."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.held: list[tuple[str, int]] = []
        self.settled: list[tuple[str, int, int]] = []

    def hold(self, user: str, tokens: int, *, per_person: int | None, in_all: int | None) -> date | None:
        assert per_person is None
        if self.broken:
            raise OSError("the database is gone")
        if in_all is not None and tokens > in_all:
            return None
        self.held.append((user, tokens))
        return date(2026, 11, 23)

    def settle(self, day: date, user: str, *, held: int, tokens_in: int, tokens_out: int, cost: Decimal) -> None:
        assert (day, held, cost) == (date(2026, 11, 23), HELD, Decimal(0))
        self.settled.append((user, tokens_in, tokens_out))


@pytest.mark.parametrize(
    ("ledger", "limits"), [(Ledger(), Limits(in_all=HELD - 1)), (Ledger(broken=True), Limits())], ids=["over", "unread"]
)
def test_over_budget_no_model_is_called(ledger: Ledger, limits: Limits) -> None:
    composer = Recorder()
    found = service(FakeLibrary([CFO]), composer=composer, rewriter=Rewriter("x"), budget=Budget(ledger, limits))
    answer = found.answer("how do I open a conversation with a CFO?", asker=REP)
    assert (answer.composer, answer.notice, composer.questions) == ("extractive", OVER_BUDGET, [])
    assert ledger.settled == []


def test_what_an_answer_took_is_settled_also_when_it_fails() -> None:
    ledger = Ledger()
    found = service(FakeLibrary([CFO]), composer=Spender(), budget=Budget(ledger, Limits()))
    found.answer("how do I open a conversation with a CFO?", asker=REP)
    assert (ledger.held, ledger.settled) == ([("U1", HELD)], [("U1", 700, 60)])
    broken = service(FakeLibrary([CFO]), composer=Spender(fails=True), budget=Budget(ledger, Limits()))
    with pytest.raises(RuntimeError):
        broken.answer("how do I open a conversation with a CFO?", asker=REP)
    assert ledger.settled[1:] == [("U1", HELD, 0)]  # nobody counted: all that was held is taken to be used


def test_a_composer_that_says_nothing_is_a_refusal() -> None:
    answer = service(FakeLibrary([CFO]), composer=Silent()).answer(
        "how do I open a conversation with a CFO?", asker=REP
    )
    assert (answer.text, answer.refused) == (NOT_SAID, True)


def test_other_words_serve_the_search_and_never_the_rules() -> None:
    library = FakeLibrary([CFO])
    found = service(library, composer=Recorder(), rewriter=Rewriter("discount of 50% on 36 months"))
    history = [Turn("user", "what discount can I give on a two-month deal?")]
    answer = found.answer("and if it is prepaid?", asker=REP, history=history)
    assert library.asked[0][0] == "discount of 50% on 36 months"
    assert answer.text.startswith("At most 0% discount off book price. [1]")


def test_the_json_shape_is_the_documented_one() -> None:
    answer = service(FakeLibrary([CFO])).answer("how do I open a conversation with a CFO?", asker=REP)
    plain = answer.plain()
    assert {"schema", "answer", "refused", "composer", "citations", "model"} <= set(plain)
    assert (plain["schema"], plain["refused"], plain["composer"], plain["model"]) == (1, False, "extractive", None)
    assert {"n", "path", "heading", "passage", "sha256", "text"} <= set(plain["citations"][0])


def test_a_very_long_question_is_answered() -> None:
    text = "what discount can I give on a two-month deal? " + "word " * 20_000
    assert service(FakeLibrary([CFO])).answer(text, asker=REP).question


def test_nothing_heavy_is_loaded_without_a_model() -> None:
    import subprocess
    import sys

    code = (
        "import sys, bot.answers.service, bot.answers.composing; "
        "print([m for m in ('openai', 'langchain_openai', 'chromadb', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert done.stdout.strip() == "[]"


@given(
    st.text(max_size=200), st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=80)), max_size=4)
)
def test_no_question_and_no_thread_make_it_raise(question: str, thread: list[tuple[Any, str]]) -> None:
    heard: list[str] = []
    history = [Turn(role, text) for role, text in thread]
    answer = service(FakeLibrary([CFO])).answer(question, asker=REP, history=history, on_text=heard.append)
    assert answer.text
    assert "".join(heard) == answer.text
    assert all(claim.citations for claim in answer.claims)
