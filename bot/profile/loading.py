"""The strict loader: a file of YAML becomes a Profile, or a ProfileError that names every place and its remedy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.deals.facts import FactSpecs, FactType
from bot.profile.built_in import check_close_date, used_facts, with_close_date
from bot.profile.conditions import Condition, Measure, Ordered, Subject, tests_of
from bot.profile.economics_plan import EconomicsPlan
from bot.profile.economics_reading import EconomicsReader
from bot.profile.exceptions_language import read_exceptions
from bot.profile.model import SEGMENT_CHECK, Band, Case, Check, Profile, Segment, Stance
from bot.profile.problems import Problem, ProfileError
from bot.profile.rates import load_rates
from bot.profile.read_conditions import ConditionReader, measure_spec
from bot.profile.read_derived import read_derived
from bot.profile.read_facts import read_facts
from bot.profile.read_tests import TestReader
from bot.profile.shape import CaseShape, CheckShape, ExceptionShape, ProfileShape, SegmentShape
from bot.profile.shape_errors import did_you_mean, read_shape
from bot.profile.verdict import Part, ProfileId
from bot.profile.yaml_nodes import Listing, Node, Problems, Table
from bot.profile.yaml_reading import read_yaml
from bot.profile.yaml_text import content_bytes

__all__ = ["Problem", "ProfileError", "load_profile", "parse_profile"]

MAX_CHECKS = 500


def load_profile(path: Path) -> Profile:
    """Read a Deal Profile from its file, with the exchange rates that stand beside it.

    Raises ProfileError for what they say, OSError when one cannot be opened.
    """
    profile = parse_profile(content_bytes(path), str(path))
    return replace(profile, rates=load_rates(path, profile.currency))


def parse_profile(data: bytes, filename: str) -> Profile:
    """Read a Deal Profile from a file's bytes. `filename` is what problems and findings cite. Raises ProfileError."""
    root, problems = read_yaml(data, filename)
    profile = None
    if root is not None and not isinstance(root, Table):
        problems.refuse(root, "A Deal Profile is a mapping of keys to values.", "Start with `title: ...`.")
    elif root is not None and not problems.full:
        shape = read_shape(ProfileShape, root, problems)
        if shape is not None:
            profile = _Builder(shape, root, problems).build(data, filename)
        elif not problems.found:
            problems.add(root.place, "This does not have the shape of a Deal Profile.")
    if profile is None or problems.found:
        raise ProfileError(problems.in_order())
    return profile


