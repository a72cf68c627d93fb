from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.checking.asker import OPERATOR, Asker
from bot.deals.exchange import Conversion
from bot.pipeline.query import Query
from bot.pipeline.service import AccessDenied, PipelineAnswer, PipelineService
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.people import Person, Role

from .support import ROOT, deal, judge, people
from .table import House, Shelf, house

DEALS = [
    deal("Mercy", "Dana Reyes", payment_days=60),
    deal("Hope", "dana@alphatech.example", payment_days=30),
    deal("Grace", "Sam Okafor", payment_days=90),
    deal("Faith", "Lena Fischer", payment_days=60),
    deal("Orphan", None),
    deal("Stranger", "Zoe Nobody"),
]

FOLDERS: list[Path] = []
MADE: dict[str, House] = {}


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    FOLDERS.append(tmp_path_factory.mktemp("service"))
    yield
    for each in MADE.values():
        each.tables.close()
    MADE.clear()


def service(live: Judge | None = None) -> PipelineService:
    """A service over the deals; one for each profile."""
    name = (live or judge()).profile.id.sha256
    if name not in MADE:
        MADE[name] = house(FOLDERS[-1] / name, DEALS, live=live)
    return MADE[name].service


def asker(key: str) -> Asker:
    person = people().by_key(key)
    assert person is not None
    return Asker(user=f"U{key.upper()}", name=person.name, roles=person.roles, person=person)


def names(answer: PipelineAnswer) -> list[str]:
    assert answer.table is not None
    return sorted(str(row[0]) for row in answer.table.rows)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("morgan", ["Grace", "Hope", "Mercy"]),
        ("chris", ["Faith"]),
        ("dana", ["Hope", "Mercy"]),
        ("tom", []),
        ("victor", ["Faith", "Grace", "Hope", "Mercy", "Orphan", "Stranger"]),
    ],
)
def test_everybody_sees_only_what_is_theirs(who: str, seen: list[str]) -> None:
    assert names(service().ask("show me all deals", asker(who))) == seen
    picture = service().overview(asker(who)).fit
    assert picture.split.total.deals == len(seen)


def test_the_operator_of_the_machine_sees_everything() -> None:
    assert len(names(service().ask("deals", OPERATOR))) == len(DEALS)


@pytest.mark.parametrize(
    "nobody",
    [
        asker("ruth"),
        asker("grace"),
        Asker(user="U1", name="Somebody"),
        Asker("U2", "Left", roles=frozenset({Role.MANAGER}), person=Person("gone", "Gone", "gone@alphatech.example")),
    ],
    ids=["approver", "head of service", "stranger", "no longer in the file"],
)
def test_everybody_else_is_denied_in_plain_words(nobody: Asker) -> None:
    for call in (lambda: service().overview(nobody), lambda: service().ask("deals", nobody)):
        with pytest.raises(AccessDenied) as denied:
            call()
        assert "pipeline is for" in str(denied.value)


def test_a_manager_s_question_is_answered_with_how_it_was_understood() -> None:
    answer = service().ask("which of Dana's deals break the payment terms", asker("morgan"))
    assert names(answer) == ["Mercy"]
    assert [chip.text for chip in answer.understood] == ["owner: Dana Reyes", "fails: Payment terms", "status: open"]
    assert answer.unknown == ()
    assert answer.profile == judge().profile.id


def test_another_team_s_rep_reads_like_nobody() -> None:
    """A forbidden name and one that does not exist give the same answer, but for the name itself."""
    for template in ("which of {}'s deals break the payment terms", "deals of {}", "how many deals does {} have"):
        lena = service().ask(template.format("Lena"), asker("morgan"))
        nobody = service().ask(template.format("Nena"), asker("morgan"))
        said = json.dumps(lena.plain()).replace("Lena", "Nena")
        assert said == json.dumps(nobody.plain())
    assert "Lena" not in json.dumps(service().ask("deals by rep", asker("morgan")).plain())


def test_near_matches_never_name_what_the_asker_may_not_see() -> None:
    answer = service().ask("Lenas deals in Wst with Fath", asker("morgan"))
    said = json.dumps(answer.plain())
    assert not any(name in said for name in ("Lena Fischer", "West", "Faith"))


def test_the_live_profile_judges_even_when_it_is_stricter() -> None:
    source = (ROOT / "profile" / "deal-profile.yaml").read_bytes()
    strict = Judge(parse_profile(source.replace(b'payment_days: "<= 45"', b'payment_days: "<= 10"'), "strict.yaml"))
    assert strict.profile.id != judge().profile.id
    question = "which of Dana's deals break the payment terms"
    assert names(service().ask(question, asker("morgan"))) == ["Mercy"]
    answer = service(live=strict).ask(question, asker("morgan"))
    assert names(answer) == ["Hope", "Mercy"]
    assert answer.profile == strict.profile.id


