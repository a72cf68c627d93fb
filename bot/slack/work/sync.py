"""The scheduled sync of the CRMs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from bot.deals.errors import DealsFileError
from bot.pipeline.sources.crm import CrmError
from bot.pipeline.sources.service import Sources
from bot.slack.durable import Steps
from bot.slack.schedules import Job, Schedules

GROUP = "sync"
KIND = "sync"


class SyncWork:
    """Syncs every CRM that is set up; one that fails does not stop the others, and goes on at its next turn."""

    def __init__(self, sources: Sources | None) -> None:
        self._sources = sources
        self._log = structlog.get_logger("dealfit.sync")

    def run(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The handler of the kind "sync"."""
        del payload
        for name in self._sources.names if self._sources is not None else ():
            steps(f"sync {name}", partial(self._one, name))

    def _one(self, name: str) -> None:
        if self._sources is None:
            return
        try:
            report = self._sources.sync(name, actor="schedule")
        except (CrmError, DealsFileError) as error:
            # It is kept beside the source, where the doctor and `pipeline sources` show it.
            self._log.warning("sync_failed", source=name, reason=str(error))
            return
        self._log.info("synced", source=name, **report.counts)


def schedule_syncs(schedules: Schedules, cron: str | None, sources: Sources) -> None:
    """Make the setting's schedule the one that is kept; none where nothing is set up."""
    jobs = [Job(f"{GROUP}:all", cron, KIND)] if cron and sources.names else []
    schedules.keep_only(GROUP, *jobs)
