"""One clause: which values belong to which facts, and why the rest is not taken.

A value counts when it stands at its fact's name ("discount of 8%", "net 60"), or when its unit belongs to one fact only
and nothing beside it says that something else is meant ("pilot for 3 months" is not a service term).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.deals.facts import FactType
from bot.deals.sentence.claims import Claim
from bot.deals.sentence.elements import Element, Quantity, many, rate_after
from bot.deals.sentence.english import BEFORE_NAME, BEFORE_VALUE, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.deals.sentence.lexicon import Lexicon
    from bot.deals.sentence.tokens import Token

_QUIET = frozenset({Kind.SMALL, Kind.COLON, Kind.EQUALS})
_DENIED = "it is denied twice over: write yes or no"


class Clause:
    """The elements of one clause while they are being put together. `claims` is the result."""

    def __init__(self, items: list[Element], tokens: Sequence[Token], lexicon: Lexicon) -> None:
        """`items` are the clause's own elements, without the breaks around it."""
        self.items = items
        self.tokens = tokens
        self.lexicon = lexicon
        self.claims: list[Claim] = []
        self.linked: set[int] = set()

    def named(self) -> None:
        """Add the claims of values that stand at their fact's name."""
        self._merge_ranges()
        self._link_numbers()
        self._frequencies()
        self._literals()
        self._choices()
        self._dates()

    def spec_type(self, fact: str) -> FactType:
        """The type of a fact."""
        return self.lexicon.facts[fact].type

    def free(self, at: int) -> bool:
        """Whether the element at this place belongs to no claim."""
        return not any(claim.covers(at) for claim in self.claims)

    def clean(self, first: int, last: int, kinds: Iterable[Kind] = (Kind.SMALL,)) -> bool:
        """Whether only elements of these kinds stand from `first` up to `last`."""
        allowed = frozenset(kinds)
        return all(item.kind in allowed for item in self.items[first:last])

    def _merge_ranges(self) -> None:
        """5-10% and 3 or 6 months become one quantity without one value."""
        items, out = self.items, list[Element]()
        for at, item in enumerate(items):
            joined = len(out) >= 2 and out[-1].kind in {Kind.TO, Kind.OR} and out[-2].kind is Kind.QUANTITY  # noqa: PLR2004 - "5 to"
            if item.kind is Kind.QUANTITY and joined and self._alike(out, item, at):
                out.pop()
                out.append(many(out.pop(), item))
            else:
                out.append(item)
        self.items = out

    def _alike(self, out: Sequence[Element], item: Element, at: int) -> bool:
        one, two = out[-2].quantity, item.quantity
        if one is None or two is None:
            return False
        same = one.mark == two.mark and one.units == two.units
        open_first = one.mark is None and not one.units
        if not same and not (open_first or (two.mark is None and not two.units)):
            return False
        spaced = out[-1].low == "to" and self.tokens[out[-1].first].text == "to" and out[-1].last - out[-1].first == 1
        name = out[-3].fact if len(out) > 2 and out[-3].kind is Kind.NAME else None  # noqa: PLR2004 - "net 5 to"
        # "net 60 - 3 months" is a list: the name takes the first number and cannot take the second.
        lists = spaced and open_first and not same and name is not None and not self._fits(two, name)
        follower = self.items[at + 1] if at + 1 < len(self.items) else None
        return not lists and not (follower is not None and self._takes_only_second(one, two, follower, same=same))

    def _takes_only_second(self, one: Quantity, two: Quantity, follower: Element, *, same: bool) -> bool:
        fact = follower.fact if follower.kind is Kind.NAME else None
        return (
            not same
            and fact is not None
            and one.mark is not None
            and not self._fits(one, fact)
            and self._fits(two, fact)
        )

    def _fits(self, quantity: Quantity, fact: str) -> bool:
        """Whether a quantity can be a value of the fact: a percentage of a percent, months of a term."""
        kind = self.spec_type(fact)
        if not kind.is_numeric:
            return False
        if quantity.rate is not None:
            return fact in self.lexicon.per_year
        if quantity.mark == "%":
            return kind is FactType.PERCENT
        if quantity.mark == "money":
            return kind is FactType.MONEY
        if quantity.units is not None:
            return fact in quantity.units
        return not (quantity.scaled and kind is FactType.PERCENT)

    def _link_numbers(self) -> None:
        """Join numbers and names that stand side by side; an odd chain (discount 8% margin) joins nothing."""
        places = [at for at, item in enumerate(self.items) if item.kind in {Kind.QUANTITY, Kind.NAME}]
        nodes = self._merged(places)
        chain: list[tuple[int, int]] = []
        for at, node in enumerate(nodes):
            if chain and self._linkable(nodes[at - 1], node):
                chain.append(node)
                continue
            self._pair(chain)
            chain = [node]
        self._pair(chain)

    def _merged(self, places: list[int]) -> list[tuple[int, int]]:
        """The places, where names of one fact that follow each other are one: payment terms: net."""
        nodes: list[tuple[int, int]] = []
        for at in places:
            item = self.items[at]
            if nodes and item.kind is Kind.NAME:
                first, last = nodes[-1]
                before = self.items[last]
                same = before.kind is Kind.NAME and before.fact == item.fact and item.fact is not None
                if same and self.clean(last + 1, at, _QUIET):
                    nodes[-1] = (first, at)
                    continue
            nodes.append((at, at))
        return nodes

    def _linkable(self, left: tuple[int, int], right: tuple[int, int]) -> bool:
        one, two = self.items[left[1]], self.items[right[0]]
        gap = self.items[left[1] + 1 : right[0]]
        loose = {Kind.COMPARISON, Kind.NEGATION, Kind.CHANGE}
        if one.kind is Kind.NAME and two.quantity is not None:
            words = all(item.kind in _QUIET - {Kind.SMALL} | loose or item.low in BEFORE_VALUE for item in gap)
            return words and one.fact is not None and self._fits(two.quantity, one.fact)
        if two.kind is Kind.NAME and one.quantity is not None:
            words = all(item.low in BEFORE_NAME or item.low in {"their", "its"} for item in gap)
            return words and two.fact is not None and self._fits(one.quantity, two.fact)
        return False

    def _pair(self, chain: list[tuple[int, int]]) -> None:
        if len(chain) % 2 and len(chain) > 2 and self._counts_another(chain[-1]):  # noqa: PLR2004 - a pair and one more
            # 120 beds 4 floors: the last number has a noun of its own.
            chain = chain[:-1]
        if len(chain) < 2:  # noqa: PLR2004 - a lone element has no partner
            return
        facts = {self.items[node[0]].fact for node in chain if self.items[node[0]].kind is Kind.NAME}
        if len(chain) % 2 == 0:
            pairs = list(zip(chain[::2], chain[1::2], strict=True))
        elif len(chain) == 3 and len(facts) == 1 and self.items[chain[1][0]].quantity is not None:  # noqa: PLR2004 - name, number, its like
            pairs = [(chain[0], chain[2])]
        elif (strong := self._strong(chain)) is not None:
            pairs = strong
        else:
            for node in chain:
                for at in range(node[0], node[1] + 1):
                    self.linked.add(at)
                    self.items[at].reasons.append("it is not clear what belongs together: put commas between the facts")
            return
        for left, right in pairs:
            inner = range(left[0], right[1] + 1)
            quantity = next((q for at in inner if (q := self.items[at].quantity) is not None), None)
            fact = next(name for at in inner if (name := self.items[at].fact) is not None)
            self._claim_number(fact, left[0], right[1] + 1, quantity)

    def _counts_another(self, node: tuple[int, int]) -> bool:
        quantity = self.items[node[1]].quantity
        after = self.items[node[1] + 1] if node[1] + 1 < len(self.items) else None
        bare = quantity is not None and quantity.mark is None and quantity.units is None
        return bare and after is not None and after.kind is Kind.OTHER and after.low.isalpha()

    def _strong(self, chain: list[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]] | None:
        """The pairs of an odd chain that a colon or an equals sign makes certain, when the rest needs no partner."""
        pairs = []
        for left, right in pairwise(chain):
            gap = self.items[left[1] + 1 : right[0]]
            if any(item.kind in {Kind.COLON, Kind.EQUALS} for item in gap):
                pairs.append((left, right))
        return pairs if 2 * len(pairs) == len(chain) - 1 else None

    def _claim_number(self, fact: str, first: int, last: int, quantity: Quantity | None) -> None:
        claim = Claim(fact, first, last, quantity)
        rate, end = self.rate(last)
        named = " ".join(item.low for item in self.items[first:last])
        if rate is not None and not named.endswith((" a year", " per year")):
            claim.last = end
            if fact in self.lexicon.per_year and rate and quantity is not None and quantity.value is not None:
                claim.quantity = Quantity(quantity.value * rate)
            else:
                claim.refused = "a rate is not an amount: write the whole"
        self.claims.append(claim)

    def rate(self, at: int) -> tuple[int | None, int]:
        """The rate that the elements from `at` on state (a quarter), and the element behind it."""
        if at >= len(self.items):
            return None, at
        rate, token = rate_after(self.tokens, self.items[at].first)
        end = at
        while rate is not None and end < len(self.items) and self.items[end].first < token:
            end += 1
        return rate, end

    def _frequencies(self) -> None:
        """Quarterly CBRs, CBRs: quarterly, a CBR every quarter: a count for a fact that is counted by the year."""
        for at, item in enumerate(self.items):
            fact = item.fact if item.kind is Kind.NAME else None
            if fact not in self.lexicon.per_year or fact is None or not self.free(at) or at in self.linked:
                continue
            after = at + 1
            while after < len(self.items) and self.items[after].kind in _QUIET - {Kind.SMALL}:
                after += 1
            for other in (at - 1, after):
                often = self.items[other].often if 0 <= other < len(self.items) else None
                if often is not None and self.free(other):
                    self.claims.append(Claim(fact, min(at, other), max(at, other) + 1, Quantity(Decimal(often))))
                    break
            else:
                rate, end = self.rate(at + 1)
                if rate and self.items[at + 1].low in {"each", "every"}:
                    self.claims.append(Claim(fact, at, end, Quantity(Decimal(rate))))

    def _literals(self) -> None:
        """Service visit: yes."""
        for at, item in enumerate(self.items):
            fact = item.fact
            if fact is None or item.kind not in {Kind.NAME, Kind.YES_NO} or self.spec_type(fact) is not FactType.YES_NO:
                continue
            end = at + 1
            while end < len(self.items) and (
                self.items[end].kind in _QUIET - {Kind.SMALL} or self.items[end].low == "is"
            ):
                end += 1
            if end >= len(self.items) or self.items[end].literal is None:
                continue
            last_word = end + 1 == len(self.items)
            if self.items[end].kind is Kind.NEGATION and not (last_word or self.items[end - 1].kind in _QUIET):
                continue
            denied = item.kind is Kind.YES_NO and item.stated is False
            claim = Claim(fact, at, end + 1, value=self.items[end].literal)
            claim.refused = _DENIED if denied else None
            self.claims.append(claim)

    def _choices(self) -> None:
        """Sponsor: CFO, the CFO is the sponsor, CFO sponsor, sponsored by the CFO."""
        for at, item in enumerate(self.items):
            fact = item.fact if item.kind is Kind.CHOICE else None
            if fact is None:
                continue
            span = self._named(at, fact)
            if span is not None:
                self.claims.append(Claim(fact, *span, value=item.stated))
        self._further_choices()

    def _further_choices(self) -> None:
        """Sponsor: CFO and CIO: what stands beside a named choice is named too, and the two are a conflict."""
        for at, item in enumerate(self.items):
            if item.kind is not Kind.CHOICE or item.fact is None or not self.free(at):
                continue
            for claim in [claim for claim in self.claims if claim.fact == item.fact]:
                gap = (claim.last, at) if claim.last <= at else (at + 1, claim.first)
                if self.clean(*gap):
                    self.claims.append(Claim(item.fact, at, at + 1, value=item.stated))
                    break

    def _named(self, at: int, fact: str) -> tuple[int, int] | None:
        for step in (-1, 1):
            other = at + step
            while 0 <= other < len(self.items) and other - at in range(-5, 6):
                item = self.items[other]
                belongs = item.fact == fact and item.kind is Kind.NAME
                if belongs or (item.kind is Kind.OTHER and self.lexicon.supports(fact, item.low)):
                    return (min(at, other), max(at, other) + 1) if self.free(other) else None
                quiet = item.kind in _QUIET or item.kind is Kind.NEGATION
                if not quiet:
                    break
                other += step
        return None

    def _dates(self) -> None:
        """Launch 2027-03-01: a day counts at its fact's name only."""
        for at, item in enumerate(self.items):
            if item.kind is not Kind.DATE:
                continue
            other = at - 1
            while other >= 0 and self.items[other].kind in _QUIET:
                other -= 1
            fact = self.items[other].fact if other >= 0 and self.items[other].kind is Kind.NAME else None
            if fact is not None and self.spec_type(fact) is FactType.DATE:
                self.claims.append(Claim(fact, other, at + 1, date=at))
