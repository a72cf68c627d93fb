"""A verdict as evidence: what the judge says of one deal, in sentences that an answer may quote and cite."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.answers.model import Citation
from bot.deals.deal import canonical_json, plain_value
from bot.deals.facts import FactType
from bot.deals.outcomes import format_outcomes
from bot.deals.values import format_value
from bot.profile.verdict import Judgement, Result
from bot.profile.words import Words, gap_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.checking.desk import CheckedDeal
    from bot.deals.deal import Deal
    from bot.deals.facts import FactValue
    from bot.profile.model import Profile
    from bot.profile.verdict import CounterOffer, Finding, ProfileId

SOURCE = "verdict:"
"""How the id of a verdict's citation begins. What follows is JSON: the deal's key, and the facts supposed of it."""

LONGEST_SOURCE = 1_800
"""A longer id would not fit on the button that opens it: it names the verdict without its facts."""

MOST_FINDINGS = 4
"""More findings are not said in an answer; the verdict's card shows them all."""

_MARKER = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_SAID = {
    Judgement.FITS: "{} fits the Deal Profile",
    Judgement.NEEDS_APPROVAL: "{} needs approval",
    Judgement.DOES_NOT_FIT: "{} does not fit the Deal Profile",
    Judgement.INCOMPLETE: "{} cannot be judged yet, because facts are missing",
}


@dataclass(frozen=True, slots=True)
class VerdictEvidence:
    """What the judge says of one deal.

    `headline` is the judgement, `fails` and `unknown` a sentence for each finding, by check, `outcomes` those that the
    customer has agreed to, `offer` the nearest deal that fits. Each of them is a line of `text`, which the citation
    shows. `source` is the citation's id. `path` is the profile's file name.
    """

    name: str
    judgement: Judgement
    headline: str
    fails: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, str], ...]
    outcomes: tuple[str, ...]
    offer: str | None
    text: str
    source: str
    path: str
    profile: ProfileId

    @property
    def heading(self) -> str:
        """Which verdict it is."""
        return f"Verdict of the judge on {self.name}, profile {self.profile.version} ({self.profile.sha256[:8]})"

    @property
    def statements(self) -> tuple[str, ...]:
        """The verdict in a few sentences."""
        findings = [said for _, said in (*self.fails, *self.unknown)]
        return self.headline, *findings[:MOST_FINDINGS]

    def citation(self, n: int) -> Citation:
        """The citation of this verdict as number `n`."""
        sha256 = hashlib.sha256(self.text.encode()).hexdigest()
        return Citation(n, "verdict", self.path, self.heading, self.source, sha256, self.text)


def verdict_evidence(
    checked: CheckedDeal, profile: Profile, *, key: str | None = None, supposed: Mapping[str, FactValue] | None = None
) -> VerdictEvidence:
    """The evidence in a verdict under this profile. `key` finds the deal again; `supposed` is not saved of it."""
    verdict, deal = checked.verdict, checked.deal
    name = one_line(deal.name)
    headline = _SAID[verdict.judgement].format(name)
    fails = tuple((finding.check, _fails(finding, profile)) for finding in verdict.of(Result.FAIL))
    unknown = tuple((finding.check, _unknown(finding, profile)) for finding in verdict.of(Result.UNKNOWN))
    outcomes = tuple(_agreed(deal))
    offer = _offer(verdict.counter_offers, profile)
    passed = [finding.label for finding in verdict.of(Result.PASS)]
    facts = "; ".join(
        f"{spec.label}: {one_line(format_value(spec, deal.facts[fact], profile.currency))}"
        for fact, spec in profile.facts.items()
        if fact in deal.facts
    )
    lines = [
        headline,
        f"Facts: {facts or 'none is known'}",
        *(said for _, said in (*fails, *unknown)),
        *([f"Passed: {'; '.join(passed)}"] if passed else []),
        *outcomes,
        *([offer] if offer else []),
    ]
    text = "\n".join(line if line.endswith(".") else f"{line}." for line in lines)
    return VerdictEvidence(
        name=name,
        judgement=verdict.judgement,
        headline=headline,
        fails=fails,
        unknown=unknown,
        outcomes=outcomes,
        offer=offer,
        text=text,
        source=_source(key, supposed if supposed is not None else {} if key else deal.facts, text),
        path=PurePath(profile.filename).name or "deal-profile.yaml",
        profile=verdict.profile,
    )


def one_line(text: str) -> str:
    """A person's text on one line, without anything that could be read as a citation marker."""
    return _MARKER.sub(r"(\1)", " ".join(text.split()))


def _source(key: str | None, facts: Mapping[str, FactValue], text: str) -> str:
    plain = {name: plain_value(value) for name, value in facts.items()}
    source = SOURCE + canonical_json({"deal": key, "facts": plain}).decode()
    if len(source) <= LONGEST_SOURCE:
        return source
    return SOURCE + canonical_json({"sha256": hashlib.sha256(text.encode()).hexdigest()}).decode()


def _fails(finding: Finding, profile: Profile) -> str:
    said = [part for part in (_actual(finding, profile), _limit(finding, profile)) if part]
    measured = f": {', '.join(said)}" if said else " fails"
    who = Words.of(profile).authority(finding.authority) if finding.authority else "nobody"
    approval = f"{who} may approve it"
    return f"{finding.label}{measured}; {approval}"


def _unknown(finding: Finding, profile: Profile) -> str:
    missing = ", ".join(profile.specs[name].label if name in profile.specs else name for name in finding.missing)
    return f"{finding.label}: not known yet" + (f" ({missing})" if missing else "")


def _actual(finding: Finding, profile: Profile) -> str:
    if finding.actual is None or finding.fact is None or finding.fact not in profile.specs:
        return ""
    spec = profile.specs[finding.fact]
    if spec.type is FactType.OUTCOMES and not isinstance(finding.actual, tuple):
        return str(plain_value(finding.actual))
    return one_line(format_value(spec, finding.actual, profile.currency))


def _limit(finding: Finding, profile: Profile) -> str:
    if not finding.limit:
        return ""
    gap = f", gap {gap_words(finding, profile.specs)}" if finding.gap else ""
    return f"limit {finding.limit}{gap}"


def _agreed(deal: Deal) -> Iterator[str]:
    """Each outcome that the customer has agreed to, as a sentence."""
    for value in deal.facts.values():
        for outcome in value if isinstance(value, tuple) else ():
            if outcome.agreed:
                yield f"Agreed with the customer: {one_line(format_outcomes([outcome])).removesuffix(', agreed')}"


def _offer(offers: tuple[CounterOffer, ...], profile: Profile) -> str | None:
    if not offers:
        return None
    moves = []
    for change in offers[0].changes:
        spec = profile.specs[change.fact]
        before = "not known" if change.before is None else format_value(spec, change.before, profile.currency)
        moves.append(f"{spec.label} from {before} to {format_value(spec, change.after, profile.currency)}")
    return f"The nearest deal that fits: {', '.join(moves)}"
