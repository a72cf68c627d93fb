"""A thread about a checked deal, over the real app: its questions are answered for this deal, or suppose of it."""

from __future__ import annotations

import re

from bot.slack import ids
from tests.e2e.conftest import ALEX, DANA, DEALS, DIRECT, MORGAN, Office, texts
from tests.e2e.test_questions import sources

STRONG = (
    "Strong Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, remote access, managed services for 6 "
    "months, discount 12%, net 60, $85k, margin 40%, outcomes: time to deploy: 10 -> 3 days by 2027-03-01, owner "
    "J. Smith, agreed; up-time: 98 -> 99 percent by 2027-06-01, owner R. Jones"
)


def open_source(office: Office, user: str, message, source: str):
    block = next(b["block_id"] for b in message.blocks if b.get("accessory", {}).get("value") == source)
    office.ground.press(user, message, ids.OPEN_PASSAGE, block_id=block)
    view = office.ground.wait_for(lambda: office.modal(user))
    office.ground.close_view(user, view.id)
    return texts(view.blocks)


def test_what_to_tell_their_cfo_and_what_if_in_the_thread_of_a_deal(office: Office):
    card = office.answer(DANA, DEALS, f"<@U0DEALFIT> check {STRONG}")
    thread = card.thread_ts
    reply = office.answer(DANA, DEALS, "what do I tell their CFO?", thread_ts=thread)
    shown = texts(reply.blocks)
    assert "Strong Regional cannot be judged yet" in shown
    assert "Payment terms: 60 days, limit at most 30 days, gap 30 days" in shown
    assert "Agreed with the customer: time to deploy" in shown
    assert "up-time" not in shown
    assert "Deal: Strong Regional" in shown
    verdict, *passages = sources(reply)
    assert verdict.startswith("verdict:")
    assert any(source.startswith("cfo-conversation.md#") for source in passages)
    assert any(source.startswith("payment-terms.md#") for source in passages)
    supposed = office.answer(DANA, DEALS, "and if it is prepaid?", thread_ts=thread)
    assert supposed.text.startswith("What if: ")
    assert "Paid in advance not known" in texts(supposed.blocks)
    again = office.answer(DANA, DEALS, "and their CIO?", thread_ts=thread)
    assert "Strong Regional cannot be judged yet" in texts(again.blocks)
    general = office.answer(DANA, DEALS, "what is on the agenda of the monthly call?", thread_ts=thread)
    assert "Strong Regional" not in texts(general.blocks)
    # The verdict opens for whom the deal is, and reads like none for anybody else, whose question it does not join.
    assert "gap 30 days" in open_source(office, DANA, reply, verdict)
    assert "not yours to read" in open_source(office, ALEX, reply, verdict)
    other = office.answer(ALEX, DEALS, "what do I tell their CFO?", thread_ts=thread)
    assert "60 days" not in texts(other.blocks)


def test_a_question_under_a_shared_card_is_about_its_deal(office: Office):
    card = office.command(DANA, "/deal-check", STRONG.replace("Strong", "Shared"))
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    office.ground.press(DANA, card, ids.SHARE_DEAL)
    shared = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    office.say(MORGAN, DEALS, "that looks like a lot of days", thread_ts=shared.ts)  # said to each other, not to us
    asked = "<@U0DEALFIT> what do I tell their CFO?"
    reply = office.answer(DANA, DEALS, asked, thread_ts=shared.ts)
    assert "Shared Regional cannot be judged yet" in texts(reply.blocks)
    assert len([m for m in office.ground.messages(DEALS, DANA, shared.ts) if m.from_app and m.ts != shared.ts]) == 1
    assert office.answer(DANA, DEALS, "and if it is prepaid?", thread_ts=shared.ts).text.startswith("What if: ")
    other = office.answer(ALEX, DEALS, asked, thread_ts=shared.ts)
    assert "60 days" not in texts(other.blocks)
    calls = [one.method for one in office.ground.calls]
    assert calls.index("assistant.threads.setStatus") < calls.index(
        "chat.postMessage", calls.index("conversations.replies")
    )


FORGED = (
    "verdict:",
    "verdict:[]",
    'verdict:{"deal": 5, "facts": {}}',
    'verdict:{"deal": "name:00000000000000000000000000000000", "facts": {}}',
    'verdict:{"deal": null, "facts": {"beds": "<!channel>", "approved": true}}',
    'verdict:{"deal": null, "facts": {"margin": 1e999}}',
    f"verdict:{'[' * 900}",
)


def test_a_forged_verdict_button_opens_nothing_and_records_nothing(office: Office):
    reply = office.answer(DANA, DIRECT, "when should I walk away?")
    block = next(b for b in reply.blocks if b.get("accessory", {}).get("action_id") == ids.OPEN_PASSAGE)
    verdicts = len(office.core.store.decisions(kind="verdict", limit=1000))
    for value in FORGED:
        block["accessory"]["value"] = value
        assert "not yours to read" in open_source(office, DANA, reply, value)
    block["accessory"]["value"] = value = 'verdict:{"deal": null, "facts": {"discount": 40}}'
    assert "The deal as described" in open_source(office, DANA, reply, value)
    assert len(office.core.store.decisions(kind="verdict", limit=1000)) == verdicts


def test_suggestions_are_answered_when_they_are_pressed(office: Office):
    reply = office.answer(DANA, DIRECT, "how do I define success with a hospital?")
    offered = [e for b in reply.blocks if b["type"] == "actions" for e in b["elements"]]
    offered = [e for e in offered if e["action_id"].startswith(ids.ASK_AGAIN)]
    assert 1 <= len(offered) <= 3
    known = {m.ts for m in office.ground.messages(DIRECT, DANA, reply.thread_ts)}
    office.ground.press(DANA, reply, offered[0]["action_id"], value=offered[0]["value"])

    def answered():
        new = [m for m in office.ground.messages(DIRECT, DANA, reply.thread_ts) if m.ts not in known]
        return next((m for m in new if sources(m)), None)

    answer = office.ground.wait_for(answered)
    assert "The playbooks do not say" not in texts(answer.blocks)
    assert re.search(r"\[1\]", texts(answer.blocks))


def test_in_the_direct_message_the_deal_that_one_has_just_checked_is_meant_and_nobody_elses(office: Office):
    office.command(DANA, "/deal-check", STRONG.replace("Strong", "Lately"))
    told = office.answer(DANA, DIRECT, "what do I tell their CFO?")
    assert "Lately Regional cannot be judged yet" in texts(told.blocks)
    again = office.answer(DANA, DIRECT, "and if it is prepaid?", thread_ts=told.thread_ts)
    assert again.text.startswith("What if: Lately Regional")
    stands = office.answer(DANA, DIRECT, "why does it not fit?")
    assert "Payment terms" in texts(stands.blocks)
    assert "Deal: Lately Regional" in texts(stands.blocks)
    supposed = office.answer(DANA, DIRECT, "what if they take net 30?")
    assert supposed.text.startswith("What if: Lately Regional")
    # Any customer is not this one, in a channel others read along, and whoever checked nothing has no deal.
    for person, channel, question in (
        (DANA, DIRECT, "how do I open a conversation with a CFO?"),
        (DANA, DEALS, "<@U0DEALFIT> what do I tell their CFO?"),
        (ALEX, "D0ALEX", "what do I tell their CFO?"),
    ):
        assert "Lately" not in texts(office.answer(person, channel, question).blocks), question
