"""What a model writes, sentence by sentence through the check into the draft; the rest is quoted from the playbooks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.answers.compose import Composed, quote
from bot.answers.model import Dropped
from bot.answers.verification import check_sentence

if TYPE_CHECKING:
    from bot.answers.draft import Draft
    from bot.answers.evidence import Evidence
    from bot.answers.flow import Piece
    from bot.answers.model import Citation, ModelUse
    from bot.answers.verification import Checked

MOST_PASSAGES = 6
"""How many passages a model is shown with the question."""

MOST_SENTENCES = 12
"""A model that writes on is cut off here."""

NO_REPLY = "The model did not answer; this is quoted from the playbooks."
UNCARRIED = "What the model wrote was not carried by the playbooks; this is quoted from them."
CUT_SHORT = "The model stopped before the end; the rest is quoted from the playbooks."
UNREADY = "The prompt for the model cannot be used; this is quoted from the playbooks."

_NOT_IN_EVIDENCE = re.compile(r"\bnot in (?:the )?evidence\b", re.IGNORECASE)


@dataclass(slots=True)
class Shown:
    """The evidence that a model was shown, by number: it grows while an agent looks things up.

    `statements` narrows what a rule carries to what holds for the deal at hand. `own` holds rules and verdicts that the
    asker has not been told yet: they are said in these words as soon as the model cites them.
    """

    citations: dict[int, Citation]
    statements: dict[int, tuple[str, ...]] = field(default_factory=dict)
    own: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Written:
    """What a model has written so far, after the check."""

    kept: int = 0
    used: set[str] = field(default_factory=set)
    dropped: list[Dropped] = field(default_factory=list)
    fault: str | None = None
    declined: bool = False
    said: set[str] = field(default_factory=set)

    @property
    def over(self) -> bool:
        """Whether nothing more of the model is wanted."""
        return self.declined or self.kept >= MOST_SENTENCES


def shown_of(evidence: Evidence) -> Shown:
    """What a model is shown with the question: the rules, the verdict, and the best passages."""
    citations = evidence.citations()
    first = sum(1 for one in citations if one.kind != "passage")
    return Shown(
        {one.n: one for one in citations[: first + MOST_PASSAGES]},
        {at: rule.statements for at, rule in enumerate(evidence.rules, start=1)},
    )


def variables(evidence: Evidence, shown: Mapping[int, Citation]) -> dict[str, object]:
    """What a prompt is rendered with."""
    return {
        "question": evidence.question,
        "rules": [
            {"n": at, "label": rule.label, "statements": [f"{one}." for one in rule.statements]}
            for at, rule in enumerate(evidence.rules, start=1)
        ],
        "verdicts": [
            {"n": one.n, "heading": one.heading, "text": one.text} for one in shown.values() if one.kind == "verdict"
        ],
        "passages": [
            {"n": one.n, "heading": one.heading, "text": one.text} for one in shown.values() if one.kind == "passage"
        ],
    }


def take(piece: Piece, shown: Shown, draft: Draft, written: Written) -> None:
    """Check a sentence of the model, and add it or keep the reason why not."""
    if _NOT_IN_EVIDENCE.search(piece.text) and not written.kept:
        written.declined = True
        return
    checked = check_sentence(piece.text, shown.citations, shown.statements)
    if _in_own_words(checked, shown, draft, written):
        return
    if checked.reason is not None:
        written.dropped.append(Dropped(piece.text, checked.reason, checked.kind))
        return
    if checked.text in written.said:
        return
    written.said.add(checked.text)
    if piece.starts and written.kept:
        draft.paragraph()
    sources = tuple(shown.citations[number] for number in checked.citations)
    draft.add(checked.text, sources, layout=piece.layout, number=piece.number)
    written.kept += 1
    written.used |= {source.passage for source in sources}


def say(number: int, shown: Shown, draft: Draft, written: Written) -> None:
    """Say a rule or a verdict in the judge's words, once."""
    draft.paragraph()
    for statement in shown.own.pop(number):
        draft.add(statement, (shown.citations[number],))
    draft.paragraph()
    written.kept += 1


def finished(evidence: Evidence, draft: Draft, written: Written, use: ModelUse) -> Composed:
    """Complete from the playbooks what the model left out, and say so."""
    dropped = tuple(written.dropped)
    if written.fault is not None:
        dropped = (*dropped, Dropped("", written.fault))
    enough = written.kept > 0 and written.kept >= len(written.dropped)
    if enough and written.fault is None:
        return Composed("model", use, dropped)
    quote(evidence, draft, skip=frozenset(written.used))
    if written.kept:
        return Composed("model", use, dropped, CUT_SHORT if written.fault else UNCARRIED)
    if written.fault is not None:
        return Composed("extractive", use, dropped, NO_REPLY)
    return Composed("extractive", use, dropped, None if written.declined else UNCARRIED)


def _in_own_words(checked: Checked, shown: Shown, draft: Draft, written: Written) -> bool:
    """Whether the sentence points at rules or verdicts that the asker has not been told: these are said instead."""
    if not checked.citations or any(n not in shown.citations for n in checked.citations):
        return False
    if any(shown.citations[n].kind == "passage" for n in checked.citations):
        return False
    untold = [number for number in checked.citations if number in shown.own]
    for number in untold:
        say(number, shown, draft, written)
    return bool(untold)
