"""Proposals as their users meet them: for a deal that fits, or whose exceptions hold; else a refusal that helps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from bot.checking.access import Action, needs
from bot.checking.asker import Asker
from bot.checking.desk import CheckedDeal
from bot.deals.deal import Deal, plain_value
from bot.deals.facts import FactSpecs
from bot.deals.values import format_value
from bot.pipeline.proposals.approvals import Approvals
from bot.pipeline.proposals.compose import compose
from bot.pipeline.proposals.document import Granted, Proposal
from bot.pipeline.proposals.docx_file import docx_bytes, docx_name
from bot.pipeline.proposals.live_texts import LiveTexts
from bot.pipeline.proposals.markdown import markdown
from bot.profile.judge import Judge
from bot.profile.people import People
from bot.profile.verdict import CounterOffer, Judgement, Result, Verdict
from bot.store.records import DecisionLog, SavedDeal

DECISION = "proposal"
GONE = "That deal is not there any more, or it is not yours to see."


class Desk(Protocol):
    """Where deals are judged and found."""

    @property
    def judge(self) -> Judge:
        """The live judge."""

    def find(self, key: str, asker: Asker) -> SavedDeal | None:
        """A deal that the asker may see."""

    def deal_of(self, saved: SavedDeal) -> Deal:
        """The deal under the live profile."""

    def check(self, deal: Deal, *, asker: Asker, key: str | None = None, record: bool = True) -> CheckedDeal:
        """Judge it."""


class Log(DecisionLog, Protocol):
    """Where decisions are kept."""

    def keep_profile(self, sha256: str, title: str, version: str, source: bytes) -> None:
        """Keep the profile's bytes for replays."""


class NoSuchDeal(LookupError):
    """There is no such deal, or it is not the asker's to see: both read alike."""


class NoProposal(Exception):
    """A deal that gets no proposal as it stands. `reasons` say why, `remedies` what to do; both are plain sentences."""

    def __init__(self, verdict: Verdict, reasons: Sequence[str], remedies: Sequence[str]) -> None:
        self.judgement = verdict.judgement
        self.reasons, self.remedies = tuple(reasons), tuple(remedies)
        super().__init__("\n".join([*self.reasons, *self.remedies]))


@dataclass(frozen=True)
class Made:
    """A proposal and its files. `decision_id` is its entry in the decision log, None where nothing was recorded."""

    proposal: Proposal
    docx: bytes
    markdown: str
    decision_id: int | None = None

    @property
    def name(self) -> str:
        """The document's file name."""
        return docx_name(self.proposal)

    @property
    def sha256(self) -> str:
        """The document's hash: the same deal, profile, texts, people and date give the same."""
        return hashlib.sha256(self.docx).hexdigest()


