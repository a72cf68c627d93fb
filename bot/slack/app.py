"""The Bolt app: one global middleware that keeps events, and the listeners."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.checking.access import UNKNOWN, AccessDenied
from bot.slack.blocks.elements import Block, actions, inline, section, sections
from bot.slack.blocks.exception_parts import QUOTE
from bot.slack.durable import Handler
from bot.slack.forms import form_again
from bot.slack.inbox import Inbox, Work
from bot.slack.listeners import Put, register
from bot.slack.listeners.actions import action_payload
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.work.deals import DealWork
from bot.slack.work.exceptions import ExceptionWork
from bot.slack.work.feedback import FeedbackWork
from bot.slack.work.home import HomeWork
from bot.slack.work.messages import MessageWork
from bot.slack.work.pipeline import PipelineWork
from bot.slack.work.pipeline_handlers import pipeline_handlers
from bot.slack.work.proposal import ProposalWork
from bot.slack.work.publishing import PublishingWork
from bot.slack.work.questions import QuestionWork, failure_blocks
from bot.slack.work.retention import RetentionWork
from bot.slack.work.reviews import ReviewWork
from bot.slack.work.scorecard import ScorecardWork
from bot.slack.work.strategy import StrategyWork
from bot.slack.work.sync import KIND as SYNC
from bot.slack.work.sync import SyncWork

if TYPE_CHECKING:
    from slack_bolt import App


PATIENT_KINDS = frozenset({"question", "deal.message", "pipeline", "pipeline.again"})
"""Work that may wait for a model."""

OUTWARD_KINDS = frozenset(
    {
        "home",
        "exception.decide",
        "exception.question",
        "exception.due",
        "exception.digest",
        "audit.head",
        "retention",
        "proposal",
        "reviews.calendar",
        "reviews.remind",
        "pipeline.share",
        "pipeline.csv",
        "pipeline.picture",
        "pipeline.share_picture",
        "pipeline.save",
        "pipeline.weekly",
        "strategy.money",
        "strategy.backtest",
        "strategy.measure",
        "strategy.suggest",
        "strategy.picture",
        "strategy.file",
        SYNC,
    }
)
"""Work that waits for Slack or a CRM itself, counts for long, or comes round."""


def build_app(services: Services, put: Put, *, signing_secret: str | None) -> App:
    """Build the app. It makes no call to Slack; the first request does."""
    from slack_bolt import App  # it takes a second to import
    from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped

    log = logging.getLogger("dealfit.bolt")
    # Bolt finds SLACK_BOT_TOKEN in the environment too, and would warn at each start that our client has it already.
    known = warning_client_prioritized_and_token_skipped()

    def news(record: logging.LogRecord) -> bool:
        return record.getMessage() != known

    log.addFilter(news)
    app = App(
        client=services.client,
        # Socket Mode needs no secret; HTTP mode refuses to start without one (see bootstrap).
        signing_secret=signing_secret or "not-used-in-socket-mode",
        token_verification_enabled=False,
        logger=log,
        raise_error_for_unhandled_request=False,
    )
    log.removeFilter(news)
    app.error(told(services))
    app.use(Inbox(put).keep)
    register(app, services, put)
    return app


def told(services: Services) -> Callable[..., None]:
    """What is done when a listener fails: who may not, or is not known, hears it; the log gets everything else."""
    log = logging.getLogger("dealfit.bolt")

    def tell(error: Exception, body: dict[str, Any]) -> None:
        if not isinstance(error, AccessDenied) or not isinstance(body.get("user"), dict):
            log.error("Failed to run listener function (%s)", type(error).__name__, exc_info=error)
            return
        place = Place.of(action_payload(body))
        services.replies.send(place, text=str(error), blocks=[section(inline(str(error), 2500))])

    return tell


def handlers(services: Services, *, streams: bool) -> dict[str, Handler]:
    """The handlers of every kind of work."""
    deals = DealWork(services)
    pipeline = PipelineWork(services, deals)
    selling = services.selling
    reviews = ReviewWork(services, selling.reviews)
    proposals = ProposalWork(services, selling.proposals, canvases=selling.canvases)
    found: dict[str, Handler] = {
        "deal.words": deals.check_words,
        "deal.form": deals.check_form,
        "deal.offer": deals.apply_offer,
        "deal.keep": deals.keep_change,
        "deal.share": deals.share,
        "deal.message": MessageWork(services).read,
        "question": QuestionWork(services, deals, pipeline, streams=streams).answer,
        **pipeline_handlers(services, pipeline),
        "home": HomeWork(services).publish,
        **ExceptionWork(services).handlers(),
        **PublishingWork(services).handlers(),
        **RetentionWork(services).handlers(),
        **FeedbackWork(services).handlers(),
        **StrategyWork(services, services.strategy).handlers(),
        "proposal": proposals.make,
        "proposal.start": proposals.start,
        "reviews": reviews.ahead,
        "scorecard": ScorecardWork(services, selling.scorecards).show,
        "reviews.agenda": reviews.agenda,
        "reviews.note": reviews.note,
        "reviews.calendar": reviews.calendar,
        "reviews.remind": reviews.remind,
        SYNC: SyncWork(services.sources).run,
    }
    pipeline.others = found
    return found


def tell_of_failure(services: Services) -> Callable[[Work, BaseException], None]:
    """Whoever waits for work that failed is told so, where they wait for it."""

    def tell(work: Work, error: BaseException) -> None:
        # The error is in the log, under the same reference; it may hold what nobody else should read.
        if "channel" not in work.payload or "user" not in work.payload:
            return  # nobody waits for it: a job, or a card that is drawn anew
        place = Place.of(work.payload)
        if work.kind == "question":
            if not work.payload["direct"] and not services.store.thread(place.channel, str(place.thread_ts)).turns:
                return  # two people talk in a thread that is not ours: nobody waits for us there
            place = replace(place, private=False)
        if UNKNOWN in str(error):  # a step keeps only the words of what fails
            services.replies.send(place, text=UNKNOWN, blocks=[section(UNKNOWN)])
            return
        # What was typed comes back: it is nowhere else. A deal's form comes back with the button that opens it.
        again = [actions(form_again(payload=work.payload))] if work.kind == "deal.form" else _typed(work)
        text = "Something went wrong, and your request was not finished"
        services.replies.send(place, text=text, blocks=[*failure_blocks(work.key), *again])

    return tell


def _typed(work: Work) -> list[Block]:
    """What somebody typed into a form or behind a command, as a quotation. A message stands where it was written."""
    names = () if work.kind in {"question", "deal.message"} else ("text", "title", "why", "gives", "words")
    texts = [str(work.payload.get(name) or "") for name in names]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    return sections(["You wrote:", *(f"> {inline(line, QUOTE)}" for line in lines)]) if lines else []
