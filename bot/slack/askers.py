"""Who a Slack user is: a person of `people.yaml` by Slack id or e-mail, else somebody without a role."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.checking.asker import Asker
from bot.profile.people import People, Person

if TYPE_CHECKING:
    from slack_sdk import WebClient

FRESH = timedelta(minutes=10)
KEPT = timedelta(hours=24)
"""While Slack does not say who somebody is, they are who they were, for so long."""
AGAIN = timedelta(seconds=10)
"""How soon Slack is asked again for somebody whom it would not name."""
PATIENCE_SECONDS = 2.0
"""How long a lookup waits for Slack's limit: whoever asks waits for it."""
NOBODY = ("deleted", "is_bot", "is_stranger", "is_restricted", "is_ultra_restricted")
"""What Slack calls accounts that are nobody of ours."""
NO_ACCOUNT = frozenset({"user_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class _Known:
    profile: dict[str, Any]
    at: datetime


class NotNamed(ConnectionError):
    """Slack does not say for now who somebody is; what is done in their name waits."""


class Askers:
    """Looks people up in Slack, and remembers for ten minutes who they are. Roles always come from `people.yaml`.

    While Slack does not answer, who was known within a day stays known, and everybody else is unknown: they may do
    nothing, and hear that they should try again. Somebody whom Slack does not know is nobody of ours.
    """

    def __init__(self, *, client: WebClient, people: Callable[[], People], clock: Callable[[], datetime]) -> None:
        self._client = client
        self._people = people
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._failed: dict[str, datetime] = {}
        self._home: dict[str, str] | None = None
        self._lock = threading.Lock()

    def of(self, user: str) -> Asker:
        """The asker behind a Slack user id. Guests, people of other workspaces and bots may do nothing."""
        people = self._people()
        profile = self._profile(user)
        if profile is None:
            return Asker(user=user, name=user, unknown=True)
        name = str(profile.get("real_name") or profile.get("name") or user)
        if any(profile.get(flag) for flag in NOBODY):
            return Asker(user=user, name=name, guest=True)
        if not self._is_from_here(profile):
            # While Slack does not say whose workspace is ours, nobody can tell whether somebody is of it.
            known = self._home is not None
            return Asker(user=user, name=name, guest=known, unknown=not known)
        person = _person(user, profile, people)
        if person is None:
            return Asker(user=user, name=name)
        return Asker(user=user, name=person.name, roles=person.roles, person=person)

    def named(self, user: str) -> Asker:
        """The asker, for work that nobody waits for and that must not be lost while Slack is away.

        Raises NotNamed while Slack does not say who it is.
        """
        asker = self.of(user)
        if asker.unknown:
            message = f"Slack does not say for now who {user} is"
            raise NotNamed(message)
        return asker

    def person_behind(self, user: str, people: People) -> Person | None:
        """The person of these people whose account it is; None for a guest and whoever else is nobody of ours."""
        profile = self._profile(user)
        if profile is None or any(profile.get(flag) for flag in NOBODY) or not self._is_from_here(profile):
            return None
        return _person(user, profile, people)

    def fresh(self, user: str) -> Asker:
        """The asker as Slack knows them now, for what should not rest on ten minutes ago. Raises Slack's errors."""
        profile = dict(self._client.users_info(user=user)["user"] or {})
        with self._lock:
            self._known[user] = _Known(profile, self._clock())
        return self.of(user)

    def _is_from_here(self, profile: dict[str, Any]) -> bool:
        """Whether the account belongs to our workspace, or to our organisation.

        Whoever shares a channel with us over Slack Connect is no `is_stranger`, and their own workspace decides which
        e-mail address their profile shows: it may be one of ours.
        """
        team = profile.get("team_id")
        if not team:
            return True
        home = self._whose()
        if home is None:
            return False
        grid = (profile.get("enterprise_user") or {}).get("enterprise_id")
        return team == home["team"] or bool(grid and grid == home["enterprise"])

    def _whose(self) -> dict[str, str] | None:
        """The workspace that the app's token is of; None while Slack does not say."""
        from slack_sdk.errors import SlackClientError  # loaded with the client

        from bot.slack.client import at_most

        if self._home is None:
            try:
                with at_most(PATIENCE_SECONDS):
                    told = self._client.auth_test()
            except (SlackClientError, OSError):
                return None
            self._home = {"team": str(told.get("team_id") or ""), "enterprise": str(told.get("enterprise_id") or "")}
        return self._home

    def _profile(self, user: str) -> dict[str, Any] | None:
        """The account as Slack gives it; None while Slack does not say, and did not say within a day."""
        from slack_sdk.errors import SlackApiError, SlackClientError  # loaded with the client

        from bot.slack.client import at_most

        now = self._clock()
        with self._lock:
            known, failed = self._known.get(user), self._failed.get(user)
        if known is not None and now - known.at < FRESH:
            return known.profile
        before = known.profile if known is not None and now - known.at < KEPT else None
        if failed is not None and now - failed < AGAIN:
            return before
        try:
            with at_most(PATIENCE_SECONDS):
                profile = dict(self._client.users_info(user=user)["user"] or {})
        except (SlackClientError, OSError) as error:
            if not (isinstance(error, SlackApiError) and error.response.get("error") in NO_ACCOUNT):
                with self._lock:
                    self._failed[user] = now
                return before
            profile = {"name": user, "deleted": True}
        with self._lock:
            self._failed.pop(user, None)
            self._known[user] = _Known(profile, now)
        return profile


def _person(user: str, profile: dict[str, Any], people: People) -> Person | None:
    person = people.by_slack(user)
    email = (profile.get("profile") or {}).get("email")
    return people.by_email(str(email)) if person is None and email else person
