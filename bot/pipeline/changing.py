"""A query as chips that can be changed: each part in words, with what may stand in its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.deals.facts import FactType
from bot.pipeline.describing import Describer
from bot.pipeline.grouping import LABELS
from bot.pipeline.query import (
    CheckFilter,
    CloseDateFilter,
    FactFilter,
    Filter,
    Group,
    Query,
    WordFilter,
)
from bot.pipeline.validating import QueryError
from bot.pipeline.vocabulary import Vocabulary
from bot.profile.model import Profile

REMOVE = "remove"
MOST_OPTIONS = 20
_PERIODS = (
    "this month", "last month", "next month", "this quarter", "last quarter", "next quarter", "this year", "last year",
    "overdue",
)  # fmt: skip
_LIMITS = (5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class ChipOption:
    """What may stand in the place of a part: `key` for `changed`, and a label for people. Keys are short texts."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of the query in words, and the asker's words that it came from (none: nothing else was said).

    `path` says which part it is ("filters/0", "select", "order_by"), empty where it cannot be changed; `options` are
    what may stand there instead.
    """

    text: str
    words: str
    path: str = ""
    options: tuple[ChipOption, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The chip as JSON data."""
        options = [{"key": option.key, "label": option.label} for option in self.options]
        return {"text": self.text, "words": self.words, "path": self.path, "options": options}


def chips_of(query: Query, vocabulary: Vocabulary, today: date) -> list[Chip]:
    """The chips of a query, what it selects first."""
    profile = vocabulary.profile
    describer = Describer(profile, today, vocabulary.labels, vocabulary.check_labels)
    chips = [Chip(describer.select(query), "", "select", _selects(query, profile))]
    for number, each in enumerate(query.filters):
        options = tuple(_options(_instead(each, vocabulary), describer.filter, each))
        chips.append(Chip(describer.filter(each), "", f"filters/{number}", (*options, _removed())))
    for number, group in enumerate(query.group_by):
        others = (Group.model_validate({"by": by}) for by in LABELS)
        options = tuple(_options(others, describer.group, group))
        chips.append(Chip(describer.group(group), "", f"group_by/{number}", (*options, _removed())))
    if query.compare is not None:
        chips.append(Chip(describer.against(query.compare), "", "compare", (_removed(),)))
    if query.order_by is not None:
        turned = query.order_by.model_copy(update={"descending": not query.order_by.descending})
        option = ChipOption(_key(turned.model_dump(mode="json", exclude_none=True)), describer.order(turned))
        chips.append(Chip(describer.order(query.order_by), "", "order_by", (option, _removed())))
    if query.limit is not None:
        limits = tuple(ChipOption(str(limit), f"first {limit}") for limit in _LIMITS if limit != query.limit)
        chips.append(Chip(f"first {query.limit}", "", "limit", (*limits, _removed("all"))))
    for number, fact in enumerate(query.show):
        chips.append(Chip(f"show {profile.facts[fact].label}", "", f"show/{number}", (_removed(),)))
    return chips


def changed(query: Query, path: str, key: str) -> Query:
    """The query with the part at the path replaced by an option's key, or taken away.

    Raises:
        QueryError: there is no such part, or the key does not fit there.
    """
    data = query.plain() | {"group_by": [each.model_dump(mode="json", exclude_none=True) for each in query.group_by]}
    try:
        _put(data, path, None if key == REMOVE else json.loads(key))
        return Query.model_validate_json(json.dumps({name: value for name, value in data.items() if value is not None}))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise QueryError("This part of the question cannot be changed like that. Ask the question again.") from error


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    """Put the value at the path, and take away what makes no sense without what was there."""
    name, _, place = path.partition("/")
    if place:
        parts = list(data[name])
        number = range(len(parts))[int(place)] if place.isdecimal() else len(parts)
        parts[number]  # an IndexError where there is none
        parts[number : number + 1] = [] if value is None else [value]
        data[name] = parts
    elif name in {"select", "order_by", "limit", "compare"}:
        data[name] = value
    else:
        raise KeyError(path)
    if not data["select"]:
        data["select"] = {"what": "deals"}
    if name == "select" and data["select"].get("what") == "deals":
        data["group_by"], data["compare"] = [], None
    if not any(each["by"] == "close_date" and not each.get("negate") for each in data["filters"]):
        data["compare"] = None


def _selects(query: Query, profile: Profile) -> tuple[ChipOption, ...]:
    choices = [{"what": "deals"}, {"what": "count"}, {"what": "fit"}]
    choices += [{"what": "average", "of": name} for name, s in profile.facts.items() if s.type is FactType.PERCENT]
    choices += [{"what": "sum", "of": name} for name, spec in profile.facts.items() if spec.type is FactType.MONEY]
    labels = {"deals": "show the deals", "count": "count the deals", "fit": "how much fits"}
    now = query.select.model_dump(mode="json", exclude_none=True)
    return tuple(
        ChipOption(
            _key(choice), labels.get(choice["what"]) or f"{choice['what']} of {profile.facts[choice['of']].label}"
        )
        for choice in choices
        if choice != now
    )[:MOST_OPTIONS]


def _instead(each: Filter, vocabulary: Vocabulary) -> Iterator[Filter]:
    """What may stand in a filter's place: another word, another check, another period, the other way round."""
    match each:
        case WordFilter():
            known = sorted(vocabulary.labels.items(), key=lambda item: item[1].casefold())
            words = [word for (by, word), _ in known if by == each.by]
            for word in (*words, *_WORDS.get(each.by, ())):
                yield each.model_copy(update={"any_of": (word,)})
        case CheckFilter():
            for check in vocabulary.check_labels:
                yield each.model_copy(update={"any_of": (check,)})
        case CloseDateFilter():
            for period in _PERIODS:
                yield CloseDateFilter.model_validate({"period": period, "negate": each.negate})
        case FactFilter():
            yield from _other_values(each, vocabulary.profile)
        case _:
            pass
    yield each.model_copy(update={"negate": not each.negate})


def _other_values(each: FactFilter, profile: Profile) -> Iterator[Filter]:
    if isinstance(each.value, bool):
        yield each.model_copy(update={"value": not each.value})
    for choice in profile.facts[each.fact].choices if profile.facts[each.fact].type is FactType.CHOICE else ():
        yield FactFilter(fact=each.fact, value=choice, negate=each.negate)


_WORDS: Mapping[str, tuple[str, ...]] = {
    "verdict": ("fits", "needs_approval", "does_not_fit", "incomplete"),
    "status": ("open", "won", "lost", "removed"),
    "stance": ("pursue", "selective", "decline"),
}


def _options(found: Iterable[Any], describe: Any, now: Any) -> Iterator[ChipOption]:
    seen = {now}
    for each in found:
        if each in seen:
            continue
        seen.add(each)
        if len(seen) > MOST_OPTIONS:
            return
        plain = each.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        yield ChipOption(_key(plain | ({"by": each.by} if hasattr(each, "by") else {})), describe(each))


def _removed(label: str = "remove") -> ChipOption:
    return ChipOption(REMOVE, label)


def _key(plain: Any) -> str:
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
