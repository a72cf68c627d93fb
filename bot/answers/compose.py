"""Composers: evidence -> claims. Rules are always said in the judge's words; only what playbooks say is composed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.answers import extractive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answers.draft import Draft
    from bot.answers.evidence import Evidence
    from bot.answers.model import Author, Dropped, ModelUse, Turn
    from bot.answers.streaming import Counted

BESIDE_RULES = 2
"""How many sentences of the playbooks are quoted beside rules that answer the question."""


@dataclass(frozen=True, slots=True)
class Composed:
    """How an answer was composed: by whom, with what use of a model, what the check took out, what to say about it."""

    composer: Author
    model: ModelUse | None = None
    dropped: tuple[Dropped, ...] = ()
    notice: str | None = None


class Composer(Protocol):
    """Writes an answer into a draft, from nothing but the evidence."""

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        """Add the claims, each of them checked before. Never raises for a model or network that fails.

        `counted` gets the tokens that it took.
        """


class Rewriter(Protocol):
    """Completes a follow-up for the search. What it writes never decides which rules hold."""

    def rewrite(self, question: str, history: Sequence[Turn], counted: Counted) -> str | None:
        """The question so that it stands alone; None when it cannot be had or cannot be trusted."""


class ExtractiveComposer:
    """Quotes: needs no model and no network."""

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:  # noqa: ARG002 - no model
        """Rules in the judge's words and sentences of the playbooks, the ones that answer first."""
        opening(evidence, draft)
        quote(evidence, draft)
        ending(evidence, draft)
        return Composed("extractive")


def opening(evidence: Evidence, draft: Draft) -> None:
    """What is said before the playbooks: the verdict that the question is about, and rules that are the answer."""
    if evidence.verdict is not None:
        draft.paragraph()
        for statement in evidence.of_verdict:
            draft.add(statement, (evidence.verdict.citation(0),))
    if evidence.rules_lead:
        write_rules(evidence, draft)


def ending(evidence: Evidence, draft: Draft) -> None:
    """What is said after the playbooks: rules that only belong to it."""
    if not evidence.rules_lead:
        write_rules(evidence, draft)


def write_rules(evidence: Evidence, draft: Draft) -> None:
    """Each rule as a paragraph, cited."""
    for rule in evidence.rules:
        draft.paragraph()
        for statement in rule.statements:
            draft.add(statement, (rule.citation(0),))


def quote(evidence: Evidence, draft: Draft, *, skip: frozenset[str] = frozenset()) -> None:
    """The sentences of the passages that answer; `skip` names passages that the draft has used already."""
    for coaching, passage in evidence.coached:
        if passage.id not in skip:
            draft.paragraph()
            for sentence in coaching.sentences:
                draft.add(sentence, (coaching.citation,))
    told = {passage.id for _, passage in evidence.coached} | skip
    hits = [hit for hit in evidence.hits if hit.passage.id not in told]
    beside = bool(evidence.coached) or (bool(evidence.rules) and evidence.rules_lead)
    if beside:
        picks = extractive.choose(evidence.question, hits, most=BESIDE_RULES, passages=1)
    else:
        picks = extractive.choose(evidence.question, hits)
    extractive.write(draft, picks)
