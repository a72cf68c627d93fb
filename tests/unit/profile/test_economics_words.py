"""The economics in words: explained, compared, and the figures that a change moves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from inline_snapshot import snapshot

from bot.deals.deal import Deal
from bot.profile.changes import changes
from bot.profile.economics_words import explain_economics
from bot.profile.figures_moved import moved_figures, summary
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.model import Profile
from tests.unit.profile.mistakes import BASE

LENGTH = "Commission by the length of the subscription"
KNOWN = {"margin": Decimal(40), "prepaid": True, "service_months": 6}
DEALS = [
    ("a:1", Deal("Large", {"contract_value": Decimal(100_000), **KNOWN})),
    ("a:2", Deal("Small", {"contract_value": Decimal(20_000), **KNOWN})),
    ("a:3", Deal("Unknown", {"contract_value": Decimal(20_000)})),
]


def edited(*pairs: tuple[str, str]) -> Profile:
    text = BASE
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return parse_profile(text.encode(), "p.yaml")


def test_the_economics_are_explained() -> None:
    told = (
        explain_economics(edited())
        .replace("; ", ";\n")
        .replace(". ", ".\n")
        .replace(" x ", "\n x ")
        .replace(": ", ":\n")
    )
    assert told == snapshot("""\
What a deal is worth, and what it pays
Contract value:
contract value, as stated.
Book value:
contract value / (100% - discount).
Discount in money:
book value - contract value.
Margin:
contract value
 x margin.
Cost of terms:
contract value
 x 10% a year
 x payment days / 365.
Where "prepaid" is yes, there are 0 days.
The part beyond the limit:
the same for the days that no check allows the deal.
Margin after terms:
margin - cost of terms.
Expected lifetime:
1 / monthly churn, or the service term where that is longer.
Monthly churn, by the first row that describes the deal:
1% for regional hospital when the service term is at least 12 months;
3% for clinic;
4% for everybody else.
Lifetime margin:
margin / service term
 x expected lifetime.
Commission:
8% of the margin after terms
 x a factor for what is sold
 x a factor for the length of the subscription.
Without a margin after terms above zero there is none.
Commission by what is sold:
1.25 when "prepaid" is yes;
0.5 for all others.
Commission by the length of the subscription:
1.25 when the service term is at least 12 months;
1 for all others.
Each figure is worked out exactly and rounded once:
money to the cent, months to a tenth.
Rule:
p.yaml:98\
""")


def test_what_is_not_given_is_said() -> None:
    plain = BASE.split("  cost_of_capital:")[0]
    told = explain_economics(parse_profile(plain.encode(), "p.yaml")).splitlines()
    assert told[-3] == (
        "Not told, because the profile does not say it: the cost of the payment terms (`cost_of_capital`), "
        "how long the customer stays (`churn`), the commission (`commission`)."
    )
    assert "no `economics`" in explain_economics(parse_profile(BASE.split("economics:")[0].encode(), "p.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    rate: 8%", "    rate: 10%", ["Commission on margin: 8% -> 10%"]),
        ("cost_of_capital: 10%", "cost_of_capital: 12.5%", ["Cost of capital, a year: 10% -> 12.5%"]),
        ("  cost_of_capital: 10%\n", "", ["Cost of capital, a year: 10% -> none"]),
        ("{monthly: 4%}", "{monthly: 5%}", ["Monthly churn for everybody else: 4% -> 5%"]),
        ("{segment: clinic, monthly: 3%}", "{segment: clinic, monthly: 2%}", ["Monthly churn for clinic: 3% -> 2%"]),
        ("    - {segment: clinic, monthly: 3%}\n", "", ["Monthly churn, no longer: 3% for clinic"]),
        (
            '    - {segment: regional hospital, when: {service_months: ">= 12"}, monthly: 1%}\n',
            '    - {segment: regional hospital, when: {service_months: ">= 24"}, monthly: 1%}\n',
            [
                "Monthly churn, no longer: 1% for regional hospital when the service term is at least 12 months",
                "Monthly churn, now also: 1% for regional hospital when the service term is at least 24 months",
            ],
        ),
        (
            "{when: {prepaid: true}, times: 1.25}",
            "{when: {prepaid: true}, times: 1.5}",
            ['Commission by what is sold, when "prepaid" is yes: times 1.25 -> 1.5'],
        ),
        (
            '      - {when: {service_months: ">= 12"}, times: 1.25}\n      - {times: 1}\n',
            "      - {times: 1.1}\n",
            [
                f"{LENGTH}, no longer: 1.25 when the service term is at least 12 months",
                f"{LENGTH}, for all others: times 1 -> 1.1",
            ],
        ),
        ("    prepaid: prepaid\n", "    prepaid: mandate\n", ["The fact for paid in advance: prepaid -> mandate"]),
    ],
)
def test_what_is_different_is_said_in_words(old: str, new: str, told: list[str]) -> None:
    found = changes(edited(), edited((old, new)))
    assert [each.text for each in found] == told
    assert {each.section for each in found} == {"economics"}


def test_economics_that_come_or_go_are_said() -> None:
    bare = parse_profile(BASE.split("economics:")[0].encode(), "p.yaml")
    assert [each.text for each in changes(bare, edited())] == ["The economics are new: figures are shown."]
    assert [each.text for each in changes(edited(), bare)] == ["The economics are gone."]


def test_the_figures_that_move_are_named_with_their_deals() -> None:
    moved = moved_figures(Judge(edited()), Judge(edited(("    rate: 8%", "    rate: 10%"))), DEALS)
    assert [(each.deal, each.figure.name, str(each.by)) for each in moved] == [
        ("Large", "commission", "1000.00"),
        ("Small", "commission", "200.00"),
    ]
    assert list(summary(moved, 3, "deals")) == [
        "Your commission: 2 of 3 deals. Large $4,000 -> $5,000; Small $800 -> $1,000"
    ]
    assert moved_figures(Judge(edited()), Judge(edited()), DEALS) == []


def test_figures_that_only_one_profile_tells_are_named_too() -> None:
    bare = parse_profile(BASE.split("economics:")[0].encode(), "p.yaml")
    moved = moved_figures(Judge(bare), Judge(edited()), DEALS[:1])
    assert all(each.before is None for each in moved)
    assert next(str(each) for each in moved if each.figure.name == "commission") == "Large - -> $4,000"
