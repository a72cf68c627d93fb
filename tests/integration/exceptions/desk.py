"""A whole desk for exceptions: a small profile, people, a store, and askers; no Slack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog

from bot.checking.asker import Asker
from bot.checking.desk import DealDesk
from bot.deals.facts import FactValue
from bot.exceptions.service import ExceptionService
from bot.profile.live import LiveProfile
from bot.profile.live_people import LivePeople
from bot.store.database import Store

PROFILE = """\
title: Small
version: "1"
effective: 2026-11-01
currency: USD
facts:
  months: {type: integer, label: Service term, unit: months, minimum: 0, ask: How long?}
  discount: {type: percent, label: Discount, negotiable: down, step: 1, minimum: 0, maximum: 100, ask: Which discount?}
  days: {type: integer, label: Payment terms, unit: days, negotiable: down, minimum: 0, ask: Which terms?}
  visit: {type: yes/no, label: Service visit, ask: Was there a visit?}
  worth: {type: money, label: Contract value, minimum: 0, ask: What is it worth?}
checks:
  - id: discount
    part: price
    label: Discount earned
    cases:
      - {when: {months: ">= 3"}, require: {discount: "<= 10%"}}
      - {require: {discount: "<= 0%"}}
    because: A discount is rarely won back.
    exception: {authority: deal-desk, up_to: {discount: 20%}, expires_in: 30 days}
  - id: terms
    part: payment
    label: Payment terms
    require: {days: "<= 30"}
    because: It is our money.
    exception: {authority: finance, up_to: {days: 60}, expires_in: 14 days}
  - id: visit
    part: process
    label: Service visit
    require: {visit: true}
    because: What is seen decides.
    exception: {authority: deal-desk}
exceptions:
  order: together
  remind_after: 1 working day
  escalate_after: 2 working days
  escalate_to: director
  expires_in: 10 days
"""
PEOPLE = """\
authorities:
  deal-desk: {name: Deal desk, people: [alex, rita]}
  finance: {name: Finance, people: [ruth]}
  director: {name: Director, people: [victor]}
people:
  dana: {name: Dana Reyes, email: dana@firm.example, slack: U0DANA, roles: [rep], team: East, manager: morgan}
  sam: {name: Sam Okafor, email: sam@firm.example, slack: U0SAM, roles: [rep], team: East, manager: morgan}
  tom: {name: Tom Alvarez, email: tom@firm.example, slack: U0TOM, roles: [rep], team: West, manager: chris}
  morgan: {name: Morgan Lee, email: morgan@firm.example, slack: U0MORGAN, roles: [manager], team: East}
  chris: {name: Chris Young, email: chris@firm.example, slack: U0CHRIS, roles: [manager], team: West}
  alex: {name: Alex Kim, email: alex@firm.example, slack: U0ALEX, roles: [approver]}
  rita: {name: Rita Sand, email: rita@firm.example, slack: U0RITA, roles: [rep, approver], team: East}
  ruth: {name: Ruth Adeyemi, email: ruth@firm.example, slack: U0RUTH, roles: [approver]}
  victor: {name: Victor Stone, email: victor@firm.example, slack: U0VICTOR, roles: [approver]}
  grace: {name: Grace Chen, email: grace@firm.example, slack: U0GRACE, roles: [approver]}
"""
WHY, GIVES = "The mandate payment arrives in June.", "A reference visit for two other hospitals."
FACTS: dict[str, FactValue] = {
    "months": 12, "discount": Decimal(12), "days": 30, "visit": True, "worth": Decimal(90000),
}  # fmt: skip


class Groups:
    """Slack user groups of a test: group id -> user ids; None for one that cannot be asked for now."""

    def __init__(self, asker: Callable[[str], Asker]) -> None:
        self.groups: dict[str, list[str] | None] = {}
        self._asker = asker

    def members(self, group: str) -> tuple[Asker, ...] | None:
        users = self.groups.get(group)
        return None if users is None else tuple(self._asker(user) for user in users)


class Desk:
    """Files in a folder, a store, and the service over them."""

    def __init__(self, folder: Path, store: Store, clock: Callable[[], datetime]) -> None:
        self.profile, self.people = folder / "deal-profile.yaml", folder / "people.yaml"
        if not self.profile.exists():
            self.profile.write_text(PROFILE)
            self.people.write_text(PEOPLE)
        log = structlog.get_logger()
        self.live = LiveProfile(self.profile, log)
        self.who = LivePeople(self.people, log)
        self.store, self.clock = store, clock
        self.deals = DealDesk(live=self.live, people=self.who, library=None, store=store, clock=clock)
        self.groups = Groups(self.asker)
        self.service = ExceptionService(
            live=self.live, people=self.who, desk=self.deals, store=store, clock=clock, directory=self.groups
        )

    def asker(self, user: str) -> Asker:
        """The asker of a Slack user id, as `Askers` would give it."""
        person = self.who().by_slack(user)
        if person is None:
            return Asker(user, user)
        return Asker(user, person.name, person.roles, person)

    def edit_profile(self, old: str, new: str) -> None:
        text = self.profile.read_text()
        assert old in text
        self.profile.write_text(text.replace(old, new, 1))

    def edit_people(self, old: str, new: str) -> None:
        text = self.people.read_text()
        assert old in text
        self.people.write_text(text.replace(old, new, 1))

    def deal(self, name: str = "Mercy", owner: str = "U0DANA", **facts: Any) -> str:
        """A checked deal; its key. The same name again changes the deal."""
        asker = self.asker(owner)
        made = self.deals.new_deal(name, asker=asker).with_facts({**FACTS, **facts})
        key = self.deals.check(made, asker=asker).key
        assert key is not None
        return key

    def ask(self, key: str, user: str = "U0DANA", origin: str | None = None, **texts: str):
        origin = origin or f"test:{key}:{len(self.store.exceptions.find())}"
        return self.service.ask(key, self.asker(user), origin=origin, **{"why": WHY, "gives": GIVES, **texts})

    def coverage(self, key: str, user: str = "U0DANA"):
        saved = self.deals.find(key, self.asker(user))
        assert saved is not None
        deal = self.deals.deal_of(saved)
        return self.service.coverage(key, deal, self.live.current().judge(deal))
