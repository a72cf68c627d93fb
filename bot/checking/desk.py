"""The deal desk: a deal is read, judged under the live profile, given guidance, and recorded."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.checking.access import Action, Reach, audience, needs, reaches
from bot.checking.advice import Advisers
from bot.checking.asker import Asker
from bot.checking.examples import Examples
from bot.checking.what_if import Supposed, WhatIfReader
from bot.deals.deal import Deal, canonical_json
from bot.deals.facts import FactValue
from bot.deals.reading import Reading, SentenceReader
from bot.deals.wording import counted
from bot.knowledge.library import Library
from bot.knowledge.passages import Passage
from bot.profile.economics_figures import Economics, Follow
from bot.profile.judge import Judge
from bot.profile.live import LiveProfile
from bot.profile.model import Profile
from bot.profile.people import People, Person
from bot.profile.verdict import Judgement, Result, Verdict
from bot.profile.words import inside_sentence
from bot.store.blanking import GONE
from bot.store.database import Store
from bot.store.records import OPEN, NewDecision, SavedDeal, deal_key

UNNAMED = "Unnamed deal"
LONGEST_TEXT = 20_000
IN_THE_LOG = ("verdict", "judge", "profile")
OVER = frozenset({"won", "lost"})


class UnreadableDeal(ValueError):
    """Words in which no fact of a deal could be found; the message says how to write them."""


@dataclass(frozen=True, slots=True)
class CheckedDeal:
    """A deal with its verdict.

    `guidance` holds, by check id, the passage that helps with a finding that failed or is unknown. `key` finds the deal
    again in the store; `decision_id` is the entry in the decision log. Both are None when nothing was recorded.
    `economics` is what the deal is worth, None when the profile does not say; `no_offer` is why there is no
    counter-offer, None when there is one, when the deal fits, or when none was looked for. `settles` names, by the fact
    that a question asks for, the verdicts that an answer to it alone could settle.
    `judged_by` is the very profile that judged: another one may be live by the time the verdict is recorded.
    """

    deal: Deal
    verdict: Verdict
    reading: Reading | None = None
    guidance: Mapping[str, Passage] = field(default_factory=lambda: MappingProxyType({}))
    key: str | None = None
    decision_id: int | None = None
    notices: tuple[str, ...] = ()
    judged_by: Profile | None = field(default=None, repr=False, compare=False)
    economics: Economics | None = None
    no_offer: str | None = None
    settles: Mapping[str, tuple[Judgement, ...]] = field(default_factory=lambda: MappingProxyType({}))


class DealDesk:
    """Checks deals. Without a store nothing is recorded; without a library there is no guidance, only its links."""

    def __init__(
        self,
        *,
        live: LiveProfile,
        people: Callable[[], People],
        library: Library | None,
        store: Store | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._live = live
        self._people = people
        self._library = library
        self._store = store
        self._clock = clock
        self._advisers = Advisers()
        self._reader: tuple[Any, SentenceReader] | None = None
        self.told: Callable[[Judgement], None] = lambda _: None
        """Is told of each verdict that is recorded, to count them."""

    @property
    def judge(self) -> Judge:
        """The judge of the profile that is live now."""
        return self._live.current()

    def read(self, text: str) -> Reading:
        """What the words say of a deal, by the live profile's facts."""
        return self._sentences(self._live.current()).read(text[:LONGEST_TEXT])

    def suppose(self, text: str, *, after: bool = False, directly: bool = True) -> Supposed | None:
        """What the words suppose of a deal ("what if they prepay?"); None when they do not suppose anything.

        `after` says that something was supposed before, so that "start over" is understood, and where that was said
        `directly` before, "and 6 months?" too.
        """
        judge = self._live.current()
        profile = judge.profile
        return WhatIfReader(profile.facts, self._sentences(judge), profile.currency).read(
            text, after=after, directly=directly
        )

    def reshaped(self, deal: Deal, changes: Mapping[str, FactValue]) -> tuple[Deal, tuple[Follow, ...]]:
        """The deal with the changes and with what follows from them: a lower discount raises the contract value."""
        return self._advisers.of(self._live.current()).economist.reshaped(deal, changes)

    @needs(Action.CHECK)
    def check_text(
        self, text: str, *, asker: Asker, previous: Deal | None = None, source: str = "slack"
    ) -> CheckedDeal:
        """Read the words and judge what they say, on top of `previous` or of the asker's own deal of that name.

        Raises:
            UnreadableDeal: no fact was found in the words.
        """
        reading = self.read(text)
        if not reading.facts and not reading.conflicts and not reading.errors:
            raise UnreadableDeal(self.how_to_write())
        known = previous or self._known(reading, asker, source)
        deal = known or self._named(reading, asker, source)
        # A fact that the words contradict themselves about is open again, whatever was known of it.
        said = {**dict.fromkeys((conflict.fact for conflict in reading.conflicts), None), **reading.facts}
        stated = deal.with_facts(said)
        # An amount that is said again in its own currency was still reached once.
        again = {made.fact for made in reading.converted}
        known_ways = (made for made in stated.converted if made.fact not in again)
        stated = replace(stated, converted=(*known_ways, *reading.converted))
        checked = self.check(stated, asker=asker, reading=reading)
        kept = [name for name in deal.facts if name not in said] if known else []
        if not kept:
            return checked
        note = (
            f"Added to {counted(len(kept), 'fact')} that I knew of this deal; "
            "“Edit the deal” clears what no longer holds."
        )
        return replace(checked, notices=(*checked.notices, note))

    @needs(Action.CHECK)
    def check(
        self, deal: Deal, *, asker: Asker, reading: Reading | None = None, key: str | None = None, record: bool = True
    ) -> CheckedDeal:
        """Judge a deal whose facts are known, record the verdict, and add guidance."""
        judge = self._live.current()
        verdict = judge.judge_fully(deal)
        guidance, notices = self._guidance(verdict, asker)
        advice = self._advisers.of(judge).on(deal, verdict)
        checked = CheckedDeal(
            deal,
            verdict,
            reading,
            guidance,
            notices=(*notices, *_reached(deal, judge.profile)),
            judged_by=judge.profile,
            economics=advice.economics,
            no_offer=advice.no_offer,
            settles=advice.settles,
        )
        if self._store is None or not record:
            return checked
        self.told(verdict.judgement)
        return self._recorded(checked, asker, key)

    def judge_only(self, deal: Deal, judge: Judge) -> CheckedDeal:
        """The verdict without guidance, counter-offers or a record: for a file of many deals, all by one judge."""
        return CheckedDeal(deal, judge.judge(deal), judged_by=judge.profile)

    def log_only(self, checked: CheckedDeal) -> int:
        """Record a verdict in the decision log without putting the deal into the pipeline; the decision's id."""
        store = self._kept()
        self._keep_profile(store, checked.judged_by)
        made = _decision(checked, deal_key(checked.deal), "operator", "operator")
        return store.record_all([made])[0].id

    def log_file(self, name: str, sha256: str, checked: Sequence[CheckedDeal]) -> int:
        """Record that a file was checked: with the file's hash and the profile, every verdict can be had again."""
        store = self._kept()
        judged_by = (checked[0].judged_by if checked else None) or self.judge.profile
        self._keep_profile(store, judged_by)
        counts = Counter(c.verdict.judgement.value for c in checked)
        body = {
            "file": name,
            "sha256": sha256,
            "deals": len(checked),
            "verdicts": dict(counts),
            "profile": judged_by.id.sha256,
        }
        return store.record(kind="file", actor="operator", subject=name, body=body).id

    @needs(Action.CHECK)
    def new_deal(self, name: str, *, asker: Asker, customer: str | None = None, source: str = "slack") -> Deal:
        """A deal of the asker's that nothing is known of yet, in the profile's currency."""
        currency = self._live.current().profile.currency
        return Deal(name=name, customer=customer, owner=asker.owner, currency=currency, source=source)

    @needs(Action.SEE_DEALS, instead=lambda _: None)
    def find(self, key: str, asker: Asker) -> SavedDeal | None:
        """A saved deal, if it exists and the asker may see it; None in both other cases alike."""
        saved = self._store.deal(key) if self._store is not None else None
        return self._judged(saved) if saved is not None and self.may_see(saved, asker) else None

    @needs(Action.SEE_DEALS, instead=lambda _: [])
    def mine(self, asker: Asker, limit: int = 10) -> list[SavedDeal]:
        """The asker's own open deals, the latest first."""
        if self._store is None:
            return []
        person = asker.person
        names = () if person is None else (person.key, person.name, person.email)
        found = self._store.deals(statuses=OPEN, owners=names, checked_by=asker.user)
        saved = [d for d in found if d.checked_by == asker.user or self._owns(asker, d)]
        return [self._judged(d) for d in sorted(saved, key=lambda d: d.updated_at, reverse=True)[:limit]]

    def _judged(self, saved: SavedDeal) -> SavedDeal:
        """The deal with a verdict of the live profile where it was imported and nobody had it checked."""
        if saved.judgement is not None:
            return saved
        verdict = self._live.current().judge(self.deal_of(saved))
        return replace(
            saved,
            judgement=verdict.judgement,
            profile_sha256=verdict.profile.sha256,
            verdict_text=verdict.to_bytes().decode(),
        )

    @needs(Action.SEE_DEALS, instead=lambda _: False)
    def may_see(self, saved: SavedDeal, asker: Asker) -> bool:
        """Their own deals; a manager's team's deals; everything for the operator and a manager without a team."""
        reach = reaches(asker, Action.SEE_DEALS)
        if saved.checked_by == asker.user or Reach.ALL in reach:
            return True
        owner = self._owner(saved)
        if asker.person is None or owner is None:
            return False
        return owner.key == asker.person.key or (Reach.TEAM in reach and owner in self._people().team_of(asker.person))

    def _owns(self, asker: Asker, saved: SavedDeal) -> bool:
        """Whether `people.yaml` makes the deal the asker's: a name that somebody chose in Slack owns nothing."""
        owner = self._owner(saved)
        return asker.person is not None and owner is not None and owner.key == asker.person.key

    def _owner(self, saved: SavedDeal) -> Person | None:
        return self._people().by_name(saved.owner) if saved.owner else None

    def deal_of(self, saved: SavedDeal) -> Deal:
        """The saved deal with its facts as the live profile types them."""
        return saved.deal(self._live.current().profile.facts)

    def how_to_write(self) -> str:
        """How to write a deal in words, with facts of the live profile."""
        labels = [inside_sentence(spec.label) for spec in list(self._live.current().profile.facts.values())[:6]]
        example = Examples(self._live.current().profile).deal()
        return (
            "I found no fact of a deal in these words. "
            + (f"Write it like this: “{example}”. " if example else "")
            + f"I can read {', '.join(labels)} and more; the form shows them all."
        )

    def _named(self, reading: Reading, asker: Asker, source: str) -> Deal:
        name = reading.name or reading.customer or UNNAMED
        return self.new_deal(name, customer=reading.customer, asker=asker, source=source)

    def _known(self, reading: Reading, asker: Asker, source: str) -> Deal | None:
        """The asker's own open deal of the name that the words give: to say one thing more of it loses nothing."""
        if self._store is None or not (reading.name or reading.customer):
            return None
        saved = self._store.deal(_key_for(self._store, self._named(reading, asker, source)))
        return self.deal_of(saved) if saved is not None and self._owns(asker, saved) else None

    def _sentences(self, judge: Judge) -> SentenceReader:
        profile = judge.profile
        reader = self._reader
        of = (profile.id.sha256, profile.rates)
        if reader is None or reader[0] != of:
            reader = self._reader = (of, SentenceReader(profile.facts, profile.currency, profile.rates))
        return reader[1]

    def _guidance(self, verdict: Verdict, asker: Asker) -> tuple[dict[str, Passage], tuple[str, ...]]:
        if self._library is None:
            return {}, ()
        found: dict[str, Passage] = {}
        try:
            for finding in verdict.of(Result.FAIL, Result.UNKNOWN):
                passage = (
                    self._library.guidance(finding.guidance, audience=audience(asker)) if finding.guidance else None
                )
                if passage is not None:
                    found[finding.check] = passage
        except Exception:  # noqa: BLE001 a verdict never waits for, nor fails with, the playbooks
            return {}, ("The playbooks are unavailable; the verdict does not need them. `dealfit doctor` says why.",)
        return found, ()

    def _kept(self) -> Store:
        if self._store is None:
            message = "this desk was built without a store"
            raise RuntimeError(message)
        return self._store

    def _keep_profile(self, store: Store, judged_by: Profile | None) -> None:
        profile = judged_by or self.judge.profile
        store.keep_profile(profile.id.sha256, profile.title, profile.version, profile.source)

    def _recorded(self, checked: CheckedDeal, asker: Asker, key: str | None) -> CheckedDeal:
        store = self._kept()
        self._keep_profile(store, checked.judged_by)
        deal = checked.deal
        if key is None and deal.source_id is None and deal.name == UNNAMED:
            facts = {"asker": asker.user, "deal": deal.sha256}
            key = f"unnamed:{hashlib.sha256(canonical_json(facts)).hexdigest()[:32]}"
        key = key or _key_for(store, deal)
        author = asker.person.key if asker.person is not None else asker.user
        saved = store.save_deal(
            deal,
            key=key,
            verdict=checked.verdict,
            decision=_decision(checked, key, asker.user, author),
            checked_by=asker.user,
        )
        return replace(checked, key=saved.key, decision_id=saved.decision_id)


