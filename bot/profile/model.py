"""The Deal Profile as the judge takes it: pure data, read and checked by the loader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import PurePath

from bot.deals.exchange import Rates
from bot.deals.facts import FactSpecs
from bot.profile.conditions import Condition, Ordered, Subject
from bot.profile.derived import Derived
from bot.profile.economics_plan import EconomicsPlan
from bot.profile.exceptions_language import ExceptionsPlan
from bot.profile.verdict import Part, ProfileId
from bot.profile.yaml_nodes import Place, Table

SEGMENT_CHECK = "segment"
"""The id of the check that the segments make: whether this is a customer we sell to."""


class Stance(StrEnum):
    """Our stance to a kind of customer."""

    PURSUE = "pursue"
    SELECTIVE = "selective"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Band:
    """Who may approve a deal that fails, how far outside the rule (`up_to`; empty: however far), and for how long."""

    authority: str
    up_to: Mapping[Subject, Ordered]
    expires_in_days: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class Segment:
    """A kind of customer. Without `when` it takes everybody whom no earlier segment takes."""

    name: str
    stance: Stance
    when: Condition | None
    because: str
    guidance: str | None
    exception: tuple[Band, ...]
    place: Place
    accept: Mapping[str, str] = field(default_factory=dict)
    """Warnings of the linter that are meant so, each with the reason."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a check: what is required when `when` holds. Without `require` the check is then not applicable."""

    when: Condition | None
    require: Condition | None
    place: Place


@dataclass(frozen=True, slots=True)
class Check:
    """One guideline. A check that is written with `require` alone has one case without `when`."""

    id: str
    part: Part
    label: str
    when: Condition | None
    cases: tuple[Case, ...]
    because: str
    exception: tuple[Band, ...]
    guidance: str | None
    counted: bool
    place: Place
    accept: Mapping[str, str] = field(default_factory=dict)
    """Warnings of the linter that are meant so, each with the reason."""


@dataclass(frozen=True)
class Profile:
    """A whole Deal Profile. `source` is the file's bytes, `tree` its nodes with their places, `filename` its name."""

    title: str
    version: str
    effective: date
    currency: str
    facts: FactSpecs
    segments: tuple[Segment, ...]
    checks: tuple[Check, ...]
    id: ProfileId
    source: bytes = field(repr=False)
    filename: str = ""
    tree: Table = field(default_factory=lambda: Table((1, 1)), repr=False, compare=False)
    economics: EconomicsPlan | None = None
    derived: tuple[Derived, ...] = ()
    exceptions: ExceptionsPlan = field(default_factory=ExceptionsPlan)
    rates: Rates | None = field(default=None, repr=False, compare=False)
    """Exchange rates into the currency, from the rates.yaml beside the file. No verdict depends on them: amounts are
    converted where a deal is read, and the deal holds what came of it."""
    called: Callable[[str], str | None] | None = field(default=None, repr=False, compare=False)
    """What people.yaml calls an authority, by its key. No verdict depends on it: it is for sentences."""

    @property
    def specs(self) -> FactSpecs:
        """What conditions speak of: the facts, and what is derived from them."""
        return self.facts if not self.derived else {**self.facts, **{each.name: each.spec for each in self.derived}}

    def check(self, check_id: str) -> Check | None:
        """The check with this id; None when there is none, and for the check that the segments make."""
        return next((check for check in self.checks if check.id == check_id), None)

    def rule(self, place: Place) -> str:
        """A place in the file, as findings cite it: "deal-profile.yaml:140"."""
        return f"{PurePath(self.filename).name}:{place[0]}"

    @property
    def segments_place(self) -> Place:
        """Where the segments stand."""
        return self.tree.key_place("segments") if "segments" in self.tree.entries else (1, 1)

    @property
    def authorities(self) -> tuple[str, ...]:
        """Every authority that the profile names, in the order in which it first does."""
        bands = [
            *(band for segment in self.segments for band in segment.exception),
            *(band for check in self.checks for band in check.exception),
        ]
        return tuple(dict.fromkeys(band.authority for band in bands))
