"""Composers: evidence -> claims. Rules are always said in the judge's words; only what playbooks say is composed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from bot.answers import extractive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answers.draft import Draft
    from bot.answers.evidence import Evidence, RuleEvidence
    from bot.answers.model import Author, Dropped, ModelUse, Turn
    from bot.answers.streaming import Counted

BESIDE_RULES = 2
"""How many sentences of the playbooks are quoted beside rules that answer the question."""

OF_A_PART = 3
"""How many sentences answer one part of a question that has several."""

PASSAGES_OF_A_PART = 2
"""How many passages they come from."""

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKER = re.compile(r"\[(\d{1,3})\]")

LONGEST_PART = 150
"""Characters of a part that are repeated where the playbooks do not say."""


@dataclass(frozen=True, slots=True)
class Composed:
    """How an answer was composed: by whom, with what use of a model, what the check took out, what to say about it."""

    composer: Author
    model: ModelUse | None = None
    dropped: tuple[Dropped, ...] = ()
    notice: str | None = None
    unsaid: tuple[str, ...] = ()


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
        if evidence.parts:
            quote_parts(evidence, draft, rules=True)
            return unsaid(evidence, draft, Composed("extractive"))
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
        write_rules(evidence.rules, draft)


def ending(evidence: Evidence, draft: Draft) -> None:
    """What is said after the playbooks: rules that only belong to it."""
    if not evidence.rules_lead:
        write_rules(evidence.rules, draft)


def unsaid(evidence: Evidence, draft: Draft, composed: Composed) -> Composed:
    """Name each part that nothing answers, so that no silence passes for an answer."""
    if not draft.claims:
        return composed  # then all of it is refused
    for part in evidence.unsaid:
        asked = part.asked if len(part.asked) <= LONGEST_PART else f"{part.asked[:LONGEST_PART].rstrip()}…"
        asked = _MARKER.sub(r"(\1)", _LINK.sub(r"\1", asked))  # what the asker typed is no citation and no link
        ask = f" Ask {part.owner}." if part.owner else ""
        draft.note(f"On “{asked}” the playbooks do not say.{ask}")
    return replace(composed, unsaid=tuple(part.asked for part in evidence.unsaid))


def write_rules(rules: Sequence[RuleEvidence], draft: Draft) -> None:
    """Each rule as a paragraph, cited."""
    for rule in rules:
        draft.paragraph()
        for statement in rule.statements:
            draft.add(statement, (rule.citation(0),))


def quote(evidence: Evidence, draft: Draft, *, skip: frozenset[str] = frozenset()) -> None:
    """The sentences of the passages that answer; `skip` names passages that the draft has used already."""
    if evidence.parts:
        quote_parts(evidence, draft, skip=skip)
        return
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
        asked = evidence.quoted_to or evidence.question
        picks = extractive.choose(asked, hits, headed=not evidence.rewritten)
    extractive.write(draft, picks)


def quote_parts(evidence: Evidence, draft: Draft, *, skip: frozenset[str] = frozenset(), rules: bool = False) -> None:
    """An answer for each part of the question that has one, in order; nothing is said twice.

    `rules` says whether the rules have still to be said.
    """
    ruled: set[str] = set()
    told: set[tuple[str, int]] = set()
    for part in evidence.parts:
        new = [rule for rule in part.rules if rule.check not in ruled]
        ruled |= {rule.check for rule in new}
        if rules and part.rules_lead:
            write_rules(new, draft)
        hits = [hit for hit in part.hits if hit.passage.id not in skip]
        beside = bool(part.rules) and part.rules_lead
        if not beside:
            picks = extractive.choose(part.text, hits, most=OF_A_PART, passages=PASSAGES_OF_A_PART, told=told)
        elif new:
            picks = extractive.choose(part.text, hits, most=BESIDE_RULES, passages=1, told=told)
        else:
            picks = []
        extractive.write(draft, picks)
        told |= {(pick.hit.passage.id, pick.unit.position) for pick in picks}
        if rules and not part.rules_lead:
            write_rules(new, draft)