def test_what_is_asked_back_comes_as_a_note_and_without_a_table() -> None:
    answer = service().ask("deals over 10%", asker("morgan"))
    assert answer.table is None
    assert answer.query is None
    (note,) = answer.notes
    assert note.startswith("What is 'over 10%' a figure of? Write the name of the fact beside it.")
    assert note.endswith("For instance: Discount off book price, Margin.")


def test_the_answer_as_json() -> None:
    plain = service().ask("which of Dana's deals break the paymnet terms by 50k", asker("morgan")).plain()
    assert list(plain) == [
        "schema", "understood", "chips", "unknown", "near", "ask", "columns", "rows", "keys", "drill",
        "totals", "matched", "undecided",
        "cut", "currency", "notes", "reader", "profile",
    ]  # fmt: skip
    good = json.loads(json.dumps(service().ask("which of Dana's deals break the payment terms", OPERATOR).plain()))
    assert good["schema"] == 1
    assert good["understood"] == {
        "select": {"what": "deals"},
        "filters": [
            {"by": "owner", "any_of": ["dana"]},
            {"by": "check", "any_of": ["payment-terms"]},
            {"by": "status", "any_of": ["open"]},
        ],
    }
    assert good["unknown"] == []
    assert [column["name"] for column in good["columns"]][:3] == ["deal", "owner", "verdict"]
    assert good["rows"] == [
        ["Mercy", "Dana Reyes", "needs_approval", 85000, "2026-12-15", "Proposal", 60, "at most 45 days", 15, "Finance"]
    ]
    assert good["totals"] == {"contract_value": 85000}
    assert (good["matched"], good["undecided"], good["cut"], good["currency"]) == (1, 0, 0, "USD")
    assert good["profile"]["sha256"] == judge().profile.id.sha256


def test_the_overview_of_nothing_is_empty_not_an_error(tmp_path: Path) -> None:
    overview = house(tmp_path).service.overview(asker("morgan"))
    assert overview.fit.empty
    assert overview.notes == ()
    assert overview.label_of("margin") == "Margin"
    assert overview.profile_words.startswith("Managed services for regional hospitals, version 2026.11")


def test_a_thread_goes_on_and_a_chip_is_changed() -> None:
    first = service().ask("which deals break the payment terms", asker("morgan"))
    assert names(first) == ["Grace", "Mercy"]
    second = service().ask("only Sam's", asker("morgan"), previous=first.query)
    assert names(second) == ["Grace"]
    assert second.query is not None
    chip = next(chip for chip in second.understood if chip.text.startswith("owner:"))
    dana = next(option for option in chip.options if "Dana" in option.label)
    assert names(service().change(second.query, chip.path, dana.key, asker("morgan"))) == ["Mercy"]
    assert not any("Lena" in option.label for option in chip.options)


def test_a_query_made_for_one_shows_another_only_what_is_theirs() -> None:
    query = service().ask("all deals", asker("victor")).query
    assert query is not None
    assert names(service().run(query, asker("tom"))) == []
    assert names(service().run(query, asker("dana"))) == ["Hope", "Mercy"]
    forged = Query.model_validate({"filters": ({"by": "owner", "any_of": ("lena",)},)})
    assert names(service().run(forged, asker("morgan"))) == []


def test_an_export_holds_all_that_is_seen_and_nothing_that_runs(tmp_path: Path) -> None:
    evil = [
        deal(name, "Dana Reyes") for name in ("=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", " =1+1", "\t=2", "plain")
    ]
    evil.append(deal("theirs", "Lena Fischer", customer="=HYPERLINK(1)"))
    made = house(tmp_path, [*evil, deal("needs", payment_days=60)])
    query = Query(limit=1)
    text = b"".join(made.service.export(query, asker("morgan"))).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(evil)
    assert {row["owner"] for row in rows} == {"Dana Reyes"}
    assert not [cell for row in rows for cell in row.values() if cell.strip().startswith(("=", "+", "-", "@"))]
    needs = next(row for row in rows if row["deal"] == "needs")
    assert (needs["verdict"], needs["fails"], needs["who_may_approve"]) == (
        "needs_approval",
        "Payment terms",
        "Finance",
    )
    assert (needs["contract_value"], needs["records_mandate"], needs["outcomes__count"]) == ("85000", "yes", "2")
    groups = b"".join(made.service.export(made.service.ask("fit by rep", OPERATOR).query or query, OPERATOR)).decode()
    assert groups.splitlines()[0].startswith("owner,deals,fits")
    with pytest.raises(AccessDenied):
        made.service.export(query, asker("ruth"))


