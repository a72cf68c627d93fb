"""The English words that steer the reading, whatever the profile: small words, negation, doubt, comparison.

These lists err on one side: a word too many makes the reader report something instead of taking it as a fact.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What an element of a sentence is to the reader."""

    QUANTITY = "quantity"
    NAME = "name"  # of a fact
    CHOICE = "choice"
    YES_NO = "yes/no"  # a phrase that states a yes/no fact
    DATE = "date"
    LITERAL = "literal"  # yes, no
    FREQUENCY = "frequency"  # quarterly
    NEGATION = "negation"
    OR = "or"
    TO = "to"  # also the dash and the arrow of a range
    COMPARISON = "comparison"
    CHANGE = "change"  # adding 20 beds is not a hospital of 20 beds
    DOUBT = "doubt"
    PENDING = "pending"  # a visit that is planned has not been made
    WANT = "want"
    DONE = "done"
    TIMING = "timing"  # in 45 days, 3 months ago: a moment, not a term
    SMALL = "small"
    COLON = "colon"
    EQUALS = "equals"
    BREAK = "break"
    OTHER = "other"


_WORDS = {
    Kind.NEGATION: """no not without never neither nor lack lacks lacking isn't aren't wasn't weren't hasn't
        haven't hadn't
        don't doesn't didn't won't wouldn't can't cannot couldn't shouldn't ain't isnt arent wasnt hasnt havent dont
        doesnt didnt wont cant non zero""",
    Kind.OR: "or vs versus /",
    Kind.TO: "to through until till",
    Kind.COMPARISON: """under over above below around about approx approximately roughly circa ca c nearly almost
        least most
        max maximum min minimum minimal fewer less more greater than exceeding beyond up some ~ < > + \u2265
        \u2264 \u00b1
        <= >= plus ish upwards starting""",
    Kind.CHANGE: """x \u00d7 adding add adds added closing closes extra additional another increase increased decrease
        decreased
        planned plans expand expanding expansion gaining losing cut cutting reduce reduced raise raised""",
    Kind.DOUBT: """maybe perhaps possibly probably potentially might may could would should can shall likely
        unlikely guess
        guessing think thinks thought hope hoping hopes expect expects expected tbd tbc unsure uncertain
        unclear unknown
        if unless assuming provided depending depends either between ranging range partly partially mostly half
        competitor competitors competitor's competing competition rival rivals incumbent previous previously former
        formerly originally earlier later instead rather except excluding hypothetically suppose supposing
        whether wonder
        wondering target targets targeted goal aim aiming
        normally usually typically what how why estimate estimated estimates considering""",
    Kind.PENDING: """scheduled schedule planned planning plan pending booked upcoming next soon tomorrow todo needed
        need needs required requires request requested requests discuss discussing discussed ask asks asked
        asking about
        open missing outstanding postponed cancelled canceled refused refuses declined declines due option optional
        optionally alternative alternatively wants want await awaiting review reviewing question questions problem
        problems issue issues against interested interest partial stopped ended lost expired delayed doubtful
        starts starting start begins beginning coming future will
        exempt exempted exemption waived waives avoid avoids opposed opposes""",
    Kind.WANT: """want wants wanted need needs take takes taking buy buys buying sign signs signed signing get
        gets getting
        give gives giving offer offers offered offering propose proposes proposed proposing pay pays paying ask asks
        asking agree agrees agreed request requests requested commit commits committed have has had having do does did
        go goes going accept accepts accepted""",
    Kind.DONE: "done happened yet made there available possible place included given ok okay confirmed",
    Kind.TIMING: "in after within every since ago last next past before by until till",
    Kind.SMALL: """a an the this that these those of for with at on as and is are was were be been being by
        from it its
        they their them we our us i my you your he she his her him there here also just only exactly all both so but
        then has have had now please any per each own already still full into onto via
        in am which who whose what & . , ' " * _ ` # = hi hello hey thanks
        thank regards btw deal deals customer customers prospect
        opportunity opp account client""",
}  # fmt: skip


def _kinds() -> dict[str, frozenset[Kind]]:
    kinds: dict[str, set[Kind]] = {}
    for kind, words in _WORDS.items():
        for word in words.split():
            kinds.setdefault(word, set()).add(kind)
    return {word: frozenset(found) for word, found in kinds.items()}


KINDS = MappingProxyType(_kinds())
"""Every steering word and what it may be."""

LITERALS = MappingProxyType({"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False})
FREQUENCIES = MappingProxyType(
    {
        "weekly": 52, "monthly": 12, "quarterly": 4, "biannual": 2, "semiannual": 2, "annual": 1, "annually": 1,
        "yearly": 1,
    }
)  # fmt: skip
"""How often a year an adverb means. Bimonthly is not here: it means two things."""

PER_YEAR = MappingProxyType({"year": 1, "quarter": 4, "month": 12, "week": 52})
TIMES = MappingProxyType({"once": 1, "twice": 2, "thrice": 3})
QUESTION_STARTS = frozenset(
    """can could should shall would will may might is are do does did has have what which how who why when
        where am was
    were""".split()
)
CONDITIONS = frozenset({"if", "unless", "assuming", "provided", "suppose", "supposing", "whether"})
ABBREVIATIONS = frozenset(
    "approx ca c st dr mr mrs ms vs est mo mos yr yrs inc ltd co corp etc min max incl excl ft e.g i.e".split()
)
LARGE = frozenset("hundred thousand million dozen score point".split())
"""Words that make one number of what stands around them; such numbers in words are reported, not read."""

HEADERS = frozenset("customer client account deal opportunity opp prospect name company".split())
NOT_A_NAME = HEADERS | frozenset(
    """notes note summary update fyi subject re fw fwd hi hello question facts terms details info ps todo owner stage
    contact contacts date from to cc status outcome outcomes action actions next""".split()
)
BEFORE_VALUE = frozenset("is are of at be was were the a an now as in within on for to".split())
"""Between a fact's name and its value: discount of 8%, the term is 3 months."""

BEFORE_NAME = frozenset("of in the as a an own".split())
"""Between a value and the name of its fact: 3 months of services, 4 of their own IT staff."""