class ProposalService:
    """Makes proposals. Whether there may be one is decided here, by the verdict and the exceptions that hold."""

    def __init__(
        self,
        *,
        desk: Desk,
        texts: LiveTexts,
        people: Callable[[], People],
        approvals: Approvals,
        log: Log | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._desk = desk
        self._texts = texts
        self._people = people
        self._approvals = approvals
        self._log = log
        self._clock = clock

    @needs(Action.PROPOSE)
    def of_key(self, key: str, asker: Asker, *, issued: date | None = None) -> Made:
        """The proposal of a saved deal.

        Raises:
            AccessDenied: proposals are not for the asker at all.
            NoSuchDeal: it is not there, or not the asker's to see.
            NoProposal: the deal does not fit, and no exception covers that.
            TextsError: the standing texts cannot be used.
        """
        saved = self._found(key, asker)
        return self.of_deal(self._desk.deal_of(saved), asker, key=saved.key, issued=issued)

    @needs(Action.PROPOSE)
    def start_on(self, key: str, asker: Asker, day: date) -> None:
        """Keep the first day of service: the fact that plays this part, else the day on which the deal is to close.

        Raises AccessDenied, NoSuchDeal and TextsError as `of_key` does.
        """
        saved = self._found(key, asker)
        deal, profile = self._desk.deal_of(saved), self._desk.judge.profile
        name = self._texts.of(profile).shape.facts.start
        has_fact = name is not None and name in profile.facts
        started = deal.with_facts({str(name): day}) if has_fact else replace(deal, close_date=day)
        self._desk.check(started, asker=asker, key=saved.key)

    @needs(Action.PROPOSE)
    def of_deal(self, deal: Deal, asker: Asker, *, key: str | None = None, issued: date | None = None) -> Made:
        """The proposal of a deal. `issued` is the date it bears: today, unless an earlier document is made again."""
        judge = self._desk.judge
        verdict = judge.judge(deal)
        texts = self._texts.of(judge.profile)
        granted = self._granted(deal, verdict, key, asker)
        proposal = compose(
            deal,
            verdict,
            key=key,
            texts=texts,
            facts=judge.profile.facts,
            people=self._people(),
            issued=issued or self._clock().date(),
            granted=granted,
        )
        document = docx_bytes(proposal)
        made = Made(proposal, document, markdown(proposal))
        if self._log is None:
            return made
        return Made(proposal, document, made.markdown, self._recorded(made, asker, judge))

    def _found(self, key: str, asker: Asker) -> SavedDeal:
        """The deal, where the asker may see it."""
        saved = self._desk.find(key, asker)
        if saved is None:
            raise NoSuchDeal(GONE)
        return saved

    def _granted(self, deal: Deal, verdict: Verdict, key: str | None, asker: Asker) -> Granted | None:
        """What makes a proposal possible; None for a deal that fits by itself. Raises NoProposal."""
        if verdict.judgement is Judgement.FITS:
            return None
        failed = {finding.check for finding in verdict.of(Result.FAIL)}
        granted = self._approvals.covering(deal, verdict, key=key) if not verdict.of(Result.UNKNOWN) else None
        if granted is not None and granted.until is not None and granted.until <= self._clock():
            granted = None
        if granted is not None and failed and failed <= granted.checks:
            return granted
        raise self._refusal(deal, verdict, granted, asker)

    def _refusal(self, deal: Deal, verdict: Verdict, granted: Granted | None, asker: Asker) -> NoProposal:
        people, facts = self._people(), self._desk.judge.profile.specs
        covered = granted.checks if granted else frozenset()
        open_ = [finding for finding in verdict.of(Result.FAIL) if finding.check not in covered]
        words = {
            Judgement.INCOMPLETE: "There is no proposal yet: facts are missing that the verdict waits for.",
            Judgement.NEEDS_APPROVAL: "There is no proposal yet: the deal needs approval.",
            Judgement.DOES_NOT_FIT: "There is no proposal: the deal does not fit the Deal Profile.",
        }
        reasons = [words[verdict.judgement]]
        for finding in open_:
            approver = f"{people.authority_name(finding.authority)} may approve it" if finding.authority else (
                "nobody may approve it"
            )  # fmt: skip
            limit = f", limit {finding.limit}" if finding.limit else ""
            reasons.append(f"{finding.label}{limit}: {approver}.")
        remedies = []
        if verdict.of(Result.UNKNOWN):
            asked = " ".join(question.question for question in verdict.ask[:3])
            remedies.append(f"Find out: {asked}" if asked else "Fill in the missing facts.")
        checked = self._desk.check(deal, asker=asker, record=False)
        offers = checked.verdict.counter_offers
        remedies += [f"Reshape it: {_moves(offer, facts, deal.currency)} makes it fit." for offer in offers[:2]]
        names = [people.authority_name(name) for name in verdict.authorities]
        if verdict.judgement is Judgement.NEEDS_APPROVAL and names:
            remedies.append(f"Or ask for an exception: {', '.join(names)} can grant it.")
        if verdict.judgement is Judgement.DOES_NOT_FIT and not offers:
            remedies.append(checked.no_offer or "No change of what can be negotiated makes it fit: walk away well.")
        return NoProposal(verdict, reasons, remedies)

    def _recorded(self, made: Made, asker: Asker, judge: Judge) -> int:
        proposal, profile = made.proposal, judge.profile
        if self._log is None:
            message = "there is no log to record in"
            raise RuntimeError(message)
        self._log.keep_profile(profile.id.sha256, profile.title, profile.version, profile.source)
        body = {
            "deal": {"key": proposal.deal_key, "sha256": proposal.deal_sha256},
            "profile": proposal.profile,
            "texts_sha256": proposal.texts_sha256,
            "document": {"sha256": made.sha256, "bytes": len(made.docx)},
            "issued": proposal.issued.isoformat(),
            "valid_until": proposal.valid_until.isoformat(),
            "exceptions": [] if proposal.granted is None else list(proposal.granted.references),
        }
        # What names the deal and the customer stands beside the log, where it can be erased.
        beside = {
            "deal": {"key": proposal.deal_key, "sha256": proposal.deal_sha256, "name": proposal.deal_name},
            "document": {"name": made.name, "sha256": made.sha256, "bytes": len(made.docx)},
            "gaps": [gap.words for gap in proposal.gaps],
        }
        return self._log.record(
            kind=DECISION,
            actor=asker.user,
            subject=proposal.deal_key or "proposal",
            body=body,
            beside=beside,
            author=asker.person.key if asker.person is not None else asker.user,
            about=DECISION if proposal.deal_key is None else f"deal {proposal.deal_key}",
        ).id


def _moves(offer: CounterOffer, facts: FactSpecs, currency: str) -> str:
    return ", ".join(
        f"{facts[c.fact].label.lower()} {format_value(facts[c.fact], c.after, currency)}"
        if c.fact in facts
        else f"{c.fact} {plain_value(c.after)}"
        for c in offer.changes
    )
