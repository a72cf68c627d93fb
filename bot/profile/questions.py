"""Which question to ask next: the one whose answer can settle the verdict soonest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from bot.deals.facts import FactType
from bot.profile.compiled_segments import CompiledSegments
from bot.profile.evaluate import Facts
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.soonest import Soonest
from bot.profile.verdict import Finding, Question, Result

_SEGMENT, _FATAL, _OTHER = range(3)


class Questions:
    """Puts the questions for missing facts in order.

    First come those with which the verdict can stand after the fewest answers (see `Soonest`), each answer as it helps
    most. Among equals come first the facts that the segment waits for, because a customer whom we decline ends the
    matter; then those of checks that somebody may find broken with nobody to approve it; then the rest. After that the
    fact counts for more for which more checks (or possible segments) wait, and at last the profile's order of facts.
    When the verdict stands already, the number of answers plays no part.
    """

    def __init__(
        self,
        profile: Profile,
        segments: CompiledSegments | None,
        finders: Mapping[str, Callable[[Facts], Finding]],
    ) -> None:
        self._profile, self._finders = profile, finders
        self._soonest: Soonest | None = None
        self._segments = segments
        self._ranks = {name: rank for rank, name in enumerate(profile.facts)}
        self._asks = {
            name: Question(name, f"{spec.ask} (in {profile.currency})" if spec.type is FactType.MONEY else spec.ask)
            for name, spec in profile.facts.items()
        }
        self._fatal = frozenset(check.id for check in profile.checks if all(band.up_to for band in check.exception)) | {
            SEGMENT_CHECK
        }

    def order(self, findings: Sequence[Finding], facts: Facts, *, stands: bool) -> tuple[Question, ...]:
        """The questions for the facts that counted checks wait for; `stands` says whether the verdict does already."""
        groups: dict[str, int] = {}
        counts: dict[str, int] = {}
        for finding in findings:
            if not finding.missing or not finding.counted or finding.result is Result.PASS:
                continue
            is_segment = finding.check == SEGMENT_CHECK
            group = _SEGMENT if is_segment else _FATAL if finding.check in self._fatal else _OTHER
            for name in finding.missing:
                groups[name] = min(group, groups.get(name, group))
                counts[name] = counts.get(name, 0) + 1
            if is_segment and self._segments is not None:
                for name, count in self._segments.interest(facts).items():
                    counts[name] = counts.get(name, 0) + count
        if not groups:
            return ()
        answers: Mapping[str, int] = {}
        if not stands and len(groups) > 1:
            answers = self._told().answers(facts, {each.check for each in findings if each.missing}, tuple(groups))
        names = sorted(
            groups,
            key=lambda name: (answers.get(name, math.inf), groups[name], -counts[name], self._ranks[name]),
        )
        return tuple(self._asks[name] for name in names)

    def _told(self) -> Soonest:
        """Made when the first deal is incomplete: many a judge never sees one."""
        soonest = self._soonest
        if soonest is None:
            soonest = self._soonest = Soonest(self._profile, self._finders)
        return soonest
