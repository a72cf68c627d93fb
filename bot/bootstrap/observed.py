"""What is measured of a running app, wired: metrics, traces, and the parts that must be in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import __version__
from bot.bootstrap.core import Core
from bot.observing.health import Health, Part
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.answers.budget import Limits
    from bot.bootstrap.slack_side import SlackApp
    from bot.observing.metrics import Metrics
    from bot.slack.durable import DurableQueue
    from bot.slack.outbox import Outbox
    from bot.slack.watching import Watch

NOT_CONNECTED = "no connection to Slack; it is tried again by itself. Look at the network and the tokens."
SEAT_LOST = "another process took its place at the database while this one was away from it; start this one again."
NO_INDEX = "there is no index of the playbooks; run `dealfit index`."


def watched(settings: Settings) -> Watch:
    """The metrics of this process, and its traces where a collector is set."""
    from bot.observing.metrics import Metrics
    from bot.observing.tracing import tracing_to
    from bot.slack.watching import Watch

    return Watch(Metrics(), tracing_to(settings.otlp_endpoint, version=__version__))


def prices(settings: Settings) -> Limits:
    """What tokens cost."""
    from bot.answers.budget import Limits

    return Limits(price_in=settings.model_price_in, price_out=settings.model_price_out)


def stand(metrics: Metrics, core: Core, queue: DurableQueue, outbox: Outbox) -> None:
    """The gauges that are read when somebody asks."""

    def profile() -> dict[tuple[str, ...], float]:
        live = core.live.current().profile.id
        return {(live.version, live.sha256): 1.0}

    add = metrics.standing.add
    add("dealfit_queue_depth", "Pieces of work, of all processes, that are not finished.", queue.waiting)
    add("dealfit_outbox_waiting", "Messages, of all processes, that are not sent.", lambda: outbox.waiting().messages)
    add("dealfit_index_passages", "Passages that can be searched.", lambda: core.library.status().passages)
    add("dealfit_profile_info", "The Deal Profile that is live.", profile, ("version", "sha256"))


def health(slack: SlackApp, connected: Callable[[], bool] | None) -> Health:
    """What must be in order. `connected` says whether the socket to Slack is open; None where there is none."""
    core, queue, outbox = slack.core, slack.queue, slack.services.replies.outbox

    def database() -> str | None:
        core.store.ping()
        return None

    def work() -> str | None:
        queue.waiting()
        if queue.seat_lost:
            return SEAT_LOST
        return None if queue.running else "the queue does not run."

    def messages() -> str | None:
        return None if outbox.running else "nothing is sent: the outbox does not run."

    def profile() -> str | None:
        core.live.current()
        return None

    def index() -> str | None:
        status = core.library.status()
        return None if status.exists else status.problem or NO_INDEX

    parts: dict[str, Part] = {"database": database, "queue": work, "outbox": messages}
    parts |= {"profile": profile, "index": index}
    if connected is not None:
        parts["slack"] = lambda: None if connected() else NOT_CONNECTED
        slack.watch.metrics.standing.add(
            "dealfit_slack_connected", "1 while the socket to Slack is open.", lambda: float(connected())
        )
    return Health(parts)
