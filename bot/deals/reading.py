"""A deal in a sentence: what is certain becomes facts, and everything else is reported. Nothing is guessed.

The rules, for whoever wonders why something was not taken:

- A value counts at its fact's name ("discount of 8%", "net 60", "120 beds"), or when its unit belongs to one fact only
  and no word beside it says that something else is meant ("pilot for 3 months").
- Doubt, questions, conditions, comparisons, ranges and alternatives are never facts, nor is what was ("was 12%").
- A choice counts when it is named ("sponsor: CFO") or stands as the thing itself ("regional hospital"). Where the fact
  is about a person (its question begins with Who), the choice must be named or stand alone in its clause: "CFO" counts,
  "talk to the CFO" does not.
- Two different values of a fact are a conflict, and the fact stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.deals.converting import read_value
from bot.deals.errors import FactError
from bot.deals.exchange import Rates
from bot.deals.facts import FactSpecs, FactType, FactValue
from bot.deals.sentence.clause import Clause
from bot.deals.sentence.clauses import split
from bot.deals.sentence.doubts import refuse
from bot.deals.sentence.elements import elements
from bot.deals.sentence.lexicon import Lexicon
from bot.deals.sentence.list_price import against_list_price, with_their_words
from bot.deals.sentence.passages import Passage, Passages
from bot.deals.sentence.pieces import pieces
from bot.deals.sentence.tokens import tokenise
from bot.deals.sentence.unnamed import unnamed
from bot.deals.text import Plain, plain
from bot.deals.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.deals.exchange import Conversion
    from bot.deals.sentence.claims import Claim
    from bot.deals.sentence.tokens import Token


@dataclass(frozen=True, slots=True)
class Understood:
    """A fact that the text states, with the exact words and their place: `text[start:end] == words`."""

    fact: str
    value: FactValue
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Different values that the text gives for one fact, each with its words. The fact stays unknown."""

    fact: str
    values: tuple[FactValue, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that were not taken as a fact, their place, and what to write instead where we can say it."""

    words: str
    start: int
    end: int
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a text says of a deal: facts, and, so that nothing is lost, what could not be taken as one."""

    name: str | None
    customer: str | None
    facts: Mapping[str, FactValue]
    understood: tuple[Understood, ...]
    conflicts: tuple[Conflict, ...]
    errors: tuple[FactError, ...]
    remarks: tuple[Unread, ...]
    converted: tuple[Conversion, ...] = ()
    """How amounts that were stated in another currency were reached."""

    @property
    def unread(self) -> tuple[str, ...]:
        """The words that were not understood, in their order."""
        return tuple(remark.words for remark in self.remarks)


class SentenceReader:
    """Reads sentences about deals with the facts of one profile."""

    def __init__(self, facts: FactSpecs, currency: str = "USD", rates: Rates | None = None) -> None:
        """Compile the profile's words; `currency` is the profile's: amounts in others need one of the `rates`."""
        self._facts = facts
        self._currency = currency
        self._rates = rates or Rates(currency)
        self._lexicon = Lexicon(facts)
        self._passages = Passages(facts)

    def read(self, text: str) -> Reading:
        """What the text states. Any text can be read; one without facts gives an empty reading that quotes it."""
        source = plain(text)
        work = _Work(self._facts, self._currency, self._rates, source)
        body = source.text
        for passage in self._passages.of(body):
            body = body[: passage.start] + "\n" * (passage.end - passage.start) + body[passage.end :]
            work.passage(passage)
        tokens = tokenise(body, self._lexicon.suffixes, self._lexicon.prefixes)
        sentence = split(elements(tokens, self._lexicon), tokens, self._lexicon)
        for part in sentence.parts:
            clause = Clause(part.items, tokens, self._lexicon)
            if part.doubt is None:
                clause.named()
                unnamed(clause)
                told = against_list_price(clause)
                refuse(clause)
                with_their_words(clause, told)
            taken = [claim for claim in clause.claims if work.claim(clause, claim, tokens)]
            work.remarks.extend(
                Unread(source.words(start, end), *source.span(start, end), hint)
                for start, end, hint in pieces(clause, taken, tokens, self._lexicon, part.doubt)
            )
        name = source.words(*sentence.name).strip() if sentence.name else None
        return work.reading(name)


class _Work:
    """What one reading gathers."""

    def __init__(self, facts: FactSpecs, currency: str, rates: Rates, source: Plain) -> None:
        self.facts = facts
        self.currency = currency
        self.rates = rates
        self.converted: dict[tuple[str, FactValue], Conversion] = {}
        self.source = source
        self.remarks: list[Unread] = []
        self.errors: list[FactError] = []
        self.found: list[Understood] = []

    def passage(self, passage: Passage) -> None:
        """Take outcomes or a free text that was found before the sentence is cut into words."""
        self._take(passage.fact, passage.value, passage.start, passage.end)

    def claim(self, clause: Clause, claim: Claim, tokens: Sequence[Token]) -> bool:
        """Make a claim a value or an error; False when it was refused and must be reported as unread."""
        start, end = _place(clause, claim, tokens)
        words = self.source.words(start, end)
        if claim.also_value:
            for one in (claim, *claim.also_value):
                place = _place(clause, one, tokens)
                self._value(one, clause, tokens, self.source.words(*place), place)
            return True
        if claim.refused is not None:
            return any(claim in other.also_value for other in clause.claims)
        self._value(claim, clause, tokens, words, (start, end))
        return True

    def _value(self, claim: Claim, clause: Clause, tokens: Sequence[Token], words: str, place: tuple[int, int]) -> None:
        spec = self.facts[claim.fact]
        try:
            if claim.value is not None:
                value: FactValue = claim.value
            elif claim.date is not None:
                value = parse_value(spec, tokens[clause.items[claim.date].first].text)
            else:
                value, made = read_value(spec, self._amount(claim, clause, tokens), self.currency, self.rates)
                if made is not None:
                    self.converted[spec.name, value] = made
        except FactError as error:
            problem = error.problem.replace(f"'{error.raw}'", f"'{words}'")
            self.errors.append(
                FactError(fact=spec.name, label=spec.label, raw=words, problem=problem, remedy=error.remedy)
            )
            return
        self._take(spec.name, value, *place)

    def _amount(self, claim: Claim, clause: Clause, tokens: Sequence[Token]) -> object:
        quantity = claim.quantity
        spec = self.facts[claim.fact]
        item = next((i for i in clause.items[claim.first : claim.last] if i.quantity is not None), None)
        if quantity is None or item is None:
            return quantity.value if quantity is not None else None
        text = self.source.text[tokens[item.first].start : tokens[item.last - 1].end]
        if quantity.value is None:
            return text
        if spec.type is FactType.MONEY:
            mark = tokens[item.last - 1].text if quantity.mark == "money" else ""
            return f"{quantity.value:f} {mark}" if quantity.word else text
        return quantity.value * (quantity.units or {}).get(claim.fact, 1)

    def _take(self, fact: str, value: FactValue, start: int, end: int) -> None:
        self.found.append(Understood(fact, value, self.source.words(start, end), *self.source.span(start, end)))

    def reading(self, name: str | None) -> Reading:
        """The gathered facts; what was said in two ways, or once wrongly, stays unknown."""
        facts: dict[str, FactValue] = {}
        understood: list[Understood] = []
        conflicts = []
        wrong = {error.fact for error in self.errors}
        for fact, spec in self.facts.items():
            said = sorted((one for one in self.found if one.fact == fact), key=lambda one: one.start)
            values = list(dict.fromkeys(one.value for one in said))
            if spec.type is FactType.OUTCOMES and values and fact not in wrong:
                every = (outcome for value in values if isinstance(value, tuple) for outcome in value)
                facts[fact] = tuple(dict.fromkeys(every))
                understood += said
            elif len(values) == 1 and fact not in wrong:
                facts[fact] = values[0]
                understood += said
            elif values:
                conflicts.append(Conflict(fact, tuple(values), tuple(one.words for one in said)))
        return Reading(
            name=name,
            customer=name,
            facts=MappingProxyType(facts),
            understood=tuple(sorted(understood, key=lambda one: one.start)),
            conflicts=tuple(conflicts),
            errors=tuple(self.errors),
            remarks=tuple(sorted(self.remarks, key=lambda remark: remark.start)),
            converted=tuple(made for (fact, value), made in self.converted.items() if facts.get(fact) == value),
        )


def _place(clause: Clause, claim: Claim, tokens: Sequence[Token]) -> tuple[int, int]:
    """The claim's place in the plain text, without small words at its ends."""
    return tokens[clause.items[claim.first].first].start, tokens[clause.items[claim.last - 1].last - 1].end
