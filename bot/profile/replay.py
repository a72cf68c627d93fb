"""A recorded verdict judged again, under its own profile and from its own facts: it must give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.deals.deal import Deal, canonical_json
from bot.deals.errors import FactError
from bot.deals.facts import FactValue
from bot.deals.numbers import CURRENCY_CODES
from bot.deals.outcomes import parse_outcomes
from bot.deals.values import value_from_plain
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.model import Profile
from bot.profile.verdict import JUDGE

NOT_OF_THE_VERDICT = frozenset({"deal", "converted"})
"""What a record holds beside the verdict: the deal's name, and how amounts of another currency were reached. The facts
hold the amounts, so no verdict depends on either."""

_JUDGE = "judge"
_FIRST_JUDGE = 1  # its verdicts do not say by whom they were made

_DEFAULT_NAME = "deal-profile.yaml"
_ABSENT = "absent"
_SHOWN = 200


class NoReplay(ValueError):
    """A record that cannot be judged again; the message says why."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One place at which the replay is not what was recorded: "findings[discount].limit"."""

    where: str
    recorded: str
    replayed: str

    def __str__(self) -> str:
        return f"{self.where}: recorded {self.recorded}, now {self.replayed}"


@dataclass(frozen=True, slots=True)
class Replay:
    """What was recorded and what the replay gave, in canonical bytes, with every place at which they differ."""

    recorded: bytes
    replayed: bytes
    deviations: tuple[Deviation, ...]
    judge: int = JUDGE
    """The version of the judge that made the record."""
    judge_now: int = JUDGE
    """This judge's own version."""

    @property
    def same(self) -> bool:
        """Whether the two are the same, byte for byte."""
        return self.recorded == self.replayed

    @property
    def other_judge(self) -> str | None:
        """Where another version of the judge made the record, what that means for the comparison; else None."""
        if self.judge == self.judge_now:
            return None
        only = "Nothing else is different." if not self.deviations else "What else is different may come from that."
        return f"The record was made by version {self.judge} of the judge, and this is version {self.judge_now}. {only}"


def replay(body: Mapping[str, Any], source: bytes) -> Replay:
    """Judge a recorded verdict again.

    `body` is what the decision log holds of it, `source` the bytes of the profile that was kept for it. Raises NoReplay
    when the record holds no verdict, and ProfileError when the profile cannot be read (any more).
    """
    recorded = {key: value for key, value in body.items() if key not in NOT_OF_THE_VERDICT}
    if not isinstance(recorded.get("facts"), dict) or not isinstance(recorded.get("findings"), list):
        raise NoReplay("The record holds no verdict: it has no facts and findings.")
    judge = Judge(parse_profile(source, _filename(recorded["findings"])))
    deal = _deal(body, judge.profile)
    verdict = judge.judge_fully(deal)
    made_by = recorded.get(_JUDGE, _FIRST_JUDGE)
    if not isinstance(made_by, int):
        raise NoReplay(f"The record says that version {made_by!r} of the judge made it, which is no number.")
    again = verdict.plain()
    if made_by != JUDGE:  # said once, in words, and not as a place at which the verdicts differ
        recorded_then, again = ({k: v for k, v in each.items() if k != _JUDGE} for each in (recorded, again))
        deviations = tuple(_deviations("", recorded_then, again))
    else:
        deviations = tuple(_deviations("", recorded, again))
    return Replay(canonical_json(recorded), verdict.to_bytes(), deviations, made_by)


def _filename(findings: Iterable[Any]) -> str:
    """The name under which the profile was live: the findings cite it."""
    rules = (finding.get("rule") for finding in findings if isinstance(finding, dict))
    return next((rule.rpartition(":")[0] for rule in rules if isinstance(rule, str)), "") or _DEFAULT_NAME


def _deal(body: Mapping[str, Any], profile: Profile) -> Deal:
    """The deal that was judged. Its currency is the one under which its facts have the hash that was recorded."""
    facts = {name: _value(profile, name, data) for name, data in body["facts"].items()}
    name = str(body.get("deal", ""))
    for currency in (profile.currency, *sorted(CURRENCY_CODES)):
        deal = Deal(name, facts, currency=currency)
        if deal.sha256 == body.get("deal_sha256"):
            return deal
    return Deal(name, facts, currency=profile.currency)


def _value(profile: Profile, name: str, data: Any) -> FactValue:
    """A fact's value as the profile types it; one that the profile does not know keeps its own form."""
    try:
        spec = profile.facts.get(name)
        if spec is not None:
            return value_from_plain(spec, data)
        return parse_outcomes(data) if isinstance(data, list) else _untyped(data)
    except FactError as error:
        raise NoReplay(f"The fact {name} of the record cannot be read: {error}") from error


def _untyped(data: Any) -> FactValue:
    value: FactValue = Decimal(str(data)) if isinstance(data, float) else data
    return value


def _deviations(where: str, recorded: Any, replayed: Any) -> Iterator[Deviation]:
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for key in dict.fromkeys((*replayed, *recorded)):
            inner = f"{where}.{key}" if where else key
            if key not in recorded or key not in replayed:
                yield Deviation(inner, _shown(recorded, key), _shown(replayed, key))
            else:
                yield from _deviations(inner, recorded[key], replayed[key])
    elif isinstance(recorded, list) and isinstance(replayed, list) and len(recorded) == len(replayed):
        for index, (one, other) in enumerate(zip(recorded, replayed, strict=True)):
            name = one.get("check", index) if isinstance(one, dict) else index
            yield from _deviations(f"{where}[{name}]", one, other)
    elif canonical_json(recorded) != canonical_json(replayed):
        yield Deviation(where, _text(recorded), _text(replayed))


def _shown(table: Mapping[str, Any], key: str) -> str:
    return _text(table[key]) if key in table else _ABSENT


def _text(value: Any) -> str:
    text = canonical_json(value).decode()
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
