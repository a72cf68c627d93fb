"""What people write in place of a test, and the test that they mean: "at least 3", "25-400", "small or large"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.deals.facts import FactSpec, FactSpecs, FactType

_NUMBER = r"[$€£]?\s*-?\d[\d,.]*\s*%?"
_RANGE = re.compile(
    rf"(?:between\s+|from\s+)?({_NUMBER})\s*(?:-|\u2013|\u2014|\u2026|\.{{3,}}|to|and|through)\s*({_NUMBER})",
    re.IGNORECASE,
)
_BOTH = re.compile(rf">=\s*({_NUMBER})\s*(?:and|,|&|&&)\s*<=\s*({_NUMBER})", re.IGNORECASE)
_REVERSED = re.compile(rf"({_NUMBER})\s*(<=|>=|<|>)")
_SPACED = re.compile(rf"([<>])\s+=\s*({_NUMBER})")
_TWICE = re.compile(rf"[<>]+(<=|>=|<|>)\s*({_NUMBER})")
_WORDS = (
    (re.compile(rf"(?:at\s+least|minimum|min\.?|no\s+less\s+than)\s+({_NUMBER}).*", re.IGNORECASE), ">="),
    (re.compile(rf"({_NUMBER})\s*(?:\+|or\s+more|and\s+more|and\s+up)", re.IGNORECASE), ">="),
    (re.compile(rf"(?:at\s+most|maximum|max\.?|up\s+to|no\s+more\s+than)\s+({_NUMBER}).*", re.IGNORECASE), "<="),
    (re.compile(rf"({_NUMBER})\s*(?:or\s+less|or\s+fewer|and\s+less)", re.IGNORECASE), "<="),
    (re.compile(rf"(?:over|above|more\s+than|greater\s+than|exceeds)\s+({_NUMBER}).*", re.IGNORECASE), ">"),
    (re.compile(rf"(?:under|below|less\s+than|fewer\s+than)\s+({_NUMBER}).*", re.IGNORECASE), "<"),
)
_UNIT = re.compile(rf"(?:<=|>=|<|>|!=)?\s*({_NUMBER})\s+([A-Za-z][A-Za-z ]*)")
_OPERATOR = re.compile(r"(<=|>=|<|>|!=)\s*(.*)", re.DOTALL)
_ALTERNATIVES = re.compile(r"\s+or\s+|\s*\|\|?\s*|\s*/\s*", re.IGNORECASE)
_ARITHMETIC = re.compile(r".*\S\s*[-+*/]\s*\S.*", re.DOTALL)


def meant_number(spec: FactSpec, text: str, specs: FactSpecs) -> tuple[str, str] | None:
    """What is wrong with a test of an ordered fact, and what to write; None where nothing better can be said."""
    name = spec.name
    if match := _RANGE.fullmatch(text) or _BOTH.fullmatch(text):
        return f"`{name}`: {text} is not how a range is written.", f"Write {match[1].strip()}..{match[2].strip()}."
    if match := _SPACED.fullmatch(text):
        return f"`{name}`: the sign {match[1]}= is torn apart.", f'Write "{match[1]}= {match[2].strip()}".'
    if match := _TWICE.fullmatch(text):
        return f"`{name}`: there is a sign too many.", f'Write "{match[1]} {match[2].strip()}".'
    if match := _REVERSED.fullmatch(text):
        turned = match[2].translate(str.maketrans("<>", "><"))
        return f"`{name}`: the sign comes before the value.", f'Write "{turned} {match[1].strip()}".'
    for pattern, sign in _WORDS:
        if match := pattern.fullmatch(text):
            return f"`{name}`: a test is written with a sign.", f'Write "{sign} {match[1].strip()}".'
    if text.lower() in {"known", "unknown"}:
        remedy = f"Write {{{name}: known}}" + ("." if text.lower() == "known" else " inside not: {...}.")
        return f"`{name}`: {text} is not written in small letters, without quotes.", remedy
    operand = match[2].strip() if (match := _OPERATOR.fullmatch(text)) else text
    return _unlike(spec, text, operand, specs)


def _unlike(spec: FactSpec, text: str, operand: str, specs: FactSpecs) -> tuple[str, str] | None:
    name = spec.name
    if operand in specs and operand != name:
        remedy = f"Derive the difference, such as gap: {name} - {operand}, and test that."
        return f"`{name}` is compared with a value here, not with another fact.", remedy
    if spec.type is FactType.DATE:
        return None
    unit = _UNIT.fullmatch(text)
    if unit and spec.unit:
        sign = text[: text.find(unit[1])].strip()
        written = f'"{sign} {unit[1].strip()}"' if sign else unit[1].strip()
        remedy = f"Write {written} if {spec.unit} are meant."
        return f"`{name}` is counted in {spec.unit}, not in {unit[2].strip()}.", remedy
    if operand[:1] in "$€£" and spec.type is not FactType.MONEY:
        counted = f"counted in {spec.unit}" if spec.unit else f"a {spec.type}"
        return f"`{name}` is {counted}, not money.", f"Write {operand[1:].strip() or 'a number'} without the sign."
    if _ARITHMETIC.fullmatch(operand) and (set(re.findall(r"[a-z_]\w*", operand)) & set(specs) or "+" in operand):
        return f"`{name}`: a test holds no arithmetic.", "Work it out under `derived`, and test that."
    return None


def meant_choice(spec: FactSpec, text: str) -> str | None:
    """What to write where several choices, or all but one, are put into one word."""
    choices = tuple(spec.choices)
    parts = [part.strip() for part in _ALTERNATIVES.split(text)]
    if len(parts) > 1 and all(part in choices for part in parts):
        return f"For one of several write [{', '.join(parts)}]."
    if ".." in text and all(part.strip() in choices for part in text.split("..")):
        return f"A choice has no range: list the values, such as [{', '.join(choices[:2])}]."
    inner = re.fullmatch(r"(?:not|no|non|isn't|is not|<>|!)\s*(.+)", text, re.IGNORECASE)
    if inner and inner[1] in choices:
        return f'Write "!= {inner[1]}".'
    return None


def meant_date(spec: FactSpec, text: str, dates: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with a test of a date against another date, and what to write."""
    match = re.fullmatch(r"\s*(<=|>=|<|>|!=)?\s*([A-Za-z_]\w*)\s*(.*)", text)
    if match is None:
        return None
    sign, name, rest = match[1] or "<=", match[2], match[3].strip()
    if name in {"today", "now"}:
        remedy = (
            f'Test against the profile\'s own day, "{sign} effective + 90 days", or against another date of the deal.'
        )
        return "There is no word for today: a verdict must come out the same whenever it is repeated.", remedy
    if name == spec.name:
        return f"`{name}` is tested against itself.", f"Name another date: {', '.join((*dates, 'effective'))}."
    if name not in {*dates, "effective"}:
        return None
    if not match[1]:
        return f"`{spec.name}`: a sign is missing before {name}.", f'Write "<= {name}" or ">= {name}".'
    if unit := re.fullmatch(r"([-+])\s*(\d+)\s*(week|month|year)s?", rest):
        days = int(unit[2][:4]) * {"week": 7, "month": 30, "year": 365}[unit[3]]
        return "Only days can be added to a date.", f'Write "{sign} {name} {unit[1]} {days} days".'
    if unit := re.fullmatch(r"(\d{1,5})\s*days?", rest):
        return f"A + or - is missing after {name}.", f'Write "{sign} {name} + {unit[1]} days".'
    if re.fullmatch(r"[-+]\s*\d{6,}\s*days?", rest):
        return "So many days lead to no day of the calendar.", "Write fewer days, at most 99999."
    return None
