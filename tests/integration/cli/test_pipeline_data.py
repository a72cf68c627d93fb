"""`dealfit pipeline import` and `map` as somebody uses them with a file of their own."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

from openpyxl import Workbook

from bot.settings import content_root
from tests.integration.pipeline.crms.hubspot_server import HubSpotServer
from tests.integration.pipeline.crms.servers import TOKEN

EXPORT = (
    "Opportunity ID,Account Name,Rep,StageName,CloseDate,Amount,Disc %,Mood\n"
    '1,Mercy,Dana Reyes,Closed Won,2026-11-02,"85,000",8,fine\n2,Hope,Sam Okafor,Talking,2026-12-20,12000,5,bad\n'
)


def test_a_mapping_is_proposed_written_and_used(dealfit, tmp_path):
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    done = dealfit("pipeline", "map", "export.csv", "--write", "map.yaml")
    assert done.status == 0
    assert "contract_value: Amount" in done.out
    assert "#   Mood: like no fact" in done.out
    assert "Mercy | Mercy | Dana Reyes | Closed Won | won | 2026-11-02: contract_value 85000, discount 8" in done.err
    assert (tmp_path / "map.yaml").read_text("utf-8") == done.out
    assert dealfit("pipeline", "map", "export.csv", "--write", "map.yaml").status == 2
    done = dealfit("pipeline", "import", "export.csv", "--mapping", "map.yaml", "--json")
    report = json.loads(done.out)
    assert (report["imported"], report["statuses"], report["schema"]) == (2, {"won": 1, "open": 1}, 1)


def test_a_proposal_as_json(dealfit, tmp_path):
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    plain = json.loads(dealfit("pipeline", "map", "export.csv", "--format", "json").out)
    assert {each["target"]: each["column"] for each in plain["columns"]}["owner"] == "Rep"
    assert [each["column"] for each in plain["unmapped"]] == ["Mood"]
    assert plain["problem"] is None
    assert plain["preview"][0]["facts"] == {"contract_value": 85000, "discount": 8}


def test_a_sheet_of_a_workbook_is_imported(dealfit, tmp_path):
    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing here"])
    sheet = book.create_sheet("Deals")
    sheet.append(["id", "name", "beds", "discount"])
    sheet.append([7, "Mercy", 120, 0.08])
    sheet["D2"].number_format = "0%"
    book.save(tmp_path / "deals.xlsx")
    refused = dealfit("pipeline", "import", "deals.xlsx")
    assert refused.status == 2
    assert "there are 2 sheets with cells: Notes, Deals. Say which with --sheet" in refused.err
    done = dealfit("pipeline", "import", "deals.xlsx", "--sheet", "deals")
    assert (done.status, "1 imported" in done.err) == (0, True)


def test_a_second_file_must_lie_beside_the_deals(dealfit, tmp_path):
    (tmp_path / "map.yaml").write_text(
        "lookups: [{file: prices.csv, by: sku, columns: {contract_value: price}}]", encoding="utf-8"
    )
    (tmp_path / "deals.csv").write_text("name,sku\nMercy,A\n", encoding="utf-8")
    refused = dealfit("pipeline", "import", "deals.csv", "--mapping", "map.yaml")
    assert "map.yaml:1:12: lookups.0.file: there is no file prices.csv in ." in refused.err
    (tmp_path / "prices.csv").write_text("sku,price\nA,5000\n", encoding="utf-8")
    assert dealfit("pipeline", "import", "deals.csv", "--mapping", "map.yaml").status == 0


def test_calls_are_imported_and_counted_by_rep_and_account(dealfit, data, tmp_path):
    (tmp_path / "deals.csv").write_text(
        "id,name,customer,owner,beds\n1,Mercy,Mercy Regional,Dana Reyes,120\n2,Faith,Faith General,Dana Reyes,90\n",
        "utf-8",
    )
    (tmp_path / "calls.csv").write_text(
        "date,rep,account,type,who\n"
        '2026-11-02 10:30,dana@alphatech.example,Mercy Regional,phone call,"VP Finance, Mercy"\n'
        "2026-11-03,Dana Reyes,Mercy Regional,visit,Porter\n03/04/2026,Dana Reyes,Mercy Regional,visit,CFO\n",
        "utf-8",
    )
    (tmp_path / "map.yaml").write_text("activities: {columns: {role: who}, roles: {CFO: [VP Finance]}}", "utf-8")
    assert "No calls or meetings yet" in dealfit("pipeline", "activities").err
    dealfit("pipeline", "import", "deals.csv")
    done = dealfit("pipeline", "activities", "calls.csv", "--mapping", "map.yaml")
    assert done.status == 2
    assert "3 rows: 2 imported, 0 updated, 0 unchanged, 1 rejected" in done.err
    assert "no role of the profile: Porter (1)" in done.err
    rejected = (data / "rejects" / "calls.rejected.csv").read_text("utf-8")
    assert "calls.csv:4: column 'date': cannot read '03/04/2026'" in rejected
    again = dealfit("pipeline", "activities", "calls.csv", "--mapping", "map.yaml")
    assert "0 imported, 0 updated, 2 unchanged" in again.err
    (rep,) = json.loads(dealfit("pipeline", "activities", "--format", "json", "--since", "2026-11-01").out)["reps"]
    assert (rep["rep"], rep["calls"], rep["to_buyers"], rep["without"]) == ("dana", 2, 1, ["Faith General"])
    shown = dealfit("pipeline", "activities").out
    assert "1 of 2 accounts" in shown
    assert "none yet" in shown


def test_a_crm_is_synced_and_shown(dealfit):
    assert "No CRM is set up" in dealfit("pipeline", "sync").err
    server = HubSpotServer()
    server.put("deals", 1, datetime(2026, 11, 20, tzinfo=UTC), dealname="Mercy", dealstage="talk", amount=85000)
    with server.running():
        there = {"DEALFIT_HUBSPOT_TOKEN": TOKEN, "DEALFIT_HUBSPOT_URL": server.url}
        done = dealfit("pipeline", "sync", **there)
        assert (done.status, "hubspot: 1 deal read: 1 imported" in done.err) == (0, True)
        plain = json.loads(dealfit("pipeline", "sources", "--json").out)["sources"]["hubspot"]
        assert (plain["state"], plain["counts"]["deals_imported"]) == ("done", 1)
        signs = json.loads(dealfit("doctor", "--json").out)["signs"]
        (crm,) = [sign for sign in signs if sign["what"] == "CRMs"]
        assert (crm["state"], "3 stages of deals" in crm["words"], "last synced" in crm["words"]) == ("ok", True, True)
        assert TOKEN not in str(signs)
        wrong = dealfit("pipeline", "sync", "pipedrive")
        assert (wrong.status, "There is no source 'pipedrive'. Set up are: hubspot" in wrong.err) == (2, True)


def test_an_amount_in_another_currency_shows_its_rate_and_is_judged_again_to_the_same_bytes(dealfit, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(content_root() / "profile", folder)
    rates = "currency: USD\nrates:\n  EUR: {rate: 1.0871, as_of: 2026-01-02}\n"
    (folder / "rates.yaml").write_text(rates, "utf-8")
    own = {"DEALFIT_PROFILE_DIR": str(folder)}
    (tmp_path / "deals.csv").write_text("id,name,contract_value,currency\n1,Mercy,85000,EUR\n2,Hope,5,GBP\n", "utf-8")
    done = dealfit("pipeline", "import", "deals.csv", **own)
    assert "1 amount in EUR converted at 1.0871, the rate of 2026-01-02." in done.err
    assert "rates.yaml has no rate for GBP. Add it there, or write the amount in USD." in done.err
    told = "Contract value: EUR 85,000 is $92,403.50, at 1.0871 USD for 1 EUR on 2026-01-02."
    assert told in dealfit("pipeline", "show", "Mercy").out
    assert "The rate of EUR is of 2026-01-02" in dealfit("profile", "lint").out
    assert "exchange rates of EUR" in dealfit("doctor").out
    checked = dealfit("check", "--facts", "contract_value=€85k", "--format", "json")
    assert checked.json["deals"][0]["facts"] == {"contract_value": 92403.5}
    assert checked.json["deals"][0]["converted"][0]["rate"] == "1.0871"
    assert told in dealfit("check", "hospital, contract value €85k").out
    # A rate that changes later changes no verdict that was given, and no deal that was read.
    (folder / "rates.yaml").write_text(rates.replace("1.0871", "2"), "utf-8")
    first = dealfit("audit", "export").out.splitlines()
    verdict = next(row["id"] for row in map(json.loads, first) if row["kind"] == "verdict")
    assert "the same" in dealfit("profile", "replay", str(verdict)).err
    assert told in dealfit("pipeline", "show", "Mercy").out


def test_assigned_accounts_are_imported_listed_and_count_in_the_scorecard(dealfit, data, tmp_path):
    assert "No account is assigned" in dealfit("pipeline", "accounts").err
    (tmp_path / "deals.csv").write_text(
        "id,name,customer,owner,beds\n1,Mercy,Mercy Regional,Dana Reyes,120\n2,Faith,Faith General,Sam Okafor,90\n",
        "utf-8",
    )
    (tmp_path / "calls.csv").write_text(
        f"date,rep,account,role\n{datetime.now(UTC).date()},Dana Reyes,Hope Clinic,CFO\n", "utf-8"
    )
    dealfit("pipeline", "import", "deals.csv")
    dealfit("pipeline", "activities", "calls.csv")
    by_deals = dealfit("pipeline", "accounts", "--format", "json").json["accounts"]
    assert [(row["rep"], row["account"], row["from"]) for row in by_deals] == [
        ("dana", "Mercy Regional", "open deals"),
        ("sam", "Faith General", "open deals"),
    ]
    (tmp_path / "accounts.csv").write_text(
        "Account Name,Owner\nHope Clinic,dana@alphatech.example\nhope clinic,Dana Reyes\nMercy Regionl,Zoe\n,Dana\n",
        "utf-8",
    )
    done = dealfit("pipeline", "accounts", "accounts.csv")
    assert done.status == 2
    assert "4 rows: 2 accounts of 2 reps assigned (2 new, 0 no longer), 1 rejected." in done.err
    assert "Reps not in people.yaml, who have no scorecard: Zoe." in done.err
    assert "No deal and no call is known of 'Mercy Regionl'. Is it 'Mercy Regional'?" in done.err
    assert "The row has no account" in (data / "rejects" / "accounts.rejected.csv").read_text("utf-8")
    again = dealfit("pipeline", "accounts", "accounts.csv", "--format", "json").json
    assert (again["assigned"], again["new"], again["gone"]) == (2, 0, 0)
    rows = dealfit("pipeline", "accounts", "--format", "json").json["accounts"]
    assert [(row["rep"], row["account"], row["from"], row["to_buyers"]) for row in rows] == [
        ("dana", "Hope Clinic", "file", 1),
        ("sam", "Faith General", "open deals", 0),
        ("zoe", "Mercy Regionl", "file", 0),
    ]
    card = dealfit("pipeline", "scorecard", "dana", "--format", "json").json
    (calls,) = [line for line in card["lines"] if line["measure"] == "calls"]
    assert (calls["value"], calls["n"]) == (1, 1), "one call at the one account that is assigned"
    (tmp_path / "bad.csv").write_text("who,what\na,b\n", "utf-8")
    refused = dealfit("pipeline", "accounts", "bad.csv")
    assert (refused.status, "Name the columns `rep` and `account`." in refused.err) == (2, True)
    assert "2 assignments taken away" in dealfit("pipeline", "accounts", "--clear").err
    assert dealfit("pipeline", "accounts", "--format", "json").json["accounts"] == by_deals
