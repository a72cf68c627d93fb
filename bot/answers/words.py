"""Words of a question or a text: which ones carry content, their stems, and how rare they are among some texts."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import Stemmer


def word_set(text: str) -> frozenset[str]:
    """The words of a text that is a list of words."""
    return frozenset(text.split())


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_FIGURE = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice|half|every|hours?|days?|weeks?|"
    r"months?|years?|minutes?|daily|weekly|monthly|yearly)\b",
    re.IGNORECASE,
)

MOST_TEXTS = 4096
"""How many texts' stems are kept: the same passages are looked at for one question after the other."""

_FUNCTION = """
a about above after again against all almost along already also although always am among an and another any anybody
anyone anything are around as at away be because been before being below between both but by can cannot could did do
does doing done down during each either else enough even ever every everybody everyone everything few for from further
had has have having he hence her here hers him his how however i if in instead into is it its itself just last least
less let like many may maybe me might mine more most much must my near neither never next no nobody none nor not
nothing now of off often on once one ones only onto or other others our ours out over own per perhaps please quite
rather really same several shall she should since so some somebody someone something sometimes soon still such than
that the their theirs them then there therefore these they thing things this those though through till to together too
toward towards under until up upon us very was we well were what whatever when whenever where whether which while who
whoever whom whose why will with within without would yes yet you your yours yourself ain't aren't can't couldn't
didn't doesn't don't hadn't hasn't haven't he's i'd i'll i'm i've isn't it's let's mustn't shouldn't that's there's
they're wasn't we'd we'll we're we've weren't what's who's won't wouldn't you'd you'll you're you've s t d ll m re ve
don doesn didn isn aren wasn weren wouldn couldn shouldn
"""

_FAINT = """
able actually allow allowed answer anyway ask asks ask bit bring case come comes deal deals exactly find get gets
getting give gives given giving go goes going good got happen happens hello help hey hi keep keeps kind know look lot
make makes making mean means need needs okay ok put question right said say says see sell sort start take takes tell
thank thanks think try use used using want wants way work works
"""

FUNCTION_WORDS = word_set(_FUNCTION)
"""Words that carry no content."""

FAINT_WORDS = word_set(_FAINT)
"""Words that carry so little content in a question that an answer need not repeat them."""


def words(text: str) -> list[str]:
    """The words of a text in order, in lower case, with straight apostrophes."""
    return [match.group().replace("’", "'").lower() for match in _WORD.finditer(text)]


def stems(items: Iterable[str]) -> list[str]:
    """The stems of words, in the same order."""
    # A stemmer costs about a microsecond to make; one for each call keeps threads apart.
    stemmed: list[str] = Stemmer.Stemmer("english").stemWords([_singular(word) for word in items])
    return stemmed


def text_stems(text: str) -> list[str]:
    """The stems of all words of a text, in order."""
    return list(_text_stems(text))


def content_words(text: str) -> list[str]:
    """The words that carry content, in order, each once."""
    return list(dict.fromkeys(word for word in words(text) if word not in FUNCTION_WORDS))


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry content, in order, each once."""
    return list(_content_stems(text))


@lru_cache(maxsize=MOST_TEXTS)
def _content_stems(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stems(content_words(text))))


@lru_cache(maxsize=MOST_TEXTS)
def _text_stems(text: str) -> tuple[str, ...]:
    return tuple(stems(words(text)))


def question_stems(text: str) -> list[str]:
    """The stems that an answer to this question should be about; the faint ones only when there are no others."""
    plain = content_words(text)
    return list(dict.fromkeys(stems([word for word in plain if word not in FAINT_WORDS] or plain)))


def has_figure(text: str) -> bool:
    """Whether a text states an amount, a time or how often: in digits or in words."""
    return bool(_FIGURE.search(text))


def rarity(texts: Sequence[frozenset[str]], wanted: Iterable[str]) -> Mapping[str, float]:
    """How rare each wanted stem is among these texts (sets of stems): about 0 in all, log(2n + 2) in none."""
    number = len(texts)
    found = Counter(stem for stem in set(wanted) for text in texts if stem in text)
    return {stem: math.log(1 + (number - found[stem] + 0.5) / (found[stem] + 0.5)) for stem in wanted}


def covered(weights: Mapping[str, float], present: frozenset[str]) -> float:
    """The weighted share, from 0 to 1, of the wanted stems that are present; 0 when nothing is wanted."""
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in present) / total if total > 0 else 0.0


def _singular(word: str) -> str:
    return word.removesuffix("'s")
