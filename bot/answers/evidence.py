"""The evidence that an answer may use: rules of the live profile, passages the asker may see, and their citations."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers.model import Citation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.answers.coaching import Coaching
    from bot.answers.lookup import Lookup
    from bot.answers.refusal import Signals
    from bot.answers.verdicts import VerdictEvidence
    from bot.deals.facts import FactValue
    from bot.knowledge.passages import Hit, Passage
    from bot.profile.verdict import ProfileId


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What one check of the live profile says about the question.

    `text` is the whole rule in sentences, which the citation shows; `statements` are the sentences that hold for the
    facts known from the question, the thread and the deal, in the order in which they are said. Each rests on `text`.
    `guidance` is the link to the playbook section that belongs to the check.
    """

    check: str
    label: str
    path: str
    text: str
    statements: tuple[str, ...]
    guidance: str | None = None

    @property
    def sha256(self) -> str:
        """The hash of the rule's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def citation(self, n: int) -> Citation:
        """The citation of this rule as number `n`."""
        return Citation(n, "rule", self.path, self.label, f"rule:{self.check}", self.sha256, self.text)


@dataclass(frozen=True, slots=True)
class PartEvidence:
    """What answers one part of a question of several. `asked` are its own words, `text` is what to quote an answer to.

    Without rules and hits the playbooks do not say: `owner` is then whom to ask, where somebody is near.
    """

    asked: str
    text: str
    rules: tuple[RuleEvidence, ...]
    rules_lead: bool
    hits: tuple[Hit, ...]
    owner: str | None = None

    @property
    def answered(self) -> bool:
        """Whether there is something to answer it with."""
        return bool(self.rules or self.hits)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that an answer to one question may rest on.

    `question` stands alone. `rules_lead` says whether the rules are the answer, or only belong to it. `hits` are the
    passages worth quoting, best first: empty when the playbooks do not say. `near` are the best passages in any case.
    `problem` says in words why the playbooks could not be searched, with the remedy. `verdict` is on the deal that the
    question is about, `of_verdict` is what to say of it, and `coached` are the playbooks' words for its findings.
    `asks_of_deals` says that the question is about a deal or about the asker's deals, which a verdict may answer where
    no playbook does; `lookup` is for what is not here yet. `parts` are those of a question that has several, of which
    one at least is answered: the rules and hits are theirs together then. `rewritten` says that words of an earlier
    question were needed to make this one stand alone; `quoted_to` are then its own words, where it has some.
    `other_language` says that the question is not in the passages' language, which is English.
    """

    question: str
    facts: Mapping[str, FactValue]
    rules: tuple[RuleEvidence, ...] = ()
    rules_lead: bool = True
    hits: tuple[Hit, ...] = ()
    near: tuple[Hit, ...] = ()
    signals: Signals | None = None
    problem: str | None = None
    profile: ProfileId | None = None
    verdict: VerdictEvidence | None = None
    of_verdict: tuple[str, ...] = ()
    coached: tuple[tuple[Coaching, Passage], ...] = ()
    asks_of_deals: bool = False
    lookup: Lookup | None = None
    parts: tuple[PartEvidence, ...] = ()
    rewritten: bool = False
    quoted_to: str = ""
    other_language: bool = False

    @property
    def unsaid(self) -> tuple[PartEvidence, ...]:
        """The parts that nothing answers."""
        return tuple(part for part in self.parts if not part.answered)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to answer with."""
        return not self.rules and not self.hits and self.verdict is None

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages worth quoting, best first, each once."""
        found = [passage for _, passage in self.coached] + [hit.passage for hit in self.hits]
        return tuple({passage.id: passage for passage in found}.values())

    def citations(self) -> tuple[Citation, ...]:
        """All of the evidence as numbered citations: rules first, then the verdict, then passages."""
        rules = [rule.citation(at) for at, rule in enumerate(self.rules, start=1)]
        if self.verdict is not None:
            rules.append(self.verdict.citation(len(rules) + 1))
        first = len(rules) + 1
        return (*rules, *(cite(passage, at) for at, passage in enumerate(self.passages, start=first)))


def cite(passage: Passage, n: int) -> Citation:
    """The citation of a passage as number `n`."""
    return Citation(n, "passage", passage.path, passage.label, passage.id, passage.sha256, passage.text)


def by_document(hits: Sequence[Hit], most: int) -> tuple[Citation, ...]:
    """The best passage of each of the first documents, numbered from 1."""
    firsts: dict[str, Passage] = {}
    for hit in hits:
        firsts.setdefault(hit.passage.path, hit.passage)
    return tuple(cite(passage, at) for at, passage in enumerate(list(firsts.values())[:most], start=1))
