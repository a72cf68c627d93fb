"""The scheduled sync: every CRM has its turn, and one that fails keeps no other from it."""

from __future__ import annotations

from bot.pipeline.sources.crm import CrmError
from bot.slack.work.sync import SyncWork, schedule_syncs


class Sources:
    def __init__(self, *names: str) -> None:
        self.names = names
        self.synced: list[tuple[str, str]] = []

    def sync(self, name, *, actor):
        self.synced.append((name, actor))
        raise CrmError("HubSpot refuses the token.")


class Schedules:
    def __init__(self) -> None:
        self.kept: list[tuple[str, list[tuple[str, str, str]]]] = []

    def keep_only(self, group, *jobs):
        self.kept.append((group, [(job.name, job.cron, job.kind) for job in jobs]))


def test_one_that_fails_does_not_stop_the_others():
    sources, steps = Sources("hubspot", "salesforce"), []

    def step(name, do, *, attempts=1):
        steps.append((name, attempts))
        return do()

    SyncWork(sources).run({"job": "sync:all", "due": "2026-11-23T09:00:00+00:00"}, step)
    assert sources.synced == [("hubspot", "schedule"), ("salesforce", "schedule")]
    assert steps == [("sync hubspot", 1), ("sync salesforce", 1)]
    SyncWork(None).run({}, step)


def test_the_setting_is_the_schedule_and_without_a_crm_there_is_none():
    schedules = Schedules()
    schedule_syncs(schedules, "0 * * * *", Sources("hubspot"))
    schedule_syncs(schedules, None, Sources("hubspot"))
    schedule_syncs(schedules, "0 * * * *", Sources())
    assert schedules.kept == [("sync", [("sync:all", "0 * * * *", "sync")]), ("sync", []), ("sync", [])]
