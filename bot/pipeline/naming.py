"""What is left when figures, checks and groups are read: names, choices, dates, and what is missing."""

from __future__ import annotations

from bot.deals.facts import FactType
from bot.pipeline.draft import Draft
from bot.pipeline.items import Item
from bot.pipeline.meanings import CheckWord, DimensionWord, FactWord, KindWord, Named, ValueWord, Word
from bot.pipeline.query import CheckFilter, FactFilter, KindFilter, MissingFilter, WordFilter
from bot.pipeline.words import Token
from bot.profile.people import Person, Role

_KINDS = {
    "owner": "a person", "customer": "a customer", "name": "a deal", "team": "a team", "stage": "a stage",
    "segment": "a segment", "authority": "an authority",
}  # fmt: skip


def without(draft: Draft) -> None:
    """`without an executive sponsor`, `no contract value`, `margin unknown`."""
    for at, item in enumerate(draft.items):
        if item.used or not item.is_(Word.WITHOUT, Word.MISSING):
            continue
        right, left = draft.following(at), _before(draft, at)
        named = draft.items[right] if right is not None else None
        if named is not None and not named.used and _lacking(draft, item, named):
            continue
        if item.is_(Word.MISSING) and left is not None and not left.used:
            _lacking(draft, item, left)


def names(draft: Draft, person: Person | None) -> None:
    """Names, choices, dates and facts, in the order of the question; `not` turns those that follow it round."""
    negation: list[Token] = []
    for at, item in enumerate(draft.items):
        if item.used:
            negation = []
        elif item.is_(Word.NOT):
            negation = draft.use(item)
            following = draft.following(at)
            if following is None or draft.items[following].used:
                draft.unused.append(item)
        elif item.span is not None:
            draft.add(item.span.model_copy(update={"negate": bool(negation)}), [*negation, *draft.use(item)])
        elif item.unknown:
            draft.unused.append(item)
        elif _nothing(item):
            continue
        elif not _name(draft, at, item, negation, person):
            draft.unused.append(item)


def _nothing(item: Item) -> bool:
    """Words that need no understanding of their own by now."""
    return item.noise or (
        item.is_(Word.NOISE, Word.DEALS, Word.AND, Word.OR, Word.ONLY, Word.WITH, Word.RULES, Word.WHICH, Word.BY)
        and not any(isinstance(meaning, Named | FactWord | ValueWord) for meaning in item.meanings)
    )


def _name(draft: Draft, at: int, item: Item, negation: list[Token], person: Person | None) -> bool:
    if item.is_(Word.MINE, Word.OURS):
        return _mine(draft, item, person)
    if item.is_(Word.NEGATIVE):
        return _below_zero(draft, at, item)
    if _whole_word(draft, item, negation):
        return True
    if item.all(Named):
        return _named(draft, item, negation)
    value = item.one(ValueWord)
    if value is not None:
        found = FactFilter(fact=value.fact, value=value.value, negate=bool(negation))
        draft.add(_plain(found), [*negation, *draft.use(item)])
        return True
    fact = item.one(FactWord)
    if fact is not None:
        tokens = draft.use(item)
        if not _beside_its_value(draft, at, fact.fact):
            draft.show.append((fact.fact, tokens))
        return True
    check = item.one(CheckWord)
    if check is not None:
        label = draft.vocabulary.check_labels[check.check]
        draft.ask(
            item.tokens, f"Deals that meet {label!r}, or deals that break it?", (f"break {label}", f"meet {label}")
        )
        draft.use(item)
        return True
    return bool(item.all(DimensionWord)) and _beside_a_name(draft, at)


def _whole_word(draft: Draft, item: Item, negation: list[Token]) -> bool:
    """Words that say something by themselves, whatever stands beside them."""
    kind = item.one(KindWord)
    if kind is not None:
        draft.add(KindFilter(any_of=(kind.kind,), negate=bool(negation)), [*negation, *draft.use(item)])
    elif item.is_(Word.EVERYBODY):
        draft.everybody = draft.use(item)
    elif item.is_(Word.ANY_STATUS):
        draft.any_status = True
        draft.said.append(("open and closed deals", draft.use(item)))
    else:
        return False
    return True


def _below_zero(draft: Draft, at: int, item: Item) -> bool:
    """`a negative margin`: the fact that follows is below zero."""
    following = draft.following(at)
    named = draft.items[following].one(FactWord) if following is not None else None
    if following is None or named is None or not draft.vocabulary.profile.facts[named.fact].type.is_numeric:
        return False
    draft.add(FactFilter(fact=named.fact, op="<", value=0), draft.use(item, draft.items[following]))
    return True


