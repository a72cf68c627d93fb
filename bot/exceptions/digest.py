"""A period's exceptions by rule, rep and authority, and those that became a habit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.exceptions.model import ExceptionRequest, Part, PartState, RequestState

HABIT = 3
"""So many approvals of one check in a period, for one rep or in one segment, are a habit: the playbooks say that who
approves the same exception for the third time should look at the profile, or at the selling, instead of a fourth."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One rule, rep or authority: how often it was asked, and what became of it.

    `asked` counts also what was withdrawn or asked anew after somebody had decided: it is none of the other three.
    """

    name: str
    asked: int
    granted: int
    declined: int
    open: int

    @property
    def share(self) -> int | None:
        """The percent that was granted of what was decided; None where nothing was."""
        decided = self.granted + self.declined
        return round(100 * self.granted / decided) if decided else None


@dataclass(frozen=True, slots=True)
class Habit:
    """A check that was approved again and again for one rep, or for one kind of customer."""

    check: str
    label: str
    of: str
    """`rep` or `segment`."""
    who: str
    times: int
    exceptions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """All of a period: from `start` (included) to `end` (not)."""

    start: datetime
    end: datetime
    requests: int
    hours_to_decide: float | None
    """The median time from a part's turn to its decision, in hours."""
    rules: tuple[Tally, ...]
    reps: tuple[Tally, ...]
    authorities: tuple[Tally, ...]
    habits: tuple[Habit, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data, in the documented shape (schema 1)."""

        def rows(tallies: Sequence[Tally]) -> list[dict[str, Any]]:
            return [
                {"name": t.name, "asked": t.asked, "granted": t.granted, "declined": t.declined, "open": t.open}
                for t in tallies
            ]

        return {
            "schema": 1,
            "from": self.start.date().isoformat(),
            "to": self.end.date().isoformat(),
            "exceptions": self.requests,
            "hours_to_decide": self.hours_to_decide,
            "rules": rows(self.rules),
            "reps": rows(self.reps),
            "authorities": rows(self.authorities),
            "habits": [
                {
                    "check": h.check,
                    "label": h.label,
                    "of": h.of,
                    "who": h.who,
                    "times": h.times,
                    "exceptions": list(h.exceptions),
                }
                for h in self.habits
            ],
        }


def digest(requests: Iterable[ExceptionRequest], start: datetime, end: datetime) -> Digest:
    """The digest of requests that were asked for in the period.

    What was asked anew or withdrawn before anybody decided is left out: a part counts from the moment that somebody was
    asked to decide it, and then counts as what became of it.
    """
    kept = [r for r in requests if any(_counts(part) for part in r.parts)]
    parts = [(request, part) for request in kept for part in request.parts if _counts(part)]
    rules = Counter[tuple[str, str]]()
    reps, authorities = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    labels: dict[str, str] = {}
    for _, part in parts:
        authorities[part.name, _became(part)] += 1
        for finding in part.findings:
            labels[finding.check] = finding.label
            rules[finding.check, _became(part)] += 1
    for request in kept:
        reps[request.requester.name, _WHOLE.get(request.state, "over")] += 1
    hours = sorted(_hours(part) for _, part in parts if part.decision is not None and part.opened_at is not None)
    return Digest(
        start=start,
        end=end,
        requests=len(kept),
        hours_to_decide=None if not hours else round(_median(hours), 1),
        rules=_tallies(rules, labels),
        reps=_tallies(reps, {}),
        authorities=_tallies(authorities, {}),
        habits=_habits(parts),
    )


def month_of(day: datetime) -> tuple[datetime, datetime]:
    """The whole month that a day lies in: its first moment and that of the next month, in UTC."""
    start = datetime(day.year, day.month, 1, tzinfo=UTC)
    after = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=UTC)
    return start, after


def month_before(day: datetime) -> tuple[datetime, datetime]:
    """The month before the one that a day lies in."""
    first = month_of(day)[0]
    last = datetime(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1, tzinfo=UTC)
    return last, first


_WHOLE = {
    RequestState.OPEN: "open",
    RequestState.GRANTED: "granted",
    RequestState.EXPIRED: "granted",
    RequestState.DECLINED: "declined",
}


def _counts(part: Part) -> bool:
    return part.decision is not None or part.state.undecided


def _became(part: Part) -> str:
    if part.decision is None:
        return "open"
    return "declined" if part.state is PartState.DECLINED else "granted"


def _tallies(counted: Counter[tuple[str, str]], labels: dict[str, str]) -> tuple[Tally, ...]:
    names = dict.fromkeys(name for name, _ in counted)
    found = [
        Tally(
            labels.get(name, name),
            sum(counted[name, became] for became in ("granted", "declined", "open", "over")),
            counted[name, "granted"],
            counted[name, "declined"],
            counted[name, "open"],
        )
        for name in names
    ]
    return tuple(sorted(found, key=lambda tally: (-tally.asked, tally.name)))


def _habits(parts: Sequence[tuple[ExceptionRequest, Part]]) -> tuple[Habit, ...]:
    found: dict[tuple[str, str, str], list[int]] = {}
    labels: dict[str, str] = {}
    for request, part in parts:
        if _became(part) != "granted":
            continue
        for finding in part.findings:
            labels[finding.check] = finding.label
            found.setdefault((finding.check, "rep", request.requester.name), []).append(request.number)
            if request.subject.segment:
                found.setdefault((finding.check, "segment", request.subject.segment), []).append(request.number)
    habits = [
        Habit(check, labels[check], of, who, len(numbers), tuple(sorted(numbers)))
        for (check, of, who), numbers in found.items()
        if len(numbers) >= HABIT
    ]
    return tuple(sorted(habits, key=lambda habit: (-habit.times, habit.check, habit.of, habit.who)))


def took_words(hours: float) -> str:
    """How long half of the decisions took, in words."""
    if hours < 1:
        return "less than an hour"
    return "at most an hour" if hours == 1 else f"at most {hours:g} hours"


def _hours(part: Part) -> float:
    if part.decision is None or part.opened_at is None:
        return 0.0
    return (part.decision.at - part.opened_at).total_seconds() / 3600


def _median(values: Sequence[float]) -> float:
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
