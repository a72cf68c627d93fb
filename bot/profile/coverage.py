"""What the cases beside a profile leave untried: results, rows, bands, and the boundaries of every threshold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.profile.conditions import Condition, tests_of
from bot.profile.evaluate import Facts, Truth, reader
from bot.profile.judge import Judge
from bot.profile.model import SEGMENT_CHECK, Band, Case, Check, Profile
from bot.profile.probes import Edge, Probe, edges, untried
from bot.profile.verdict import Finding, Result, Verdict
from bot.profile.words import Words
from bot.profile.yaml_nodes import Place

Tried = Iterable[tuple[Facts, Verdict]]
_RESULTS = {
    Result.PASS: "is passed by no case",
    Result.FAIL: "is failed by no case",
    Result.UNKNOWN: "is unknown in no case",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that no case tries. `rule` is the place in the profile, "file:line"."""

    check: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.check} ({self.rule}) {self.text}"


def coverage(judge: Judge, tried: Tried) -> tuple[Gap, ...]:
    """What these judged deals leave untried of the judge's profile, in the order of the file."""
    profile, words = judge.profile, judge.words
    parts: list[_Segments | _Check] = [_Check(check, words) for check in profile.checks]
    if profile.segments:
        parts.insert(0, _Segments(profile, words))
    for known, verdict in tried:
        facts = judge.complete(known)
        findings = {finding.check: finding for finding in verdict.findings}
        for part in parts:
            part.see(facts, findings[part.id])
    return tuple(Gap(part.id, profile.rule(place), text) for part in parts for place, text in part.gaps())


class _Row:
    """A condition at a place, watched. Without a condition it always holds."""

    def __init__(self, condition: Condition | None, place: Place, words: Words) -> None:
        self.place = place
        self._words = words
        self._probe = None if condition is None else Probe(condition, words)
        self._reached = False

    def see(self, facts: Facts) -> Truth:
        self._reached = True
        return True if self._probe is None else self._probe.see(facts)

    def gaps(self, holds: str, fails: str) -> Iterator[tuple[Place, str]]:
        """What was not seen: `holds` and `fails` say what it means that one of the answers was never given."""
        if self._probe is None:
            if not self._reached:
                yield self.place, holds
            return
        if True not in self._probe.truths:
            yield self.place, holds
        if False not in self._probe.truths:
            yield self.place, fails
        for text in self._probe.missing(self._words):
            yield self.place, text


class _Segments:
    """The segments, and how the cases fall into them."""

    id = SEGMENT_CHECK

    def __init__(self, profile: Profile, words: Words) -> None:
        self._profile = profile
        self._rows = [(segment, _Row(segment.when, segment.place, words)) for segment in profile.segments]
        self._results: set[Result] = set()
        self._taken: set[str] = set()

    def see(self, facts: Facts, finding: Finding) -> None:
        self._results.add(finding.result)
        for segment, row in self._rows:
            truth = row.see(facts)
            if truth is not False:
                self._taken.update({segment.name} if truth else ())
                return

    def gaps(self) -> Iterator[tuple[Place, str]]:
        yield from _results(self._results, self._profile.segments_place)
        for segment, row in self._rows:
            if segment.name not in self._taken:
                yield segment.place, f"has the segment `{segment.name}`, and no case is in it"
            fails = f"has the segment `{segment.name}`, and it takes every case that reaches it"
            yield from (gap for gap in row.gaps("", fails) if gap[1])


class _Check:
    """One check: its `when`, its rows both ways, its bands."""

    def __init__(self, check: Check, words: Words) -> None:
        self.id = check.id
        self._check = check
        self._results: set[Result] = set()
        self._when = None if check.when is None else _Row(check.when, check.place, words)
        self._cases = [_watched(case, words) for case in check.cases]
        self._bands = [_Band(band, check, words) for band in check.exception]

    def see(self, facts: Facts, finding: Finding) -> None:
        self._results.add(finding.result)
        if self._when is not None and self._when.see(facts) is not True:
            return
        for when, require in self._cases:
            applies = when.see(facts)
            if applies is False:
                continue
            if applies and require is not None:
                require.see(facts)
                for band in self._bands:
                    band.see(facts, finding)
            return

    def gaps(self) -> Iterator[tuple[Place, str]]:
        wanted = {Result.PASS, Result.FAIL, Result.UNKNOWN}
        if len(self._check.cases) == 1 and self._check.cases[0].when is None:
            wanted -= {Result.PASS, Result.FAIL}  # the row says it
        yield from _results(self._results, self._check.place, wanted)
        if self._when is not None:
            yield from self._when.gaps("has a `when` that holds in no case", "has a `when` that fails in no case")
        for when, require in self._cases:
            yield from when.gaps("has a row that no case reaches", "has a row whose `when` fails in no case")
            if require is not None:
                yield from require.gaps("has a row that no case passes", "has a row that no case fails")
        for band in self._bands:
            yield from band.gaps()


def _watched(case: Case, words: Words) -> tuple[_Row, _Row | None]:
    return (
        _Row(case.when, case.place, words),
        None if case.require is None else _Row(case.require, case.place, words),
    )


class _Band:
    """An authority's band: whether a case lies in it, at its end, and just beyond."""

    def __init__(self, band: Band, check: Check, words: Words) -> None:
        self._band = band
        self._words = words
        self._used = False
        requirements = [case.require for case in check.cases if case.require is not None]
        self._ends = [
            _End(edge, words)
            for subject, reach in band.up_to.items()
            for edge in [_end(requirements, subject, reach)]
            if edge is not None and edge.possible(words.spec(subject))
        ]

    def see(self, facts: Facts, finding: Finding) -> None:
        if finding.result is not Result.FAIL:
            return
        mine = finding.authority == self._band.authority
        self._used = self._used or mine
        for end in self._ends:
            end.see(facts, mine=mine)

    def gaps(self) -> Iterator[tuple[Place, str]]:
        place, name = self._band.place, self._words.authority(self._band.authority)
        if not self._used:
            yield place, f"has a band of {name} in which no case lies"
        for end in self._ends:
            for text in untried(end.edge, self._words, on=end.on, over=end.over):
                yield place, f"has a band of {name} that {text}"


class _End:
    def __init__(self, edge: Edge, words: Words) -> None:
        self.edge = edge
        self._spec = words.spec(edge.subject)
        self._read = reader(edge.subject)
        self.on = self.over = False

    def see(self, facts: Facts, *, mine: bool) -> None:
        value = self._read(facts)
        if value is None:
            return
        self.on = self.on or (mine and value == self.edge.at)
        self.over = self.over or (not mine and self.edge.beyond(value, self._spec))


def _end(requirements: Iterable[Condition], subject: object, reach: object) -> Edge | None:
    """Where a band ends: its reach, and beyond it in the direction in which the requirement fails."""
    for require in requirements:
        for test in tests_of(require):
            if test.subject != subject:
                continue
            for edge in edges(test):
                if edge.at < reach if edge.upward else edge.at > reach:
                    return Edge(edge.subject, reach, edge.upward)
    return None


def _results(
    seen: set[Result], place: Place, wanted: Iterable[Result] = tuple(_RESULTS)
) -> Iterator[tuple[Place, str]]:
    yield from ((place, text) for result, text in _RESULTS.items() if result not in seen and result in set(wanted))
