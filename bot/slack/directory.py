"""Who is in a Slack user group, and which Slack account a person of `people.yaml` has; remembered for ten minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.checking.asker import Asker
from bot.profile.people import Person
from bot.slack.askers import Askers

if TYPE_CHECKING:
    from slack_sdk import WebClient

FRESH = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)
"""How soon Slack is asked again for what it would not say."""
MOST_MEMBERS = 200


class SlackDirectory:
    """Asks Slack, and remembers. While Slack is away, what was known stays known. Safe to use from several threads."""

    def __init__(self, *, client: WebClient, askers: Askers, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._askers = askers
        self._clock = clock
        self._groups: dict[str, tuple[datetime, tuple[str, ...]]] = {}
        self._failed: dict[str, datetime] = {}
        self._accounts: dict[str, tuple[datetime, str | None]] = {}
        self._lock = threading.Lock()
        self._log = structlog.get_logger("dealfit.directory")

    def members(self, group: str) -> tuple[Asker, ...] | None:
        """The members of a user group, each as an asker; None while Slack does not say."""
        users = self.users(group)
        return None if users is None else tuple(self._askers.of(user) for user in users[:MOST_MEMBERS])

    def account(self, person: Person) -> str | None:
        """The Slack user id of a person; None for somebody who has no account, or while Slack does not say.

        An account that is deactivated, or a guest's, is none: who has it decides nothing and is not written to.
        """
        from slack_sdk.errors import SlackApiError, SlackClientError  # loaded with the client

        from bot.slack.client import in_time  # the same

        if person.slack:
            return None if self._askers.of(person.slack).guest else person.slack
        with self._lock:
            known = self._accounts.get(person.email)
        if known is not None and self._clock() - known[0] < FRESH:
            return known[1]
        try:
            with in_time():
                found: str | None = str(self._client.users_lookupByEmail(email=person.email)["user"]["id"])
        except SlackApiError as error:
            if error.response.get("error") != "users_not_found":
                return known[1] if known is not None else None
            found = None
        except (SlackClientError, OSError):
            return known[1] if known is not None else None
        with self._lock:
            self._accounts[person.email] = (self._clock(), found)
        return found

    def users(self, group: str) -> tuple[str, ...] | None:
        """The user ids in a user group; None while Slack does not say."""
        from slack_sdk.errors import SlackClientError  # loaded with the client

        from bot.slack.client import in_time  # the same

        with self._lock:
            known = self._groups.get(group)
            failed = self._failed.get(group)
        if known is not None and self._clock() - known[0] < FRESH:
            return known[1]
        if failed is not None and self._clock() - failed < AGAIN:
            return known[1] if known is not None else None
        try:
            with in_time():
                found = tuple(str(user) for user in self._client.usergroups_users_list(usergroup=group)["users"])
        except (SlackClientError, OSError) as error:
            self._log.warning("user_group", group=group, reason=str(error)[:200])
            with self._lock:
                self._failed[group] = self._clock()
            return known[1] if known is not None else None
        with self._lock:
            self._groups[group] = (self._clock(), found)
        return found
