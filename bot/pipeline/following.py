"""What is said in a thread after a question: an edit of its query, or a new question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.pipeline.draft import Draft
from bot.pipeline.items import Item
from bot.pipeline.meanings import CheckWord, Word
from bot.pipeline.query import (
    CheckFilter,
    CloseDateFilter,
    FactFilter,
    Filter,
    Group,
    KindFilter,
    MissingFilter,
    Order,
    PartFilter,
    Query,
    Select,
    WordFilter,
)

MORE = frozenset({"and", "also", "plus"})
"""Words with which a follow-up adds to what was asked."""
_SHOW = frozenset({"show", "list", "see", "display", "give", "which"})
_UP, _DOWN = frozenset({">", ">="}), frozenset({"<", "<="})


def is_fresh(draft: Draft) -> bool:
    """Whether the words ask a question of their own: they say what it is about ("deals that fit")."""
    return any(item.is_(Word.DEALS) and item.tokens[0].text not in {"ones", "them"} for item in draft.items)


def checks_alone(draft: Draft) -> None:
    """`what about the discount rule`: a check by itself takes the place of the one that was asked about."""
    before = _check_of(draft.previous)
    if before is None:
        return
    for at, item in enumerate(draft.items):
        checks = tuple(word.check for word in item.all(CheckWord))
        following = draft.following(at)
        rule = draft.items[following] if following is not None and draft.items[following].is_(Word.RULES) else None
        if not item.used and checks and (rule is not None or _alone(draft.items, item)):
            used = draft.use(item, *([rule] if rule is not None else []))
            draft.add(CheckFilter(any_of=checks, result=before.result), used)


def _check_of(query: Query | None) -> CheckFilter | None:
    filters = query.filters if query is not None else ()
    return next((each for each in filters if isinstance(each, CheckFilter)), None)


def _alone(items: Sequence[Item], item: Item) -> bool:
    return all(each is item or each.noise or each.is_(Word.WHICH, Word.AND) for each in items)


def edited(previous: Query, draft: Draft) -> Query:
    """The previous query with what the words change: what they name takes the place of its own kind."""
    more = bool(draft.items) and draft.items[0].tokens[0].text in MORE
    select, groups = _shape(previous, draft, more=more)
    filters = _filters(previous.filters, draft)
    order, limit = previous.order_by, previous.limit
    if draft.order is not None:
        order = draft.order[0]
    elif draft.groups and order is not None and order.by not in {"measure", "deals", "value"}:
        order = None
    if select.what != "deals" and order is not None and order.by == "fact":
        order = Order(by="measure", descending=order.descending)
    if draft.limit is not None:
        limit = draft.limit[0]
    show = tuple(dict.fromkeys((*previous.show, *(fact for fact, _ in draft.show))))
    compare = draft.compare[0] if draft.compare is not None else previous.compare
    if compare is not None and not any(isinstance(each, CloseDateFilter) for each in filters):
        compare = None
    if compare is not None:
        select = Select(what="count") if select.what == "deals" else select
        if draft.compare is not None:
            # Of a period that is over the deals are closed: only open ones would compare nothing.
            filters = [each for each in filters if not _is_open(each)]
    return Query(
        select=select, filters=tuple(filters), group_by=groups, order_by=order, limit=limit,
        show=show if select.what == "deals" else (), compare=compare,
    )  # fmt: skip


def _shape(previous: Query, draft: Draft, *, more: bool) -> tuple[Select, tuple[Group, ...]]:
    select = draft.select[0] if draft.select is not None else previous.select
    new = tuple(group for group, _ in draft.groups[:2])
    groups = previous.group_by
    if new:
        groups = tuple(dict.fromkeys((*groups, *new)))[-2:] if more else new
        if select.what == "deals":
            select = Select(what="count")
    elif draft.select is None and _asks_for_the_deals(draft):
        select, groups = Select(), ()
    return select, groups


def _asks_for_the_deals(draft: Draft) -> bool:
    """`show them`: the words name nothing, and ask to see."""
    tokens = [token.text for item in draft.items for token in item.tokens]
    named = draft.filters or draft.order or draft.limit or draft.show or draft.compare
    return not named and any(token in _SHOW for token in tokens)


def _filters(before: Iterable[Filter], draft: Draft) -> list[Filter]:
    new = [each for each, _ in draft.filters]
    kept = [each for each in before if not any(takes_the_place_of(other, each) for other in new)]
    if draft.everybody:
        kept = [each for each in kept if not (isinstance(each, WordFilter) and each.by == "owner")]
    if draft.any_status:
        kept = [each for each in kept if not (isinstance(each, WordFilter) and each.by == "status")]
    return [*(each for each in kept if each not in new), *new]


def takes_the_place_of(new: Filter, old: Filter) -> bool:
    """Whether both cannot stand in one query: they say something about the same of a deal."""
    if isinstance(new, WordFilter):
        return isinstance(old, WordFilter) and old.by == new.by and old.negate == new.negate
    if isinstance(new, FactFilter):
        same = isinstance(old, FactFilter | MissingFilter) and old.fact == new.fact
        return same and not (isinstance(old, FactFilter) and _opposite(new.op, old.op))
    if isinstance(new, MissingFilter):
        if new.fact == "close_date" and isinstance(old, CloseDateFilter):
            return True
        return isinstance(old, FactFilter | MissingFilter) and old.fact == new.fact
    if isinstance(new, CheckFilter | PartFilter):
        return isinstance(old, CheckFilter | PartFilter)
    return isinstance(old, type(new)) if isinstance(new, CloseDateFilter | KindFilter) else old == new


def _opposite(one: str, other: str) -> bool:
    """Whether both together make a range: over 50k, but under 200k."""
    return (one in _UP and other in _DOWN) or (one in _DOWN and other in _UP)


def _is_open(each: Filter) -> bool:
    return isinstance(each, WordFilter) and each.by == "status" and each.any_of == ("open",)
