"""The fit of a whole pipeline by rep, all checks: the profile over columns, next to SQL and Polars written by hand."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import ibis

from bench.report import Report, in_turn
from bot.profile.columns.candidates import Candidates
from bot.profile.columns.judge import ColumnJudge
from bot.profile.columns.names import OWNER
from bot.profile.loading import load_profile, parse_profile
from bot.profile.model import Profile
from bot.settings import content_root

SIZES = (100_000, 1_000_000)
ROUNDS = 15
CANDIDATES = 200
MEMORY = "4GB"
BY_HAND, IN_POLARS = "hand-written DuckDB SQL", "hand-written Polars"
PROMISED = {BY_HAND: 1 / 0.8, IN_POLARS: 2}
"""Promise 5, of a million deals: the time of the query, as times that of the peer."""


def measure(report: Report) -> None:
    profile = load_profile(content_root() / "profile" / "deal-profile.yaml")
    with tempfile.TemporaryDirectory() as folder:
        backend = ibis.duckdb.connect(memory_limit=MEMORY)
        backend.con.execute("SET enable_progress_bar = false")
        for size in SIZES:
            backend.con.execute("DROP TABLE IF EXISTS deals")
            backend.con.execute(_deals(size))
            _fit(report, profile, backend, f"fit of {size:,} deals by rep, all checks")
        _candidates(report, profile, backend)
        # As deals are kept from one day to the next: on disk, packed as DuckDB packs them.
        backend.con.execute(f"ATTACH '{folder}/deals.duckdb' AS kept; CREATE TABLE kept.deals AS FROM deals")
        backend.con.execute("CHECKPOINT kept; DROP TABLE deals; USE kept")
        _fit(report, profile, backend, f"fit of {SIZES[-1]:,} deals by rep, all checks, in a DuckDB file")
        backend.disconnect()


def _fit(report: Report, profile: Profile, backend: Any, name: str) -> None:
    table = _table(backend)
    judge = ColumnJudge(profile)
    start = time.perf_counter()
    sql = judge.fit_sql(table, by=[OWNER], money="contract_value")
    writing = time.perf_counter() - start
    runs = {"ours": _run(backend, sql), BY_HAND: _run(backend, SQL)}
    polars = _polars(backend)
    if polars is not None:
        runs[IN_POLARS] = polars
    expected = runs["ours"]()
    for peer, run in runs.items():
        if run() != expected:
            message = f"{peer} judges differently: {run()[0]} against {expected[0]}"
            raise AssertionError(message)
    rounds = in_turn({peer: (run, 1) for peer, run in runs.items()}, rounds=ROUNDS, clock=time.perf_counter)
    report.add_peers(name, rounds, "milliseconds", 1e3, PROMISED if f"{SIZES[-1]:,}" in name else {})
    report.add("writing that query from the profile, once", writing * 1e3, "milliseconds")


def _table(backend: Any) -> Any:
    """The deals as Ibis sees them. Its own look at the schema warns of a name that DuckDB 2 has given up."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
        return backend.table("deals")


def _run(backend: Any, sql: str) -> Callable[[], list[dict[str, Any]]]:
    return lambda: backend.con.sql(sql).to_arrow_table().to_pylist()


