from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bot.bootstrap import Core
from bot.profile.verdict import JUDGE
from bot.settings import HERE, Settings

DEAL = "Mercy Regional: hospital, 120 beds, managed services for 2 months, 8% discount, net 60, $85,000"


def newest_verdict(data: Path) -> int:
    core = Core(Settings.load({"DEALFIT_DATA_DIR": str(data)}, env_file=None))
    try:
        return core.store.decisions(kind="verdict", limit=1)[0].id
    finally:
        core.close()


def test_a_recorded_verdict_replays_after_the_profile_has_changed(dealfit, own_profile, data):
    where = {"DEALFIT_PROFILE_DIR": str(own_profile)}
    dealfit("check", DEAL, **where)
    dealfit("check", "--facts", "discount=3", "--facts", "service_months=3", **where)
    file = own_profile / "deal-profile.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("<= 10%", "<= 2%"), encoding="utf-8")
    newest = newest_verdict(data)
    for number in (newest - 1, newest):
        done = dealfit("profile", "replay", number)
        assert done.status == 0, done.out
        assert "the same" in done.err
    assert dealfit("profile", "replay", newest, "--json").json == {
        "schema": 1,
        "decision": newest,
        "same": True,
        "judge": {"recorded": JUDGE, "now": JUDGE},
        "differences": [],
    }


def test_a_record_that_was_changed_says_where(dealfit, data):
    dealfit("check", DEAL)
    number = newest_verdict(data)
    database = next(data.glob("*.db"), None) or next(data.glob("*.sqlite*"))
    with sqlite3.connect(database) as connection:
        triggers = connection.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"drop trigger {name}")
        (body,) = connection.execute("select body from decisions where id = ?", (number,)).fetchone()
        plain = json.loads(body)
        plain["verdict"] = "fits"
        connection.execute("update decisions set body = ? where id = ?", (json.dumps(plain), number))
    connection.close()
    done = dealfit("profile", "replay", number)
    assert done.status == 1
    assert done.out.startswith('verdict: recorded "fits", now ')
    assert "not the same" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("9999",), "There is no decision 9999."), (("99999999999999999999",), "There is no decision"), (("x",), "")],
)
def test_what_cannot_be_replayed_is_said(dealfit, arguments, words):
    done = dealfit("profile", "replay", *arguments)
    assert done.status == 2
    assert words in done.err
    assert done.out == ""


def test_a_decision_of_another_kind_is_named(dealfit, data):
    dealfit("check", DEAL)
    dealfit("ask", "why do discounts come with services?")
    number = newest_verdict(data) + 1
    done = dealfit("profile", "replay", number)
    assert done.status == 2
    assert f"Decision {number} is of the kind answer. The newest verdict is {number - 1}." in done.err


def test_diff_says_what_changed_and_whose_verdict(dealfit, own_profile, tmp_path):
    new = own_profile / "deal-profile.yaml"
    old = tmp_path / "old.yaml"
    old.write_text(new.read_text(encoding="utf-8"), encoding="utf-8")
    text = new.read_text(encoding="utf-8")
    rule = '- {when: {service_months: ">= 3"}, require: {discount: "<= 10%"}}'
    assert rule in text
    new.write_text(text.replace(rule, rule.replace(">= 3", ">= 6")), encoding="utf-8")
    done = dealfit("profile", "diff", old, new, "--deals", HERE.parent / "examples" / "deals.csv")
    assert done.status == 1, done.err
    term = "the service term is at least 3 months"
    assert done.out.splitlines() == [
        f"Discount earned by services: at most 10% discount off book price when {term} -> at least 6 months",
        "",
        "Judged otherwise among the cases:",
        "  Ivy, five months without a review: fits -> needs approval (deal-desk)",
        "  Amber, ten percent for three months: fits -> needs approval (deal-desk)",
        "",
        "Judged otherwise among the deals:",
        "  Lakeside Community, three-month start: fits -> needs approval (deal-desk)",
    ]
    assert "1 of 25 deals are judged otherwise." in done.err
    plain = dealfit("profile", "diff", old, new, "--json").json
    assert plain["schema"] == 1
    assert [(c["section"], c["id"], c["what"]) for c in plain["changes"]] == [("check", "discount", "rule")]
    assert plain["verdicts"]["cases"]["changed"][0]["to"] == {
        "verdict": "needs_approval",
        "authorities": ["deal-desk"],
    }
    assert plain["old"]["sha256"] != plain["new"]["sha256"]


