"""A mapping file proposed from a file's columns and first rows: each line with how sure it is, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz, process

from bot.deals.cells import Bad, Cells
from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.deals.guessing import FIELD_WORDS, alike, stage_status
from bot.deals.mapping import Mapping as MappingFile
from bot.deals.text import key
from bot.deals.units import names

SURE, LIKELY, POSSIBLE = 90, 70, 55
_WORDS_SHOWN = 40
_CLOSE = 82
_NUMERIC_SHARE = 0.6
_SCORED = 500
_KINDS = {
    FactType.YES_NO: "yes or no",
    FactType.INTEGER: "a whole number",
    FactType.MONEY: "an amount",
    FactType.PERCENT: "a number of percent",
    FactType.OUTCOMES: "outcomes",
}
_SENTINELS = ("-999", "-9999", "-99", "-1", "999999")


@dataclass(frozen=True, slots=True)
class Guess:
    """A column that may hold a fact or a field: `score` from 0 to 100, and why."""

    column: str
    target: str
    score: int
    why: str

    @property
    def sure(self) -> str:
        """The score in a word."""
        return "sure" if self.score >= SURE else "likely" if self.score >= LIKELY else "perhaps"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A column that nothing is proposed for, with what it is nearest to."""

    column: str
    near: tuple[Guess, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What is proposed. `absent` are the facts that no column holds."""

    filename: str
    rows: int
    guesses: tuple[Guess, ...]
    unmapped: tuple[Unmapped, ...]
    absent: tuple[str, ...]
    values: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    multiply: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def propose(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    filename: str,
    facts: FactSpecs,
    currency: str,
    refused: frozenset[tuple[str, str]] = frozenset(),
) -> Proposal:
    """A mapping for a file with these columns and first rows. `refused` are (column, target) that a person refused."""
    cells = {column: [row[at] for row in rows] for at, column in enumerate(columns) if column}
    targets: dict[str, FactSpec | None] = {**dict.fromkeys(FIELD_WORDS), **facts}
    scored: list[Guess] = []
    for column, values in cells.items():
        for target, spec in targets.items():
            guess = _score(column, target, spec, values, currency)
            if guess is not None and (column, target) not in refused:
                scored.append(guess)
    taken: dict[str, Guess] = {}
    used: set[str] = set()
    for guess in sorted(scored, key=lambda each: -each.score):
        if guess.score >= POSSIBLE and guess.column not in used and guess.target not in taken:
            taken[guess.target] = guess
            used.add(guess.column)
    ordered = tuple(taken[target] for target in targets if target in taken)
    unmapped = tuple(
        Unmapped(column, tuple(_nearest(column, scored)), tuple(_examples(values)))
        for column, values in cells.items()
        if column not in used
    )
    details = [(guess, facts.get(guess.target), cells[guess.column]) for guess in ordered]
    return Proposal(
        filename=filename,
        rows=len(rows),
        guesses=ordered,
        unmapped=unmapped,
        absent=tuple(name for name in facts if name not in taken),
        values={
            guess.target: found
            for guess, spec, values in details
            if spec is not None and (found := _translations(spec, values, currency))
        },
        missing={
            guess.target: marks
            for guess, spec, values in details
            if spec is not None and (marks := _sentinels(spec, values))
        },
        multiply={
            guess.target: 100
            for guess, spec, values in details
            if spec is not None and spec.type is FactType.PERCENT and _is_share(values)
        },
        stages=_stages(next((values for guess, _, values in details if guess.target == "stage"), [])),
    )


def _score(column: str, target: str, spec: FactSpec | None, values: Sequence[Any], currency: str) -> Guess | None:
    words = (*FIELD_WORDS.get(target, ()), *(names(spec) if spec is not None else (key(target),)))
    score, why = alike(column, words, key(target) if spec is not None else "")
    filled = [value for value in values[:_SCORED] if value is not None and str(value).strip()]
    if not filled:
        return Guess(column, target, min(score, POSSIBLE), f"{why}; it is empty in these rows") if score else None
    fit = _fit(target, spec, filled, currency)
    if fit is None or score == 0:
        return None
    if fit < _NUMERIC_SHARE:
        score = round(score * 0.7)
        why += f"; only {fit:.0%} of its values can be read as {_kind(target, spec)}"
    elif spec is not None and spec.type is not FactType.TEXT and score < SURE:
        score = min(SURE - 1, score + 8)
        why += f"; its values can be read as {_kind(target, spec)}"
    if target == "id" and len({str(value) for value in filled}) < len(filled):
        score, why = round(score * 0.5), f"{why}; but its values repeat"
    return Guess(column, target, score, why)


def _fit(target: str, spec: FactSpec | None, filled: Sequence[Any], currency: str) -> float | None:
    """The share of values that can be read; None when none can, so that the column holds something else."""
    reader = Cells(target, spec, currency, MappingFile())
    unknown = _sentinels(spec, filled) if spec is not None else ()
    good = sum(str(value).strip() in unknown or not isinstance(reader(value), Bad) for value in filled)
    if spec is not None and spec.type is FactType.CHOICE:
        # Words that are merely close to a choice are translated in the mapping.
        near = sum(_choice_near(spec, str(value)) is not None for value in filled)
        good = max(good, near)
    elif spec is not None and spec.type is FactType.YES_NO:
        good = max(good, sum(_yes_near(str(value)) is not None for value in filled))
    return good / len(filled) if good else None


def _kind(target: str, spec: FactSpec | None) -> str:
    if spec is None:
        return "a date" if target == "close_date" else target
    return _KINDS.get(spec.type, f"a {spec.type.value}")


def _nearest(column: str, scored: Sequence[Guess]) -> Iterator[Guess]:
    near = sorted((each for each in scored if each.column == column), key=lambda each: -each.score)
    yield from near[:3]


def _examples(values: Sequence[Any]) -> Iterator[str]:
    seen = dict.fromkeys(str(value).strip() for value in values if value is not None and str(value).strip())
    yield from list(seen)[:3]


def _translations(spec: FactSpec, values: Sequence[Any], currency: str) -> dict[str, str | None]:
    """The words of a choice that need a translation: the nearest choice, or None where none is near."""
    if spec.type not in {FactType.CHOICE, FactType.YES_NO}:
        return {}
    reader = Cells(spec.name, spec, currency, MappingFile())
    found: dict[str, str | None] = {}
    for word in dict.fromkeys(str(value).strip() for value in values if value is not None and str(value).strip()):
        if isinstance(reader(word), Bad) and len(found) < _WORDS_SHOWN:
            found[word] = _choice_near(spec, word) if spec.type is FactType.CHOICE else _yes_near(word)
    return found


def _choice_near(spec: FactSpec, word: str) -> str | None:
    spellings = {key(each): choice for choice, words in spec.choices.items() for each in (choice, *words)}
    match = process.extractOne(key(word), list(spellings), scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return spellings[match[0]] if match else None


def _yes_near(word: str) -> str | None:
    return {"1": "yes", "0": "no", "x": "yes", "ja": "yes", "nein": "no", "t": "yes", "f": "no"}.get(key(word))


def _sentinels(spec: FactSpec, values: Sequence[Any]) -> tuple[str, ...]:
    """Numbers that stand for "not known": outside the fact's range, and more than once."""
    if not spec.type.is_numeric:
        return ()
    texts = [str(value).strip() for value in values if value is not None]
    low, high = spec.minimum, spec.maximum
    return tuple(
        each
        for each in _SENTINELS
        if texts.count(each) > 1
        and ((low is not None and Decimal(each) < low) or (high is not None and Decimal(each) > high))
    )


def _is_share(values: Sequence[Any]) -> bool:
    """Whether the values are shares of one (0.08) and not percents."""
    numbers = []
    for value in values:
        try:
            numbers.append(Decimal(str(value).strip()))
        except ArithmeticError:
            if value is not None and str(value).strip():
                return False
    some = [abs(number) for number in numbers if number]
    return bool(some) and max(some) <= 1 and any(number != 1 for number in some)


def _stages(values: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    words = dict.fromkeys(str(value).strip() for value in values if value is not None and str(value).strip())
    found: dict[str, list[str]] = {}
    for word in list(words)[:_WORDS_SHOWN]:
        found.setdefault(stage_status(word), []).append(word)
    return {status: tuple(found[status]) for status in ("open", "won", "lost") if status in found}
