"""The past tense: what was given, won, sold or closed was so in deals that are won, and not in those that are open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.pipeline.draft import Draft
from bot.pipeline.items import Item
from bot.pipeline.meanings import DimensionWord, Named, Word
from bot.pipeline.periods import span
from bot.pipeline.query import CloseDateFilter, WordFilter
from bot.pipeline.words import Token

_WE = frozenset({"i", "we", "they", "you", "he", "she", "everybody", "everyone"})
_PEOPLE = frozenset({"owner", "team"})
_BETWEEN = frozenset({"have", "has", "had", "ever", "already", "all"})
_SOLD = frozenset({"sold", "signed", "landed"})
_SELL = frozenset({"sell", "sign", "land"})
_GAVE = frozenset({"gave", "given"})
_WAS = frozenset({"was", "were", "had"})
_MADE = frozenset({"sum", "average", "given_away"})
_CLOSED = ("won", "lost")


def past(draft: Draft, today: date) -> None:
    """Say which status the verbs of the question speak of, where no word of the question is a status itself."""
    for at, item in enumerate(draft.items):
        if not item.used and _text(item) == "closed" and _by_somebody(draft.items, at):
            # Deals that somebody closed are sold; deals that are closed are won or lost.
            draft.add(WordFilter(by="status", any_of=("won",)), draft.use(item))
            return
    if any(named.by == "status" for item in draft.items if not item.used for named in item.all(Named)):
        return
    _did(draft) or _sold(draft) or _gave(draft, today) or _was(draft, today)


def _did(draft: Draft) -> bool:
    """`did Dana close`, `did we sell`, `did the deals close`, `did not close`."""
    did = next((at for at, item in enumerate(draft.items) if _text(item) == "did"), None)
    if did is None:
        return False
    verbs = range(did + 1, len(draft.items))
    verb = next((at for at in verbs if _text(draft.items[at]) in {"close", *_SELL}), None)
    if verb is None:
        return False
    between = draft.items[did + 1 : verb]
    closes = _text(draft.items[verb]) == "close"
    people = any(map(_is_somebody, between)) or not closes
    no = [item for item in between if item.is_(Word.NOT) and not item.used]
    used = draft.use(draft.items[did], *no, draft.items[verb])
    draft.add(WordFilter(by="status", any_of=("won",) if people else _CLOSED, negate=bool(no)), used)
    return True


def _sold(draft: Draft) -> bool:
    """`deals sold in October`, `deals not signed yet`."""
    at = next((at for at, item in enumerate(draft.items) if _text(item) in _SOLD), None)
    if at is None:
        return False
    before = draft.items[at - 1] if at else None
    no = [before] if before is not None and before.is_(Word.NOT) and not before.used else []
    draft.add(WordFilter(by="status", any_of=("open",) if no else ("won",)), draft.use(*no, draft.items[at]))
    return True


def _gave(draft: Draft, today: date) -> bool:
    """`how much discount did we give last quarter`: in a period that has begun it was given in deals that were won."""
    period = next((item.span for item in draft.items if item.span is not None), None)
    tokens = [token for item in draft.items for token in item.tokens]
    if period is None or not _has_begun(period, today) or any(item.is_(Word.NOT) for item in draft.items):
        return False
    gave = [token for token in tokens if token.text in _GAVE]
    did = next((token for token in tokens if token.text == "did"), None)
    if did is not None:
        gave += [did, *(token for token in tokens if token.text == "give" and token.start > did.start)][:2]
        gave = gave if len(gave) > 1 else []
    return _won(draft, gave)


def _was(draft: Draft, today: date) -> bool:
    """`what was our revenue last quarter`: a figure of a period that is over is that of its won deals."""
    period = next((item.span for item in draft.items if item.span is not None), None)
    if draft.select is None or draft.select[0].what not in _MADE or period is None or not _is_over(period, today):
        return False
    return _won(draft, [token for item in draft.items for token in item.tokens if token.text in _WAS][:1])


def _won(draft: Draft, tokens: Sequence[Token]) -> bool:
    if tokens:
        draft.add(WordFilter(by="status", any_of=("won",)), tokens)
    return bool(tokens)


def _has_begun(period: CloseDateFilter, today: date) -> bool:
    first, last = _days(period, today)
    return not period.negate and (first or last or today) <= today


def _is_over(period: CloseDateFilter, today: date) -> bool:
    _, last = _days(period, today)
    return not period.negate and last is not None and last < today


def _days(period: CloseDateFilter, today: date) -> tuple[date | None, date | None]:
    return span(period.period, today) if period.period is not None else (period.first, period.last)


def _by_somebody(items: Sequence[Item], at: int) -> bool:
    """`we closed`, `has Dana closed`, `closed by Dana`."""
    before = next((item for item in reversed(items[:at]) if _text(item) not in _BETWEEN), None)
    after = items[at + 1 : at + 3]
    by = len(after) > 1 and _text(after[0]) == "by" and any(named.by in _PEOPLE for named in after[1].all(Named))
    return by or (before is not None and _is_somebody(before))


def _is_somebody(item: Item) -> bool:
    return (
        _text(item) in _WE
        or any(named.by in _PEOPLE for named in item.all(Named))
        or any(word.by == "owner" for word in item.all(DimensionWord))
    )


def _text(item: Item) -> str:
    return item.tokens[0].text if len(item.tokens) == 1 else ""
