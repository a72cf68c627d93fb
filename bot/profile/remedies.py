"""Remedies: what somebody probably meant who wrote a word, a name or a number of days that the language has not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rapidfuzz import fuzz

from bot.deals.facts import FactSpec

_CLOSE = 68
_PART = 80
_SHORTEST_PART = 3
_LONGEST = 100
_MANY = 12
_WORDS = re.compile(r"[^a-z0-9%]+")
_DAYS_IN = MappingProxyType({"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365})
_TERM = re.compile(r"(\d{1,4})\s*(day|week|month|quarter|year)s?", re.IGNORECASE)
_MEANT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("question", "prompt"), ("ask",)),
        **dict.fromkeys(("name", "title", "display_name"), ("label", "id", "segment")),
        **dict.fromkeys(("id", "key"), ("name",)),
        **dict.fromkeys(("min", "least", "from"), ("minimum",)),
        **dict.fromkeys(("max", "most", "to"), ("maximum",)),
        **dict.fromkeys(("options", "values", "enum", "one_of"), ("choices", "choice")),
        **dict.fromkeys(("aliases", "alias", "synonyms", "aka"), ("also",)),
        **dict.fromkeys(("rules", "policies", "guidelines", "criteria"), ("checks",)),
        **dict.fromkeys(("calculated", "formulas", "computed"), ("derived",)),
        **dict.fromkeys(("inputs", "fields", "variables"), ("facts",)),
        **dict.fromkeys(("money", "finance", "pay"), ("economics",)),
        **dict.fromkeys(("if", "condition", "conditions", "where", "match", "for"), ("when",)),
        **dict.fromkeys(("then", "must", "requirement", "rule", "limit"), ("require", "up_to")),
        **dict.fromkeys(("else", "default"), ("otherwise",)),
        **dict.fromkeys(("rows", "table", "tiers"), ("cases",)),
        **dict.fromkeys(("approval", "approvals", "approvers", "escalation"), ("exception", "authorities")),
        **dict.fromkeys(("approver", "role", "who", "by"), ("authority", "roles")),
        **dict.fromkeys(("reason", "why", "rationale", "description"), ("because",)),
        **dict.fromkeys(("link", "docs", "see", "playbook"), ("guidance",)),
        **dict.fromkeys(("enabled", "status", "active", "severity"), ("mode",)),
        **dict.fromkeys(("area", "category", "section", "group"), ("part",)),
        **dict.fromkeys(("formula", "expression", "calc"), ("value",)),
        **dict.fromkeys(("wacc", "interest", "capital_cost", "interest_rate"), ("cost_of_capital",)),
        **dict.fromkeys(("yearly", "annual", "churn", "percent"), ("monthly",)),
        **dict.fromkeys(("factor", "multiplier", "multiply", "x"), ("times",)),
        **dict.fromkeys(("expires", "expiry", "valid_for", "duration"), ("expires_in",)),
        **dict.fromkeys(("payment_terms", "net_days"), ("payment_days",)),
        **dict.fromkeys(("months", "term"), ("service_months",)),
        **dict.fromkeys(("mail", "e-mail", "e_mail"), ("email",)),
        **dict.fromkeys(("slack_id", "slack_user"), ("slack",)),
        **dict.fromkeys(("boss", "reports_to", "supervisor"), ("manager",)),
        **dict.fromkeys(("members", "holders", "persons", "users", "staff"), ("people",)),
        # Values that other programs use.
        **dict.fromkeys(("float", "decimal", "double", "numeric"), ("number",)),
        **dict.fromkeys(("int", "whole number", "whole"), ("integer",)),
        **dict.fromkeys(("string", "str"), ("text",)),
        **dict.fromkeys(("boolean", "bool", "yes-no", "flag"), ("yes/no",)),
        **dict.fromkeys(("select", "list", "picklist"), ("choice",)),
        **dict.fromkeys(("currency", "amount", "price"), ("money", "currency")),
        **dict.fromkeys(("percentage", "%", "pct"), ("percent",)),
        **dict.fromkeys(("datetime", "day", "timestamp"), ("date",)),
        **dict.fromkeys(("both", "any", "up or down"), ("either",)),
        **dict.fromkeys(("increase", "upwards", "higher"), ("up",)),
        **dict.fromkeys(("decrease", "downwards", "lower"), ("down",)),
        **dict.fromkeys(("warn", "warning", "disabled", "trial", "shadow", "report", "test"), ("dry-run",)),
        **dict.fromkeys(("enforced", "enabled", "block", "live"), ("enforce",)),
        **dict.fromkeys(("reject", "refuse", "avoid", "exclude"), ("decline",)),
        **dict.fromkeys(("target", "accept", "prefer", "want"), ("pursue",)),
        **dict.fromkeys(("n/a", "na", "none", "skip", "ignore", "pass"), ("not applicable",)),
        **dict.fromkeys(("sales", "seller", "account executive"), ("rep",)),
        **dict.fromkeys(("admin", "lead", "director"), ("manager",)),
        **dict.fromkeys(("or",), ("any",)),
        **dict.fromkeys(("and",), ("all",)),
        **dict.fromkeys(("none_of", "except", "unless"), ("not",)),
    }
)
"""Words that people bring along, each with the words of ours that it may stand for: the first that fits the place."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A remedy for a word that is not known: the nearest that is, or all of them when they are few."""
    if near := nearest(word, known):
        return f"Did you mean {near}?"
    if not known:
        return "None is declared."
    more = f" and {len(known) - _MANY} more" if len(known) > _MANY + 1 else ""
    return f"Known are: {', '.join(known[:_MANY] if more else known)}{more}."


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that is meant: a slip of the pen, a part of it, or another program's word for it."""
    text = word[:_LONGEST].strip().lower()
    for meant in _MEANT.get(text, ()):
        if meant in known:
            return meant
    best, score = None, float(_CLOSE)
    for each in known:
        found = _likeness(text, each.lower())
        if found > score or (best is None and found >= score):
            best, score = each, found
    return best


def nearest_fact(word: str, specs: Mapping[str, FactSpec], more: Sequence[str] = ()) -> str:
    """A remedy for a fact that is not there; whoever writes a fact's label is told its name."""
    known = (*specs, *more)
    plain = " ".join(_WORDS.split(word.lower())).strip()
    for name, spec in specs.items():
        labels = (spec.label, name, *spec.also)
        if plain and any(plain == " ".join(_WORDS.split(each.lower())).strip() for each in labels):
            return f"Did you mean {name}?"
    return did_you_mean(word, known)


def _likeness(one: str, other: str) -> float:
    same = fuzz.ratio(one, other)
    short, long = sorted((one, other), key=len)
    if len(short) >= _SHORTEST_PART and (long.startswith(short) or short in _WORDS.split(long)):
        same = max(same, _PART)
    return same


def slug(text: str, joint: str) -> str | None:
    """The text as a name: small letters and digits, with the joint between words. None where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    made = joint.join(part for part in re.split(r"[^a-z0-9]+", plain) if part)
    return made if made and made[0].isalpha() else None


def in_days(text: str) -> str:
    """A term as the language writes it: "4 weeks" and "28" are 28 days; "30 days" where nothing can be told."""
    if text.isdigit() and 0 < int(text[:5]) < 10_000:  # noqa: PLR2004 four digits, as the language allows
        days = int(text)
    elif match := _TERM.fullmatch(text.strip()):
        days = int(match[1]) * _DAYS_IN[match[2].lower()]
    else:
        days = 30
    return f"{days} day{'' if days == 1 else 's'}" if 0 < days < 10_000 else "30 days"  # noqa: PLR2004 - four digits, as above
