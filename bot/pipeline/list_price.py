"""`below list price`, `more than 10% above book price`: the discount by its other name.

Below list price is a discount, and above it a discount below zero. Where the profile keeps none below zero, a deal
above list price cannot be told from one without a discount: that is asked back and never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.pipeline.draft import Draft
from bot.pipeline.items import ComparisonOp, Item
from bot.pipeline.meanings import Word
from bot.pipeline.query import FactFilter
from bot.pipeline.records import discount_fact
from bot.pipeline.words import Token

_LISTS = frozenset({"list", "book", "catalogue", "catalog"})
_PRICES = frozenset({"price", "prices"})
_TURNED: dict[ComparisonOp, ComparisonOp] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def list_prices(draft: Draft) -> None:
    """Make filters on the discount of what is said against list price."""
    fact = discount_fact(draft.vocabulary.profile)
    if fact is None:
        return
    for at, item in enumerate(draft.items):
        op = None if item.used else _against_zero(draft.items, at)
        named = _list_price(draft.items, at + 1) if op is not None else []
        if op is not None and named:
            _said(draft, fact, at, named, op)


def _against_zero(items: Sequence[Item], at: int) -> ComparisonOp | None:
    """How a discount compares with zero where these words stand before list price; None for other words."""
    item, texts = items[at], [token.text for token in items[at].tokens]
    at_or = at > 0 and _text(items[at - 1]) == "at"
    if item.is_(Word.BELOW):
        return ">"
    if item.is_(Word.ABOVE):
        return "<"
    if texts == ["at"]:
        return "="
    if (at_or and item.is_(Word.OR_LESS)) or (texts[0] == "not" and item.is_(Word.AT_MOST)):
        return ">="  # at or below, not above
    if (at_or and item.is_(Word.OR_MORE)) or (texts[0] == "not" and item.is_(Word.AT_LEAST)):
        return "<="
    return None


def _list_price(items: Sequence[Item], at: int) -> list[Item]:
    """The items from here that say list price; none where they say something else."""
    taken: list[Item] = []
    texts: list[str] = []
    for item in items[at : at + 4]:
        taken.append(item)
        texts += [token.text for token in item.tokens]
        said = texts[1:] if texts[:1] in (["the"], ["our"]) else texts
        if item.used or len(said) > 2:  # noqa: PLR2004 two words say it
            return []
        if len(said) == 2 and said[0] in _LISTS and said[1] in _PRICES:  # noqa: PLR2004 - "list price"
            return taken
    return []


def _said(draft: Draft, fact: str, at: int, named: list[Item], op: ComparisonOp) -> None:
    items, end = draft.items, at + 1 + len(named)
    before, by = items[at - 1] if at else None, _by(items, end)
    figure = before if before is not None and before.comparison is not None and not before.used else by
    comparison = figure.comparison if figure is not None else None
    if comparison is not None and (op not in {"<", ">"} or comparison.kind != "percent"):
        return  # an amount of money off list price is no percentage, and "10% at list price" is not clear
    bounds = comparison.bounds if comparison is not None else ((op, Decimal(0)),)
    first = at - (figure is not None and figure is before)
    no = _no(items, first)
    if no and len(bounds) > 1:
        return
    used = [*no, items[at], *named]
    if figure is not None:
        used += [figure] if figure is before else [figure, items[end]]
    if op in {">=", "<="} and before is not None and _text(before) == "at":
        used.append(before)
    tokens = sorted(draft.use(*used), key=lambda token: token.start)
    least = draft.vocabulary.profile.facts[fact].minimum
    if op == "<" and least is not None and least >= 0:
        _ask(draft, tokens, fact)
        return
    if comparison is not None and op == "<":
        bounds = tuple((_TURNED[each], -value) for each, value in bounds)
    draft.filters.extend(
        (FactFilter(fact=fact, op=each, value=value, negate=bool(no)), tokens) for each, value in bounds
    )


def _no(items: Sequence[Item], at: int) -> list[Item]:
    """The `not` of `not 10% below list price` or of `not sold below list price`."""
    for item in reversed(items[max(0, at - 2) : at]):
        if item.is_(Word.NOT) and not item.used:
            return [item]
        if _text(item) != "sold":
            return []
    return []


def _by(items: Sequence[Item], at: int) -> Item | None:
    """`below list price by more than 10%`: the figure."""
    by, figure = items[at : at + 1], items[at + 1 : at + 2]
    if by and figure and _text(by[0]) == "by" and figure[0].comparison is not None and not figure[0].used:
        return figure[0]
    return None


def _ask(draft: Draft, tokens: Sequence[Token], fact: str) -> None:
    label = draft.vocabulary.profile.facts[fact].label
    least = draft.vocabulary.profile.facts[fact].minimum
    draft.ask(
        tokens,
        f"The Deal Profile keeps no {label} under {least}%, so a deal above list price is not told from one at list "
        "price. Deals without a discount?",
        (f"with {label} exactly 0",),
    )


def _text(item: Item) -> str:
    return item.tokens[0].text if len(item.tokens) == 1 else ""
