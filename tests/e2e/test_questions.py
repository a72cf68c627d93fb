from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from bot.slack import ids
from tests.e2e.conftest import ALEX, ASK, DANA, DIRECT, MERCY, MORGAN, Office, buttons, texts


def sources(message) -> list[str]:
    return [b["value"] for b in buttons(message) if b["action_id"] == ids.OPEN_PASSAGE]


def test_a_rule_question_is_answered_from_the_live_profile(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what discount can I give on a two-month deal?")
    shown = texts(reply.blocks)
    assert re.search(r"\b0%", shown)
    assert "[1]" in shown
    assert "rule:discount" in sources(reply)


def test_a_playbook_question_cites_passages_that_open(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> how do I open a conversation with a CFO?")
    found = sources(reply)
    assert any(source.startswith("cfo-conversation.md#") for source in found)
    block = next(b["block_id"] for b in reply.blocks if b.get("accessory", {}).get("value") == found[0])
    office.ground.press(DANA, reply, ids.OPEN_PASSAGE, block_id=block)
    view = office.ground.wait_for(lambda: office.modal(DANA))
    passage = office.core.library.passage(found[0], audience=frozenset({"rep"}))
    assert passage is not None
    words = re.findall(r"[A-Za-z]{5,}", passage.text)[:20]
    assert all(word in texts(view.blocks) for word in words)
    office.ground.close_view(DANA, view.id)


def test_a_mention_is_answered_once_although_slack_sends_it_twice(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> when should I walk away?")
    office.answer(MORGAN, ASK, "<@U0DEALFIT> who should be in the CBR?")
    same = [m for m in office.ground.messages(ASK, DANA, reply.thread_ts) if m.user == "U0DEALFIT"]
    assert len(same) == 1


def test_a_follow_up_in_the_thread_needs_no_mention_and_understands_the_thread(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what discount can I give on a two-month deal?")
    follow_up = office.answer(DANA, ASK, "and what about 12 months?", thread_ts=reply.thread_ts)
    assert "10%" in texts(follow_up.blocks)


def test_it_is_silent_where_it_was_not_asked(office: Office):
    root = office.say(DANA, ASK, "lunch anyone?")
    office.say(MORGAN, ASK, "what discount can we give?", thread_ts=root)
    office.say(DANA, ASK, "no idea what the discount is")
    marker = office.answer(DANA, ASK, "<@U0DEALFIT> how do I baseline time to deploy?")
    thread = [m for m in office.ground.messages(ASK, DANA, root) if m.user == "U0DEALFIT"]
    assert thread == []
    assert marker is not None


def test_an_edit_is_not_answered_again(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what is on the agenda of the monthly call?")
    office.ground.edit_as(DANA, ASK, reply.thread_ts, "<@U0DEALFIT> what is on the agenda of the monthly call, please?")
    office.answer(MORGAN, ASK, "<@U0DEALFIT> what does the service visit look at?")
    same = [m for m in office.ground.messages(ASK, DANA, reply.thread_ts) if m.user == "U0DEALFIT"]
    assert len(same) == 1


def test_what_the_playbooks_do_not_say_is_answered_so(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what is our parental leave policy in Norway?")
    shown = texts(reply.blocks)
    assert "The playbooks do not say" in shown
    assert not re.search(r"\[\d\]", reply.text)


def test_a_direct_message_needs_no_mention(office: Office):
    reply = office.answer(DANA, DIRECT, "What do I say when they ask for net 60?")
    assert sources(reply)


def test_the_thread_of_a_checked_deal_is_about_that_deal(office: Office):
    card = office.answer(DANA, DIRECT, f"check {MERCY}")
    reply = office.answer(DANA, DIRECT, "what discount can I give?", thread_ts=card.thread_ts)
    assert re.search(r"\b0%", texts(reply.blocks))


def test_a_passage_for_approvers_stays_with_approvers(office: Office):
    notes = next(i for i in office.core.library.anchors() if i.startswith("approver-notes.md#"))
    forbidden = office.core.library.guidance(notes, audience=frozenset({"rep"}))
    allowed = office.core.library.guidance(notes, audience=frozenset({"approver"}))
    assert forbidden is None
    assert allowed is not None
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> how do I decide an exception well as an approver?")
    assert not any("approver-notes" in source for source in sources(reply))
    in_public = office.answer(ALEX, ASK, "<@U0DEALFIT> how do I decide an exception well as an approver?")
    assert not any("approver-notes" in source for source in sources(in_public))
    in_private = office.answer(ALEX, "D0ALEX", "how do I decide an exception well as an approver?")
    assert any("approver-notes" in source for source in sources(in_private))


def test_a_source_for_approvers_stays_closed_to_a_rep_who_forges_its_button(office: Office):
    answered = office.answer(ALEX, "D0ALEX", "how do I decide an exception well as an approver?")
    source = next(s for s in sources(answered) if "approver-notes" in s)
    public = office.answer(DANA, ASK, "<@U0DEALFIT> when should I walk away?")
    forged = next(b for b in public.blocks if b.get("accessory", {}).get("action_id") == ids.OPEN_PASSAGE)
    forged["accessory"]["value"] = source
    for user, opens in ((DANA, False), (ALEX, True)):
        office.ground.press(user, public, ids.OPEN_PASSAGE, block_id=forged["block_id"])
        view = office.ground.wait_for(lambda user=user: office.modal(user))
        assert ("it is not yours to read" in texts(view.blocks)) is not opens
        assert ("approver-notes" in texts(view.blocks)) is opens
        office.ground.close_view(user, view.id)


def test_feedback_is_kept(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> how do I baseline up-time?")
    block = next(b for b in reply.blocks if b["type"] == "context_actions")
    value = block["elements"][0]["positive_button"]["value"]
    number = int(value.split("|")[0])
    assert office.ground.press(DANA, reply, ids.FEEDBACK, value=value).acked
    assert office.core.store.decision(number).kind == "answer"
    given = office.ground.wait_for(lambda: office.core.store.feedback(number))
    assert [(f.user, f.value) for f in given] == [(DANA, "up")]


def test_no_acknowledgement_waits_for_whoever_writes_the_database(office: Office):
    """An import or an erasure on the command line holds the database's one write lock for as long as it takes."""
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> how do I baseline up-time?")
    block = next(b for b in reply.blocks if b["type"] == "context_actions")
    value = block["elements"][0]["negative_button"]["value"]
    card = office.command(DANA, "/deal-check", MERCY)
    path = office.core.settings.data_dir / "dealfit.db"
    known = {m.ts for m in office.ground.messages(ASK, DANA)}
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        acked = [
            office.ground.slash_command(DANA, ASK, "/deal-check", f"Locked {MERCY}"),
            office.ground.press(DANA, reply, ids.FEEDBACK, value=value),
            office.ground.press(DANA, card, ids.SHARE_DEAL),
            office.ground.press(DANA, card, ids.EDIT_DEAL),
        ]
        office.say(DANA, ASK, "<@U0DEALFIT> how do I baseline up-time?")
        sent = office.ground.wait_for(lambda: [d for d in office.ground.deliveries if d.kind == "events_api"][-1:])
        office.ground.wait_for(lambda: sent[0].acked_after_seconds is not None)
        other.execute("ROLLBACK")
    assert [each.acked for each in acked] == [True] * 4
    number = int(value.split("|")[0])
    office.ground.wait_for(lambda: office.core.store.feedback(number))
    office.ground.wait_for(
        lambda: "Locked Mercy" in " ".join(texts(m.blocks) for m in office.new_messages(ASK, DANA, known)), 60
    )


def test_an_empty_mention_is_told_what_to_ask(office: Office):
    reply = office.answer(DANA, ASK, "<@U0DEALFIT>")
    assert "Ask me how to sell" in texts(reply.blocks)


def test_small_talk_gets_a_hand_and_no_refusal(office: Office):
    assert "Ask me how to sell" in texts(office.answer(DANA, DIRECT, "hello!").blocks)
    assert "Ask me how to sell" in texts(office.answer(DANA, ASK, "<@U0DEALFIT> thanks").blocks)


def test_a_manager_may_ask_about_the_pipeline_in_a_mention_and_only_they_see_it(office: Office):
    known = {m.ts for m in office.ground.messages(ASK, MORGAN)}
    office.say(MORGAN, ASK, "<@U0DEALFIT> pipeline: which of Dana's deals break the payment terms")
    reply = office.ground.wait_for(lambda: (office.new_messages(ASK, MORGAN, known) or [None])[0])
    assert reply.ephemeral_to == MORGAN
    assert "Understood as" in texts(reply.blocks)
