"""What the Slack side works with, built once by `bootstrap` and passed around."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.answers.deal_reading import DealReader
from bot.answers.service import AnswerService
from bot.checking.desk import DealDesk
from bot.exceptions.service import ExceptionService
from bot.knowledge.library import Library
from bot.pipeline.service import PipelineService
from bot.pipeline.sources.service import Sources
from bot.pipeline.strategy.service import StrategyService
from bot.profile.live import LiveProfile
from bot.profile.people import People
from bot.slack.askers import Askers
from bot.slack.directory import SlackDirectory
from bot.slack.replies import Replies
from bot.slack.schedules import Schedules
from bot.slack.selling import Selling
from bot.store.database import Store

if TYPE_CHECKING:
    from slack_sdk import WebClient


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a listener or a piece of work may need; nothing is looked up elsewhere."""

    client: WebClient
    live: LiveProfile
    people: Callable[[], People]
    library: Library
    store: Store
    desk: DealDesk
    answers: AnswerService
    pipeline: PipelineService
    askers: Askers
    replies: Replies
    clock: Callable[[], datetime]
    selling: Selling
    exceptions: ExceptionService
    directory: SlackDirectory
    strategy: StrategyService
    schedules: Schedules = field(default_factory=Schedules)
    reader: DealReader = field(default_factory=lambda: DealReader(None))
    sources: Sources | None = None
