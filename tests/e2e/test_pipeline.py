"""The pipeline's way on: from a figure to its deals, a deal to its card, pages, files, sharing, saved questions."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from bot.slack import pipeline_ids as ids
from bot.slack.inbox import Work
from bot.slack.work.pipeline_places import NOT_YOURS, OUTSIDE
from tests.e2e.conftest import ALEX, ASK, DANA, DEALS, MORGAN, Office, buttons, texts
from tests.e2e.test_pipeline_and_home import home, load_examples

PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module", autouse=True)
def deals(office: Office) -> None:
    load_examples(office)


def elements(message: Any, action_id: str) -> list[dict[str, Any]]:
    """The elements of a message with this action id, with or without a number behind it."""
    found: list[dict[str, Any]] = []
    for block in message.blocks:
        inside = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
        for each in inside:
            name = str((each or {}).get("action_id") or "")
            if name == action_id or name.startswith(f"{action_id}."):
                found.append(each)
    return found


def block_of(message: Any, element: dict[str, Any]) -> str:
    """The block that the element stands in: several may have an element of its name."""
    return next(
        str(block["block_id"])
        for block in message.blocks
        if element in (block.get("elements") or []) or element == block.get("accessory")
    )


def pressed(office: Office, user: str, message: Any, element: dict[str, Any], value: Any = None) -> Any:
    """Press it, and wait for the message of the app that comes of it, wherever this person sees it."""
    place = message.channel
    known = {m.ts for m in office.ground.messages(place, user)}
    result = office.ground.press(user, message, element["action_id"], value, block_of(message, element))
    assert result.acked, result.error
    return office.ground.wait_for(lambda: (office.new_messages(place, user, known) or [None])[0])


def replaced(office: Office, user: str, message: Any, element: dict[str, Any], value: Any = None) -> Any:
    """Press it, and wait until the message itself has changed."""
    before = texts(message.blocks)
    assert office.ground.press(user, message, element["action_id"], value, block_of(message, element)).acked
    return office.ground.wait_for(
        lambda: (m := office.ground.workspace.message(message.channel, message.ts)) and texts(m.blocks) != before and m
    )


def option(element: dict[str, Any], words: str) -> str:
    return next(one["value"] for one in element["options"] if words in one["text"]["text"])


def table(message: Any) -> list[list[str]]:
    block = next(block for block in message.blocks if block["type"] == "data_table")
    return [[cell["text"] for cell in row] for row in block["rows"]]


def test_a_bar_leads_to_its_deals_and_a_deal_to_its_card(office: Office) -> None:
    glance = office.command(MORGAN, "/pipeline")
    reps = next(e for e in elements(glance, ids.DRILL) if any("Dana Reyes" in o["text"]["text"] for o in e["options"]))
    answer = pressed(office, MORGAN, glance, reps, option(reps, "Dana Reyes"))
    head, *rows = table(answer)
    assert answer.ephemeral_to == MORGAN
    assert {row[head.index("Owner")] for row in rows} == {"Dana Reyes"}
    [choose] = elements(answer, ids.DEAL)
    card = pressed(office, MORGAN, answer, choose, option(choose, "Mercy South"))
    assert card.ephemeral_to == MORGAN
    assert "Mercy South" in texts(card.blocks)
    assert any(b["text"]["text"] == "Edit the deal" for b in buttons(card))


def test_every_kind_of_figure_leads_to_deals(office: Office) -> None:
    glance = office.command(MORGAN, "/pipeline")
    selects = elements(glance, ids.DRILL)
    assert len(selects) >= 6
    marks = {one["value"] for select in selects for one in select["options"]}
    for mark in marks:
        kept = office.core.store.asked.get(mark)
        assert kept is not None
    failing = next(s for s in selects if any("Payment terms" in o["text"]["text"] for o in s["options"]))
    answer = pressed(office, MORGAN, glance, failing, option(failing, "Payment terms"))
    count = next(o["text"]["text"] for o in failing["options"] if "Payment terms" in o["text"]["text"])
    assert f"({len(table(answer)) - 1})" in count


def test_a_mark_of_a_manager_shows_a_stranger_nothing(office: Office) -> None:
    answer = office.command(MORGAN, "/pipeline", "fit by rep")
    [select] = elements(answer, ids.DRILL)
    mark = option(select, "Dana Reyes")
    own = office.command(DANA, "/pipeline", "fit by rep")
    [theirs] = elements(own, ids.DRILL)
    assert {o["text"]["text"] for o in theirs["options"]} == {"Dana Reyes"}
    queue = office.slack.queue
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    queue.put(Work("pipeline.drill", "forged:1", {"user": ALEX, "channel": DEALS, "value": mark, "private": True}))
    refused = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    assert "an approver sees the deals that come up for approval" in texts(refused.blocks)
    queue.put(
        Work("pipeline.deal", "forged:2", {"user": ALEX, "channel": DEALS, "value": "csv:nothing", "private": True})
    )
    known.add(refused.ts)
    gone = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    assert "not there any more, or it is not yours to see" in texts(gone.blocks)


def test_a_word_that_was_perhaps_meant_is_one_press_away(office: Office) -> None:
    answer = office.command(MORGAN, "/pipeline", "deals with hosptals and purple unicorns")
    assert "Not understood, and not used: “hosptals”" in texts(answer.blocks)
    [near] = [b for b in buttons(answer) if b["text"]["text"] == "hospital"]
    again = replaced(office, MORGAN, answer, near)
    assert "hosptals" not in texts(again.blocks)
    assert "purple unicorns" in texts(again.blocks)


def test_all_rows_come_as_a_file_to_the_asker_alone(office: Office) -> None:
    answer = office.command(MORGAN, "/pipeline", "all deals")
    known = {m.ts for m in office.ground.messages("D0MORGAN", MORGAN)}
    told = pressed(office, MORGAN, answer, elements(answer, ids.CSV)[0])
    assert "direct message" in texts(told.blocks)
    [file] = office.new_messages("D0MORGAN", MORGAN, known)[0].files
    data = office.ground.files.get(file["id"]).data
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == len(table(answer))
    deal = rows[0].index("deal")
    assert [row[deal] for row in rows[1:]] == [row[0] for row in table(answer)[1:]]


def test_the_picture_has_an_alternative_in_words(office: Office) -> None:
    glance = office.command(MORGAN, "/pipeline")
    known = {m.ts for m in office.ground.messages("D0MORGAN", MORGAN)}
    pressed(office, MORGAN, glance, elements(glance, ids.PICTURE)[0])
    [file] = office.new_messages("D0MORGAN", MORGAN, known)[0].files
    assert office.ground.files.get(file["id"]).data.startswith(PNG)
    assert "open deals fit" in file["alt_txt"]
    assert "version 2026.11" in office.new_messages("D0MORGAN", MORGAN, known)[0].text


def test_every_figure_of_the_glance_comes_as_a_file(office: Office) -> None:
    glance = office.command(MORGAN, "/pipeline")
    known = {m.ts for m in office.ground.messages("D0MORGAN", MORGAN)}
    pressed(office, MORGAN, glance, elements(glance, ids.CSV)[0])
    [file] = office.new_messages("D0MORGAN", MORGAN, known)[0].files
    assert file["name"].startswith("pipeline-fit-")
    rows = list(csv.DictReader(io.StringIO(office.ground.files.get(file["id"]).data.decode("utf-8-sig"))))
    [whole] = [row for row in rows if row["part"] == "all"]
    assert f"{int(whole['fits']):,} of {int(whole['deals']):,}" in texts(glance.blocks)
    assert "Lena Fischer" not in {row["label"] for row in rows}


def test_the_picture_is_shared_in_the_channel_with_one_press_and_once(office: Office) -> None:
    glance = office.command(MORGAN, "/pipeline", channel=ASK)
    known = {m.ts for m in office.ground.messages(ASK, ALEX)}
    share = elements(glance, ids.SHARE_PICTURE)[0]
    shared = pressed(office, MORGAN, glance, share)
    [file] = shared.files
    assert shared.ephemeral_to is None
    assert office.ground.files.get(file["id"]).data.startswith(PNG)
    assert "open deals fit" in file["alt_txt"]
    assert "Shared by Morgan Lee" in shared.text
    assert office.ground.press(MORGAN, glance, share["action_id"]).acked
    office.command(MORGAN, "/pipeline", "saved", channel=ASK)
    assert len([m for m in office.new_messages(ASK, ALEX, known) if m.files]) == 1
    channel = office.ground.workspace.channels[ASK]
    again = office.command(MORGAN, "/pipeline", channel=ASK)
    channel.is_ext_shared = True
    try:
        refused = pressed(office, MORGAN, again, elements(again, ids.SHARE_PICTURE)[0])
    finally:
        channel.is_ext_shared = False
    assert OUTSIDE in texts(refused.blocks)


def test_sharing_posts_it_once_and_whoever_reads_it_opens_only_their_deals(office: Office) -> None:
    answer = office.command(MORGAN, "/pipeline", "which of Dana's deals break the payment terms", channel=ASK)
    share = elements(answer, ids.SHARE)[0]
    shared = pressed(office, MORGAN, answer, share)
    assert shared.ephemeral_to is None
    assert "Shared by Morgan Lee" in texts(shared.blocks)
    assert not elements(shared, ids.SHARE)
    assert not elements(shared, ids.CHIP)
    assert office.ground.press(MORGAN, answer, share["action_id"]).acked
    [choose] = elements(shared, ids.DEAL)
    card = pressed(office, DANA, shared, choose, choose["options"][0]["value"])
    assert card.ephemeral_to == DANA
    gone = pressed(office, ALEX, shared, choose, choose["options"][0]["value"])
    assert "not yours to see" in texts(gone.blocks)
    open_ones = [m for m in office.ground.messages(ASK, ALEX) if "Shared by Morgan Lee" in texts(m.blocks)]
    assert len(open_ones) == 1


def test_nothing_is_shared_with_another_organisation(office: Office) -> None:
    channel = office.ground.workspace.channels[ASK]
    answer = office.command(MORGAN, "/pipeline", "fit by rep", channel=ASK)
    channel.is_ext_shared = True
    try:
        refused = pressed(office, MORGAN, answer, elements(answer, ids.SHARE)[0])
    finally:
        channel.is_ext_shared = False
    assert refused.ephemeral_to == MORGAN
    assert OUTSIDE in texts(refused.blocks)


def save(office: Office, user: str, channel: str, title: str = "Payment terms") -> Any:
    """Ask, press "Weekly in a channel", fill the form in and send it; what the saver is told."""
    answer = office.command(user, "/pipeline", "deals that break the payment terms")
    assert office.ground.press(user, answer, ids.SAVE).acked
    form = office.ground.wait_for(lambda: office.modal(user))
    assert "Everybody in the channel will read it" in texts(form.blocks)
    known = {m.ts for m in office.ground.messages(DEALS, user)}
    entered = {
        (ids.FORM_TITLE, "value"): title,
        (ids.FORM_CHANNEL, "value"): channel,
        (ids.FORM_DAY, "value"): "2",
        (ids.FORM_HOUR, "value"): "9",
    }
    assert office.ground.submit_view(user, form.id, entered).acked
    return office.ground.wait_for(lambda: (office.new_messages(DEALS, user, known) or [None])[0])


def jobs(office: Office) -> list[Any]:
    return office.slack.services.schedules.all("pipeline")


def test_a_saved_question_is_posted_weekly_listed_and_deleted(office: Office) -> None:
    told = save(office, MORGAN, ASK, "Terms <!here>")
    assert "Wednesdays at 09:00 (America/New_York)" in texts(told.blocks).replace("\u2060", "")
    assert ", 09:00 (America/New_York)." in told.text, "first in the saver's own time zone"
    [kept] = jobs(office)
    assert (kept.job.cron, kept.job.timezone) == ("0 9 * * 3", "America/New_York")
    known = {m.ts for m in office.ground.messages(ASK, ALEX)}
    office.slack.services.schedules.run_now(kept.job.name)
    posted = office.ground.wait_for(lambda: (office.new_messages(ASK, ALEX, known) or [None])[0])
    assert "Shared by Morgan Lee" in texts(posted.blocks)
    assert "Dana Reyes" in texts(posted.blocks)
    assert "Lena Fischer" not in texts(posted.blocks)

    listed = office.command(MORGAN, "/pipeline", "saved")
    [delete] = elements(listed, ids.FORGET)
    theirs = office.command(DANA, "/pipeline", "saved")
    assert not elements(theirs, ids.FORGET)
    emptied = replaced(office, MORGAN, listed, delete)
    assert "None yet" in texts(emptied.blocks)
    assert jobs(office) == []


def test_a_channel_of_others_cannot_be_chosen(office: Office) -> None:
    channel = office.ground.workspace.channels[ASK]
    channel.members.remove(DANA)
    try:
        told = save(office, DANA, ASK)
    finally:
        channel.members.insert(0, DANA)
    assert NOT_YOURS in texts(told.blocks)
    assert jobs(office) == []


def test_a_saved_question_ends_with_the_savers_access(office: Office) -> None:
    save(office, MORGAN, ASK)
    [kept] = jobs(office)
    channel = office.ground.workspace.channels[ASK]
    channel.members.remove(MORGAN)
    known = {m.ts for m in office.ground.messages("D0MORGAN", MORGAN)}
    try:
        office.slack.services.schedules.run_now(kept.job.name)
        told = office.ground.wait_for(lambda: (office.new_messages("D0MORGAN", MORGAN, known) or [None])[0])
    finally:
        channel.members.insert(0, MORGAN)
    assert "was not posted in #ask-dealfit, and is posted no more" in texts(told.blocks)
    office.ground.wait_for(lambda: jobs(office) == [])


@pytest.mark.parametrize(("loss", "why"), [("archived", "is archived"), ("gone", "not see that channel")])
def test_a_saved_question_whose_channel_is_no_more_is_told_to_its_saver_and_ends(
    office: Office, loss: str, why: str
) -> None:
    save(office, MORGAN, ASK)
    [kept] = jobs(office)
    channels = office.ground.workspace.channels
    channel = channels[ASK]
    known = {m.ts for m in office.ground.messages("D0MORGAN", MORGAN)}
    if loss == "archived":
        channel.is_archived = True
    else:
        del channels[ASK]
    try:
        office.slack.services.schedules.run_now(kept.job.name)
        told = office.ground.wait_for(lambda: (office.new_messages("D0MORGAN", MORGAN, known) or [None])[0])
    finally:
        channel.is_archived = False
        channels[ASK] = channel
    assert "was not posted in #ask-dealfit, and is posted no more" in texts(told.blocks)
    assert why in texts(told.blocks)
    office.ground.wait_for(lambda: jobs(office) == [])


def test_help_lists_the_commands(office: Office) -> None:
    result = office.ground.slash_command(MORGAN, DEALS, "/pipeline", "help")
    assert "/pipeline saved" in result.message.text


def test_the_home_tab_of_a_manager_shows_it_in_short_and_leads_on(office: Office) -> None:
    view = home(office, MORGAN)
    assert "open deals fit" in texts(view.blocks)
    select = next(
        e for e in elements(view, ids.DRILL) if any("does not fit" in o["text"]["text"] for o in e["options"])
    )
    known = {m.ts for m in office.ground.messages("D0MORGAN", MORGAN)}
    value = option(select, "does not fit")
    assert office.ground.press(MORGAN, view, ids.DRILL, value, block_of(view, select)).acked
    answer = office.ground.wait_for(lambda: (office.new_messages("D0MORGAN", MORGAN, known) or [None])[0])
    assert {row[table(answer)[0].index("Verdict")] for row in table(answer)[1:]} == {"⛔ Does not fit"}


def test_a_chip_that_is_changed_changes_the_answer_in_its_place(office: Office) -> None:
    answer = office.command(MORGAN, "/pipeline", "which of Dana's deals break the payment terms")
    chips = elements(answer, ids.CHIP)
    owner = next(chip for chip in chips if chip["initial_option"]["text"]["text"] == "owner: Dana Reyes")
    assert not any("Lena" in o["text"]["text"] for chip in chips for o in chip["options"])
    changed = replaced(office, MORGAN, answer, owner, option(owner, "owner: Sam Okafor"))
    assert changed.ts == answer.ts
    assert {row[table(changed)[0].index("Owner")] for row in table(changed)[1:]} == {"Sam Okafor"}
    of_sams = len(table(changed))
    fails = next(c for c in elements(changed, ids.CHIP) if "Payment terms" in c["initial_option"]["text"]["text"])
    all_of_sams = replaced(office, MORGAN, changed, fails, option(fails, "remove"))
    assert len(table(all_of_sams)) > of_sams
    assert "Payment terms" not in str([c["initial_option"] for c in elements(all_of_sams, ids.CHIP)])


def test_follow_ups_in_the_thread_of_a_shared_answer_need_no_mention_and_are_private(office: Office) -> None:
    answer = office.command(MORGAN, "/pipeline", "fit by rep", channel=ASK)
    shared = pressed(office, MORGAN, answer, elements(answer, ids.SHARE)[0])
    followed = office.answer(MORGAN, ASK, "by segment", shared.ts)
    assert followed.ephemeral_to == MORGAN
    assert table(followed)[0][0] == "Segment"
    again = office.answer(MORGAN, ASK, "only hospitals", shared.ts)
    assert "by segment" in texts(again.blocks)
    assert "hospital" in texts(again.blocks)
    theirs = office.answer(DANA, ASK, "by stage", shared.ts)
    assert theirs.ephemeral_to == DANA
    assert "Sam Okafor" not in texts(theirs.blocks)


def test_a_slip_in_a_follow_up_is_one_press_away_and_still_follows(office: Office) -> None:
    asked = office.answer(MORGAN, ASK, "<@U0DEALFIT> pipeline fit by rep")
    slip = office.answer(MORGAN, ASK, "only hosptals by segment", asked.thread_ts)
    assert "Not understood, and not used: “hosptals”" in texts(slip.blocks)
    [near] = [b for b in buttons(slip) if b["text"]["text"] == "hospital"]
    again = replaced(office, MORGAN, slip, near)
    assert "Not understood" not in texts(again.blocks)
    assert "`Industry is hospital`" in texts(again.blocks)
    assert table(again)[0][0] == "Segment"
    # The words alone ask for nothing: they are asked back, and one press makes them a change of what was asked.
    asked_back = office.answer(MORGAN, ASK, "only hosptals", asked.thread_ts)
    [near] = [b for b in buttons(asked_back) if b["text"]["text"] == "hospital"]
    again = replaced(office, MORGAN, asked_back, near)
    assert "`Industry is hospital`" in texts(again.blocks)
    assert table(again)[0][0] in {"Owner", "Segment"}


def test_a_question_of_another_kind_in_that_thread_is_answered_from_the_playbooks(office: Office) -> None:
    asked = office.answer(MORGAN, ASK, "<@U0DEALFIT> pipeline fit by rep")
    other = office.answer(MORGAN, ASK, "How do I open a conversation with a CFO?", asked.thread_ts)
    assert other.ephemeral_to is None
    assert "CFO" in texts(other.blocks)


def test_a_subcommand_works_in_a_mention_as_well(office: Office) -> None:
    listed = office.answer(MORGAN, ASK, "<@U0DEALFIT> pipeline saved")
    assert listed.ephemeral_to == MORGAN
    assert "Your saved questions" in texts(listed.blocks)
