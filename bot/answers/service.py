"""The way in: a question, the thread it stands in and perhaps a deal -> an honest answer, checked and recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.answers.compose import Composed, Composer, ExtractiveComposer, Rewriter
from bot.answers.draft import Draft
from bot.answers.evidence import by_document
from bot.answers.gathering import Gathered, Gatherer, Live, Searches
from bot.answers.language import ASK_IN_ENGLISH
from bot.answers.lookup import AtHand, Desk
from bot.answers.model import NOT_SAID, Answer, Asker, Citation, Turn
from bot.answers.streaming import Counted
from bot.answers.suggestions import follow_ups
from bot.checking.access import Action, needs

if TYPE_CHECKING:
    from bot.answers.budget import Budget
    from bot.answers.evidence import Evidence
    from bot.answers.rules import Explain
    from bot.deals.deal import Deal
    from bot.store.records import DecisionLog

MOST_NEAREST = 3
"""How many nearest sources a refusal names."""

NOTHING_ASKED = (
    "Ask me a question about selling or about the Deal Profile, such as: what discount can I give on a six-month deal?"
)
OVER_BUDGET = "Today's budget for the language model is used up; this is quoted from the playbooks."
IN_THE_LOG = frozenset({"at", "refused", "composer", "model", "profile"})
"""What the log holds of an answer; its words, and those of the question, stand beside it."""
NOT_RECORDED = "This answer could not be recorded; tell whoever looks after Dealfit to run `dealfit doctor`."


class AnswerService:
    """Answers questions. Expected faults (no index, no model, no store) give an honest answer, never an exception."""

    def __init__(
        self,
        *,
        live: Live,
        library: Searches | None,
        store: DecisionLog | None = None,
        composer: Composer | None = None,
        rewriter: Rewriter | None = None,
        clock: Callable[[], datetime],
        budget: Budget | None = None,
        explain: Explain | None = None,
        desk: Desk | None = None,
    ) -> None:
        """Without a `composer` the playbooks are quoted. A `budget` is asked before a model is called.

        With a `desk` answers may rest on verdicts, which are not recorded.
        """
        self._gatherer = Gatherer(live, library, explain or _explain, desk)
        self._store = store
        self._composer = composer
        self._rewriter = rewriter
        self._clock = clock
        self._budget = budget
        self._quotes = ExtractiveComposer()

    @needs(Action.ASK)
    def answer(
        self,
        question: str,
        *,
        asker: Asker,
        history: Sequence[Turn] = (),
        deal: Deal | None = None,
        deal_key: str | None = None,
        private: bool = False,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """Answer a question.

        `history` is the thread so far, oldest first; it may end with this very question. `deal` is what the thread is
        about: its facts fill what the question leaves open, and `deal_key` finds it again. Only a `private` answer may
        show the asker's other deals. `on_text` gets the text as it is released, each sentence
        after its check; the portions joined are `Answer.text`.
        """
        if not question.strip():
            return self._say(NOTHING_ASKED, Answer(NOTHING_ASKED, refused=True), on_text)
        alone = self._gatherer.understand(question, history, deal)
        spending = self._budget.begin(asker.user) if self._composer is not None and self._budget is not None else None
        allowed = self._composer is not None and (self._budget is None or spending is not None)
        counted = spending.counted if spending is not None else Counted()
        try:
            other_words = None
            if alone.rewritten and allowed and self._rewriter is not None:
                other_words = self._rewriter.rewrite(question, history, counted)
            said = [turn.text for turn in history if turn.role == "user"]
            gathered = self._gatherer.gather(
                alone,
                asker=asker,
                at_hand=AtHand(deal, deal_key) if deal is not None else None,
                search_for=other_words,
                said=[*said, question],
                private=private,
            )
            answer = self._compose(gathered, on_text, counted, allowed=allowed)
        finally:
            if spending is not None:
                spending.end()
        return self._recorded(answer, gathered, asker, deal_key)

    def _compose(
        self, gathered: Gathered, on_text: Callable[[str], None] | None, counted: Counted, *, allowed: bool
    ) -> Answer:
        evidence = gathered.evidence
        composer = self._composer if self._composer is not None and allowed else self._quotes
        if evidence.empty and (composer is self._quotes or not evidence.asks_of_deals):
            return self._refuse(gathered, on_text)
        draft = Draft(on_text)
        composed = composer.compose(evidence, draft, counted)
        if not draft.claims:
            return self._refuse(gathered, on_text, composed)
        answer = _answer(draft, composed, gathered)
        if self._composer is not None and not allowed and evidence.hits:
            answer = replace(answer, notice=OVER_BUDGET)
        return replace(answer, notice=_joined(answer.notice, _problem(evidence)))

    def _refuse(
        self, gathered: Gathered, on_text: Callable[[str], None] | None, composed: Composed | None = None
    ) -> Answer:
        """Say that the playbooks do not say, that they are in English, or that they could not be searched."""
        evidence = gathered.evidence
        if evidence.problem is not None:
            text = f"I cannot search the playbooks now: {evidence.problem}."
            return self._say(text, Answer(text, refused=True, question=gathered.question.text), on_text)
        nearest = by_document(evidence.near, MOST_NEAREST)
        owner = evidence.near[0].passage.owner if evidence.near else None
        text = ASK_IN_ENGLISH if evidence.other_language else NOT_SAID
        answer = Answer(
            text,
            refused=True,
            nearest=nearest,
            ask_whom=owner or None,
            understood=gathered.understood,
            question=gathered.question.text,
            model=composed.model if composed else None,
            dropped=composed.dropped if composed else (),
        )
        return self._say(text, answer, on_text)

    @staticmethod
    def _say(text: str, answer: Answer, on_text: Callable[[str], None] | None) -> Answer:
        if on_text is not None:
            on_text(text)
        return answer

    def _recorded(self, answer: Answer, gathered: Gathered, asker: Asker, deal_key: str | None) -> Answer:
        if self._store is None:
            return answer
        try:
            said = _body(answer, gathered, self._clock())
            decision = self._store.record(
                kind="answer",
                actor=asker.user,
                subject="question",
                body={name: value for name, value in said.items() if name in IN_THE_LOG},
                beside={name: value for name, value in said.items() if name not in IN_THE_LOG},
                author=asker.person.key if asker.person is not None else asker.user,
                about=f"deal {deal_key}" if deal_key is not None else "answer",
            )
        except Exception:  # noqa: BLE001 - a log that cannot be written must not keep the answer from the asker
            return replace(answer, notice=_joined(answer.notice, NOT_RECORDED))
        return replace(answer, decision_id=decision.id)


def _answer(draft: Draft, composed: Composed, gathered: Gathered) -> Answer:
    cited = frozenset(citation.passage for citation in draft.citations)
    return Answer(
        text=draft.text,
        claims=draft.claims,
        citations=draft.citations,
        composer=composed.composer,
        model=composed.model,
        notice=composed.notice,
        dropped=composed.dropped,
        unsaid=composed.unsaid,
        understood=gathered.understood,
        follow_ups=follow_ups(gathered.question.text, gathered.evidence.hits, cited),
        question=gathered.question.text,
    )


def _body(answer: Answer, gathered: Gathered, now: datetime) -> dict[str, Any]:
    """What the decision log keeps: enough to show later what was said, on what evidence, and what was held back."""
    evidence = gathered.evidence
    signals = evidence.signals
    profile = evidence.profile
    return {
        "at": now.isoformat(),
        "question": answer.question,
        "rewritten": gathered.question.rewritten,
        "answer": answer.text,
        "refused": answer.refused,
        "composer": answer.composer,
        "claims": [{"text": claim.text, "citations": list(claim.citations)} for claim in answer.claims],
        "citations": [_kept(citation) for citation in answer.citations],
        "nearest": [_kept(citation) for citation in answer.nearest],
        "dropped": [one.plain() for one in answer.dropped],
        "understood": list(answer.understood),
        "unsaid": list(answer.unsaid),
        "notice": answer.notice,
        "model": None if answer.model is None else answer.model.plain(),
        "signals": None
        if signals is None
        else {
            "cosine": round(signals.cosine, 4),
            "bm25": round(signals.bm25, 4),
            "share": round(signals.share, 4),
            "strangers": list(signals.strangers),
            "unheld": list(signals.unheld),
            "confidence": round(signals.confidence, 4),
        },
        "profile": None if profile is None else {"version": profile.version, "sha256": profile.sha256},
    }


def _kept(citation: Citation) -> dict[str, Any]:
    return {"n": citation.n, "kind": citation.kind, "passage": citation.passage, "sha256": citation.sha256}


def _problem(evidence: Evidence) -> str | None:
    if evidence.problem is None:
        return None
    return f"This is the Deal Profile alone; the playbooks could not be searched: {evidence.problem}."


def _joined(one: str | None, other: str | None) -> str | None:
    return " ".join(part for part in (one, other) if part) or None


def _explain(profile: Any, check_id: str) -> str:
    from bot.profile.explain import explain_check  # beside the judge, needed by rules only

    return explain_check(profile, check_id)
