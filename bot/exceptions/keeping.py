"""What the use cases of exceptions share: who acts, how a change is kept, and talk about a request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.checking.access import ONLY, AccessDenied, Action
from bot.checking.asker import Asker
from bot.checking.desk import DealDesk
from bot.exceptions import changing
from bot.exceptions.judges import Judges
from bot.exceptions.looking import Looking
from bot.exceptions.model import ExceptionRequest, Part, PartState, Refused, Remark, Who
from bot.exceptions.plain import from_row, texts_of, to_row
from bot.exceptions.routing import Directory, NoDirectory, Routing, who_is
from bot.profile.exceptions_language import ExceptionsPlan
from bot.profile.live import LiveProfile
from bot.profile.people import People
from bot.store.database import Store
from bot.store.exceptions import Event, ExceptionChange, ExceptionRow, StaleError

MOST_WORDS = 1500
LEAST_WORDS = 3
MOST_REMARKS = 20
ATTEMPTS = 20
"""How often a change is tried anew when others change the same request at the same moment."""
NO_ROLE = ONLY[Action.ASK_EXCEPTION]


def refused(denied: AccessDenied) -> ExceptionRequest:
    """A refusal of the table of access as this room says it."""
    raise Refused(str(denied))


class Keeping(Looking):
    """The ground of the use cases: the live profile, the desk, the store, and how a change is kept."""

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

    def _remarked(
        self, request: ExceptionRequest, authority: str, who: Who, text: str, origin: str, *, asks: bool
    ) -> ExceptionRequest:
        """A question or an answer, kept. The authority's time runs anew."""
        if len(request.talk) >= MOST_REMARKS:
            raise Refused("That was much asked and answered. Talk to each other, and then decide.")
        now = self._clock()
        said = changing.written(text, who, least=1, most=MOST_WORDS, what="The question" if asks else "The answer")
        changed, events = changing.remarked(request, Remark(authority, who, now, said, asks, origin))
        changed = changing.waiting_again(changed, authority, self.plan, now)
        return from_row(self._saved([self._change(changed, events)]))

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


def already(part: Part, asker: Asker) -> str:
    """Why a part cannot be decided, in words."""
    if part.decision is not None:
        if asker.person is not None and asker.person.key == part.decision.by.key:
            return f"You have decided this already for {part.name}: {part.state.value}."
        return f"{part.decision.by.name} has decided for {part.name}: {part.state.value}."
    if part.state is PartState.WAITING:
        return f"It is not {part.name}'s turn yet: another authority decides first."
    if part.state is PartState.SUPERSEDED:
        return "There is nothing to decide any more: it was asked anew, or another authority has declined."
    return f"There is nothing to decide any more: {part.state.value}."
