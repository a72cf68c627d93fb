"""The same checks written by hand in Polars, for the bench: three-valued, lazily, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

import polars as pl
from polars import col, lit, when


def fit(arrow: Any) -> Callable[[], list[dict[str, Any]]]:
    """A function that gives the fit by rep, over these deals in memory."""
    deals = pl.DataFrame(arrow)
    yes, no = lit(value=True), lit(value=False)
    unknown = lit(None, dtype=pl.Boolean)
    worth = when(col("deal_currency") == "USD").then(col("contract_value"))
    managed, project = col("offer") == "managed services", col("offer") == "project"
    months = col("service_months")
    executives = ["CEO", "CFO", "COO", "hospital administrator"]
    hospital = (col("industry") == "hospital") & col("beds").is_between(25, 400)
    regional = hospital & col("records_mandate") & (col("it_staff") <= 15)
    clinic = (col("industry") == "clinic") & col("records_mandate") & (col("it_staff") <= 5)
    segment = when(regional.is_null()).then(unknown).when(regional).then(yes)
    segment = segment.when(hospital.is_null()).then(unknown).when(hospital).then(yes).otherwise(clinic)
    call = when(~managed | (months < 3)).then(yes).when(managed & (months >= 3)).then(col("monthly_call"))
    reviews = when(months >= 12).then(col("reviews_per_year") >= 2).when(months >= 6).then(col("reviews_per_year") >= 1)
    discount = when(months >= 3).then(col("discount") <= 10).when(months < 3).then(col("discount") <= 0)
    payment = when(months >= 12).then(col("payment_days") <= 45).when(months < 12).then(col("payment_days") <= 30)
    ok = {
        "segment": segment,
        "offer": managed,
        "remote": ~managed | (managed & col("remote_access")),
        "worth": col("worth") >= 15000,
        "measurable": col("outcomes__measurable") >= 2,
        "agreed": col("outcomes__agreed") >= 1,
        "sponsor": col("sponsor").is_in([*executives, "CIO"]),
        "option": ~project | (project & col("managed_option")),
        "call": call,
        "reviews": reviews.when(months < 6).then(yes),
        "discount": discount,
        "margin": col("margin") >= 30,
        "payment": payment,
        "prepaid": ~project | (project & col("prepaid")),
        "visit": col("service_visit"),
        "long": when(months >= 24).then(col("sponsor").is_in(executives)).when(months < 24).then(yes),
    }
    beyond = (col("discount") > 15) | (col("payment_days") > 60)
    fatal = ~col("ok_segment") | (col("worth") < 10000) | (col("margin") < 15) | (months.is_not_null() & beyond)
    all_ok = [col(f"ok_{name}") for name in ok]
    unclear = reduce(or_, [each.is_null() for each in all_ok])
    verdict = when(fatal.fill_null(no)).then(3).when(unclear).then(2).when(reduce(and_, all_ok)).then(0).otherwise(1)
    words = {"fits": 0, "needs_approval": 1, "does_not_fit": 3, "incomplete": 2}
    sums = [pl.len().cast(pl.Int64).alias("deals")]
    sums += [(col("verdict") == code).sum().cast(pl.Int64).alias(word) for word, code in words.items()]
    sums.append(_money(col("worth")).alias("money"))
    sums += [_money(col("worth").filter(col("verdict") == code)).alias(f"money_{word}") for word, code in words.items()]
    query = (
        deals.lazy()
        .with_columns(worth=worth)
        .with_columns(**{f"ok_{name}": each for name, each in ok.items()})
        .with_columns(verdict=verdict)
        .group_by("deal_owner")
        .agg(sums)
        .sort("deal_owner")
    )
    return lambda: query.collect().to_dicts()


def _money(amounts: pl.Expr) -> pl.Expr:
    """The sum, null where nothing is known."""
    return when(amounts.count() > 0).then(amounts.sum())
