"""Whether a message asks about the deals themselves, or about the rules and how to sell: told by its words alone.

A message in a conversation has no command before it. It is taken for a question about deals only where the reader
understood it (`reading`) and its words speak of deals that there are: "my deals", "Dana's", "this quarter", "how many
deals", "by rep". What asks for a permission, a duty, a limit or a way to do or say something stays a question to the
playbooks: "what discount can I give?", "a deal", "do deals over 100k need approval?". In doubt it is none of ours.
"""

from __future__ import annotations

import re

from bot.deals.text import plain
from bot.pipeline.query import CheckFilter, CloseDateFilter, KindFilter, PartFilter, Query, WordFilter
from bot.pipeline.reading import Understanding

MOST_UNREAD = 1
"""So many pieces of a question that is surely about deals may be left unread; the answer names them."""
_FEW_FACTS = 3
"""So many facts, and no word that speaks of deals in the plural, are a deal that somebody states."""


def _any_of(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


_SELLERS = r"(?:i|we|you|one|they|he|she|reps?|sellers?|salespeople|a rep|the rep|somebody|someone|anybody|anyone)"
_NOUN = (
    r"(?:deals|opportunities|opps|prospects|proposals|"
    r"pipelines?(?! (?:reviews?|meetings?|calls?|reports?|templates?|hygiene|process)))"
)
_DEALS = _any_of(_NOUN)
_POLITE = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|so|and|please|thanks|good morning)\b[\s,!.]*)*"
    r"(?:(?:can|could|will|would) (?:you|i|we) (?:please )?(?:just )?(?=(?:show|list|give|tell|see|get|have|find|count|"
    r"look)\b)|i(?: would|'d)? (?:want|like|need) to (?=(?:see|know|get|have|look)\b)|please )*",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"^(?:show|list|give me|find|get|see|display|count|look up|do you know|tell me|know|all|any|top|number of)\b",
    re.IGNORECASE,
)
_ONE_DEAL = _any_of(
    r"(?:an?|any|each|every|one|this|that|another) (?:[\w%$'.,-]+ ){0,4}"
    r"(?:deal|proposal|offer|prospect|opportunity|contract)(?! (?:desk|profile|value|size|stage))",
    r"an? (?:[\w%$'-]+ ){0,2}pipeline",
)
_SUPPOSED = _any_of(r"what if|suppose|supposing|if|in case|for example|say that|it")
_METHOD = re.compile(
    rf"\b(?:how to|how come|explain|describe)\b"
    rf"|\bhow (?:do|does|should|shall|can|could|would|must|did) {_SELLERS}\b(?! (?:stand|compare))"
    rf"|\bwhat (?:do|should|shall|can|could|would|must) {_SELLERS}\b(?! (?:have|expect|close|lose|win|got)\b)"
    r"|\bwhat to\b|\bwhat (?:do|does) .{1,60}\bneed\b|^(?:tell|talk|speak)\b.*\babout\b|\bhelp me\b",
    re.IGNORECASE,
)
_AUTHORITY = _any_of(r"who (?:may|can|could|must|should|signs?|approves?|decides?|has to|needs to)")
_RULE = _any_of(
    r"(?:rules?|polic(?:y|ies)|guidelines?|limits?|standards?|criteria|requirements?|conditions?) "
    r"(?:for|on|about|of|to)",
    r"(?:our|the|my|what|[\w-]+'s) (?:[\w'-]+ ){0,2}(?:polic(?:y|ies)|guidelines?|limits?)",
)
"""What a question is about that asks for a rule, unless its words say that deals break or meet it (`_KEPT`)."""
_KEPT = _any_of(r"(?:break|broke|violat|fail|breach|meet|pass|satisf|respect|comply|complies|keep|against|outside)\w*")
_LEAVE = _any_of(
    r"(?:is|are) there an?|allowed|permitted|mandatory|acceptable|eligible|entitled",
)
_MODAL = re.compile(r"\b(?:can|could|may|might|should|must|shall|would|will)\b(?!')", re.IGNORECASE)
_AFTER_MODAL = re.compile(rf"^\s+(?:{_SELLERS}|an?|the|my|our|their|his|her|your|this|that|it)\b", re.IGNORECASE)
_BEFORE_MODAL = re.compile(rf"\b(?:{_SELLERS}|that|which|who|{_NOUN})\s+$", re.IGNORECASE)
_WE_MAY_CLOSE = _any_of(rf"(?:can|could|may|might|shall|will) {_SELLERS} (?:close|win|sign|land|lose)")
_HABIT = _any_of(rf"(?:do|does) {_SELLERS}")
_IN_GENERAL = _any_of(
    r"(?:do|does|is|are|must|should|can|may) (?:deals|proposals|opportunities|prospects|projects|hospitals|customers)",
    r"(?:deals|opportunities|proposals|prospects) (?:always |usually |normally )?"
    r"(?:get|take|deserve|qualify|have to|need to|(?:need|require)(?! (?:(?:an?|the|\w+'s) )?(?:approval|exception)))",
)
_OPENS_A_REASON = re.compile(r"^(?:when|why|what makes)\b", re.IGNORECASE)
_OPENS_YES_OR_NO = re.compile(r"^(?:do|does|did|is|are|was|were|has|have|am)\b(?! there\b)", re.IGNORECASE)
_OPENS_WHAT_IS = re.compile(r"^what(?:'s| is| are)\b|^(?:meaning|definition)\b", re.IGNORECASE)
_OF_OTHERS = re.compile(rf"\b(?:for|on|in|at|with|of|do) (?:[\w%$'-]+ ){{0,4}}{_NOUN}\b", re.IGNORECASE)
_HOW_MUCH = re.compile(
    rf"\bhow (?:much|large|big|high|long)\b(?! of\b)|\bhow many (?!(?:[\w'-]+ ){{0,3}}{_NOUN}\b)", re.IGNORECASE
)
_OWN = re.compile(
    r"\b(?:my|our|[\w-]+'s|[\w-]+s') (?:[\w%$'-]+ ){0,5}"
    rf"{_NOUN}\b"
    rf"|\b{_NOUN} (?:of (?:mine|ours)|(?:that )?(?:i|we) (?:own|have))"
    r"|\bmy team\b|\b(?:the|this) (?:current |whole |entire )?pipeline\b",
    re.IGNORECASE,
)
_OUR_FIGURE = re.compile(
    r"\b(?:my|our|[\w-]+'s) (?:[\w'-]+ ){0,2}(?:win rates?|revenue|turnover|average|total|fit|hit rate|close rate)\b",
    re.IGNORECASE,
)
_DID = re.compile(
    r"\bdid (?:[\w'-]+ ){0,4}(?:give|sell|win|close|lose|sign|land)\b"
    r"|\b(?:have|has) (?:[\w'-]+ ){0,3}(?:given|sold|won|closed|lost|signed|landed)\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2,4}")
