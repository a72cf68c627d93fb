"""Exceptions as people use them: asked for, decided, withdrawn, talked about. Every right is checked here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.checking.asker import Asker
from bot.checking.desk import CheckedDeal, DealDesk
from bot.deals.deal import Deal
from bot.exceptions import changing
from bot.exceptions.asking import needs_asking, parts_of, subject_of
from bot.exceptions.coverage import NONE, Coverage, covering
from bot.exceptions.judges import Judges
from bot.exceptions.looking import Looking
from bot.exceptions.model import (
    Choice,
    Decision,
    ExceptionRequest,
    NotThere,
    Part,
    PartState,
    Refused,
    Remark,
    RequestState,
    Who,
)
from bot.exceptions.plain import from_row, texts_of, to_row
from bot.exceptions.routing import Directory, NoDirectory, Routing, who_is
from bot.profile.exceptions_language import ExceptionsPlan
from bot.profile.live import LiveProfile
from bot.profile.people import People, Person
from bot.profile.verdict import Verdict
from bot.store.database import Store
from bot.store.exceptions import Event, ExceptionChange, ExceptionRow, StaleError, WrittenText

MOST_WORDS = 1500
LEAST_WORDS = 3
MOST_REMARKS = 20
ATTEMPTS = 20
"""How often a change is tried anew when others change the same request at the same moment."""
NO_ROLE = "Only people in people.yaml can ask for an exception. Ask whoever runs Dealfit to add you."
OWN = "Nobody decides their own exception, nor one on their own deal: it waits for the others."


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form shows before somebody asks: what each authority would be asked, who decides, and what holds already.

    `standing` is a request on this deal that is open now: asking again takes its place.
    """

    checked: CheckedDeal
    key: str
    parts: tuple[Part, ...]
    deciders: Mapping[str, tuple[Person, ...]]
    coverage: Coverage
    standing: ExceptionRequest | None


