"""The rooms that know nothing of Slack, built when first needed and wired together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from bot.bootstrap.crms import connections
from bot.bootstrap.models import Models
from bot.profile.live import LiveProfile
from bot.profile.live_people import LivePeople
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.answers.deal_reading import DealReader
    from bot.answers.service import AnswerService
    from bot.checking.desk import DealDesk
    from bot.exceptions.service import ExceptionService
    from bot.knowledge.library import Library
    from bot.pipeline.deal_table.tables import PipelineTables
    from bot.pipeline.proposals.live_texts import LiveTexts
    from bot.pipeline.proposals.service import ProposalService
    from bot.pipeline.reviews.service import ReviewService
    from bot.pipeline.scorecard.service import ScorecardService
    from bot.pipeline.service import PipelineService
    from bot.pipeline.sources.service import Sources
    from bot.pipeline.strategy.service import StrategyService
    from bot.store.database import Store

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present, aware, in UTC: the clock of everything that is not a test."""
    return datetime.now(UTC)


class NotReady(RuntimeError):
    """Something outside is missing or broken; the message says what to do."""


class Core:
    """The rooms that know nothing of Slack, built when first needed, so that a command pays for what it uses."""

    def __init__(self, settings: Settings, *, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.clock = clock
        self.log = structlog.get_logger("dealfit")

    @cached_property
    def live(self) -> LiveProfile:
        """The live Deal Profile. Raises ProfileError or OSError at the first use when there is no good one."""
        return LiveProfile(self.settings.profile_path, self.log, self.called)

    def called(self, authority: str) -> str | None:
        """What people.yaml calls an authority; None where it says nothing, or cannot be read: others tell of that."""
        from bot.profile.problems import PeopleError

        try:
            found = self.people().authorities.get(authority)
        except (PeopleError, OSError):
            return None
        return None if found is None else found.name

    @cached_property
    def people(self) -> LivePeople:
        """Who is who."""
        return LivePeople(self.settings.people_path, self.log)

    @cached_property
    def library(self) -> Library:
        """The playbooks and their index."""
        from bot.knowledge.library import Library

        settings = self.settings
        return Library(
            settings.knowledge_dir,
            settings.index_dir,
            chroma_url=settings.chroma_url,
            embedder=self.models.embedder(),
            clock=self.clock,
        )

    @cached_property
    def store(self) -> Store:
        """The database."""
        from bot.store.database import open_store

        self.make_data_dir()
        return open_store(self.settings.store_url, self.clock)

    @cached_property
    def desk(self) -> DealDesk:
        """Deal checks that are recorded."""
        return self.desk_with(self.store)

    def desk_with(self, store: Store | None) -> DealDesk:
        """Deal checks, recorded in this store or not at all."""
        from bot.checking.desk import DealDesk

        return DealDesk(live=self.live, people=self.people, library=self.library, store=store, clock=self.clock)

    @cached_property
    def answers(self) -> AnswerService:
        """Answers that are recorded."""
        return self.answers_with(self.store)

    def answers_with(self, store: Store | None) -> AnswerService:
        """Answers, recorded in this store or not at all; written by a model where one is set."""
        from bot.answers.service import AnswerService

        composer = self.models.composer()
        return AnswerService(
            live=self.live,
            library=self.library,
            store=store,
            composer=composer,
            rewriter=composer,
            clock=self.clock,
            budget=self.models.budget() if composer is not None else None,
            desk=self.desk if store is not None else self.desk_with(None),
        )

    @cached_property
    def tables(self) -> PipelineTables:
        """The deals as one judged table of columns, in memory or in a warehouse."""
        from bot.pipeline.deal_table.tables import PipelineTables

        warehouse = self.settings.warehouse_url
        return PipelineTables(
            live=self.live,
            people=self.people,
            store=self.store,
            folder=self.settings.data_dir / "pipeline",
            clock=self.clock,
            warehouse_url=warehouse.get_secret_value() if warehouse is not None else None,
        )

    @cached_property
    def sources(self) -> Sources:
        """The CRMs that are set up."""
        from bot.pipeline.sources.service import Sources

        return Sources(
            tuple(connections(self.settings)),
            live=self.live,
            people=self.people,
            store=self.store,
            tables=self.tables,
            folder=self.settings.data_dir,
            clock=self.clock,
        )

    @cached_property
    def strategy(self) -> StrategyService:
        """A strategist's questions about past deals."""
        from bot.pipeline.strategy.service import StrategyService

        return StrategyService(
            live=self.live,
            people=self.people,
            store=self.store,
            tables=self.tables,
            candidates=self.settings.profile_dir / "candidates",
        )

    @cached_property
    def pipeline(self) -> PipelineService:
        """The pipeline."""
        from bot.pipeline.service import PipelineService

        return PipelineService(
            live=self.live,
            people=self.people,
            store=self.store,
            tables=self.tables,
            clock=self.clock,
            writer=self.models.query_writer(),
        )

    @cached_property
    def proposal_texts(self) -> LiveTexts:
        """The standing texts of proposals and reviews."""
        from bot.pipeline.proposals.live_texts import LiveTexts
        from bot.pipeline.proposals.texts import FILE

        return LiveTexts(self.settings.profile_dir / FILE, self.log)

    @cached_property
    def proposals(self) -> ProposalService:
        """Standard proposals that are recorded."""
        return self.proposals_with(self.store)

    def proposals_with(self, store: Store | None) -> ProposalService:
        """Standard proposals, recorded in this store or not at all; without a store no exception is known."""
        from bot.bridges import ExceptionsForProposals
        from bot.pipeline.proposals.approvals import NoApprovals
        from bot.pipeline.proposals.service import ProposalService

        return ProposalService(
            desk=self.desk if store is not None else self.desk_with(None),
            texts=self.proposal_texts,
            people=self.people,
            approvals=NoApprovals() if store is None else ExceptionsForProposals(lambda: self.exceptions),
            log=store,
            clock=self.clock,
        )

    @cached_property
    def scorecards(self) -> ScorecardService:
        """Scorecards of reps, with what the rooms around have counted."""
        from bot.pipeline.scorecard.adapters import KeptCalls, KeptExceptions, SnapshotHistory
        from bot.pipeline.scorecard.counted import Around
        from bot.pipeline.scorecard.service import ScorecardService

        return ScorecardService(
            live=self.live,
            people=self.people,
            deals=self.store,
            texts=self.proposal_texts,
            guide=self.library,
            around=Around(
                history=SnapshotHistory(self.tables, self.people),
                exceptions=KeptExceptions(self.store.exceptions, self.people),
                calls=KeptCalls(self.store, self.live, self.people),
            ),
            clock=self.clock,
        )

    @cached_property
    def reviews(self) -> ReviewService:
        """Calls, reviews and renewals of won deals."""
        from bot.pipeline.reviews.service import ReviewService

        return ReviewService(
            live=self.live,
            people=self.people,
            book=self.store,
            texts=self.proposal_texts,
            guide=self.library,
            clock=self.clock,
            hour=self.settings.reminder_hour,
            zone=self.settings.timezone,
        )

    @cached_property
    def exceptions(self) -> ExceptionService:
        """Asking to go outside the profile, and deciding on it."""
        from bot.exceptions.service import ExceptionService

        return ExceptionService(live=self.live, people=self.people, desk=self.desk, store=self.store, clock=self.clock)

    def make_data_dir(self) -> None:
        """Make the data folder. Raises NotReady when that is not allowed."""
        folder = self.settings.data_dir
        try:
            # What stands in it are people's words and deals: nobody else on the machine reads them.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = folder / ".can-write"
            probe.touch()
            probe.unlink(missing_ok=True)
        except OSError as error:
            message = (
                f"Cannot write to the data folder {folder} ({error.strerror or error}). "
                "Make it writable, or set DEALFIT_DATA_DIR to a folder that is."
            )
            raise NotReady(message) from None

    @cached_property
    def models(self) -> Models:
        """The language model and the embedding model, where they are set."""
        return Models(self.settings, lambda: self.store)

    @property
    def has_model(self) -> bool:
        """Whether a language model is set."""
        return self.models.has_model

    @cached_property
    def deal_reader(self) -> DealReader:
        """Reading deals from messages, with a model where one is set."""
        return self.models.deal_reader()

    def close(self) -> None:
        """Let go of the index and the database, if they were opened."""
        for name in ("library", "tables", "store"):
            if name in self.__dict__:
                self.__dict__[name].close()