_NAME = re.compile(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){0,3}$")
_MONTH = re.compile(r"\b(?:in|by|since|before|after|until|of|from|last|next|this) may\b", re.IGNORECASE)
_OF_MANY = re.compile(
    r"\b(?:by|per|who|did|was|were|how (?:many|much)|win|won|lost|closed|sold|gave|average|total|revenue|turnover|fit|"
    r"rate|share|"
    r"top|most|highest|lowest|biggest|largest|overdue|positives|clos(?:e|es|ing)|due|days|weeks?|months?|quarters?|"
    r"years?|today|yesterday|tomorrow|q[1-4])\b|'s\b|s'(?!\w)",
    re.IGNORECASE,
)
"""Words of which one stands in every question about deals that does not name them."""
_BY = _any_of("by", "per")
_PERSONS = frozenset({"owner", "team"})
_NAMES = frozenset({"customer", "name"})


def could_ask_of_deals(text: str) -> bool:
    """Whether the words leave it open that they ask about deals: what no table has to be looked at for."""
    said = _opened(text)
    noun = _DEALS.search(said) is not None
    return (
        (noun or _OF_MANY.search(said) is not None)
        and not _never(said)
        and (noun or not _asks_leave(_MONTH.sub("", said)))
    )


def asks_of_deals(text: str, read: Understanding) -> bool:
    """Whether words that could ask about deals (`could_ask_of_deals`) surely do, as they were read."""
    query = read.base
    if query is None or read.follows:
        return False
    said = _opened(_without_days(text, read))
    told = _Told(query, read)
    noun = _DEALS.search(said) is not None
    own = told.own or _OWN.search(said) is not None
    if not _understood(text, read, surely=noun and (own or _BY.search(said) is not None)):
        return False
    if _asks_leave(said):
        walks = told.walks_away or _WE_MAY_CLOSE.search(said) is not None
        return noun and own and walks
    if noun:
        return _of_deals(said, told, own=own)
    return (
        told.without_the_word(said)
        and told.facts < _FEW_FACTS
        and not (_OPENS_A_REASON.match(said) or (_HABIT.search(said) and not told.own))
    )


