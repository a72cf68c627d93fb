"""The one place that builds things and wires them together. Whatever comes from outside is an argument."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from bot import logs
from bot.profile.live import LiveProfile
from bot.profile.live_people import LivePeople
from bot.settings import Settings

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk import WebClient

    from bot.answers.agent.composing import AgentComposer
    from bot.answers.budget import Budget
    from bot.answers.deal_reading import DealReader
    from bot.answers.query_writer import ModelQueryWriter
    from bot.answers.service import AnswerService
    from bot.answers.streaming import ChatModel
    from bot.checking.desk import DealDesk
    from bot.exceptions.service import ExceptionService
    from bot.knowledge.embedding import Embedder
    from bot.knowledge.library import Library
    from bot.pipeline.deal_table.tables import PipelineTables
    from bot.pipeline.proposals.live_texts import LiveTexts
    from bot.pipeline.proposals.service import ProposalService
    from bot.pipeline.reviews.service import ReviewService
    from bot.pipeline.scorecard.service import ScorecardService
    from bot.pipeline.service import PipelineService
    from bot.pipeline.sources.service import Connection, Sources
    from bot.pipeline.strategy.service import StrategyService
    from bot.slack.durable import DurableQueue
    from bot.slack.services import Services
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
        return LiveProfile(self.settings.profile_path, self.log, self.clock)

    @cached_property
    def people(self) -> LivePeople:
        """Who is who."""
        return LivePeople(self.settings.people_path, self.log)

    @cached_property
    def library(self) -> Library:
        """The playbooks and their index."""
        from bot.knowledge.library import Library  # noqa: PLC0415

        settings = self.settings
        return Library(
            settings.knowledge_dir,
            settings.index_dir,
            chroma_url=settings.chroma_url,
            embedder=self._embedder(),
            clock=self.clock,
        )

    def _embedder(self) -> Embedder | None:
        """The embedding model that is set; None is the bundled one."""
        settings = self.settings
        if settings.embedding_model is None:
            return None
        from bot.knowledge.remote import RemoteEmbedder  # noqa: PLC0415

        key = settings.openai_api_key
        return RemoteEmbedder(
            model=settings.embedding_model,
            url=settings.embedding_url or settings.openai_base_url,
            key=key.get_secret_value() if key else None,
        )

    @cached_property
    def store(self) -> Store:
        """The database."""
        from bot.store.database import open_store  # noqa: PLC0415

        self.make_data_dir()
        return open_store(self.settings.store_url, self.clock)

    @cached_property
    def desk(self) -> DealDesk:
        """Deal checks that are recorded."""
        return self.desk_with(self.store)

    def desk_with(self, store: Store | None) -> DealDesk:
        """Deal checks, recorded in this store or not at all."""
        from bot.checking.desk import DealDesk  # noqa: PLC0415

        return DealDesk(live=self.live, people=self.people, library=self.library, store=store, clock=self.clock)

    @cached_property
    def answers(self) -> AnswerService:
        """Answers that are recorded."""
        return self.answers_with(self.store)

    def answers_with(self, store: Store | None) -> AnswerService:
        """Answers, recorded in this store or not at all; written by a model where one is set."""
        from bot.answers.service import AnswerService  # noqa: PLC0415

        composer = self._composer()
        return AnswerService(
            live=self.live,
            library=self.library,
            store=store,
            composer=composer,
            rewriter=composer,
            clock=self.clock,
            budget=self._budget() if composer is not None else None,
            desk=self.desk if store is not None else self.desk_with(None),
        )

    @cached_property
    def tables(self) -> PipelineTables:
        """The deals as one judged table of columns, in memory or in a warehouse."""
        from bot.pipeline.deal_table.tables import PipelineTables  # noqa: PLC0415

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
        from bot.pipeline.sources.service import Sources  # noqa: PLC0415

        return Sources(
            tuple(self._connections()),
            live=self.live,
            people=self.people,
            store=self.store,
            tables=self.tables,
            folder=self.settings.data_dir,
            clock=self.clock,
        )

    def _connections(self) -> Iterator[Connection]:
        from bot.pipeline.sources.hubspot import HubSpotCrm  # noqa: PLC0415
        from bot.pipeline.sources.salesforce import SalesforceCrm  # noqa: PLC0415
        from bot.pipeline.sources.service import Connection  # noqa: PLC0415

        given = self.settings
        if given.hubspot_token is not None:
            hubspot = HubSpotCrm(
                given.hubspot_token.get_secret_value(),
                given.hubspot_url,
                sleep=time.sleep,
                verdict_field=given.hubspot_verdict_field,
            )
            yield Connection(hubspot, given.hubspot_mapping)
        token, secret = given.salesforce_token, given.salesforce_client_secret
        if given.salesforce_url is not None and (token is not None or secret is not None):
            salesforce = SalesforceCrm(
                given.salesforce_url,
                token=token.get_secret_value() if token is not None else None,
                client_id=given.salesforce_client_id,
                client_secret=secret.get_secret_value() if secret is not None else None,
                sleep=time.sleep,
                verdict_field=given.salesforce_verdict_field,
            )
            yield Connection(salesforce, given.salesforce_mapping)

    @cached_property
    def strategy(self) -> StrategyService:
        """A strategist's questions about past deals."""
        from bot.pipeline.strategy.service import StrategyService  # noqa: PLC0415

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
        from bot.pipeline.service import PipelineService  # noqa: PLC0415

        return PipelineService(
            live=self.live,
            people=self.people,
            store=self.store,
            tables=self.tables,
            clock=self.clock,
            writer=self._query_writer(),
        )

    @cached_property
    def proposal_texts(self) -> LiveTexts:
        """The standing texts of proposals and reviews."""
        from bot.pipeline.proposals.live_texts import LiveTexts  # noqa: PLC0415
        from bot.pipeline.proposals.texts import FILE  # noqa: PLC0415

        return LiveTexts(self.settings.profile_dir / FILE, self.log)

    @cached_property
    def proposals(self) -> ProposalService:
        """Standard proposals that are recorded."""
        return self.proposals_with(self.store)

    def proposals_with(self, store: Store | None) -> ProposalService:
        """Standard proposals, recorded in this store or not at all; without a store no exception is known."""
        from bot.bridges import ExceptionsForProposals  # noqa: PLC0415
        from bot.pipeline.proposals.approvals import NoApprovals  # noqa: PLC0415
        from bot.pipeline.proposals.service import ProposalService  # noqa: PLC0415

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
        from bot.pipeline.scorecard.adapters import KeptCalls, KeptExceptions, SnapshotHistory  # noqa: PLC0415
        from bot.pipeline.scorecard.counted import Around  # noqa: PLC0415
        from bot.pipeline.scorecard.service import ScorecardService  # noqa: PLC0415

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
        from bot.pipeline.reviews.service import ReviewService  # noqa: PLC0415

        return ReviewService(
            live=self.live,
            people=self.people,
            book=self.store,
            texts=self.proposal_texts,
            guide=self.library,
            clock=self.clock,
        )

    @cached_property
    def exceptions(self) -> ExceptionService:
        """Asking to go outside the profile, and deciding on it."""
        from bot.exceptions.service import ExceptionService  # noqa: PLC0415

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

    @property
    def has_model(self) -> bool:
        """Whether a language model is set."""
        return self.settings.openai_api_key is not None or self.settings.openai_base_url is not None

    def _composer(self) -> AgentComposer | None:
        if not self.has_model:
            return None
        from bot.answers.agent.composing import AgentComposer  # noqa: PLC0415
        from bot.answers.composing import ModelComposer  # noqa: PLC0415
        from bot.answers.prompts import Prompts  # noqa: PLC0415

        model, prompts = self._chat_model(), Prompts(self.settings.prompts_dir)
        return AgentComposer(model, prompts, ModelComposer(model, prompts))

    @cached_property
    def deal_reader(self) -> DealReader:
        """Reading deals from messages, with a model where one is set."""
        from bot.answers.deal_reading import JOB, SECONDS, DealReader  # noqa: PLC0415
        from bot.answers.prompts import Prompts  # noqa: PLC0415
        from bot.answers.query_writer import ModelQueryWriter  # noqa: PLC0415

        if not self.has_model:
            return DealReader(None)
        model, prompts = self._chat_model(), Prompts(self.settings.prompts_dir)
        seconds = min(SECONDS, model.settings.seconds)
        return DealReader(ModelQueryWriter(model, prompts, budget=self._budget(), seconds=seconds, job=JOB))

    def _query_writer(self) -> ModelQueryWriter | None:
        if not self.has_model:
            return None
        from bot.answers.prompts import Prompts  # noqa: PLC0415
        from bot.answers.query_writer import ModelQueryWriter  # noqa: PLC0415

        return ModelQueryWriter(self._chat_model(), Prompts(self.settings.prompts_dir), budget=self._budget())

    def _chat_model(self) -> ChatModel:
        from bot.answers.streaming import ChatModel, ModelSettings  # noqa: PLC0415

        key = self.settings.openai_api_key
        model = ModelSettings(
            name=self.settings.openai_model,
            # An endpoint of one's own often wants no key; the client insists on sending one.
            api_key=key.get_secret_value() if key else "not-needed",
            base_url=self.settings.openai_base_url,
            seconds=self.settings.model_seconds,
        )
        return ChatModel(model)

    def _budget(self) -> Budget:
        """What models may be used for in a day. It is counted also where answers are not recorded."""
        from bot.answers.budget import Budget, Limits  # noqa: PLC0415

        settings = self.settings
        limits = Limits(
            per_person=settings.model_tokens_per_person or None,
            in_all=settings.model_tokens_per_day or None,
            price_in=settings.model_price_in,
            price_out=settings.model_price_out,
        )
        return Budget(self.store.model_use, limits)

    def close(self) -> None:
        """Let go of the index and the database, if they were opened."""
        for name in ("library", "tables", "store"):
            if name in self.__dict__:
                self.__dict__[name].close()


