"""`break the payment terms`, `fail on price`, `discount problems`, `pass every check`: words of checks and results."""

from __future__ import annotations

from typing import Literal

from bot.pipeline.draft import Draft
from bot.pipeline.items import Item
from bot.pipeline.meanings import CheckWord, DimensionWord, FactWord, PartWord, Word
from bot.pipeline.query import CheckFilter, Filter, Group, PartFilter
from bot.pipeline.words import Token

CheckResult = Literal["pass", "fail"]

_WHAT_FAILS = frozenset({"what", "why"})


def breaking(draft: Draft) -> None:
    """A filter for every word of breaking or passing, with the checks it is about; any check when it names none."""
    for at, item in enumerate(draft.items):
        grouped = item.all(DimensionWord) and at and draft.items[at - 1].is_(Word.BY, Word.WHICH)
        if item.used or grouped or not item.is_(Word.BREAK, Word.PASS):
            continue
        result: CheckResult = "pass" if item.is_(Word.PASS) else "fail"
        if item.is_(Word.AGAINST) and not _objects(draft, at)[0]:
            continue  # one thing against another: no rule is broken
        objects, rules, either = _objects(draft, at)
        left = draft.items[at - 1] if at else None
        if not objects and left is not None and not left.used and _names_a_check(left):
            objects = [left]
        tokens = draft.use(item, *rules)
        filters = [(_filter(draft, each, result), draft.use(each)) for each in objects]
        if not objects:
            draft.add(CheckFilter(result=result), tokens)
            if result == "fail" and draft.items[0].tokens[0].text in _WHAT_FAILS:
                # What do they fail on: the answer is checks, not deals.
                draft.group(Group(by="check"), draft.use(draft.items[0]))
        _add(draft, [(each, words) for each, words in filters if each is not None], tokens, either=either)


def _objects(draft: Draft, at: int) -> tuple[list[Item], list[Item], bool]:
    """The checks named after the word, the words like "rule" among them, and whether any one of them will do."""
    objects: list[Item] = []
    rules: list[Item] = []
    either = False
    for i in range(at + 1, len(draft.items)):
        item = draft.items[i]
        if item.used or item.is_(Word.BREAK, Word.PASS, Word.BY):
            break
        if _names_a_check(item):
            if _is_compared(draft, i):
                break
            objects.append(item)
        elif item.is_(Word.ONLY):
            # Failing this and nothing else is another question, which must not pass as this one.
            draft.unused.append(item)
        elif item.is_(Word.RULES):
            rules.append(item)
        elif item.is_(Word.OR):
            either = True
        elif not (item.noise or item.is_(Word.AND)):
            break
    return objects, rules, either


def _names_a_check(item: Item) -> bool:
    return bool(item.all(CheckWord) or item.all(PartWord) or item.all(FactWord))


def _is_compared(draft: Draft, at: int) -> bool:
    following = draft.following(at)
    return following is not None and draft.items[following].comparison is not None


def _filter(draft: Draft, item: Item, result: CheckResult) -> Filter | None:
    checks = [word.check for word in item.all(CheckWord)]
    if checks:
        return CheckFilter(any_of=tuple(checks), result=result)
    part = item.one(PartWord)
    if part is not None:
        return PartFilter(any_of=(part.part,), result=result)
    facts = [word.fact for word in item.all(FactWord)]
    on_fact = tuple(dict.fromkeys(check for fact in facts for check in draft.vocabulary.checks_on(fact)))
    if on_fact:
        return CheckFilter(any_of=on_fact, result=result)
    draft.ask(item.tokens, f"No check requires anything of {draft.words(item.tokens)!r}. Which check do you mean?")
    return None


def _add(draft: Draft, found: list[tuple[Filter, list[Token]]], tokens: list[Token], *, either: bool) -> None:
    """With `or` one filter for all, else one for each."""
    checks = [(each, words) for each, words in found if isinstance(each, CheckFilter)]
    if either and len(checks) == len(found) > 1:
        ids = tuple(dict.fromkeys(check for each, _ in checks for check in each.any_of))
        words = [token for _, more in checks for token in more]
        draft.add(CheckFilter(any_of=ids, result=checks[0][0].result), [*tokens, *words])
        return
    for each, words in found:
        draft.add(each, [*tokens, *words])