class _Told:
    """What of a query was said in words, and was not only taken for granted."""

    def __init__(self, query: Query, read: Understanding) -> None:
        paths = {chip.path for chip in read.understood if chip.words}
        filters = [each for number, each in enumerate(query.filters) if f"filters/{number}" in paths]
        by = {each.by for each in filters}
        self.query = query
        self.measured = "select" in paths
        self.shaped = self.measured or bool(paths & {"order_by", "limit", "compare"}) or bool(query.group_by)
        asked = any(_DAY.fullmatch(ask.words) for ask in read.asks)
        self.period = asked or any(isinstance(each, CloseDateFilter) for each in filters)
        self.person = bool(by & _PERSONS) or any(chip.text == "the deals that you see" for chip in read.understood)
        self.named = bool(by & _PERSONS)
        self.customer = bool(by & _NAMES)
        self.status = "status" in by
        self.judged = "verdict" in by or any(
            isinstance(each, CheckFilter | PartFilter | KindFilter) for each in filters
        )
        self.grouped = bool(query.group_by) and bool(self.measured or paths & {"order_by", "limit"})
        self.walks_away = any(
            isinstance(each, WordFilter) and each.by == "verdict" and "does_not_fit" in each.any_of for each in filters
        )
        self.own = self.period or self.named or self.status
        self.any = bool(filters) or self.shaped
        self.facts = sum(each.by == "fact" for each in filters)
        self.counted = self.measured and query.select.what != "average"

    def without_the_word(self, said: str) -> bool:
        """Whether it speaks of deals without the word: "fit by rep", "how much discount did we give last quarter?"."""
        there = self.period or self.named or self.status
        kind = any(isinstance(each, KindFilter) for each in self.query.filters)
        return bool(
            (self.measured and (there or self.grouped or _OUR_FIGURE.search(said) or _DID.search(said)))
            or self.grouped
            or (self.query.group_by and _BY.search(said) and (there or self.judged))
            or (self.status and (self.period or self.named))
            or (self.named and (self.period or self.judged))
            or (kind and (there or self.measured or self.query.group_by))
        )


def _of_deals(said: str, told: _Told, *, own: bool) -> bool:
    """Whether words that name deals in the plural speak of those that there are."""
    if own:
        return True
    if _OPENS_A_REASON.match(said) or _OPENS_YES_OR_NO.match(said) or _IN_GENERAL.search(said):
        return False
    query = told.query
    if _HABIT.search(said):
        return told.counted or bool(query.group_by)
    if _OPENS_WHAT_IS.match(said):
        return bool((told.measured and query.filters[1:]) or query.group_by or query.limit)
    if query.group_by or query.limit or _LIST.match(said):
        return True
    vague = query.select.what in {"average", "count"} and _HOW_MUCH.search(said)
    if _OF_OTHERS.search(said) and (query.show or query.order_by or vague):
        return (
            False  # "the highest discount on hospital deals", "how many months for deals over 50k" may ask for a limit
        )
    return told.any


def _opened(text: str) -> str:
    """The words without what is only said for politeness."""
    return _POLITE.sub("", " ".join(plain(text).text.split()), count=1)


def _without_days(text: str, read: Understanding) -> str:
    """The words without those that were read as days: "in May" is no "may"."""
    filters = read.base.filters if read.base is not None else ()
    for chip in read.understood:
        name, _, number = chip.path.partition("/")
        if name == "filters" and isinstance(filters[int(number)], CloseDateFilter):
            for piece in filter(None, chip.words.split(" … ")):
                text = text.replace(piece, " ", 1)
    return text


def _never(said: str) -> bool:
    """Whether it is about one deal or any deal, a supposition, a way to do or say something, or a rule as such."""
    rule = _RULE.search(said) is not None and _KEPT.search(said) is None
    return rule or any(words.search(said) is not None for words in (_ONE_DEAL, _SUPPOSED, _METHOD, _AUTHORITY, _LEAVE))


def _asks_leave(said: str) -> bool:
    """Whether it asks what somebody can, may, should or must: "can I", "should we", "must deals", not "we should"."""
    return any(
        _AFTER_MODAL.match(said[match.end() :]) or not _BEFORE_MODAL.search(said[: match.start()])
        for match in _MODAL.finditer(said)
    )


def _understood(text: str, read: Understanding, *, surely: bool) -> bool:
    """Whether nothing is left unread; where it is surely about deals, but for a slip of the pen or a name."""
    if not read.unknown and not read.asks:
        return True
    if not surely or len(read.unknown) > MOST_UNREAD:
        return False
    asked = {ask.words for ask in read.asks}
    if text.strip() in asked:
        return False
    return all(each.near or each.words in asked or _NAME.match(each.words) for each in read.unknown)