def test_diff_of_a_profile_with_itself_and_of_what_cannot_be_read(dealfit, own_profile, tmp_path):
    file = own_profile / "deal-profile.yaml"
    same = dealfit("profile", "diff", file)
    assert same.status == 0
    assert same.out == ""
    assert "The two files are the same." in same.err
    assert dealfit("profile", "diff", file, tmp_path / "none.yaml").status == 2
    assert dealfit("profile", "diff", file, "--mapping", file).status == 2
    (tmp_path / "bad.yaml").write_text("title: x\n", encoding="utf-8")
    bad = dealfit("profile", "diff", tmp_path / "bad.yaml", file)
    assert bad.status == 2
    assert "bad.yaml:1:1" in bad.err


def test_the_cases_as_junit_and_strictly(dealfit, own_profile, tmp_path):
    report = tmp_path / "report.xml"
    done = dealfit("profile", "test", "--strict", "--junit", report)
    assert done.status == 0, done.out
    suites = ET.parse(report).getroot().findall("testsuite")  # noqa: S314 - we wrote it
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [("cases", "0")]
    assert int(suites[0].get("tests")) >= 75
    file = own_profile / "cases" / "5-payment.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("payment_days: 61", "payment_days: 90"), encoding="utf-8")
    profile = own_profile / "deal-profile.yaml"
    loose = dealfit("profile", "test", profile)
    assert loose.status == 0
    assert "has a band of Finance that is tried by no case with payment terms just above 60 days" in loose.out
    assert dealfit("profile", "test", profile, "--strict", "--junit", report).status == 1
    plain = dealfit("profile", "test", profile, "--json").json
    assert [gap["check"] for gap in plain["gaps"]] == ["payment-terms"]
    assert dealfit("profile", "test", "--junit", tmp_path).status == 2


DERIVED = """
derived:
  value_per_bed: {value: contract_value / beds, label: Value per bed}
"""
PER_BED = """
  - id: value-per-bed
    part: price
    label: Worth the visit
    require: {value_per_bed: ">= 1000"}
    because: A bed must bring in what it costs to serve.
    exception: {authority: finance, up_to: {value_per_bed: 500}}
"""


def test_a_derived_fact_goes_through_the_whole_command_line(dealfit, own_profile, data):
    file = own_profile / "deal-profile.yaml"
    text = file.read_text(encoding="utf-8").replace("\n# The first segment", DERIVED + "\n# The first segment", 1)
    file.write_text(text.replace("\nchecks:\n", "\nchecks:" + PER_BED, 1), encoding="utf-8")
    where = {"DEALFIT_PROFILE_DIR": str(own_profile)}
    done = dealfit("check", DEAL, "--format", "json", **where)
    assert done.status == 1, done.err
    found = next(f for f in done.json["deals"][0]["findings"] if f["check"] == "value-per-bed")
    assert (found["result"], found["fact"], found["actual"], found["authority"]) == (
        "fail",
        "value_per_bed",
        708.33,
        "finance",
    )
    assert "Worth the visit" in dealfit("check", DEAL, **where).out
    assert dealfit("profile", "replay", newest_verdict(data), **where).status == 0
    assert (
        "Value per bed: contract value / staffed beds." in dealfit("profile", "explain", "value-per-bed", **where).out
    )
    lint = dealfit("profile", "lint", **where)
    assert lint.status == 0, lint.out
    gaps = dealfit("profile", "test", **where)
    assert "value-per-bed" in gaps.out
    diff = dealfit("profile", "diff", HERE.parent / "profile" / "deal-profile.yaml", file, **where)
    assert "Check added: Worth the visit. The value per bed must be at least $1,000." in diff.out
    assert "derived.value_per_bed.value: none -> contract_value / beds" in diff.out


TUTORIAL = HERE.parent / "docs" / "tutorial-first-profile.md"
BLOCK = re.compile(r"<!-- (file|part|run)(?: (\S+))? -->\n```(?:yaml|console)\n(.*?)```\n", re.DOTALL)


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Each command of a console block with the lines that it prints."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        else:
            found[-1][1].append(line)
    return found