def test_an_export_and_a_table_say_how_an_amount_of_another_currency_was_reached(tmp_path: Path) -> None:
    made = Conversion(
        "contract_value", Decimal("85000.5"), "EUR", Decimal("1.0871"), date(2026, 11, 20), Decimal("92404.04")
    )
    more = replace(made, fact="selling_cost", amount=Decimal(10), currency="GBP", rate=Decimal("1.29"))
    euro = replace(deal("euro", contract_value=made.value), converted=(made, more))
    there = house(tmp_path, [euro, deal("dollar")])
    text = b"".join(there.service.export(Query(), asker("morgan"))).decode()
    rows = {row["deal"]: row for row in csv.DictReader(io.StringIO(text))}
    columns = ("converted", "stated_amount", "stated_currency", "rate", "rate_day")
    assert [rows["euro"][name] for name in columns] == [
        "contract_value; selling_cost", "85000.5; 10", "EUR; GBP", "1.0871; 1.29", "2026-11-20; 2026-11-20",
    ]  # fmt: skip
    assert [rows["dollar"][name] for name in columns] == [""] * 5
    table = there.service.run(Query(), asker("morgan")).table
    stated = [column.name for column in table.columns].index("stated")
    assert sorted(str(row[stated]) for row in table.rows) == [
        "EUR 85,000.5 at 1.0871 on 2026-11-20, GBP 10 at 1.29 on 2026-11-20", "None",
    ]  # fmt: skip
    plain = house(tmp_path / "other", [deal("dollar")]).service.run(Query(), asker("morgan")).table
    assert "stated" not in [column.name for column in plain.columns], "nothing was converted: no empty column"


def test_one_deal_is_shown_to_those_who_may_see_it() -> None:
    mine, theirs = "test:Mercy", "test:Faith"
    shown = service().show(mine, asker("morgan"))
    assert shown is not None
    assert (shown.deal.name, shown.verdict.judgement.value) == ("Mercy", "needs_approval")
    assert service().show(theirs, asker("morgan")) is None
    assert service().show("test:no such deal", asker("morgan")) is None
    assert service().show(theirs, OPERATOR) is not None


def test_misspelt_customers_are_found_among_what_is_seen(tmp_path: Path) -> None:
    made = house(tmp_path, [deal("a", customer="Riverside Hospital"), deal("b", "Lena Fischer", customer="Lakeside")])
    answer = made.service.ask("deals of Riverside Hospitl", asker("morgan"))
    assert "Lakeside" not in json.dumps(answer.plain())
    assert names(made.service.ask("deals of Riverside Hospital", asker("morgan"))) == ["a"]
    near = made.service.ask("deals of Riversde", asker("morgan")).unknown
    assert [word.words for word in near] == ["Riversde"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("deals over 999999999999999999999999", 0),
        ("deals under $999999999999999999999999", 2),
        ("service months over 99999999999999999999", 0),
        ("service months under 99999999999999999999", 2),
        ("margin under 40.000001%", 2),
        ("margin over 39.9999999999999999%", 1),
        ("margin over 0.0000000000000000000000000000000000000001%", 2),
        ("margin under 0.0000000000000000000000000000000000000001%", 0),
        ("discount under 0.0000000000000000000000000000000000000001%", 2),
    ],
)
def test_a_figure_that_no_database_holds_compares_as_it_should(tmp_path: Path, question: str, found: int) -> None:
    made = house(tmp_path, [deal("one", discount=0, margin=40), deal("two", discount=0, margin=Decimal("0.01"))])
    table = made.service.ask(question, asker("morgan")).table
    assert table is not None
    assert table.matched == found


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how much discount did we give last quarter?", "None of the deals that you see is won, in any period."),
        ("deals lost this year", "None of the deals that you see is lost, in any period."),
        ("win rate by rep", "None of the deals that you see is won or lost, in any period."),
    ],
)
def test_where_no_deal_is_closed_that_is_said_and_not_a_blank(question: str, said: str) -> None:
    answer = service().ask(question, asker("morgan"))
    assert answer.query is not None
    (note,) = answer.notes
    assert note.startswith(said)
    assert service().run(answer.query, asker("morgan")).notes == answer.notes


def test_a_period_without_closed_deals_is_not_taken_for_a_store_without_any(tmp_path: Path) -> None:
    sold = deal("Sold", "Dana Reyes", closes=date(2026, 8, 1), discount=7)
    made = house(tmp_path, Shelf().put([deal("Open", "Dana Reyes")]).put([sold], "won"))
    last = made.service.ask("how much discount did we give last quarter?", asker("morgan"))
    assert last.table is not None
    assert [chip.text for chip in last.understood if chip.words == "did … give"] == ["status: won"]
    assert Decimal(7) in last.table.rows[0]
    assert last.notes == ()
    assert made.service.ask("how much discount did we give last month?", asker("morgan")).notes == ()
    # Who sees none of the closed deals hears the same as where there are none.
    assert made.service.ask("deals sold last quarter", asker("sam")).notes != ()
    made.tables.close()
