"""rates.yaml: read strictly, looked over by lint, live when it is edited, and on no verdict's path."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.deals.exchange import Rate, Rates
from bot.profile.live import LiveProfile
from bot.profile.loading import load_profile, parse_profile
from bot.profile.problems import ProfileError
from bot.profile.rates import look_over, parse_rates
from bot.settings import content_root

PROFILE = content_root() / "profile" / "deal-profile.yaml"
GOOD = "currency: USD\nrates:\n  EUR: {rate: 1.0871, as_of: 2026-11-20}\n  JPY: {rate: 0.0064, as_of: 2026-06-30}\n"


class Silent:
    """A log that nobody reads."""

    def info(self, event: str, **values: object) -> None:
        """Nothing."""

    def error(self, event: str, **values: object) -> None:
        """Nothing."""


def test_rates_are_exact_decimals_with_their_day() -> None:
    rates = parse_rates(GOOD.encode(), "rates.yaml", "USD")
    assert rates.rates["EUR"] == Rate(Decimal("1.0871"), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        (GOOD.replace("EUR", "ERU"), "rates.yaml:3:8", "`ERU` is no currency that is known here."),
        (GOOD.replace("EUR", "USD"), "rates.yaml:3:8", "the profile's own currency"),
        (GOOD.replace("1.0871", "-1"), "rates.yaml:3:8", "A rate is above 0"),
        (GOOD.replace("1.0871", "0"), "rates.yaml:3:8", "A rate is above 0"),
        (GOOD.replace("1.0871", "'1.0871'"), "rates.yaml:3:15", "number"),
        (GOOD.replace("currency: USD", "currency: EUR"), "rates.yaml:1:11", "the Deal Profile is in USD"),
        (GOOD.replace("as_of", "asof", 1), "rates.yaml:3:23", "asof"),
        (GOOD.replace(", as_of: 2026-11-20", ""), "rates.yaml:3", "as_of"),
        (GOOD + "  EUR: {rate: 2, as_of: 2026-11-20}\n", "rates.yaml:5:3", "EUR"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, place: str, told: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_rates(text.encode(), "rates.yaml", "USD")
    assert f"{place}" in str(caught.value)
    assert told in str(caught.value)


def test_old_rates_and_rates_to_come_are_remarked_on() -> None:
    rates = parse_rates(GOOD.encode(), "rates.yaml", "USD")
    found = list(look_over(rates, date(2026, 11, 19)))
    assert [(each.place, each.severity) for each in found] == [
        ("rates.yaml:3:8", "warning"),
        ("rates.yaml:4:8", "warning"),
    ]
    assert "142 days ago" in found[1].message
    assert len(list(look_over(rates, date(2026, 11, 20)))) == 1


def test_rates_beside_a_profile_are_live_and_a_broken_file_keeps_the_last_good_ones(tmp_path: Path) -> None:
    file, rates = tmp_path / "deal-profile.yaml", tmp_path / "rates.yaml"
    file.write_bytes(PROFILE.read_bytes())
    live = LiveProfile(file, Silent())
    before = live.current().profile
    assert (before.rates, before) == (Rates("USD", file=str(rates)), parse_profile(file.read_bytes(), str(file)))
    rates.write_text(GOOD, "utf-8")
    known = live.current().profile.rates
    assert known is not None
    assert set(known.rates) == {"EUR", "JPY"}
    assert live.current().profile.id == before.id
    rates.write_text("rates: [1, 2", "utf-8")
    assert live.current().profile.rates == known
    assert "rates.yaml" in str(live.problem)


def test_the_shipped_rates_are_an_example_without_rates() -> None:
    rates = load_profile(PROFILE).rates
    assert rates is not None
    assert dict(rates.rates) == {}
