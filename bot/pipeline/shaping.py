"""What the table looks like: figures, groups, order, length; from `how many`, `by rep`, `top 10`, `average margin`."""

from __future__ import annotations

from typing import Literal

from bot.deals.facts import FactSpecs, FactType
from bot.pipeline.attaching import attach
from bot.pipeline.draft import Draft
from bot.pipeline.items import Item
from bot.pipeline.meanings import DimensionWord, FactWord, Named, ValueWord, Word
from bot.pipeline.query import MAX_ROWS, Against, CloseDateFilter, Group, Order, Query, Select
from bot.pipeline.records import discount_fact, value_fact
from bot.pipeline.words import Token, stem

_ORDERING = (Word.TOP, Word.BOTTOM, Word.HIGH, Word.LOW, Word.MOST, Word.SOON, Word.LATE)
_ASCENDING = (Word.BOTTOM, Word.LOW, Word.SOON)
_VERB_BEFORE_FIT = frozenset({
    "deal", "deals", "that", "which", "who", "to", "they", "it", "not", "many", "would", "will", "do", "does", "them",
    "ones", "opportunities", "and", "or", "still", "also", "currently",
})  # fmt: skip


_GROUPED = frozenset({FactType.CHOICE, FactType.TEXT, FactType.YES_NO})
_TEAM = stem("team")
_LAST = ("last", "previous", "next")


def periods(draft: Draft) -> None:
    """`this month against last`, `Q3 compared with Q2`, `compare this quarter with next quarter`."""
    verb = next((item for item in draft.items if item.is_(Word.COMPARE)), None)
    for at, item in enumerate(draft.items):
        joint = item.is_(Word.AGAINST) or (
            (verb is not None and item.is_(Word.WITH, Word.AND)) or item.tokens[0].text == "to"
        )
        following = draft.following(at) if joint else None
        first = next((each for each in draft.items[:at] if each.span is not None), None)
        span = first.span if first is not None else None
        if following is None or (span is None and draft.previous is None):
            continue
        other = draft.items[following]
        if sum(each.span is not None for each in draft.items if each is not other) > 1:
            continue  # which of several periods would be compared is not said: "2027 Q1 to 2027"
        against = _against(other, span or _period_of(draft.previous))
        if against is not None:
            draft.compare = (against, draft.use(*([verb] if verb is not None else []), item, other))
            return


def _against(item: Item, period: CloseDateFilter | None) -> Against | None:
    if item.span is not None:
        return Against(period=item.span.period, first=item.span.first, last=item.span.last)
    word = item.tokens[0].text
    if word not in _LAST or period is None or period.period is None or " " not in period.period:
        return None
    which = "next" if word == "next" else "last"
    return Against.model_validate({"period": f"{which} {period.period.split()[1]}"})


def _period_of(query: Query | None) -> CloseDateFilter | None:
    filters = query.filters if query is not None else ()
    return next((each for each in filters if isinstance(each, CloseDateFilter)), None)


def limits(draft: Draft) -> None:
    """`top 10`, `10 biggest`, `5 deals`: a number alone beside a word of order, or before the deals."""
    for at, item in enumerate(draft.items):
        if item.comparison is None or not item.comparison.bare or item.used:
            continue
        before = draft.items[at - 1] if at else None
        after = draft.items[at + 1] if at + 1 < len(draft.items) else None
        number = item.comparison.bounds[0][1]
        ordered = before is not None and before.is_(*_ORDERING)
        ordered = ordered or (after is not None and after.is_(*_ORDERING, Word.DEALS))
        if ordered and number == int(number) and 1 <= number <= MAX_ROWS:
            draft.limit = (int(number), draft.use(item))


def comparisons(draft: Draft) -> None:
    """Every figure that compares, with the fact that it is about."""
    for at, item in enumerate(draft.items):
        if item.comparison is None or item.used:
            continue
        found = attach(draft.items, at, draft.vocabulary.profile)
        # Not in a range has no single bound to turn round: the word is then named as not understood.
        negation = _negation(draft, at, found.named_by) if len(found.filters) == 1 else None
        if found.filters:
            tokens = draft.use(*(each for each in (negation, found.named_by, item) if each is not None))
            filters = [each.model_copy(update={"negate": negation is not None}) for each in found.filters]
            draft.filters.extend((each, tokens) for each in filters)
        else:
            facts = draft.vocabulary.profile.facts
            options = [facts[name].label for name in found.could_be]
            question = f"What is {draft.words(item.tokens)!r} a figure of? Write the name of the fact beside it."
            draft.ask(item.tokens, question, options)
            draft.use(item)


