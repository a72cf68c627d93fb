"""The one place that builds things and wires them together. Whatever comes from outside is an argument.

Everything heavy is imported inside the function that builds with it, so that a command pays only for what it uses.
"""

from __future__ import annotations

from bot import logs
from bot.bootstrap.core import Clock, Core, NotReady, utc_now
from bot.bootstrap.slack_side import SlackApp, build_slack, queue_url, slack_client
from bot.settings import Settings

__all__ = [
    "Clock", "Core", "NotReady", "SlackApp", "build_slack", "configure_logs", "queue_url", "slack_client", "utc_now",
]  # fmt: skip


def configure_logs(settings: Settings) -> None:
    """Send logs to standard error, with the secrets of these settings blotted out."""
    logs.configure(settings.log_level, settings.secrets, form=settings.log_format)
