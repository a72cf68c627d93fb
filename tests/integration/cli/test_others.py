from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import HERE

EXAMPLES = HERE.parent / "examples"


def test_ask_gives_the_documented_json(dealfit):
    done = dealfit("ask", "--format", "json", "what discount can I give on a two-month deal?")
    assert done.status == 0
    assert {"schema", "answer", "refused", "composer", "citations", "model"} <= set(done.json)
    assert done.json["schema"] == 1
    assert done.json["model"] is None
    assert done.json["composer"] == "extractive"
    first = done.json["citations"][0]
    assert {"n", "path", "heading", "passage", "sha256", "text"} <= set(first)
    assert "0%" in done.json["answer"]


def test_ask_in_words_with_sources(dealfit):
    done = dealfit("ask", "how do I open a conversation with a CFO?")
    assert "dealfit pipeline ask" not in done.err
    assert "dealfit pipeline ask" in dealfit("ask", "how much of my pipeline fits?").err
    assert done.status == 0
    assert "[1]" in done.out
    assert "cfo-conversation.md" in done.out


def test_ask_says_so_when_the_playbooks_do_not(dealfit):
    done = dealfit("ask", "what is our parental leave policy in Norway?", "--format", "json")
    assert done.status == 1
    assert done.json["refused"] is True
    assert done.json["citations"] == []


def test_ask_as_a_rep_does_not_read_what_is_for_approvers(dealfit):
    question = "how do I decide an exception well as an approver?"
    everything = dealfit("ask", "--format", "json", question).json
    as_rep = dealfit("ask", "--format", "json", "--role", "rep", question).json
    assert any("approver-notes" in c["path"] for c in everything["citations"])
    assert not any("approver-notes" in c["path"] for c in as_rep["citations"] + as_rep["nearest"])


def test_ask_with_an_unknown_role(dealfit):
    done = dealfit("ask", "--role", "king", "why?")
    assert done.status == 2
    assert "rep, manager, approver" in done.err


def test_ask_builds_a_missing_index_first(dealfit, tmp_path):
    done = dealfit("ask", "when should I walk away?", DEALFIT_DATA_DIR=str(tmp_path / "new"))
    assert done.status == 0
    assert "Building the index" in done.err


def test_pipeline_import_fit_and_ask(dealfit):
    first = dealfit("pipeline", "import", EXAMPLES / "deals.csv")
    assert first.status == 0, first.err
    assert "25 imported" in first.err
    again = dealfit("pipeline", "import", EXAMPLES / "deals.csv")
    assert "0 imported" in again.err
    assert "25 unchanged" in again.err
    answer = dealfit("pipeline", "ask", "--format", "json", "which of Dana's deals break the payment terms")
    assert answer.status == 0
    assert {"schema", "understood", "unknown", "columns", "rows", "profile"} <= set(answer.json)
    assert answer.json["unknown"] == []
    owner = [column["name"] for column in answer.json["columns"]].index("owner")
    assert {row[owner] for row in answer.json["rows"]} == {"Dana Reyes"}
    table = dealfit("pipeline", "ask", "which of Dana's deals break the payment terms")
    assert table.out.startswith("Understood as")
    # A terminal that is too narrow for the table's words shows row by row; no figure and no word is broken in two.
    narrow = dealfit("pipeline", "ask", "which of Dana's deals break the payment terms", COLUMNS="80").out
    assert "\nCapitol University Hospital\n  Customer Capitol University Hospital" in narrow
    assert all(len(line) <= 80 for line in narrow.splitlines())
    wide = dealfit("pipeline", "ask", "which of Dana's deals break the payment terms", COLUMNS="160").out
    assert "Who may" in wide.splitlines()[1] + wide.splitlines()[2]
    assert "needs approval     $18,000" in wide
    none = dealfit("pipeline", "ask", "deals of Dana over 9m").out
    assert "No deal matches." in none


