from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.profile.exceptions_language import Asking, ExceptionsPlan, Wait
from bot.profile.lint import lint
from bot.profile.loading import ProfileError, load_profile, parse_profile
from tests.unit.profile.samples import BUNDLED, HEAD, check

CHECKS = "checks:\n  " + check("{months: 3}").replace("\n", "\n  ").rstrip()
WHOLE = """
exceptions:
  order: in order
  remind_after: 1 working day
  escalate_after: 3 days
  escalate_to: director
  expires_in: 45 days
  warn_before: 2 working days
  closed_on: [2026-12-25, 2027-01-01]
"""
CLOSED = frozenset({date(2026, 12, 25), date(2027, 1, 1)})


def parsed(text: str):
    return parse_profile((HEAD + CHECKS + "\n" + text).encode(), "p.yaml")


def test_what_is_written_is_planned() -> None:
    plan = ExceptionsPlan(
        Asking.IN_ORDER, Wait(1, working=True), Wait(3), "director", 45, Wait(2, working=True), CLOSED
    )
    assert parsed(WHOLE).exceptions == plan


def test_what_is_left_out_does_not_happen() -> None:
    assert parsed("").exceptions == ExceptionsPlan(Asking.TOGETHER, None, None, None, 30)


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy"),
    [
        ("in order", "sometimes", "`order` cannot be sometimes", "in order"),
        ("1 working day", "1 hour", "`remind_after` cannot be 1 hour", "2 working days"),
        ("  escalate_to: director\n", "", "nobody says to whom", "escalate_to"),
        ("3 days", "1 working day", "nobody waits for a reminder", "Remind earlier"),
        ("45 days", "45", "names its unit", "45 days"),
        ("order:", "ordre:", "`ordre` is not a key", "order"),
        ("2 working days", "soon", "`warn_before` cannot be soon", "2 working days"),
        ("2026-12-25", "Christmas", "Christmas", ""),
        ("director", "The Director", "`escalate_to` cannot be The Director", "small letters"),
    ],
)
def test_a_fault_is_told_with_its_remedy(old: str, new: str, message: str, remedy: str) -> None:
    assert old in WHOLE
    with pytest.raises(ProfileError) as caught:
        parsed(WHOLE.replace(old, new))
    assert message in str(caught.value)
    assert remedy in str(caught.value)


def test_lint_knows_who_decides_what_is_left_undecided() -> None:
    found = [p for p in lint(parsed(WHOLE), frozenset(), authorities=["desk"]) if "what comes to it" in p.message]
    assert [(p.severity, "escalate_to: director" in str(p.snippet)) for p in found] == [("error", True)]
    assert not [p for p in lint(parsed(WHOLE), frozenset(), authorities=["director"]) if "what comes" in p.message]


def test_the_bundled_profile_keeps_what_the_playbooks_promise() -> None:
    plan = load_profile(BUNDLED).exceptions
    assert plan.escalate_after == Wait(2, working=True)
    assert plan.remind_after == Wait(1, working=True)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-23T16:00", 1, "2026-11-24T16:00"),
        ("2026-11-27T16:00", 1, "2026-11-30T16:00"),
        ("2026-11-27T16:00", 2, "2026-12-01T16:00"),
        ("2026-11-28T09:00", 1, "2026-12-01T00:00"),
        ("2026-11-29T09:00", 2, "2026-12-02T00:00"),
        ("2026-12-24T09:00", 1, "2026-12-28T09:00"),
        ("2026-12-25T09:00", 1, "2026-12-29T00:00"),
        ("2026-12-31T09:00", 2, "2027-01-05T09:00"),
    ],
)
def test_working_days_leave_out_the_weekend_and_holidays(start: str, days: int, end: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert Wait(days, working=True).after(begun, CLOSED) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_warning_comes_so_many_working_days_before_and_never_at_once() -> None:
    plan = parsed(WHOLE).exceptions
    end = datetime(2026, 12, 28, 9, tzinfo=UTC)
    assert plan.warn_at(end, datetime(2026, 12, 1, tzinfo=UTC)) == datetime(2026, 12, 23, 9, tzinfo=UTC)
    assert plan.warn_at(end, datetime(2026, 12, 23, 9, tzinfo=UTC)) is None
    assert parsed("").exceptions.warn_at(end, datetime(2026, 12, 1, tzinfo=UTC)) is None


@given(st.datetimes(), st.integers(1, 40), st.booleans())
def test_a_wait_is_never_shorter_than_its_days_and_a_longer_one_ends_later(
    begun: datetime, days: int, working: bool
) -> None:
    begun = begun.replace(year=2000 + begun.year % 100, day=min(begun.day, 28), tzinfo=UTC)
    end = Wait(days, working).after(begun)
    assert end > begun
    assert Wait(days + 1, working).after(begun) > end
    assert working or end == begun + timedelta(days=days)
    assert not working or end.weekday() < 5