def _beside_its_value(draft: Draft, at: int, fact: str) -> bool:
    """Whether the fact's own value stands next to it: sponsored by the CFO, a hospital as industry."""
    for step in (-1, +1):
        i = at + step
        while 0 <= i < len(draft.items) and (draft.items[i].noise or draft.items[i].is_(Word.BY, Word.WITH)):
            i += step
        if 0 <= i < len(draft.items) and any(word.fact == fact for word in draft.items[i].all(ValueWord)):
            return True
    return False


def _plain(found: FactFilter) -> FactFilter:
    """Not yes is no, and not no is yes: said without `negate`."""
    if found.negate and isinstance(found.value, bool):
        return found.model_copy(update={"negate": False, "value": not found.value})
    return found


def _named(draft: Draft, item: Item, negation: list[Token]) -> bool:
    found = _most_likely(item.all(Named))
    tokens = [*negation, *draft.use(item)]
    if len(found) > 1:
        options = [f"{named.label} ({_KINDS.get(named.by, named.by)})" for named in found]
        if len({named.by for named in found}) == 1:
            options = [named.label for named in found]
        draft.ask(item.tokens, f"Which {draft.words(item.tokens)!r} do you mean?", options)
        return True
    draft.add(WordFilter(by=found[0].by, any_of=found[0].values, negate=bool(negation)), tokens)
    return True


def _most_likely(found: list[Named]) -> list[Named]:
    """One meaning where one rules: a status over a stage of the same word, a customer over a deal of the same name."""
    for by, over in (("status", "stage"), ("customer", "name")):
        if any(named.by == by for named in found):
            found = [named for named in found if named.by != over]
    return list(dict.fromkeys(found))


def _mine(draft: Draft, item: Item, person: Person | None) -> bool:
    tokens = draft.use(item)
    if item.is_(Word.MINE) and person is not None and person.has(Role.REP):
        draft.add(WordFilter(by="owner", any_of=(person.key,)), tokens)
    else:
        draft.said.append(("the deals that you see", tokens))
    return True


def _lacking(draft: Draft, item: Item, named: Item) -> bool:
    """A filter for what a deal lacks; whether one could be made."""
    facts = draft.vocabulary.profile.facts
    value, fact = named.one(ValueWord), named.one(FactWord)
    missing = item.is_(Word.MISSING)
    if named.is_(Word.CLOSE_DATE) or any(dimension.by == "customer" for dimension in named.all(DimensionWord)):
        name = "close_date" if named.is_(Word.CLOSE_DATE) else "customer"
        draft.add(MissingFilter(fact=name), draft.use(item, named))
    elif value is not None and isinstance(value.value, bool):
        if missing:
            draft.add(MissingFilter(fact=value.fact), draft.use(item, named))
        else:
            draft.add(FactFilter(fact=value.fact, value=not value.value), draft.use(item, named))
    elif fact is not None:
        spec = facts[fact.fact]
        if not missing and spec.type is FactType.YES_NO:
            draft.add(FactFilter(fact=fact.fact, value=False), draft.use(item, named))
        elif not missing and spec.type.is_numeric and spec.type is not FactType.MONEY:
            _zero_or_missing(draft, item, named, spec.label)
        else:
            draft.add(MissingFilter(fact=fact.fact), draft.use(item, named))
    elif (check := named.one(CheckWord)) is not None and not missing:
        draft.add(CheckFilter(any_of=(check.check,)), draft.use(item, named))
    elif value is not None or (named.all(Named) and not missing):
        _negated(draft, item, named)
    else:
        return False
    return True


def _zero_or_missing(draft: Draft, item: Item, named: Item, label: str) -> None:
    tokens = draft.use(item, named)
    draft.ask(tokens, f"{label} of 0, or {label} not known?", (f"{label} exactly 0", f"{label} unknown"))


def _negated(draft: Draft, item: Item, named: Item) -> None:
    value = named.one(ValueWord)
    tokens = draft.use(item)
    if value is not None:
        draft.add(FactFilter(fact=value.fact, value=value.value, negate=True), [*tokens, *draft.use(named)])
    else:
        _named(draft, named, tokens)


def _before(draft: Draft, at: int) -> Item | None:
    return next((item for item in reversed(draft.items[:at]) if not item.noise), None)


def _beside_a_name(draft: Draft, at: int) -> bool:
    """Whether the kind of thing stands beside its name: `segment regional hospital`, `stage proposal`."""
    near = [draft.items[i] for i in (at - 1, at + 1) if 0 <= i < len(draft.items)]
    return any(item.all(Named) or item.is_(Word.MINE, Word.OURS) for item in near)