def _key_for(store: Store, deal: Deal) -> str:
    """The key that a deal is checked under. One of the same name that is won, lost or erased stays as it is.

    A deal of a source has its id there, and is that deal whatever became of it.
    """
    first = key = deal_key(deal)
    number = 1
    while not deal.source_id and (there := store.deal(key)) is not None and _is_over(there):
        number += 1
        key = f"{first}:{number}"
    return key


def _is_over(saved: SavedDeal) -> bool:
    return saved.status in OVER or (saved.status == "removed" and saved.name == GONE)


def _decision(checked: CheckedDeal, key: str, actor: str, author: str) -> NewDecision:
    """The verdict as the log keeps it: the facts and the findings stand beside it, where they can be erased."""
    said = {"deal": checked.deal.name, **checked.verdict.plain()}
    if checked.deal.converted:
        said["converted"] = [each.plain() for each in checked.deal.converted]
    in_the_log = {name: said.pop(name) for name in IN_THE_LOG}
    return NewDecision("verdict", actor, key, in_the_log, said, author, f"deal {key}")


def _reached(deal: Deal, profile: Profile) -> tuple[str, ...]:
    """How amounts that were stated in another currency were reached."""
    labels = {name: spec.label for name, spec in profile.facts.items()}
    return tuple(each.words(labels.get(each.fact, each.fact), profile.currency) for each in deal.converted)