def _candidates(report: Report, profile: Profile, backend: Any) -> None:
    """The fit under every candidate, in one pass over the deals; three of them are held against their own queries."""
    profiles = list(_variants(profile))
    table = _table(backend)
    start = time.perf_counter()
    candidates = Candidates(profiles)
    cells = backend.con.sql(candidates.cells(table, money="contract_value").compile()).to_arrow_table()
    found = candidates.fits(cells)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    some = (0, len(profiles) // 2, len(profiles) - 1)
    for number in some:
        sql = ColumnJudge(profiles[number]).fit_sql(table, money="contract_value")
        if _run(backend, sql)() != found[number].to_pylist():
            message = f"candidate {number} is told differently from the cells and from its own query"
            raise AssertionError(message)
    alone = (time.perf_counter() - start) / len(some) * len(profiles)
    name = f"fit of {SIZES[-1]:,} deals under {len(profiles)} candidate profiles"
    report.add(name, seconds, "seconds", "a query for each, from three", alone)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.add("peak memory of the bench by then", peak, "MB")


def _variants(profile: Profile) -> Iterator[Profile]:
    """The bundled profile with other limits: 5 discounts, 4 margins, 5 payment terms, 2 smallest deals."""
    text = profile.source.decode()
    for discount, margin, days, smallest in product(
        (8, 9, 10, 11, 12), (28, 30, 32, 35), (35, 40, 45, 50, 55), (12, 15)
    ):
        changed = text
        for old, new in (
            ('discount: "<= 10%"', f'discount: "<= {discount}%"'),
            ("discount: <= 10%", f"discount: <= {discount}%"),
            ('margin: ">= 30%"', f'margin: ">= {margin}%"'),
            ('payment_days: "<= 45"', f'payment_days: "<= {days}"'),
            ('contract_value: ">= 15000"', f'contract_value: ">= {smallest}000"'),
        ):
            changed = changed.replace(old, new)
        yield parse_profile(changed.encode(), "candidate.yaml")


def _deals(size: int) -> str:
    """Deals that a firm might have: most facts known, every limit met by some and missed by others."""

    def sometimes(value: str) -> str:
        return f"CASE WHEN random() < 0.06 THEN NULL ELSE {value} END"

    def number(low: int, high: int, kind: str = "BIGINT") -> str:
        return f"({low} + random() * {high - low})::{kind}"

    def one_of(*words: str) -> str:
        return f"([{', '.join(repr(word) for word in words)}])[1 + floor(random() * {len(words)})::INT]"

    def yes(share: float) -> str:
        return f"(random() < {share})"

    columns = {
        "industry": one_of("hospital", "hospital", "hospital", "clinic", "university", "other"),
        "beds": number(5, 450),
        "records_mandate": yes(0.8),
        "it_staff": number(0, 30),
        "remote_access": yes(0.9),
        "offer": one_of("managed services", "managed services", "managed services", "project"),
        "managed_option": yes(0.8),
        "service_months": one_of("0", "2", "3", "6", "12", "24", "36") + "::BIGINT",
        "contract_value": number(5_000, 400_000, "DECIMAL(18, 2)"),
        "discount": number(0, 16, "DECIMAL(18, 2)"),
        "margin": number(10, 70, "DECIMAL(18, 2)"),
        "payment_days": one_of("15", "30", "30", "45", "60", "90") + "::BIGINT",
        "prepaid": yes(0.5),
        "outcomes__count": number(0, 5),
        "outcomes__measurable": number(0, 5),
        "outcomes__agreed": number(0, 4),
        "sponsor": one_of("CEO", "CFO", "CFO", "COO", "CIO", "hospital administrator", "IT administrator", "none"),
        "monthly_call": yes(0.8),
        "reviews_per_year": number(0, 4),
        "service_visit": yes(0.8),
    }
    facts = ", ".join(f"{sometimes(value)} AS {name}" for name, value in columns.items())
    owner = "'rep ' || (random() * 49)::INT AS deal_owner"
    currency = "CASE WHEN random() < 0.02 THEN 'EUR' ELSE 'USD' END AS deal_currency"
    return f"CREATE TABLE deals AS SELECT {owner}, {currency}, {facts} FROM (SELECT setseed(0.42)), range({size})"


# What somebody who knows SQL well would write for these checks: each as a three-valued `ok`, the few ways to be beyond
# every authority by name, and from both the verdict.
SQL = """
WITH read AS (
  SELECT *, CASE WHEN deal_currency = 'USD' THEN contract_value END AS worth FROM deals
), checked AS (
  SELECT deal_owner, worth, discount, margin, payment_days, service_months,
    CASE WHEN (industry = 'hospital' AND beds BETWEEN 25 AND 400 AND records_mandate AND it_staff <= 15) IS NULL
         THEN NULL
         WHEN industry = 'hospital' AND beds BETWEEN 25 AND 400 AND records_mandate AND it_staff <= 15 THEN TRUE
         WHEN (industry = 'hospital' AND beds BETWEEN 25 AND 400) IS NULL THEN NULL
         WHEN industry = 'hospital' AND beds BETWEEN 25 AND 400 THEN TRUE
         ELSE industry = 'clinic' AND records_mandate AND it_staff <= 5 END AS ok_segment,
    offer = 'managed services' AS ok_offer,
    offer <> 'managed services' OR (offer = 'managed services' AND remote_access) AS ok_remote,
    worth >= 15000 AS ok_worth,
    outcomes__measurable >= 2 AS ok_measurable,
    outcomes__agreed >= 1 AS ok_agreed,
    sponsor IN ('CEO', 'CFO', 'COO', 'CIO', 'hospital administrator') AS ok_sponsor,
    offer <> 'project' OR (offer = 'project' AND managed_option) AS ok_option,
    CASE WHEN offer <> 'managed services' OR service_months < 3 THEN TRUE
         WHEN offer IS NOT NULL AND service_months IS NOT NULL THEN monthly_call END AS ok_call,
    CASE WHEN service_months >= 12 THEN reviews_per_year >= 2
         WHEN service_months >= 6 THEN reviews_per_year >= 1
         WHEN service_months < 6 THEN TRUE END AS ok_reviews,
    CASE WHEN service_months >= 3 THEN discount <= 10 WHEN service_months < 3 THEN discount <= 0 END AS ok_discount,
    margin >= 30 AS ok_margin,
    CASE WHEN service_months >= 12 THEN payment_days <= 45
         WHEN service_months < 12 THEN payment_days <= 30 END AS ok_payment,
    offer <> 'project' OR (offer = 'project' AND prepaid) AS ok_prepaid,
    service_visit AS ok_visit,
    CASE WHEN service_months >= 24 THEN sponsor IN ('CEO', 'CFO', 'COO', 'hospital administrator')
         WHEN service_months < 24 THEN TRUE END AS ok_long
  FROM read
), judged AS (
  SELECT deal_owner, worth,
    CASE WHEN NOT ok_segment OR worth < 10000 OR margin < 15
           OR (service_months IS NOT NULL AND (discount > 15 OR payment_days > 60)) THEN 'does_not_fit'
         WHEN ok_segment IS NULL OR ok_offer IS NULL OR ok_remote IS NULL OR ok_worth IS NULL OR ok_measurable IS NULL
           OR ok_agreed IS NULL OR ok_sponsor IS NULL OR ok_option IS NULL OR ok_call IS NULL OR ok_reviews IS NULL
           OR ok_discount IS NULL OR ok_margin IS NULL OR ok_payment IS NULL OR ok_prepaid IS NULL OR ok_visit IS NULL
           OR ok_long IS NULL THEN 'incomplete'
         WHEN ok_offer AND ok_remote AND ok_worth AND ok_measurable AND ok_agreed AND ok_sponsor AND ok_option
           AND ok_call AND ok_reviews AND ok_discount AND ok_margin AND ok_payment AND ok_prepaid AND ok_visit
           AND ok_long THEN 'fits'
         ELSE 'needs_approval' END AS verdict
  FROM checked
)
SELECT deal_owner, count(*) AS deals,
  count(*) FILTER (verdict = 'fits') AS fits,
  count(*) FILTER (verdict = 'needs_approval') AS needs_approval,
  count(*) FILTER (verdict = 'does_not_fit') AS does_not_fit,
  count(*) FILTER (verdict = 'incomplete') AS incomplete,
  sum(worth) AS money,
  sum(worth) FILTER (verdict = 'fits') AS money_fits,
  sum(worth) FILTER (verdict = 'needs_approval') AS money_needs_approval,
  sum(worth) FILTER (verdict = 'does_not_fit') AS money_does_not_fit,
  sum(worth) FILTER (verdict = 'incomplete') AS money_incomplete
FROM judged GROUP BY deal_owner ORDER BY deal_owner
"""


def _polars(backend: Any) -> Callable[[], list[dict[str, Any]]] | None:
    try:
        from bench.by_hand_polars import fit  # a peer may be absent
    except ImportError as error:
        print(f"The bench goes without a peer: {error}. Install the extra 'bench'.", file=sys.stderr)
        return None
    return fit(backend.con.sql("FROM deals").to_arrow_table())
