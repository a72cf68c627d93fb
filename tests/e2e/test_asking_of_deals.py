"""A question about the deals in a conversation: answered as `/pipeline` answers it, and only where it is one."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack import ids as slack_ids
from bot.slack import pipeline_ids as ids
from tests.e2e.conftest import ALEX, ASK, DANA, DIRECT, MORGAN, Office, buttons, texts
from tests.e2e.test_pipeline import elements, option, pressed, replaced, table
from tests.e2e.test_pipeline_and_home import load_examples

ASKED = "which deals of Dana close this quarter and do not fit?"


@pytest.fixture(autouse=True, scope="module")
def deals(office: Office) -> None:
    load_examples(office)


def privately(office: Office, user: str, text: str) -> Any:
    """What only the one who asks in the channel sees."""
    known = {m.ts for m in office.ground.messages(ASK, user)}
    office.say(user, ASK, f"<@U0DEALFIT> {text}")
    found = office.ground.wait_for(lambda: (office.new_messages(ASK, user, known) or [None])[0])
    assert found.ephemeral_to == user
    return found


def understood(message: Any) -> str:
    return next(shown for block in message.blocks if "Understood as" in (shown := texts(block)))


def test_a_manager_asks_in_a_mention_and_gets_what_the_command_gives(office: Office) -> None:
    asked = "which of Dana's deals break the payment terms?"
    command = office.command(MORGAN, "/pipeline", asked, channel=ASK)
    answer = privately(office, MORGAN, asked)
    assert understood(answer) == understood(command)
    assert table(answer) == table(command)
    assert "Answered from the deals that you see" in texts(answer.blocks)
    # The ways on are those of the command: a chip, and a figure's deals.
    fits = privately(office, MORGAN, "how much of my pipeline fits, by rep?")
    chosen = next(e for e in elements(fits, ids.DRILL) if e.get("options"))
    behind = pressed(office, MORGAN, fits, chosen, option(chosen, "Dana Reyes"))
    assert {row[table(behind)[0].index("Owner")] for row in table(behind)[1:]} == {"Dana Reyes"}


def test_a_rep_sees_their_own_in_the_direct_message_and_follows_up(office: Office) -> None:
    answer = office.answer(DANA, DIRECT, "How much of my pipeline fits?")
    assert "Understood as" in texts(answer.blocks)
    assert answer.ephemeral_to is None, "nobody else reads a direct message"
    own = office.command(DANA, "/pipeline", "how much of my pipeline fits?")
    assert table(answer) == table(own)
    chip = next(e for e in elements(answer, ids.CHIP) if any("won" in o["text"]["text"] for o in e["options"]))
    won = replaced(office, DANA, answer, chip, option(chip, "won"))
    assert "won" in understood(won)
    more = office.answer(DANA, DIRECT, "by stage", thread_ts=answer.thread_ts)
    assert "by stage" in understood(more)
    which = office.answer(DANA, DIRECT, "only those closing before 12/01/2026", thread_ts=answer.thread_ts)
    assert "may be 1 December 2026 or 12 January 2026. Which day is it?" in texts(which.blocks)
    meant = next(e for e in elements(which, ids.NEAR) if e["text"]["text"] == "2026-12-01")
    assert "closes by 30 November 2026" in understood(replaced(office, DANA, which, meant))


def test_a_question_about_the_rules_stays_with_the_playbooks(office: Office) -> None:
    for asked in ("what discount can I give?", "how much discount may I give a hospital?"):
        answer = office.answer(DANA, DIRECT, asked)
        assert "Understood as" not in texts(answer.blocks)
        assert slack_ids.OPEN_PASSAGE in {each["action_id"] for each in buttons(answer)}


def test_the_playbooks_can_be_asked_what_reads_like_a_question_about_deals(office: Office) -> None:
    answer = office.answer(DANA, DIRECT, "playbooks: which deals need approval?")
    assert "Understood as" not in texts(answer.blocks)


def test_who_may_see_no_pipeline_hears_so(office: Office) -> None:
    said = texts(privately(office, ALEX, ASKED).blocks)
    assert "an approver sees the deals that come up for approval" in said
    assert "Answered from" not in said


def test_another_managers_rep_reads_like_nobody_here_too(office: Office) -> None:
    said = [texts(privately(office, MORGAN, ASKED.replace("Dana", name)).blocks) for name in ("Lena", "Nemo")]
    assert said[0].replace("Lena", "Nemo") == said[1]
    assert "Not understood" in said[0]


def test_a_deal_table_that_cannot_be_read_keeps_nobody_from_the_playbooks(office: Office) -> None:
    tables = office.core.tables.deals
    alone = tables.alone

    tried = []

    def broken() -> Any:
        tried.append(1)
        raise OSError("the warehouse is away")

    tables.alone = broken
    try:
        answer = office.answer(DANA, DIRECT, "How many CBRs a year does a 12 month customer need to commit to?")
    finally:
        tables.alone = alone
    assert tried
    assert slack_ids.OPEN_PASSAGE in {each["action_id"] for each in buttons(answer)}
