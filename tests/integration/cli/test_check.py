from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.settings import HERE
from tests.integration.cli.conftest import OURS

MERCY = (
    "Mercy Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, managed services for 2 months, "
    "8% discount, net 60"
)
FITTING = [
    "industry=hospital", "beds=120", "records_mandate=yes", "it_staff=4", "remote_access=yes", "offer=managed services",
    "service_months=12", "contract_value=240k", "discount=8", "margin=42", "payment_days=45", "sponsor=CFO",
    "monthly_call=yes", "reviews_per_year=2", "service_visit=yes",
    (
        "outcomes=time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed; "
        "up-time: 98 -> 99.9 percent by 2027-06-01, owner R. Jones"
    ),
]  # fmt: skip
EXAMPLES = HERE.parent / "examples"
DATA = Path(os.environ.get("DEALFIT_TEST_DATA") or HERE.parent.parent / "shared" / "data")
"""Read here: inside a test the environment is without settings of ours."""


def facts(*pairs: str) -> list[str]:
    return [word for pair in pairs for word in ("--facts", pair)]


def test_words_become_a_verdict(dealfit):
    done = dealfit("check", MERCY)
    assert done.status == 1
    assert "incomplete" in done.out
    assert "8 percentage points" in done.out
    assert "Deal desk" in done.out
    assert "pricing.md#discounts-come-with-services" in done.out
    assert done.err == ""


def test_the_documented_json_and_nothing_else(dealfit):
    done = dealfit("check", "--format", "json", MERCY)
    assert done.json["schema"] == 1
    assert set(done.json) == {"schema", "profile", "deals"}
    assert set(done.json["profile"]) == {"title", "version", "sha256"}
    (deal,) = done.json["deals"]
    documented = {"name", "verdict", "facts", "unread", "findings", "ask", "counter_offers", "economics"}
    assert documented <= set(deal)
    assert deal["facts"] == snapshot(
        {
            "beds": 120,
            "discount": 8,
            "industry": "hospital",
            "it_staff": 4,
            "offer": "managed services",
            "payment_days": 60,
            "records_mandate": True,
            "service_months": 2,
        }
    )
    finding = next(f for f in deal["findings"] if f["check"] == "discount")
    assert {
        k: finding[k] for k in ("part", "result", "actual", "limit", "gap", "unit", "authority", "guidance")
    } == snapshot(
        {
            "part": "price",
            "result": "fail",
            "actual": 8,
            "limit": "at most 0%",
            "gap": 8,
            "unit": "percentage points",
            "authority": "deal-desk",
            "guidance": "pricing.md#discounts-come-with-services",
        }
    )
    assert finding["rule"].startswith("deal-profile.yaml:")
    assert finding["because"]


def test_the_same_deal_gives_the_same_bytes(dealfit):
    assert dealfit("check", "--format", "json", MERCY).out == dealfit("check", "--format", "json", MERCY).out


def test_exact_facts_that_fit(dealfit):
    done = dealfit("check", "--format", "json", "--name", "Exact", *facts(*FITTING))
    assert done.status == 0, done.out
    assert done.json["deals"][0]["verdict"] == "fits"
    assert done.json["deals"][0]["name"] == "Exact"


def test_a_counter_offer_is_there_where_one_exists(dealfit):
    worse = [pair.replace("payment_days=45", "payment_days=60") for pair in FITTING]
    done = dealfit("check", "--format", "json", *facts(*worse))
    assert done.status == 1
    assert done.json["deals"][0]["verdict"] == "needs_approval"
    assert {"changes": [{"fact": "payment_days", "from": 60, "to": 45}]} in done.json["deals"][0]["counter_offers"]


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ("bed=120", "Did you mean beds?"),
        ("beds", "NAME=VALUE"),
        ("beds=many", "annot read 'many'"),
        ("discount=200", "Discount"),
        ("industry=circus", "hospital"),
    ],
)
def test_a_fact_that_cannot_be_read_is_refused_with_a_remedy(dealfit, pair, says):
    done = dealfit("check", "--facts", pair)
    assert done.status == 2
    assert done.out == ""
    assert says in done.err


def test_a_contradiction_is_said_and_ends_with_2(dealfit):
    done = dealfit("check", "hospital, 120 beds, net 30, 8% discount, net 60", "--format", "json")
    assert done.status == 2
    assert "payment_days" not in done.json["deals"][0]["facts"]
    assert done.json["deals"][0]["conflicts"] == ["payment_days"]
    assert "net 30" in done.err
    assert "net 60" in done.err


