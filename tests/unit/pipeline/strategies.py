"""Records of every kind, for laws that hold of any pipeline."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType

from hypothesis import strategies as st

from bot.pipeline.query import CheckFilter, CloseDateFilter, FactFilter, Filter, MissingFilter, PartFilter, WordFilter
from bot.pipeline.records import Broken, Record
from bot.pipeline.stages import status_of
from bot.profile.verdict import Judgement, Part, Result

CHECKS = {"payment-terms": Part.PAYMENT, "discount": Part.PRICE, "margin": Part.PRICE}
MONEY = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False)
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@st.composite
def records(draw: st.DrawFn) -> Record:
    results = {check: draw(st.sampled_from(Result)) for check in CHECKS}
    owner = draw(st.sampled_from([None, "dana", "sam", "acme rep"]))
    facts = {
        "discount": draw(st.none() | st.decimals(0, 100, places=1)),
        "service_months": draw(st.none() | st.integers(0, 36)),
        "industry": draw(st.none() | st.sampled_from(["hospital", "clinic"])),
    }
    foreign = draw(st.booleans())
    stage = draw(st.sampled_from([None, "Proposal", "proposal", "Closed Won", "Lost"]))
    return Record(
        key=draw(st.uuids().map(str)),
        name=draw(st.sampled_from(["Mercy", "mercy", "St. Mary's", "Hope"])),
        customer=draw(st.sampled_from([None, "Mercy", "Hope"])),
        owner=owner,
        owner_name=owner and owner.title(),
        team=draw(st.sampled_from([None, "East", "West"])),
        stage=stage,
        status=status_of(stage),
        close_date=draw(st.none() | DAYS),
        facts=MappingProxyType({name: value for name, value in facts.items() if value is not None}),
        judgement=draw(st.sampled_from(Judgement)),
        segment=draw(st.sampled_from([None, "regional hospital", "everyone else"])),
        stance=draw(st.sampled_from([None, "pursue", "decline"])),
        results=MappingProxyType(results),
        broken=tuple(
            Broken(check, check.title(), part, "discount", "at most 10%", Decimal(2), None,
                   draw(st.sampled_from([None, "finance", "deal-desk"])))
            for check, part in CHECKS.items() if results[check] is Result.FAIL
        ),
        unknown=tuple(check for check in CHECKS if results[check] is Result.UNKNOWN),
        parts=MappingProxyType(CHECKS),
        ask=draw(st.lists(st.sampled_from(["margin", "beds"]), unique=True).map(tuple)),
        authorities=draw(st.sampled_from([(), ("finance",), ("finance", "deal-desk")])),
        contract_value=None if foreign else draw(st.none() | MONEY),
        other_currency=foreign,
    )  # fmt: skip


def filters() -> st.SearchStrategy[Filter]:
    negate = st.booleans()
    return st.one_of(
        st.builds(WordFilter, by=st.just("owner"), any_of=st.just(("dana",)), negate=negate),
        st.builds(WordFilter, by=st.just("segment"), any_of=st.just(("Everyone else",)), negate=negate),
        st.builds(WordFilter, by=st.just("verdict"), any_of=st.just(("fits", "incomplete")), negate=negate),
        st.builds(WordFilter, by=st.just("authority"), any_of=st.just(("finance",)), negate=negate),
        st.builds(CheckFilter, any_of=st.sampled_from([(), ("discount",), ("discount", "margin")]), negate=negate),
        st.builds(PartFilter, any_of=st.just(("price",)), negate=negate),
        st.builds(FactFilter, fact=st.just("service_months"), op=st.sampled_from(["<", ">=", "="]), value=st.just(12),
                  negate=negate),
        st.builds(FactFilter, fact=st.just("industry"), value=st.just("hospital"), negate=negate),
        st.builds(MissingFilter, fact=st.just("discount"), negate=negate),
        st.builds(CloseDateFilter, period=st.sampled_from(["this quarter", "overdue", "next year"]), negate=negate),
        st.builds(CloseDateFilter, first=DAYS, negate=negate),
    )  # fmt: skip


PIPELINES = st.lists(records(), max_size=25, unique_by=lambda record: record.key)
