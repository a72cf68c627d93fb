"""The strategist's questions about the deals of the store: who may ask, and over which deals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.checking.access import Action, needs
from bot.checking.asker import Asker
from bot.pipeline.strategy.book import Book
from bot.pipeline.strategy.outcomes import Outcome
from bot.pipeline.strategy.periods import Length
from bot.pipeline.view import View, view_of
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.people import People

if TYPE_CHECKING:
    from bot.pipeline.deal_table.tables import PipelineTables
    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.labels import Good
    from bot.pipeline.strategy.measuring import Measured
    from bot.pipeline.strategy.sources import Measure, Sources
    from bot.pipeline.strategy.suggesting import Suggestion
    from bot.store.database import Store


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class NoCandidate(LookupError):
    """A candidate profile that is not there, or cannot be used. The message is for whoever asked."""


class StrategyService:
    """Answers over all deals of the store. Every answer checks first that the asker may see all of them.

    `candidates` is the folder of profiles to try; None where there is none.
    """

    def __init__(
        self,
        *,
        live: Live,
        people: Callable[[], People],
        store: Store,
        tables: PipelineTables,
        candidates: Path | None = None,
    ) -> None:
        self._candidates = candidates
        self._live = live
        self._people = people
        self._store = store
        self._tables = tables

    @property
    def profile(self) -> Profile:
        """The live profile."""
        return self._live.current().profile

    def candidate(self, name: str) -> Profile:
        """The candidate profile with this name: the file NAME.yaml in the folder of candidates.

        Raises NoCandidate with the reason and the names there are.
        """
        from bot.profile.loading import load_profile  # takes a second to load
        from bot.profile.problems import ProfileError  # the same

        folder = self._candidates
        known = sorted(path.stem for path in folder.glob("*.yaml")) if folder is not None and folder.is_dir() else []
        if folder is None or name not in known:
            there = f"There are: {', '.join(known)}." if known else "There is none yet."
            raise NoCandidate(
                f"There is no candidate profile {name!r}. {there} Whoever looks after the profile puts it beside the "
                "live one, as candidates/NAME.yaml."
            )
        try:
            found = load_profile(folder / f"{name}.yaml")
        except ProfileError as error:
            raise NoCandidate(f"The candidate profile {name} cannot be read. {error}") from None
        if found.currency != self.profile.currency:
            raise NoCandidate(f"The candidate profile {name} is in {found.currency}, and the live one is not.")
        return found

    @needs(Action.STRATEGY)
    def may_ask(self, asker: Asker) -> View:
        """The view of everything. Raises AccessDenied for anybody else."""
        return view_of(asker, self._people(), Action.STRATEGY)

    @contextmanager
    @needs(Action.STRATEGY)
    def book(self, asker: Asker) -> Iterator[Book]:
        """The deals of the store as a book, brought up to date first. Raises AccessDenied."""
        from bot.pipeline.strategy.stored import StoredBook  # takes a second to load

        view = self.may_ask(asker)
        self._tables.refresh()
        book = StoredBook(self._tables, self._store, self.profile, view)
        try:
            yield book
        finally:
            book.close()

    @needs(Action.STRATEGY)
    def money(
        self,
        asker: Asker,
        *,
        scope: Outcome | None = None,
        measure: Measure | None = None,
        by: Sequence[str] = (),
    ) -> Sources:
        """Where the money comes from; see `money_sources`. Raises AccessDenied, Unreadable, StoreError."""
        from bot.pipeline.strategy.sources import money_sources  # takes a second to load

        with self.book(asker) as book:
            return money_sources(book, self.profile, scope=scope, measure=measure, by=by)

    @needs(Action.STRATEGY)
    def suggest(
        self, asker: Asker, *, by: Good | None = None, above: Decimal | None = None, facts: Sequence[str] = ()
    ) -> Suggestion:
        """Suggested segments; see `suggest`. Raises AccessDenied, Unreadable, StoreError."""
        from bot.pipeline.strategy.suggesting import suggest  # takes a second to load

        with self.book(asker) as book:
            return suggest(book, self.profile, by=by, above=above, facts=facts)

    @needs(Action.STRATEGY)
    def backtest(
        self,
        asker: Asker,
        profile: Profile | None = None,
        *,
        against: Profile | None = None,
        selling_cost: Decimal | None = None,
    ) -> Backtest:
        """What a profile, the live one unless given, would have said; see `backtest`.

        Raises AccessDenied, NothingClosed, StoreError.
        """
        from bot.pipeline.strategy.backtest import backtest  # takes a second to load

        with self.book(asker) as book:
            return backtest(book, profile or self.profile, against=against, selling_cost=selling_cost)

    @needs(Action.STRATEGY)
    def measure(self, asker: Asker, *, length: Length = Length.QUARTER) -> Measured:
        """Fit against results over time; see `measure`. Raises AccessDenied, StoreError."""
        from bot.pipeline.strategy.history import history_of  # takes a second to load
        from bot.pipeline.strategy.measuring import measure  # the same

        with self.book(asker) as book:
            history = history_of(self._store, self._tables.snapshots(), length)
            return measure(book, self.profile, length=length, history=history)
