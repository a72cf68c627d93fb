"""What a deal is worth, what if, and why there is no counter-offer, on the command line."""

from __future__ import annotations

import pytest

from tests.integration.cli.test_check import EXAMPLES, FITTING, MERCY, facts

NET_60 = [pair.replace("payment_days=45", "payment_days=60") for pair in FITTING]


def test_the_table_stands_side_by_side_and_says_how(dealfit):
    done = dealfit("check", *facts(*NET_60))
    assert done.status == 1
    (head,) = [line for line in done.out.splitlines() if line.startswith("What it is worth")]
    assert head.split()[-4:] == ["as", "proposed", "offer", "1"]
    (pay,) = [line for line in done.out.splitlines() if line.startswith("Your commission")]
    assert pay.split()[-2:] == ["$12,106.85", "$12,230.14"]
    assert "$240,000 x 10% x (60 - 45) / 365 = $986.30" in done.out


def test_economics_as_json(dealfit):
    (deal,) = dealfit("check", "--format", "json", *facts(*NET_60)).json["deals"]
    shapes = deal["economics"]["shapes"]
    assert deal["economics"]["currency"] == "USD"
    assert [shape["name"] for shape in shapes] == ["as proposed", "offer 1"]
    assert [shape["verdict"] for shape in shapes] == ["needs_approval", "fits"]
    assert shapes[1]["changes"] == deal["counter_offers"][0]["changes"]
    paid = [next(f for f in shape["figures"] if f["name"] == "commission")["amount"] for shape in shapes]
    assert paid == [12106.85, 12230.14]
    assert deal["no_offer"] is None
    assert "what_if" not in deal


def test_no_offer_says_why_in_both_forms(dealfit):
    assert "No counter-offer: Facts are missing: " in dealfit("check", MERCY).out
    (deal,) = dealfit("check", MERCY, "--format", "json").json["deals"]
    assert deal["no_offer"].startswith("Facts are missing: ")


def test_either_fits(dealfit):
    """The example of the brief: at 8% for two months, no discount or a third month."""
    short = [
        pair.replace("service_months=12", "service_months=2").replace("payment_days=45", "payment_days=30")
        for pair in FITTING
    ]
    done = dealfit("check", *facts(*short))
    assert "The nearest deal that fits: either of" in done.out
    assert "Discount off book price 8% -> 0%" in done.out
    assert "Service term 2 months -> 3 months" in done.out
    assert "offer 2" in done.out


def test_what_if_shows_what_moves_and_leaves_the_status(dealfit):
    done = dealfit("check", *facts(*NET_60), "--what-if", "payment_days=30", "--what-if", "discount=5")
    assert done.status == 1
    assert "Verdict: needs approval -> fits" in done.out
    assert "Payment terms: fail -> pass" in done.out
    assert "the book value stays" in done.out
    (deal,) = dealfit("check", "--format", "json", *facts(*NET_60), "--what-if", "payment_days=30").json["deals"]
    assert deal["verdict"] == "needs_approval"
    moved = deal["what_if"]
    assert set(moved) == {"changes", "builds_on", "follows", "verdict", "findings", "figures", "steps"}
    assert moved["changes"] == [{"fact": "payment_days", "from": 60, "to": 30}]
    assert moved["verdict"] == {"from": "needs_approval", "between": None, "to": "fits"}
    assert moved["findings"] == [{"check": "payment-terms", "from": "fail", "to": "pass"}]
    (cost,) = [figure for figure in moved["figures"] if figure["name"] == "terms_cost"]
    assert (cost["from"], cost["to"]) == (3945.21, 1972.6)


def test_what_is_so_already_changes_nothing(dealfit):
    assert "What if nothing would change" in dealfit("check", *facts(*NET_60), "--what-if", "discount=8").out


@pytest.mark.parametrize(
    ("pair", "says"),
    [("discont=5", "Did you mean discount?"), ("discount=lots", "annot read 'lots'"), ("discount", "NAME=VALUE")],
)
def test_what_cannot_be_supposed_is_refused_with_a_remedy(dealfit, pair, says):
    done = dealfit("check", *facts(*NET_60), "--what-if", pair)
    assert done.status == 2
    assert done.out == ""
    assert "--what-if" in done.err
    assert says in done.err


def test_what_if_goes_with_one_deal(dealfit):
    assert "goes with one deal" in dealfit("check", EXAMPLES / "deals.csv", "--what-if", "discount=5").err


def test_a_profile_without_economics_shows_none(dealfit, own_profile):
    path = own_profile / "deal-profile.yaml"
    path.write_text(path.read_text().split("\n# What a deal is worth")[0])
    done = dealfit("check", "--format", "json", *facts(*NET_60), DEALFIT_PROFILE_DIR=str(own_profile))
    (deal,) = done.json["deals"]
    assert deal["economics"] is None
    assert deal["counter_offers"]
    assert "What it is worth" not in dealfit("check", *facts(*NET_60)).out


def test_a_question_says_what_an_answer_could_settle(dealfit):
    assert "What margin does the deal leave? (an answer can settle it: does not fit)" in dealfit("check", MERCY).out
    (deal,) = dealfit("check", MERCY, "--format", "json").json["deals"]
    settles = {ask["fact"]: ask["settles"] for ask in deal["ask"]}
    assert settles["margin"] == ["does_not_fit"]
    assert settles["sponsor"] == []


def test_each_what_if_builds_on_those_before_it(dealfit):
    options = ["--what-if", "they prepay", "--what-if", "discount=5", "--what-if", "discount=8"]
    done = dealfit("check", *facts(*NET_60), *options)
    assert "1. Paid in advance yes: " in done.out
    assert "2. and Discount off book price 5%: " in done.out
    assert "3. and nothing new: " in done.out
    assert "What if Paid in advance not known -> yes\n" in done.out
    (deal,) = dealfit("check", "--format", "json", *facts(*NET_60), *options[:4]).json["deals"]
    told = deal["what_if"]
    assert [change["fact"] for change in told["changes"]] == ["prepaid", "discount"]
    assert [change["fact"] for change in told["builds_on"]] == ["prepaid"]
    assert len(told["steps"]) == 2
    assert told["steps"][0]["verdict"] == told["verdict"]["between"]
    assert told["steps"][1]["verdict"] == told["verdict"]["to"]


def test_words_that_suppose_nothing_are_named(dealfit):
    done = dealfit("check", *facts(*NET_60), "--what-if", "we half the discount")
    assert done.status == 2
    assert "Not understood: we half the discount" in done.err