@dataclass(frozen=True, slots=True)
class SlackApp:
    """The Slack side, ready to be connected: over Socket Mode, over HTTP, or to the playground."""

    app: App
    queue: DurableQueue
    services: Services
    core: Core

    def stop(self) -> int:
        """Finish what runs; what has not begun goes on elsewhere, or at the next start. How many pieces still run."""
        left = self.queue.stop()
        self.services.replies.outbox.stop()
        return left

    def close(self) -> None:
        """Finish what runs and let go of everything."""
        self.stop()
        self.core.close()


def slack_client(token: str, api_url: str) -> WebClient:
    """A client that waits when Slack says so, and tries again when the network or Slack fails, where there is time."""
    from bot.slack.client import SlackClient  # noqa: PLC0415

    return SlackClient(token, api_url)


def build_slack(core: Core, *, token: str, api_url: str, signing_secret: str | None = None) -> SlackApp:
    """Wire the Slack side. The queue is started; nothing has been said to Slack yet."""
    from bot.slack.app import build_app, handlers, tell_of_failure  # noqa: PLC0415
    from bot.slack.askers import Askers  # noqa: PLC0415
    from bot.slack.client import posting_client  # noqa: PLC0415
    from bot.slack.delivery import Courier  # noqa: PLC0415
    from bot.slack.directory import SlackDirectory  # noqa: PLC0415
    from bot.slack.durable import DurableQueue  # noqa: PLC0415
    from bot.slack.outbox import Outbox, Pace  # noqa: PLC0415
    from bot.slack.replies import Replies  # noqa: PLC0415
    from bot.slack.selling import Selling  # noqa: PLC0415
    from bot.slack.services import Services  # noqa: PLC0415
    from bot.slack.work.publishing import keep_jobs  # noqa: PLC0415
    from bot.slack.work.retention import keep_retention  # noqa: PLC0415
    from bot.slack.work.reviews import REMIND  # noqa: PLC0415
    from bot.slack.work.sync import schedule_syncs  # noqa: PLC0415

    client = slack_client(token, api_url)
    askers = Askers(client=client, people=core.people, clock=core.clock)
    directory = SlackDirectory(client=client, askers=askers, clock=core.clock)
    core.exceptions.use(directory)
    courier = Courier(posting_client(token, api_url), core.clock)
    outbox = Outbox(core.store.outgoing, courier, Pace(core.settings.post_seconds))
    services = Services(
        client=client,
        live=core.live,
        people=core.people,
        library=core.library,
        store=core.store,
        desk=core.desk,
        answers=core.answers,
        pipeline=core.pipeline,
        askers=askers,
        replies=Replies(outbox),
        clock=core.clock,
        exceptions=core.exceptions,
        directory=directory,
        strategy=core.strategy,
        selling=Selling(core.proposals, core.reviews, core.scorecards, canvases=core.settings.proposal_canvas),
        sources=core.sources,
        reader=core.deal_reader,
    )
    queue = DurableQueue(
        database_url=queue_url(core.settings),
        handlers=handlers(services, streams=core.has_model),
        failed=tell_of_failure(services),
        workers=core.settings.workers,
        patient={"question"},
        clock=core.clock,
        schedules=services.schedules,
    )
    queue.start()
    outbox.start(queue.name, queue.put)
    services.schedules.put(REMIND)
    schedule_syncs(services.schedules, core.settings.sync_schedule, core.sources)
    keep_retention(services.schedules, core.settings.retention_days)
    keep_jobs(
        services.schedules,
        exceptions_channel=core.settings.exceptions_channel,
        audit_channel=core.settings.audit_channel,
    )
    app = build_app(services, queue.put, signing_secret=signing_secret)
    return SlackApp(app, queue, services, core)


def queue_url(settings: Settings) -> str:
    """Where work in progress is kept: beside the store's file, or in the same PostgreSQL database."""
    if settings.store_url.startswith("sqlite"):
        return f"sqlite:///{(settings.data_dir / 'work.db').resolve()}"
    return settings.store_url.replace("postgresql+psycopg://", "postgresql://", 1)


def configure_logs(settings: Settings) -> None:
    """Send logs to standard error, with the secrets of these settings blotted out."""
    logs.configure(settings.log_level, settings.secrets)