def test_a_sentence_longer_than_any_file_name_is_a_sentence(dealfit):
    done = dealfit("check", f"{MERCY}, margin 42%, sponsor: CFO, " + "monthly call, " * 30)
    assert done.status == 1
    assert "Mercy Regional" in done.out


def test_words_without_a_fact_are_refused(dealfit):
    done = dealfit("check", "lovely weather")
    assert done.status == 2
    assert "no fact of a deal" in done.err


def test_nothing_to_check(dealfit):
    assert "Nothing to check" in dealfit("check").err


def test_a_file_of_deals_as_a_table_json_and_csv(dealfit):
    table = dealfit("check", EXAMPLES / "deals.csv")
    assert table.status == 1
    assert "25 deals" in table.out
    plain = dealfit("check", EXAMPLES / "deals.csv", "--format", "json").json
    assert len(plain["deals"]) == 25
    assert {d["verdict"] for d in plain["deals"]} == {"fits", "needs_approval", "does_not_fit", "incomplete"}
    rows = list(csv.DictReader(io.StringIO(dealfit("check", EXAMPLES / "deals.csv", "--format", "csv").out)))
    assert [row["verdict"] for row in rows] == [d["verdict"] for d in plain["deals"]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deals.yaml", "- {name: A, beds: 120, discount: 8}\n- {name: B, beds: 90}\n"),
        ("deals.jsonl", '{"name": "A", "beds": 120, "discount": 8}\n{"name": "B", "beds": 90}\n'),
        ("deals.csv", "name,Staffed beds,discount\nA,120,8%\nB,90,\n"),
        ("deals.tsv", "name\tbeds\tdiscount\nA\t120\t8\nB\t90\t\n"),
    ],
)
def test_every_kind_of_file_says_the_same(dealfit, tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    deals = dealfit("check", name, "--format", "json").json["deals"]
    assert [(d["name"], d["facts"]) for d in deals] == [("A", {"beds": 120, "discount": 8}), ("B", {"beds": 90})]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("binary.csv", b"\x00\x01\x02\xff" * 50, "binary.csv"),
        ("latin.csv", "name,beds\nHôpital Général,12\n".encode("latin-1"), "UTF-8"),
        ("other.csv", b"colour,size\nred,3\n", "colour"),
        ("bad.yaml", b"- {name: A, beds: [", "bad.yaml:"),
        ("bad.jsonl", b'{"name": "A", "beds": 3}\n{nope}\n', "bad.jsonl:2"),
        ("cell.csv", b"name,beds\nA,lots\n", "cell.csv:2"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_place(dealfit, tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    done = dealfit("check", name)
    assert done.status == 2
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_missing_file(dealfit):
    done = dealfit("check", "nowhere.csv")
    assert done.status == 2
    assert "no such file" in done.err


def test_a_cell_that_begins_like_a_formula_stays_text(dealfit, tmp_path):
    (tmp_path / "evil.csv").write_text('name,beds\n"=HYPERLINK(""http://evil.test"")",12\n', encoding="utf-8")
    out = dealfit("check", "evil.csv", "--format", "csv").out
    assert "'=HYPERLINK" in out


def test_a_verdict_is_recorded_or_not_as_wished(dealfit, data):
    from bot.bootstrap import utc_now
    from bot.store.database import open_store

    dealfit("check", MERCY)
    dealfit("check", MERCY, "--no-record")
    dealfit("check", EXAMPLES / "deals.csv")
    store = open_store(f"sqlite:///{data / 'dealfit.db'}", utc_now)
    assert [d.kind for d in store.decisions()] == ["file", "verdict"]
    assert store.profile_source(store.decisions(kind="verdict")[0].body["profile"]["sha256"])
    store.close()


def test_real_hospitals(dealfit, test_data):
    """The figures that stand in the README."""
    mapping = EXAMPLES / "us-hospitals.yaml"
    done = dealfit("check", test_data / "us_hospitals" / "hospitals.csv", "--mapping", mapping, "--limit", "1")
    assert done.status == 1
    assert "7146 deals: 4404 incomplete, 2742 does not fit" in done.out
    assert "Digital-records mandate (4404), Own IT staff (4404)" in done.out
    assert "435 rows were left out" in done.err


@pytest.fixture
def test_data():
    if not (DATA / "us_hospitals").is_dir():
        pytest.skip("needs the folder us_hospitals/ of the published hospitals; name its parent in DEALFIT_TEST_DATA")
    return DATA


def test_it_runs_as_a_module_and_prints_only_json_there():
    command = [sys.executable, "-m", "bot.cli", "check", "--no-record", "--format", "json", MERCY]
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["schema"] == 1
