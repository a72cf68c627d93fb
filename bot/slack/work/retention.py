"""Once a day, what is older than the setting says is erased beside the log; the log stays whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.slack.durable import Handler, Steps
from bot.slack.schedules import Job, Schedules
from bot.slack.services import Services
from bot.store.erasing import RETENTION

GROUP, KIND = "retention", "retention"
DAILY = "20 2 * * *"
"""At twenty past two at night, UTC: few people write then."""


def keep_retention(schedules: Schedules, days: int | None) -> None:
    """Keep the daily job while there is a number of days, and no longer."""
    jobs = () if days is None else (Job(f"{GROUP}:daily", DAILY, KIND, {"days": days}),)
    schedules.keep_only(GROUP, *jobs)


class RetentionWork:
    """The handler of the daily job."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._log = structlog.get_logger("dealfit.retention")

    def handlers(self) -> dict[str, Handler]:
        """By kind of work."""
        return {KIND: self.erase}

    def erase(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Erase what was written before the days that are kept. Doing it twice erases nothing more."""
        due = payload.get("due")
        moment = datetime.fromisoformat(str(due)) if due else self._services.clock()
        before = moment - timedelta(days=int(payload["days"]))

        def do() -> dict[str, int]:
            gone = self._services.store.personal.erase(before=before, actor=RETENTION)
            return {"texts": gone.texts, "turns": gone.turns}

        self._log.info("retention", before=before.isoformat(), **steps("erase", do, attempts=3))