def test_pipeline_ask_with_unknown_words(dealfit):
    dealfit("pipeline", "import", EXAMPLES / "deals.csv")
    done = dealfit("pipeline", "ask", "deals with purple unicorns")
    assert done.status == 2
    assert "unicorns" in done.err


def test_rejected_rows_go_to_a_file_with_the_reason_and_their_text(dealfit, data, tmp_path):
    (tmp_path / "mixed.csv").write_text("name,owner,beds\nGood,Dana Reyes,120\n,Dana Reyes,90\n", encoding="utf-8")
    done = dealfit("pipeline", "import", "mixed.csv")
    assert done.status == 2
    assert "1 imported" in done.err
    rejected = (data / "rejects" / "mixed.rejected.csv").read_text(encoding="utf-8")
    assert rejected.splitlines() == [
        "line,reason,row",
        '3,"The row names no deal, no customer and no id. Give the deal a name.",",Dana Reyes,90"',
    ]


def test_profile_lint_is_clean_and_a_broken_one_is_refused_at_its_place(dealfit, own_profile):
    assert dealfit("profile", "lint").status == 0
    file = own_profile / "deal-profile.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("stance: pursue", "stance: persue", 1), encoding="utf-8")
    done = dealfit("profile", "lint", file)
    assert done.status == 2
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "stance: pursue" in row)
    assert f"deal-profile.yaml:{line}:" in done.out
    assert "pursue" in done.out
    plain = dealfit("profile", "lint", file, "--json").json
    assert plain["problems"][0]["line"] == line


def test_profile_test_runs_the_cases(dealfit, own_profile):
    done = dealfit("profile", "test")
    assert done.status == 0, done.out
    assert "0 failed" in done.err
    case = own_profile / "cases"
    text = next(iter(sorted(case.glob("*price*.yaml"))))
    words = text.read_text(encoding="utf-8")
    text.write_text(words.replace("verdict: fits", "verdict: does_not_fit", 1), encoding="utf-8")
    broken = dealfit("profile", "test", own_profile / "deal-profile.yaml")
    assert broken.status == 1
    assert "does_not_fit" in broken.out


def test_profile_explain(dealfit):
    done = dealfit("profile", "explain", "discount")
    assert done.status == 0
    assert "10%" in done.out
    assert "Did you mean discount?" in dealfit("profile", "explain", "discuont").err


def test_index_reports_what_changed_and_what_was_refused(dealfit, tmp_path):
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "good.md").write_text("# Good\n\n## One\n\nA sentence about discounts.\n", encoding="utf-8")
    (folder / "bad.md").write_bytes(b"\x00\x01binary\xff")
    where = {"DEALFIT_KNOWLEDGE_DIR": str(folder), "DEALFIT_DATA_DIR": str(tmp_path / "elsewhere")}
    done = dealfit("index", "--json", **where)
    assert done.status == 1
    assert done.json["added"] == ["good.md"]
    assert [r["path"] for r in done.json["refused"]] == ["bad.md"]
    assert "bad.md" in done.err
    assert dealfit("index", "--json", **where).json["embedded"] == 0


def test_doctor_is_well_and_says_what_is_not(dealfit, own_profile):
    done = dealfit("doctor")
    assert done.status == 0, done.out
    assert "no tokens" in done.out
    (own_profile / "deal-profile.yaml").write_text("titel: x\n", encoding="utf-8")
    ill = dealfit("doctor", "--json", DEALFIT_PROFILE_DIR=str(own_profile), SLACK_APP_TOKEN="xapp-canary-0123456789")
    assert ill.status == 1
    states = {sign["what"]: sign for sign in ill.json["signs"]}
    assert states["profile"]["state"] == "wrong"
    assert "deal-profile.yaml:1" in states["profile"]["words"]
    assert "SLACK_BOT_TOKEN is not" in states["Slack"]["words"]
    assert "canary" not in ill.out + ill.err


