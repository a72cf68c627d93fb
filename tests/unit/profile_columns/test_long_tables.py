"""Tables of many rows over columns: a query that looks back on all earlier rows would be too deep to be written."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from bot.deals.deal import Deal
from bot.deals.facts import FactValue
from bot.profile.columns.candidates import Candidates
from bot.profile.columns.deals import deals_table
from bot.profile.columns.judge import ColumnJudge
from bot.profile.loading import parse_profile
from bot.profile.model import Profile
from tests.unit.profile_columns.agreement import assert_agreement

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2

HEAD = """title: Many rows
version: "1"
effective: 2026-11-01
currency: USD
facts:
  kind: {type: choice, choices: [a, b, c], ask: Which kind?}
  beds: {type: integer, unit: beds, minimum: 0, ask: How many beds?}
  discount: {type: percent, negotiable: down, minimum: 0, maximum: 100, ask: What discount?}
  margin: {type: percent, ask: What margin?}
"""
BANDS = """    exception:
      - {authority: desk, up_to: {discount: 30%}, expires_in: 30 days}
      - {authority: boss, up_to: {discount: 40%, margin: 5%}, expires_in: 30 days}
"""


def _profile(rows: int, add: int) -> Profile:
    """A table of so many rows, in a check with a `when`; and as many segments."""
    text = HEAD + "segments:\n"
    for n in range(rows):
        stance = ("pursue", "selective", "decline")[n % 3]
        text += f"  - {{name: s{n}, stance: {stance}, when: {{beds: {3 * n}..{3 * n + 2}}}, because: So.}}\n"
    text += "checks:\n  - id: table\n    part: price\n    label: Table\n    because: So.\n"
    text += f'    when: {{kind: "!= c"}}\n{BANDS}    cases:\n'
    for n in range(rows):
        require = f"{{discount: <= {n % 20 + add}%, margin: '>= {n % 15}%'}}"
        text += f"      - {{when: {{kind: a, beds: {2 * n}..{2 * n + 1}}}, require: {require}}}\n"
    text += "      - {when: {beds: 7}, otherwise: not applicable}\n      - {require: {discount: 0%}}\n"
    return parse_profile(text.encode(), "p.yaml")


def _deals() -> list[Deal]:
    chosen = random.Random(5)
    deals = []
    for number in range(150):
        facts: dict[str, FactValue] = {
            "kind": chosen.choice("abc"),
            "beds": chosen.randrange(260),
            "discount": Decimal(chosen.choice((0, 5, 10, 15, 28, 35, 60))),
            "margin": Decimal(chosen.choice((0, 4, 6, 20))),
        }
        known = {name: value for name, value in facts.items() if chosen.random() < 0.8}
        deals.append(Deal(f"deal {number}", known, currency="USD"))
    return deals


def test_both_evaluators_agree_on_a_long_table(duckdb: Any) -> None:
    """Each result and segment, and the fit, which is asked in another way."""
    seen = assert_agreement(duckdb, _profile(90, 0), _deals())
    assert {"pass", "fail", "unknown", "not_applicable", "needs_approval", "does_not_fit", "incomplete"} <= set(seen)


def test_candidates_with_long_tables_of_their_own_are_told_as_their_own_queries_tell_them(duckdb: Any) -> None:
    profiles = [_profile(60, 0), _profile(60, 3), _profile(61, 0)]
    table = duckdb.create_table("many", deals_table(profiles[0], _deals()), overwrite=True)
    candidates = Candidates(profiles)
    found = candidates.fits(candidates.cells(table).to_pyarrow())
    for profile, each in zip(profiles, found, strict=True):
        assert each.to_pylist() == ColumnJudge(profile).fit(table).to_pyarrow().to_pylist()
    assert len({str(each.to_pylist()) for each in found}) > 1