class _Builder:
    def __init__(self, shape: ProfileShape, root: Table, problems: Problems) -> None:
        self._shape, self._root, self._problems = shape, root, problems
        declared = _table(root.entries["facts"])
        check_close_date(shape.facts, declared, problems)
        self._declared = read_facts(shape.facts, declared, problems, shape.currency)
        self._facts: FactSpecs = with_close_date(self._declared)
        self._sound = not problems.inside(root.entries["facts"])
        sound = self._sound and "derived" in root.entries
        inner = _table(root.get("derived"))
        derived = read_derived(shape.derived, inner, self._facts, problems, shape.currency) if sound else ()
        self._sound = self._sound and not (sound and problems.inside(root.entries["derived"]))
        self._conditions = ConditionReader(self._facts, shape.currency, problems, derived, shape.effective)
        self._plain_conditions = ConditionReader(self._facts, shape.currency, problems, barred=shape.derived)
        self._tests = TestReader(shape.currency, problems, self._facts)

    def build(self, data: bytes, filename: str) -> Profile:
        shape = self._shape
        segments = [
            self._segment(each, _table(node))
            for each, node in zip(shape.segments, _items(self._root.get("segments")), strict=False)
        ]
        checks = [
            self._check(each, _table(node))
            for each, node in zip(shape.checks, _items(self._root.get("checks")), strict=False)
        ]
        self._unique("segments", "name", [segment.name for segment in segments])
        self._unique("checks", "id", [check.id for check in checks])
        if len(checks) > MAX_CHECKS:
            self._problems.refuse(self._root.entries["checks"], f"There are more than {MAX_CHECKS} checks.")
        economics = self._economics([segment.name for segment in segments])
        derived = tuple(self._conditions.derived.values())
        return Profile(
            title=shape.title,
            version=shape.version,
            effective=shape.effective,
            currency=shape.currency,
            facts=used_facts(self._declared, _conditions(segments, checks, economics), derived),
            segments=tuple(segments),
            checks=tuple(checks),
            id=ProfileId(shape.title, shape.version, hashlib.sha256(data).hexdigest()),
            source=data,
            filename=filename,
            tree=self._root,
            derived=derived,
            economics=economics,
            exceptions=read_exceptions(shape.exceptions, _table(self._root.get("exceptions")), self._problems),
        )

    def _economics(self, segments: list[str]) -> EconomicsPlan | None:
        if self._shape.economics is None:
            return None
        reader = EconomicsReader(self._facts, segments, self._plain_condition, self._problems, sound=self._sound)
        return reader.read(self._shape.economics, _table(self._root.entries["economics"]))

    def _unique(self, key: str, name: str, names: list[str]) -> None:
        seen: dict[str, int] = {}
        for word, node in zip(names, _items(self._root.get(key)), strict=False):
            place = _table(node).entries[name]
            if key == "checks" and word == SEGMENT_CHECK:
                self._problems.refuse(place, f"`{word}` is the id of the check that the segments make.", "Rename it.")
            if word in seen:
                message = f"`{word}` is taken: the first stands in line {seen[word]}."
                self._problems.refuse(place, message, f"Give this one another {name}.")
            seen.setdefault(word, place.place[0])

    def _condition(self, node: Table, key: str) -> Condition | None:
        inner = node.get(key)
        # Where the facts are faulty, what is said of the conditions over them would only mislead.
        return None if inner is None or not self._sound else self._conditions.read(inner)

    def _plain_condition(self, node: Table, key: str) -> Condition | None:
        """A condition over the deal's own facts alone."""
        inner = node.get(key)
        return None if inner is None or not self._sound else self._plain_conditions.read(inner)

    def _segment(self, shape: SegmentShape, node: Table) -> Segment:
        return Segment(
            name=shape.name,
            stance=Stance(shape.stance),
            when=self._condition(node, "when"),
            because=shape.because,
            guidance=shape.guidance,
            exception=self._bands(shape.exception, node, None, checked=True),
            place=node.place,
            accept=_reasons(shape.accept),
        )

    def _check(self, shape: CheckShape, node: Table) -> Check:
        when = self._condition(node, "when")
        cases = self._cases(shape, node)
        asked = [part for part in (node.get("require"), node.get("cases")) if part is not None]
        # Where a requirement is faulty, what it requires is not known: its exceptions are then not held against it.
        faulty = not asked or any(self._problems.inside(part) for part in asked)
        required = None if faulty else {test.subject for case in cases for test in tests_of(case.require)}
        return Check(
            id=shape.id,
            part=Part(shape.part),
            label=shape.label,
            when=when,
            cases=cases,
            because=shape.because,
            exception=self._bands(shape.exception, node, required, checked=required is not None),
            guidance=shape.guidance,
            counted=shape.mode == "enforce",
            place=node.place,
            accept=_reasons(shape.accept),
        )

    def _cases(self, shape: CheckShape, node: Table) -> tuple[Case, ...]:
        if shape.cases is None:
            if shape.require is None and "require" in node.entries:
                return ()
            if shape.require is None:
                self._problems.add(node.place, f"The check `{shape.id}` requires nothing.", "Add `require` or `cases`.")
                return ()
            return (Case(None, self._condition(node, "require"), node.key_place("require")),)
        if shape.require is not None:
            message = f"The check `{shape.id}` has both `require` and `cases`."
            self._problems.add(node.key_place("require"), message, "Move the requirement into a last case.")
        return tuple(
            self._case(each, _table(inner)) for each, inner in zip(shape.cases, _items(node.get("cases")), strict=False)
        )

    def _case(self, shape: CaseShape, node: Table) -> Case:
        if (shape.require is None) == (shape.otherwise is None):
            message = "A case has either `require` or `otherwise: not applicable`."
            self._problems.refuse(node, message, "Write one of the two.")
        return Case(self._condition(node, "when"), self._condition(node, "require"), node.place)

    def _bands(
        self, shapes: list[ExceptionShape] | None, node: Table, required: set[Subject] | None, *, checked: bool
    ) -> tuple[Band, ...]:
        if shapes is None:
            return ()
        written = node.entries["exception"]
        nodes = written.items if isinstance(written, Listing) else [written]
        return tuple(
            self._band(shape, _table(inner), required, checked=checked)
            for shape, inner in zip(shapes, nodes, strict=False)
        )

    def _band(self, shape: ExceptionShape, node: Table, required: set[Subject] | None, *, checked: bool) -> Band:
        reach = node.get("up_to") if checked else None
        limits: dict[Subject, Ordered] = {}
        if isinstance(reach, Table) and self._sound:
            if required is None:
                self._problems.refuse(reach, "A segment's exception has no `up_to`.", "Remove it.")
            elif not reach.entries:
                self._problems.refuse(reach, "`up_to` is empty.", "Write {fact: value}, or remove it.")
            else:
                for key, inner in reach.entries.items():
                    self._reach(key, inner, reach, required, limits)
        days = int(shape.expires_in.split()[0]) if shape.expires_in else None
        return Band(shape.authority, MappingProxyType(limits), days, node.place)

    def _reach(
        self, key: str, node: Node, table: Table, required: set[Subject], limits: dict[Subject, Ordered]
    ) -> None:
        tested = tuple(dict.fromkeys(subject.fact for subject in sorted(required, key=lambda s: s.fact)))
        if key not in tested:
            message = f"`up_to` names `{key}`, which this check does not require anything of."
            self._problems.refuse(table.keys[key], message, did_you_mean(key, tested))
            return
        subject = next(subject for subject in required if subject.fact == key)
        spec = self._conditions.specs[key]
        if spec.type is not FactType.OUTCOMES:
            value = self._tests.ordered_value(spec, node)
            if value is not None:
                limits[subject] = value
            return
        counted = {subject.measure.value for subject in required if subject.fact == key and subject.measure}
        if not isinstance(node, Table) or not set(node.entries) <= counted:
            remedy = f"Write {{{key}: {{{next(iter(sorted(counted)), 'count')}: 1}}}}."
            self._problems.refuse(node, "`up_to` of outcomes names what this check counts.", remedy)
            return
        for measure, inner in node.entries.items():
            value = self._tests.ordered_value(measure_spec(spec), inner)
            if value is not None:
                limits[Subject(key, Measure(measure))] = value


def _conditions(
    segments: Sequence[Segment], checks: Sequence[Check], economics: EconomicsPlan | None
) -> Iterator[Condition | None]:
    """Every condition of the file."""
    yield from (segment.when for segment in segments)
    for check in checks:
        yield from (check.when, *(part for case in check.cases for part in (case.when, case.require)))
    yield from economics.conditions if economics else ()


def _table(node: Node | None) -> Table:
    return node if isinstance(node, Table) else Table((1, 1))


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Listing) else []


def _reasons(accept: Mapping[Any, str] | None) -> Mapping[str, str]:
    return MappingProxyType({str(kind): why for kind, why in (accept or {}).items()})