def _negation(draft: Draft, at: int, named_by: Item | None) -> Item | None:
    """The `not` or `without` before the figure, or before the fact that is named before the figure."""
    for i in range(at - 1, -1, -1):
        item = draft.items[i]
        if not item.used and item.is_(Word.NOT, Word.WITHOUT):
            return item
        if not item.noise and item is not named_by:
            return None
    return None


def groups(draft: Draft) -> None:
    """`by rep and stage`, `per quarter`, `which checks`, `who`, and `sorted by margin`."""
    for at, item in enumerate(draft.items):
        if item.used:
            continue
        if item.is_(Word.BY, Word.SORT):
            _by(draft, at)
        elif item.is_(Word.WHO):
            draft.group(Group(by="owner"), draft.use(item))
        elif item.is_(Word.WHICH) and at + 1 < len(draft.items):
            named = draft.items[at + 1]
            dimension = named.one(DimensionWord)
            if dimension is not None and not named.used and not named.is_(Word.DEALS):
                draft.group(Group(by=dimension.by), draft.use(item, named))


def _by(draft: Draft, at: int) -> None:
    lead: list[Item] = [draft.items[at]]
    i = at + 1
    while i < len(draft.items):
        item = draft.items[i]
        if item.noise or (item.is_(Word.AND, Word.BY) and not item.used):
            lead += [] if item.noise else [item]
        elif not _group_by(draft, item, lead):
            break
        else:
            lead = []
        i += 1


def _group_by(draft: Draft, item: Item, lead: list[Item]) -> bool:
    """Group, or order, by what the item names; whether it names something."""
    facts = draft.vocabulary.profile.facts
    fact = item.one(FactWord)
    sorting = any(word.is_(Word.SORT) for word in lead)
    if item.used or item.span is not None:
        return False
    if item.is_(Word.CLOSE_DATE):
        draft.order = (Order(by="close_date", descending=False), draft.use(*lead, item))
    elif item.is_(Word.HOW_MANY):
        draft.order = (Order(by="deals"), draft.use(*lead, item))
    elif (dimension := _dimension(draft, item)) is not None and not sorting:
        draft.group(Group(by=dimension.by), draft.use(*lead, item))
    elif fact is not None and facts[fact.fact].type in _GROUPED:
        draft.group(Group(by="fact", fact=fact.fact), draft.use(*lead, item))
    elif fact is not None:
        draft.order = (_order_by(draft, fact.fact), draft.use(*lead, item))
    elif (value := item.one(ValueWord)) is not None and isinstance(value.value, bool):
        draft.group(Group(by="fact", fact=value.fact), draft.use(*lead, item))
    else:
        return False
    return True


def _dimension(draft: Draft, item: Item) -> DimensionWord | None:
    """What the item groups by. A region is a fact where the profile has one, else a team, where anybody is in one."""
    found = item.one(DimensionWord)
    if found is None or found.by != "team" or item.tokens[0].stem == _TEAM:
        return found
    if item.one(FactWord) is not None or not any(by == "team" for by, _ in draft.vocabulary.labels):
        return None
    return found


def _order_by(draft: Draft, fact: str, *, descending: bool = True) -> Order:
    if fact == value_fact(draft.vocabulary.profile.facts):
        return Order(by="value", descending=descending)
    return Order(by="fact", fact=fact, descending=descending)


def orders(draft: Draft) -> None:
    """`top`, `biggest`, `lowest margin`, `closing soonest`, `fail most`."""
    for at, item in enumerate(draft.items):
        if item.used or not item.is_(*_ORDERING):
            continue
        descending = not item.is_(*_ASCENDING)
        if item.is_(Word.SOON, Word.LATE):
            draft.order = (Order(by="close_date", descending=descending), draft.use(item))
            continue
        i = draft.following(at)
        while i is not None and draft.items[i].used and draft.items[i].comparison is not None:
            i = draft.following(i)
        named = draft.items[i] if i is not None and not draft.items[i].used else None
        fact = named.one(FactWord) if named is not None else None
        dimension = named.one(DimensionWord) if named is not None and not named.is_(Word.DEALS) else None
        if named is not None and fact is not None and draft.vocabulary.profile.facts[fact.fact].type.is_numeric:
            draft.order = (_order_by(draft, fact.fact, descending=descending), draft.use(item, named))
            continue
        if named is not None and dimension is not None:
            draft.group(Group(by=dimension.by), draft.use(named))
        if item.is_(Word.MOST):
            draft.order = (Order(by="deals", descending=descending), draft.use(item))
        elif named is not None and _means_fits(named):
            draft.order = (Order(by="measure", descending=descending), draft.use(item))
        elif draft.order is None:
            draft.order = (Order(by="value", descending=descending), draft.use(item))
        else:
            draft.use(item)


