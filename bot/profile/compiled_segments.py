"""The segments, compiled once: which kind of customer a deal is with, and whether we sell to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.profile.blanks import Blank
from bot.profile.compiled_check import Finder
from bot.profile.evaluate import Evaluator, Facts, compiled, missing_finder
from bot.profile.model import SEGMENT_CHECK, Profile, Segment, Stance
from bot.profile.verdict import Finding, Part

LABEL = "A customer we sell to"
_NOWHERE = "No segment of the profile describes this deal."


@dataclass(frozen=True, slots=True)
class _Row:
    """One segment. Its finding is the same for every deal in it, and is written beforehand."""

    segment: Segment
    when: Evaluator | None
    missing: Finder | None
    finding: Finding


class CompiledSegments:
    """The check that the segments make together."""

    def __init__(self, profile: Profile) -> None:
        accepted = [segment.name for segment in profile.segments if segment.stance is not Stance.DECLINE]
        self._limit = f"one of {', '.join(accepted)}" if len(accepted) > 1 else next(iter(accepted), "none")
        self._rows = tuple(_row(segment, profile, self._limit) for segment in profile.segments)
        self._nowhere = _blank(_NOWHERE, None, profile.rule(profile.segments_place))
        wanted = next((s.because for s in profile.segments if s.stance is Stance.PURSUE), _NOWHERE)
        guidance = next((s.guidance for s in profile.segments if s.guidance), None)
        self._open = replace(self._nowhere, because=wanted, guidance=guidance)

    def place(self, facts: Facts) -> tuple[Segment | None, Finding]:
        """The deal's segment (None when it cannot be said yet, or none matches), and the finding."""
        missing: dict[str, None] = {}
        for row in self._rows:
            applies = True if row.when is None else row.when(facts)
            if applies is None and row.missing is not None:
                missing.update(dict.fromkeys(row.missing(facts)))
            elif applies is True:
                if not missing:
                    return row.segment, row.finding
                break
        if missing:
            names = tuple(missing)
            return None, self._open.unknown(names[0], self._limit, names)
        return None, self._nowhere.failed(None, None, self._limit)

    def interest(self, facts: Facts) -> dict[str, int]:
        """For each missing fact, how many of the segments that are still possible wait for it."""
        counts: dict[str, int] = {}
        for row in self._rows:
            applies = True if row.when is None else row.when(facts)
            if applies is None and row.missing is not None:
                for name in row.missing(facts):
                    counts[name] = counts.get(name, 0) + 1
            elif applies is True:
                break
        return counts

    def accepts(self, facts: Facts) -> bool:
        """Whether the deal is surely in a segment that we sell to."""
        for row in self._rows:
            applies = True if row.when is None else row.when(facts)
            if applies is None:
                return False
            if applies is True:
                return row.segment.stance is not Stance.DECLINE
        return not self._rows


def _blank(because: str, guidance: str | None, rule: str) -> Blank:
    return Blank(SEGMENT_CHECK, LABEL, Part.CUSTOMER, because, rule, guidance)


def _row(segment: Segment, profile: Profile, limit: str) -> _Row:
    blank = _blank(segment.because, segment.guidance, profile.rule(segment.place))
    finding = blank.passed(None, segment.name, limit)
    if segment.stance is Stance.DECLINE:
        # The loader lets no segment's exception have a reach: the first authority may approve any deal in it.
        finding = blank.failed(None, segment.name, limit, next(iter(segment.exception), None))
    return _Row(
        segment=segment,
        when=None if segment.when is None else compiled(segment.when),
        missing=None if segment.when is None else missing_finder(segment.when),
        finding=finding,
    )