class ExceptionService(Looking):
    """The use cases. They raise NotThere and Refused, whose words are for the asker, and the store's own errors."""

    def __init__(
        self,
        *,
        live: LiveProfile,
        people: Callable[[], People],
        desk: DealDesk,
        store: Store,
        clock: Callable[[], datetime],
        directory: Directory | None = None,
    ) -> None:
        routing = Routing(people, directory or NoDirectory())
        super().__init__(book=store.exceptions, routing=routing, clock=clock)
        self._people = people
        self._live = live
        self._desk = desk
        self._store = store
        self._judges = Judges(store)

    @property
    def plan(self) -> ExceptionsPlan:
        """How the live profile wants exceptions asked for."""
        return self._live.current().profile.exceptions

    def use(self, directory: Directory) -> None:
        """Use this directory of user groups from now on: the surface has one."""
        self._routing = Routing(self._people, directory)

    # What holds

    def coverage(self, key: str | None, deal: Deal, verdict: Verdict) -> Coverage:
        """Which standing approvals hold for this deal and its verdict."""
        rows = self._book.find(deal_key=key) if key else []
        if not rows:
            return NONE
        judge = self._live.current()
        if judge.profile.id.sha256 != verdict.profile.sha256:
            judge = self._judges.of(verdict.profile.sha256) or judge
        return covering([from_row(row) for row in rows], deal, verdict, judge, self._judges.of, self._clock())

    # Asking

    def draft(self, key: str, asker: Asker) -> Draft:
        """What asking for an exception on this deal would ask, and of whom."""
        who = self._who(asker)
        saved = self._desk.find(key, asker)
        if saved is None:
            raise NotThere
        checked = self._desk.check(self._desk.deal_of(saved), asker=asker, record=False)
        needs_asking(checked.verdict, self._routing.people)
        coverage = self.coverage(key, checked.deal, checked.verdict)
        if coverage.granted:
            raise Refused(f"This deal {coverage.words}: it needs no further exception.")
        specs = self._live.current().profile.specs
        parts = parts_of(checked.verdict, specs, self._routing.people, self.plan, coverage.covered)
        trial = self._trial(checked, key, who, parts)
        parts = tuple(self._routed(trial, part) for part in parts)
        deciders = {part.authority: self._routing.deciders(trial, part, self._clock()) for part in parts}
        return Draft(checked, key, parts, deciders, coverage, self._open_on(key))

    def ask(
        self, key: str, asker: Asker, *, why: str, gives: str, origin: str, seen: str | None = None
    ) -> ExceptionRequest:
        """Ask for an exception. `seen` is the hash of the deal that the form showed; `origin` makes it happen once.

        A request that is open on the same deal is superseded.
        """
        known = self._book.by_origin(origin)
        if known is not None:
            return self._visible(from_row(known), asker)
        return self._retried(lambda: self._ask(key, asker, why, gives, origin, seen))

    def _ask(self, key: str, asker: Asker, why: str, gives: str, origin: str, seen: str | None) -> ExceptionRequest:
        draft, who, now = self.draft(key, asker), self._who(asker), self._clock()
        if seen is not None and seen != draft.checked.verdict.deal_sha256:
            raise Refused("The deal has changed since the form was opened. Look at it again, and then ask.")
        request = self._trial(draft.checked, key, who, draft.parts)
        request = replace(
            request,
            origin=origin,
            why=changing.written(why, who, least=LEAST_WORDS, most=MOST_WORDS, what="The reason"),
            gives=changing.written(
                gives, who, least=LEAST_WORDS, most=MOST_WORDS, what="What the customer gives in return"
            ),
            replaces=draft.standing.number if draft.standing else None,
        )
        request = changing.begun(request, self.plan, now)
        self._keep_profile(draft.checked)
        changes = []
        if draft.standing is not None:
            changes.append(self._change(*changing.superseded(draft.standing, origin, who)))
        changes.append(self._change(request, changing.asked(request)))
        return from_row(self._saved(changes))

    def _trial(self, checked: CheckedDeal, key: str, who: Who, parts: tuple[Part, ...]) -> ExceptionRequest:
        specs = self._live.current().profile.specs
        owner = self._routing.people.by_name(checked.deal.owner) if checked.deal.owner else None
        nothing = WrittenText("", None)
        return ExceptionRequest(
            origin="",
            subject=subject_of(checked, key, specs),
            requester=who,
            owner_key=None if owner is None else owner.key,
            why=nothing,
            gives=nothing,
            order=self.plan.order,
            asked_at=self._clock(),
            parts=parts,
        )

    def _routed(self, request: ExceptionRequest, part: Part) -> Part:
        """The part, gone up at once where nobody but the one who asks could decide it. Refuses where nobody can."""
        now, upper = self._clock(), self.plan.escalate_to
        if self._routing.deciders(request, part, now) or not self._routing.can_be_told(part.authority):
            return part
        raised = replace(part, escalated_to=upper)
        if upper is None or not (self._routing.deciders(request, raised, now) or not self._routing.can_be_told(upper)):
            raise Refused(
                f"Nobody but you could decide for {part.name}, and nobody decides their own. Ask whoever runs Dealfit "
                "to name a second person in people.yaml, or an authority in `escalate_to` of the Deal Profile."
            )
        return raised

    def _keep_profile(self, checked: CheckedDeal) -> None:
        profile = checked.judged_by or self._live.current().profile
        self._store.keep_profile(profile.id.sha256, profile.title, profile.version, profile.source)

    def _open_on(self, key: str) -> ExceptionRequest | None:
        rows = self._book.find(deal_key=key, state=RequestState.OPEN.value)
        return from_row(rows[0]) if rows else None

    # Deciding

    def decide(
        self,
        number: int,
        authority: str,
        asker: Asker,
        choice: Choice,
        *,
        origin: str,
        words: str = "",
        until: datetime | None = None,
    ) -> ExceptionRequest:
        """Decide one authority's part. Of all who decide at once one decision counts; the others are told whose.

        `words` are the conditions or the reason; a decision that comes again from the same origin changes nothing.
        """
        return self._retried(lambda: self._decide(number, authority, asker, choice, origin, words, until))

    def part(self, number: int, authority: str, asker: Asker) -> tuple[ExceptionRequest, Part]:
        """A request and one part of it. Raises NotThere where the asker may not see it, or there is none."""
        request = self.view(number, asker)
        part = request.part(authority)
        if part is None:
            raise NotThere
        return request, part

    def may_decide(self, number: int, authority: str, asker: Asker) -> tuple[ExceptionRequest, Part]:
        """The part, when the asker may decide it now. Raises NotThere or Refused as `decide` does."""
        request = self.view(number, asker)
        return request, self._decidable(request, authority, asker)[0]

    def check_end(self, part: Part, until: datetime) -> None:
        """Raises Refused for an end that an approval of this part cannot have."""
        changing.ends_of(part, self._clock(), until)

    def _decidable(self, request: ExceptionRequest, authority: str, asker: Asker) -> tuple[Part, str]:
        part = request.part(authority)
        if part is None or asker.person is None:
            raise NotThere
        if self._routing.is_own(request, asker.person, asker.user):
            raise Refused(OWN)
        right = self._routing.right(part, asker, self._clock())
        if right is None:
            raise Refused(f"{part.name} decides this, and you do not decide for {part.name}.")
        if part.state is not PartState.OPEN:
            raise Refused(already(part))
        return part, right

    def _decide(
        self,
        number: int,
        authority: str,
        asker: Asker,
        choice: Choice,
        origin: str,
        words: str,
        until: datetime | None,
    ) -> ExceptionRequest:
        who, now = self._who(asker), self._clock()
        request = self.view(number, asker)
        known = request.part(authority)
        if known is not None and known.decision is not None and known.decision.origin == origin:
            return request
        part, right = self._decidable(request, authority, asker)
        what = {Choice.CONDITIONS: "The condition", Choice.DECLINE: "The reason"}.get(choice)
        decision = Decision(
            choice=choice,
            by=who,
            at=now,
            as_=right,
            origin=origin,
            ends={} if choice is Choice.DECLINE else changing.ends_of(part, now, until),
            words=None if what is None else changing.written(words, who, least=LEAST_WORDS, most=MOST_WORDS, what=what),
        )
        changed, events = changing.decided(request, authority, decision, self.plan)
        return from_row(self._saved([self._change(changed, events)]))

    # Around a decision

    def withdraw(self, number: int, asker: Asker) -> ExceptionRequest:
        """Take a request back; what was approved of it goes with it. Only the one who asked can."""
        return self._retried(lambda: self._withdraw(number, asker))

    def _withdraw(self, number: int, asker: Asker) -> ExceptionRequest:
        request, who = self.view(number, asker), self._who(asker)
        if not request.requester.is_same(who):
            raise Refused("Only the one who asked can withdraw it.")
        if request.state is RequestState.WITHDRAWN:
            return request
        return from_row(self._saved([self._change(*changing.withdrawn(request, who))]))

    def ask_rep(self, number: int, authority: str, asker: Asker, text: str, *, origin: str) -> ExceptionRequest:
        """An approver asks the one who asks. The authority's time runs anew."""
        return self._retried(lambda: self._remark(number, authority, asker, text, origin, asks=True))

    def answer(self, number: int, authority: str, asker: Asker, text: str, *, origin: str) -> ExceptionRequest:
        """The one who asked answers an approver's question."""
        return self._retried(lambda: self._remark(number, authority, asker, text, origin, asks=False))

    def _remark(
        self, number: int, authority: str, asker: Asker, text: str, origin: str, *, asks: bool
    ) -> ExceptionRequest:
        who, now = self._who(asker), self._clock()
        request = self.view(number, asker)
        if any(remark.origin == origin for remark in request.talk):
            return request
        if asks:
            self._decidable(request, authority, asker)
        else:
            part = request.part(authority)
            if part is None:
                raise NotThere
            if not request.requester.is_same(who):
                raise Refused("The question is for the one who asked.")
            if not part.state.undecided:
                raise Refused(already(part))
        if len(request.talk) >= MOST_REMARKS:
            raise Refused("That was much asked and answered. Talk to each other, and then decide.")
        said = changing.written(text, who, least=1, most=MOST_WORDS, what="The question" if asks else "The answer")
        changed, events = changing.remarked(request, Remark(authority, who, now, said, asks, origin))
        changed = changing.waiting_again(changed, authority, self.plan, now)
        return from_row(self._saved([self._change(changed, events)]))

    # What time brings

    def due(self) -> list[int]:
        """The requests for which something is due now."""
        return self._book.due(self._clock())

    def pursue(self, number: int) -> tuple[ExceptionRequest, list[Event]] | None:
        """Do what is due of a request: reminders, escalations, ends. None when nothing was, or somebody else did it."""
        row = self._book.get(number)
        if row is None:
            return None
        request, events = changing.pursued(from_row(row), self.plan, self._clock())
        if not events:
            return None
        try:
            return from_row(self._saved([self._change(request, events)])), events
        except StaleError:
            return None

    # Shared

    @staticmethod
    def _who(asker: Asker) -> Who:
        who = who_is(asker)
        if who is None or not asker.roles:
            raise Refused(NO_ROLE)
        return who

    @staticmethod
    def _change(request: ExceptionRequest, events: list[Event]) -> ExceptionChange:
        return ExceptionChange(to_row(request), events, tuple(texts_of(request)))

    def _saved(self, changes: list[ExceptionChange]) -> ExceptionRow:
        saved = self._book.save(changes)[-1]
        return self._book.get(saved.number) or saved

    @staticmethod
    def _retried(do: Callable[[], ExceptionRequest]) -> ExceptionRequest:
        for _ in range(ATTEMPTS - 1):
            try:
                return do()
            except StaleError:
                continue
        return do()


def already(part: Part) -> str:
    """Why a part cannot be decided, in words."""
    if part.decision is not None:
        return f"{part.decision.by.name} has decided for {part.name}: {part.state.value}."
    if part.state is PartState.WAITING:
        return f"It is not {part.name}'s turn yet: another authority decides first."
    return f"There is nothing to decide any more: {part.state.value}."