def measures(draft: Draft) -> None:
    """`how many`, `how much discount`, `total value`, `average margin`, `fit by rep`, `what share fits`."""
    _fit(draft)
    _of_their_own(draft)
    for at, item in enumerate(draft.items):
        if item.used or draft.select is not None:
            continue
        if item.is_(Word.HOW_MANY):
            draft.select = (Select(what="count"), draft.use(item))
        elif item.is_(Word.AVERAGE):
            _figure(draft, at, "average")
        elif item.is_(Word.TOTAL, Word.HOW_MUCH):
            _figure(draft, at, "sum")
    for item in draft.items:
        # The total value of: two words for one sum.
        if not item.used and item.is_(Word.TOTAL) and draft.select is not None and draft.select[0].what == "sum":
            draft.select[1].extend(draft.use(item))


def _fit(draft: Draft) -> None:
    fits = [i for i, item in enumerate(draft.items) if not item.used and _means_fits(item)]
    shares = [item for item in draft.items if not item.used and item.is_(Word.SHARE)]
    for at in fits:
        before = draft.items[at - 1].tokens[-1] if at else None
        noun = draft.items[at].tokens[-1].text == "fit" and (
            before is None or not (before.text in _VERB_BEFORE_FIT or before.possessive)
        )
        if noun or shares:
            size = value_fact(draft.vocabulary.profile.facts)
            money = [each for each in draft.items if shares and any(w.fact == size for w in each.all(FactWord))]
            found = [each for each in (*shares, *money, draft.items[at]) if not each.used or each is draft.items[at]]
            draft.select = (Select(what="fit"), draft.use(*found))
            return


def _of_their_own(draft: Draft) -> None:
    """`money given away in discounts`, `win rate`: figures that are no fact."""
    for item in draft.items:
        if item.used or draft.select is not None:
            continue
        if item.is_(Word.WIN_RATE):
            draft.select, draft.any_status = (Select(what="win_rate"), draft.use(item)), True
        elif item.is_(Word.GIVEN_AWAY):
            facts = {value_fact(draft.vocabulary.profile.facts), discount_fact(draft.vocabulary.profile)}
            beside = [
                each
                for each in draft.items
                if not each.used
                and (each.is_(Word.HOW_MUCH, Word.TOTAL) or any(word.fact in facts for word in each.all(FactWord)))
            ]
            draft.select = (Select(what="given_away"), _in_order(draft.use(item, *beside)))


def _means_fits(item: Item) -> bool:
    return any(named.by == "verdict" and named.values == ("fits",) for named in item.all(Named))


def _figure(draft: Draft, at: int, what: Literal["sum", "average"]) -> None:
    """The sum or average of the fact named after the word, else before it, else of the contract's value."""
    facts = draft.vocabulary.profile.facts
    places = [*range(at + 1, len(draft.items)), *range(at)]
    named = next((draft.items[i] for i in places if _measurable(draft.items[i], facts)), None)
    word = named.one(FactWord) if named is not None else None
    fact = word.fact if word is not None else value_fact(facts)
    if fact is None or (word is None and what == "average"):
        draft.ask(draft.items[at].tokens, "Of which figure? Name a fact that is a number.")
        draft.use(draft.items[at])
        return
    # Percentages of several deals have no sum: how much discount we gave is the discount of the average deal.
    kind: Literal["sum", "average"] = "average" if facts[fact].type is FactType.PERCENT else what
    used = [draft.items[at], *([named] if named is not None else [])]
    draft.select = (Select(what=kind, of=fact), _in_order(draft.use(*used)))


def _measurable(item: Item, facts: FactSpecs) -> bool:
    word = item.one(FactWord)
    return word is not None and not item.used and facts[word.fact].type.is_numeric


def _in_order(tokens: list[Token]) -> list[Token]:
    return sorted(tokens, key=lambda token: token.start)