def test_doctor_says_that_slack_cannot_be_reached(dealfit):
    tokens = {"SLACK_BOT_TOKEN": "xoxb-canary-0123456789", "SLACK_APP_TOKEN": "xapp-canary-0123456789"}
    done = dealfit("doctor", SLACK_API_URL="http://127.0.0.1:9/api/", **tokens)
    assert done.status == 1
    assert "Slack cannot be reached at http://127.0.0.1:9/api/" in done.out
    assert "canary" not in done.out + done.err


def test_doctor_lists_the_settings(dealfit):
    done = dealfit("doctor", "--settings")
    assert "DEALFIT_DATA_DIR" in done.out
    assert "SLACK_API_URL" in done.out


def test_an_unknown_setting_is_refused_everywhere(dealfit):
    done = dealfit("check", "120 beds", DEALFIT_DATADIR="x")
    assert done.status == 2
    assert "Did you mean DEALFIT_DATA_DIR?" in done.err


def test_a_broken_profile_is_refused_at_its_place(dealfit, own_profile):
    (own_profile / "deal-profile.yaml").write_text("title: Hello\nversion: 1\nversion: 2\n", encoding="utf-8")
    done = dealfit("check", "120 beds", DEALFIT_PROFILE_DIR=str(own_profile))
    assert done.status == 2
    assert "deal-profile.yaml:3:1" in done.err


def test_an_unreachable_database_is_named_without_its_password(dealfit):
    url = "postgresql://me:hunter2canary@127.0.0.1:9/none"
    done = dealfit("pipeline", "fit", DEALFIT_DATABASE_URL=url)
    assert done.status == 2
    assert "127.0.0.1:9" in done.err
    assert "canary" not in done.err


def test_a_data_folder_that_cannot_be_written(dealfit, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if os.geteuid() == 0:
        locked = Path("/sys")  # where not even root may make a folder
        if not locked.is_dir():
            pytest.skip("root may write everywhere here")
    done = dealfit("index", DEALFIT_DATA_DIR=str(locked / "data"))
    assert done.status == 2
    assert "DEALFIT_DATA_DIR" in done.err


def test_a_data_folder_that_is_a_file(dealfit, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = dealfit("pipeline", "fit", DEALFIT_DATA_DIR=str(tmp_path / "file"))
    assert done.status == 2
    assert "DEALFIT_DATA_DIR" in done.err


def test_a_verdict_is_shown_even_when_it_cannot_be_recorded_and_that_is_said(dealfit, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = dealfit("check", "hospital, 120 beds", DEALFIT_DATA_DIR=str(tmp_path / "file"))
    assert done.status == 2
    assert "incomplete" in done.out
    assert "not recorded" in done.err


def test_a_port_in_use_is_said_with_the_remedy(dealfit):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = dealfit("run", "--port", port)
    assert done.status == 2
    assert str(port) in done.err
    assert "--port" in done.err


def test_half_of_the_tokens(dealfit):
    done = dealfit("run", SLACK_BOT_TOKEN="xoxb-canary-0123456789")
    assert done.status == 2
    assert "both SLACK_BOT_TOKEN and SLACK_APP_TOKEN" in done.err


def test_slack_that_cannot_be_reached_ends_the_run_with_a_clear_word(dealfit):
    tokens = {"SLACK_BOT_TOKEN": "xoxb-canary-0123456789", "SLACK_APP_TOKEN": "xapp-canary-0123456789"}
    done = dealfit("run", SLACK_API_URL="http://127.0.0.1:9/api/", **tokens)
    assert done.status == 2
    assert "Slack cannot be reached" in done.err
    assert "canary" not in done.err


def test_help_does_not_load_what_is_slow():
    slow = ("chromadb", "dbos", "slack_bolt", "langchain", "sqlalchemy")
    code = f"import sys; import bot.cli.app; print([m for m in {slow} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
