"""Calls to the buyers that matter: whose, to whom, and which assigned accounts had none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from bot.pipeline.sources.calls import buyers, calls_to_buyers
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.store.activities import Activity, Assignment

FOLDER = Path(__file__).parents[3] / "profile"
PROFILE = load_profile(FOLDER / "deal-profile.yaml")
PEOPLE = load_people(FOLDER / "people.yaml")
DAY = date(2026, 11, 2)


class Book:
    def __init__(
        self,
        *activities: Activity,
        assigned: tuple[Assignment, ...] = (),
        owners: dict[tuple[str, str], frozenset[str]] | None = None,
    ) -> None:
        self.activities = activities
        self.assignments = assigned
        self.owners = owners or {}

    def find(
        self, *, since: date | None = None, until: date | None = None, reps: Collection[str] | None = None
    ) -> list[Activity]:
        assert reps is None, "owners have many spellings: they are told apart afterwards"
        low, high = since or date.min, until or date.max
        return [each for each in self.activities if low <= each.day <= high]

    def assigned(self) -> list[Assignment]:
        return list(self.assignments)

    def account_owners(self) -> dict[tuple[str, str], frozenset[str]]:
        return self.owners


def call(rep: str | None, customer: str, role: str | None, day: date = DAY) -> Activity:
    return Activity("crm", day, "call", rep=rep, customer=customer, role=role)


def test_the_profile_says_which_roles_matter() -> None:
    assert buyers(PROFILE) == {"CEO", "CFO", "COO", "CIO", "hospital administrator"}


def test_calls_are_counted_by_rep_and_account_at_the_right_level() -> None:
    book = Book(
        call("dana@alphatech.example", "Mercy Regional", "CFO"),
        call("Dana Reyes", "mercy  regional", "IT administrator", date(2026, 11, 3)),
        call("Dana Reyes", "Mercy Regional", "CEO", date(2026, 11, 9)),
        call("DANA REYES", "Grace", None),
        call("Zoe Nobody", "Hope", "CFO"),
        call(None, "Hope", "CFO"),
        assigned=(
            Assignment("Dana Reyes", "Mercy Regional"),
            Assignment("dana", "Faith"),
            Assignment("Sam Okafor", "X"),
        ),
    )
    dana, zoe, sam = calls_to_buyers(book, profile=PROFILE, people=PEOPLE)
    assert (dana.rep, dana.name, dana.calls, dana.to_buyers, dana.covered) == ("dana", "Dana Reyes", 4, 2, (1, 2))
    mercy = dana.accounts[0]
    assert (mercy.account, mercy.assigned, mercy.calls, mercy.to_buyers) == ("Mercy Regional", True, 3, 2)
    assert mercy.last_to_buyer == date(2026, 11, 9)
    assert mercy.roles == {"CEO": 1, "CFO": 1, "IT administrator": 1}
    assert dana.without == ("Faith",)
    assert [(each.account, each.unknown_role) for each in dana.accounts if not each.assigned] == [("Grace", 1)]
    assert (zoe.rep, zoe.to_buyers) == ("zoe nobody", 1)
    assert (sam.rep, sam.calls, sam.without) == ("sam", 0, ("X",))


def test_only_the_days_and_reps_that_are_asked_for() -> None:
    book = Book(
        call("Dana Reyes", "A", "CFO"), call("Dana Reyes", "A", "CFO", date(2026, 12, 1)), call("sam", "B", "CEO")
    )
    (dana,) = calls_to_buyers(
        book, profile=PROFILE, people=PEOPLE, since=date(2026, 11, 1), until=date(2026, 11, 30), reps={"dana"}
    )
    assert (dana.name, dana.to_buyers) == ("Dana Reyes", 1)
