"""What columns are usually called, and how alike two names are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.deals.text import key

FIELD_WORDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "deal", "deal name", "dealname", "opportunity", "opportunity name", "title", "subject"),
    "customer": (
        "customer", "customer name", "account", "account name", "company", "company name", "client", "organisation",
        "organization", "buyer",
    ),
    "owner": (
        "owner", "deal owner", "rep", "sales rep", "sales agent", "salesperson", "account executive", "owner name",
        "assigned to", "hubspot owner id", "owner id", "sales person", "seller",
    ),
    "stage": ("stage", "deal stage", "dealstage", "stage name", "sales stage", "status", "phase", "pipeline stage"),
    "close_date": (
        "close date", "closedate", "closing date", "expected close", "expected close date", "closed on", "close",
        "date closed", "won date",
    ),
    "currency": ("currency", "currency code", "deal currency code", "currency iso code"),
    "id": (
        "id", "deal id", "record id", "opportunity id", "hs object id", "key", "number", "nr", "opportunity number",
        "external id", "reference",
    ),
}  # fmt: skip

# Words that sales people use for one thing. A column and a fact that each hold a word of one group are alike.
_GROUPS: tuple[frozenset[str], ...] = (
    frozenset({"amount", "value", "worth", "acv", "tcv", "arr", "total", "price", "revenue"}),
    frozenset({"discount", "rebate", "off", "reduction", "disc"}),
    frozenset({"margin", "gm", "profit"}),
    frozenset({"net", "terms", "payment", "payterms"}),
    frozenset({"term", "months", "duration", "length"}),
    frozenset({"sponsor", "champion", "buyer", "contact"}),
    frozenset({"industry", "sector", "vertical", "branch", "type"}),
    frozenset({"employees", "headcount", "staff", "size"}),
    frozenset({"region", "territory", "area", "office"}),
    frozenset({"beds", "bed"}),
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PREFIX = re.compile(r"^(?:hs|sf|c|opp|opportunity|deal|custom)\s+|\s+c$")
_WON = re.compile(r"\b(?:won|sold|signed|gewonnen|booked|closedwon)\b")
_LOST = re.compile(
    r"\b(?:lost|dead|abandoned|disqualified|rejected|cancelled|canceled|verloren|closedlost|no decision)\b"
)
_EXACT, _GROUP = 100, 62
_LEAST = 80


def alike(column: str, words: Sequence[str], own: str = "") -> tuple[int, str]:
    """How alike a column's name is to the nearest of the words, from 0 to 100, and why.

    `own` is the fact's own name, which tells what sales people may call it.
    """
    name = key(_CAMEL.sub(" ", column))
    bare = _PREFIX.sub("", name) or name
    for word in words:
        if word in {name, bare}:
            return (_EXACT, f"called '{word}'") if word == name else (_EXACT - 8, f"'{column}' without its prefix")
    best, nearest = max(((_ratio(bare, word), word) for word in words), default=(0, ""))
    if best >= _LEAST:
        return min(88, best), f"'{column}' is like '{nearest}'"
    tokens = set(bare.split())
    for group in _GROUPS:
        shared = tokens & group
        if shared and set(own.split()) & group:
            return _GROUP, f"'{min(shared)}' often means the same"
    return 0, ""


def _ratio(one: str, other: str) -> int:
    """Spelling, and words in another order; a short word inside a long name says little."""
    if min(len(one), len(other)) < 3:  # noqa: PLR2004 - two letters are in everything
        return 0
    return round(max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other), fuzz.token_set_ratio(one, other) * 0.8))


def stage_status(word: str) -> str:
    """What a stage's word most likely means: open, won or lost."""
    words = key(word)
    if _LOST.search(words):
        return "lost"
    return "won" if _WON.search(words) else "open"
