"""The Slack side, wired: the client, the durable queue, the outbox, the jobs, and the Bolt app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from bot.bootstrap.core import Core
from bot.bootstrap.observed import prices, stand, watched
from bot.settings import Settings

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk import WebClient

    from bot.answers.service import AnswerService
    from bot.slack.delivery import Courier as CourierType
    from bot.slack.durable import DurableQueue
    from bot.slack.services import Services
    from bot.slack.watching import Watch
    from bot.store.outgoing import OutgoingBook


@dataclass(frozen=True, slots=True)
class SlackApp:
    """The Slack side, ready to be connected: over Socket Mode, over HTTP, or to the playground."""

    app: App
    queue: DurableQueue
    services: Services
    core: Core
    watch: Watch

    def stop(self) -> int:
        """Finish what runs; what has not begun goes on elsewhere, or at the next start. How many pieces still run."""
        left = self.queue.stop(last=self.services.replies.outbox.stop)
        self.watch.tracing.close()
        return left

    def close(self) -> None:
        """Finish what runs and let go of everything."""
        self.stop()
        self.core.close()


def slack_client(token: str, api_url: str) -> WebClient:
    """A client that waits when Slack says so, and tries again when the network or Slack fails, where there is time."""
    from bot.slack.client import SlackClient

    return SlackClient(token, api_url)


def build_slack(core: Core, *, token: str, api_url: str, signing_secret: str | None = None) -> SlackApp:
    """Wire the Slack side. The queue is started; nothing has been said to Slack yet."""
    from bot.slack.app import OUTWARD_KINDS, PATIENT_KINDS, build_app, handlers, tell_of_failure
    from bot.slack.askers import Askers
    from bot.slack.client import posting_client
    from bot.slack.delivery import Courier
    from bot.slack.directory import SlackDirectory
    from bot.slack.durable import DurableQueue
    from bot.slack.group_roles import GroupRoles
    from bot.slack.outbox import Outbox, Pace
    from bot.slack.replies import Replies
    from bot.slack.selling import Selling
    from bot.slack.services import Services
    from bot.slack.watching import WatchedAnswers, WatchedBook, WatchedCourier
    from bot.slack.work.publishing import keep_jobs
    from bot.slack.work.retention import keep_retention
    from bot.slack.work.reviews import REMIND
    from bot.slack.work.sync import schedule_syncs

    client = slack_client(token, api_url)
    askers = Askers(client=client, people=core.people, clock=core.clock)
    directory = SlackDirectory(client=client, askers=askers, clock=core.clock)
    core.people.use(GroupRoles(directory=directory, askers=askers, clock=core.clock))
    core.exceptions.use(directory)
    watch = watched(core.settings)
    courier = cast("CourierType", WatchedCourier(Courier(posting_client(token, api_url), core.clock), watch))
    book = cast("OutgoingBook", WatchedBook(core.store.outgoing, watch.tracing))
    outbox = Outbox(book, courier, Pace(core.settings.post_seconds))
    services = Services(
        client=client,
        live=core.live,
        people=core.people,
        library=core.library,
        store=core.store,
        desk=core.desk,
        answers=cast("AnswerService", WatchedAnswers(core.answers, watch.metrics, prices(core.settings))),
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
        handlers=watch.handlers(handlers(services, streams=core.has_model)),
        failed=tell_of_failure(services),
        workers=core.settings.workers,
        patient=PATIENT_KINDS,
        outward=OUTWARD_KINDS,
        clock=core.clock,
        schedules=services.schedules,
    )
    core.desk.told = lambda judgement: watch.metrics.judged(judgement.value)
    stand(watch.metrics, core, queue, outbox)
    put = watch.put(queue.put)
    queue.start()
    outbox.start(queue.name, put)
    services.schedules.put(REMIND)
    schedule_syncs(services.schedules, core.settings.sync_schedule, core.sources)
    keep_retention(services.schedules, core.settings.retention_days)
    keep_jobs(
        services.schedules,
        exceptions_channel=core.settings.exceptions_channel,
        audit_channel=core.settings.audit_channel,
    )
    app = build_app(services, put, signing_secret=signing_secret)
    watch.acks(app)
    return SlackApp(app, queue, services, core, watch)


def queue_url(settings: Settings) -> str:
    """Where work in progress is kept: beside the store's file, or in the same PostgreSQL database."""
    if settings.store_url.startswith("sqlite"):
        return settings.sqlite_url("work.db")
    return settings.store_url.replace("postgresql+psycopg://", "postgresql://", 1)