def test_every_example_of_the_tutorial_is_run(dealfit, tmp_path, monkeypatch):
    page = TUTORIAL.read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    assert len(blocks) == page.count("```") / 2 >= 15
    for kind, name, text in blocks:
        if kind == "file":
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif kind == "part":
            assert text in page.split(f"<!-- part {name} -->", 1)[1].split(f"<!-- file {name} -->", 1)[1]
        else:
            prints_what_it_says(text, dealfit, tmp_path, monkeypatch)


def prints_what_it_says(text: str, dealfit, folder: Path, monkeypatch) -> None:
    for command, expected in commands(text):
        actual = "\n".join(told(dealfit, folder, monkeypatch, command))
        pattern = ".*".join(re.escape(part) for part in "\n".join(expected).split("..."))
        assert re.fullmatch(pattern, actual, re.DOTALL), f"{command}\n{actual}"


def test_the_first_profile_of_the_language_page_does_what_the_page_says(dealfit, tmp_path, monkeypatch):
    page = (HERE.parent / "docs" / "profile-language.md").read_text(encoding="utf-8")
    folder = tmp_path / "my-profile"
    folder.mkdir()
    for kind, name in (("profile", "deal-profile.yaml"), ("people", "people.yaml")):
        example = re.search(rf"<!-- {kind} -->\n```yaml\n(.*?)```\n", page, re.DOTALL)
        (folder / name).write_text(example[1], encoding="utf-8")
    runs = [text for kind, _, text in BLOCK.findall(page) if kind == "run"]
    assert len(runs) == page.count("```console") == 1
    prints_what_it_says(runs[0], dealfit, tmp_path, monkeypatch)


def told(dealfit, folder: Path, monkeypatch, command: str) -> list[str]:
    """What a command of the tutorial prints: results first, then messages."""
    program, *arguments = shlex.split(command)
    if program == "export":
        name, value = arguments[0].split("=")
        monkeypatch.setenv(name, value)
        return []
    if program == "cp":
        shutil.copy(folder / arguments[0], folder / arguments[1])
        return []
    assert program == "dealfit"
    done = dealfit(*arguments)
    return [line.rstrip() for line in (done.out + done.err).splitlines()]


def test_without_a_name_all_of_the_profile_is_said_and_without_people_the_linter_says_what_it_did_not_look_up(
    dealfit, tmp_path, monkeypatch
):
    page = (HERE.parent / "docs" / "profile-language.md").read_text(encoding="utf-8")
    file = tmp_path / "deal-profile.yaml"
    file.write_text(re.search(r"<!-- profile -->\n```yaml\n(.*?)```\n", page, re.DOTALL)[1], encoding="utf-8")
    monkeypatch.setenv("DEALFIT_PROFILE_DIR", str(tmp_path))
    alone = dealfit("profile", "lint")
    assert alone.status == 0, alone.out
    assert "The authorities that the profile names are not looked up." in alone.err
    assert "There is no such file." in alone.err
    (tmp_path / "people.yaml").write_text(
        re.search(r"<!-- people -->\n```yaml\n(.*?)```\n", page, re.DOTALL)[1], encoding="utf-8"
    )
    said = dealfit("profile", "explain").out
    heads = (
        "A customer we sell to (customer)",
        "Discount earned by services (price)",
        "The profile has no `economics`",
    )
    assert [said.index(head) for head in heads] == sorted(said.index(head) for head in heads)


def test_an_authority_is_called_what_people_call_it_wherever_it_is_named(dealfit, own_profile):
    """The key may hold small letters of English only; the name that people read may hold any."""
    where = {"DEALFIT_PROFILE_DIR": str(own_profile)}
    file = own_profile / "people.yaml"
    file.write_text(file.read_text("utf-8").replace("name: Deal desk", "name: Preisgremium Süd"), "utf-8")
    (own_profile / "cases" / "4-price.yaml").unlink()
    said = "Preisgremium Süd may approve up to 15%"
    assert said in dealfit("profile", "explain", "discount", **where).out
    assert "has a band of Preisgremium Süd" in dealfit("profile", "test", **where).out
    assert said in dealfit("ask", "what discount can I give on a six-month deal?", **where).out
    file.write_text("people: [broken", "utf-8")
    assert "Deal desk may approve up to 15%" in dealfit("profile", "explain", "discount", **where).out
