"""What a deal is worth, what if, and why there is no counter-offer, as a rep meets them in Slack."""

from __future__ import annotations

import json

from bot.profile.verdict import Judgement
from bot.slack import ids
from bot.slack.blocks.titles import TITLES
from bot.slack.work.deals import DealWork
from tests.e2e.conftest import ALEX, ASK, DANA, DEALS, DIRECT, MERCY, Office, buttons, texts

NET_60 = (
    "hospital, 120 beds, digital-records mandate, 4 IT staff, remote access, managed services for 12 months, "
    "$240k contract, margin 42%, net 60, sponsor: CFO, monthly call, 2 CBRs a year, service visit, discount 8%, "
    "outcomes: time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed; "
    "up-time: 98 -> 99.9 percent by 2027-06-01, owner R. Jones, agreed"
)


def button_of(message, action_id: str):
    return next(b for b in buttons(message) if b["action_id"] == action_id)


def saved_facts(office: Office, name: str):
    (deal,) = [d for d in office.core.store.open_deals() if d.name == name]
    return office.core.desk.deal_of(deal).facts


def next_card(office: Office, channel: str, known: set[str]):
    return office.ground.wait_for(lambda: (office.new_messages(channel, DANA, known) or [None])[0])


def test_the_card_says_what_the_deal_is_worth_and_the_modal_how(office: Office):
    card = office.command(DANA, "/deal-check", f"Worth General: {NET_60}")
    shown = texts(card.blocks)
    assert "Contract value *$240,000*" in shown
    assert "Margin after terms *$96,854.79* → $97,841.10" in shown
    assert "Your commission *$12,106.85* → $12,230.14" in shown
    office.ground.press(DANA, card, ids.SHOW_WORTH)
    view = office.ground.wait_for(lambda: office.modal(DANA))
    table = next(b for b in view.blocks if b["type"] == "rich_text")["elements"][0]["elements"][0]["text"]
    assert "as proposed" in table
    assert "offer 1" in table
    assert "$12,230.14" in table
    how = texts(view.blocks)
    assert "$240,000 x 10% x 60 / 365 = $3,945.21" in how
    assert "$240,000 x 10% x 45 / 365 = $2,958.90" in how
    office.ground.close_view(DANA, view.id)


def test_what_the_deal_pays_the_rep_is_not_shown_to_the_channel(office: Office):
    card = office.command(DANA, "/deal-check", f"Shared General: {NET_60}")
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    office.ground.press(DANA, card, ids.SHARE_DEAL)
    shared = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    assert "Contract value *$240,000*" in texts(shared.blocks)
    assert "ommission" not in texts(shared.blocks)
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    office.ground.press(ALEX, shared, ids.SHOW_WORTH)
    refused = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    assert "not yours to see" in texts(refused.blocks)
    assert office.modal(ALEX) is None


def test_a_deal_without_a_counter_offer_says_why(office: Office):
    card = office.command(DANA, "/deal-check", MERCY.replace("Mercy Regional", "Open General"))
    assert "*No counter-offer*: Facts are missing: " in texts(card.blocks)
    card = office.command(DANA, "/deal-check", "Alder Works: manufacturer, 18% discount, project, net 60")
    assert "The segment cannot be negotiated" in texts(card.blocks)


def test_applying_an_offer_takes_along_what_follows(office: Office):
    card = office.command(DANA, "/deal-check", f"Price General: {NET_60.replace('discount 8%', 'discount 12%')}")
    assert "With it: Contract value $245,454.55, Margin 43.29%" in texts(card.blocks)
    block = next(b for b in card.blocks if b.get("accessory", {}).get("action_id") == ids.APPLY_OFFER)
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    office.ground.press(DANA, card, ids.APPLY_OFFER, block_id=block["block_id"])
    better = next_card(office, DEALS, known)
    assert "Fits: Price General" in texts(better.blocks)
    facts = saved_facts(office, "Price General")
    assert str(facts["contract_value"]) == "245454.55"
    assert str(facts["margin"]) == "43.29"


def test_what_if_shows_what_moves_and_saves_nothing_until_it_is_kept(office: Office):
    first = office.answer(DANA, DIRECT, f"check If General: {NET_60}")
    assert "Needs approval: If General" in texts(first.blocks)
    decisions = len(office.core.store.decisions(kind="verdict", limit=1000))
    reply = office.answer(DANA, DIRECT, "what if they prepay and take 24 months?", thread_ts=first.thread_ts)
    shown = texts(reply.blocks)
    assert "What if: If General" in shown
    assert "Service term 12 months → *24 months*" in shown
    assert "Paid in advance not known → *yes*" in shown
    assert "$240,000 / 12 x 24 months = $480,000 (the price of a month stays)" in shown
    assert "Longer terms are approved outside IT: does not apply → *passes*" in shown
    assert "Your commission" in shown
    assert "Nothing is saved yet." in shown
    assert saved_facts(office, "If General")["service_months"] == 12
    assert len(office.core.store.decisions(kind="verdict", limit=1000)) == decisions

    known = {m.ts for m in office.ground.messages(DIRECT, DANA, first.thread_ts)}
    office.ground.press(DANA, reply, ids.KEEP_CHANGE)
    kept = office.ground.wait_for(
        lambda: next((m for m in kept_in(office, first.thread_ts) if m.ts not in known), None)
    )
    assert "If General" in texts(kept.blocks)
    facts = saved_facts(office, "If General")
    assert facts["service_months"] == 24
    assert facts["contract_value"] == 480000
    assert facts["prepaid"] is True


def test_what_ifs_in_a_thread_add_up_until_somebody_starts_over(office: Office):
    first = office.answer(DANA, DIRECT, f"check Sum General: {NET_60}")
    alone = office.answer(DANA, DIRECT, "what if they prepay?", thread_ts=first.thread_ts)
    assert "your last what-if" not in texts(alone.blocks)
    both = office.answer(DANA, DIRECT, "and with 24 months?", thread_ts=first.thread_ts)
    shown = texts(both.blocks)
    assert "Service term 12 months → *24 months*" in shown
    assert "With Paid in advance *yes* from your last what-if" in shown
    verdicts = [TITLES[each] for each in (Judgement.NEEDS_APPROVAL, Judgement.NEEDS_APPROVAL)]
    assert f"as it stands {verdicts[0]} · with your last what-if {verdicts[1]} · with this too *{verdicts[1]}*" in shown
    assert "Compared with the deal as it stands" in shown
    value = json.loads(button_of(both, ids.KEEP_CHANGE)["value"])
    assert value["facts"] == {"prepaid": True, "service_months": 24}
    undone = office.answer(DANA, DIRECT, "undo that", thread_ts=first.thread_ts)
    assert json.loads(button_of(undone, ids.KEEP_CHANGE)["value"])["facts"] == {"prepaid": True}
    back = office.answer(DANA, DIRECT, "start over", thread_ts=first.thread_ts)
    assert "Back to the deal as it stands" in texts(back.blocks)
    fresh = office.answer(DANA, DIRECT, "what if net 30?", thread_ts=first.thread_ts)
    assert "your last what-if" not in texts(fresh.blocks)
    assert json.loads(button_of(fresh, ids.KEEP_CHANGE)["value"])["facts"] == {"payment_days": 30}
    assert saved_facts(office, "Sum General")["payment_days"] == 60


def test_a_question_between_two_what_ifs_is_answered_and_they_still_add_up(office: Office):
    first = office.answer(DANA, DIRECT, f"check Asking Sum: {NET_60}")
    office.answer(DANA, DIRECT, "what if they prepay?", thread_ts=first.thread_ts)
    answer = office.answer(DANA, DIRECT, "how do I open a conversation with a CFO?", thread_ts=first.thread_ts)
    assert "[1]" in texts(answer.blocks)
    both = office.answer(DANA, DIRECT, "what if they take 24 months?", thread_ts=first.thread_ts)
    assert "With Paid in advance *yes* from your last what-if" in texts(both.blocks)


def test_a_kept_change_is_a_new_start(office: Office):
    first = office.answer(DANA, DIRECT, f"check Kept Sum: {NET_60}")
    reply = office.answer(DANA, DIRECT, "what if they prepay?", thread_ts=first.thread_ts)
    known = {m.ts for m in kept_or_not(office, first.thread_ts)}
    office.ground.press(DANA, reply, ids.KEEP_CHANGE)
    office.ground.wait_for(lambda: any(m.ts not in known for m in kept_or_not(office, first.thread_ts)))
    later = office.answer(DANA, DIRECT, "what if net 30?", thread_ts=first.thread_ts)
    assert "your last what-if" not in texts(later.blocks)
    assert json.loads(button_of(later, ids.KEEP_CHANGE)["value"])["facts"] == {"payment_days": 30}


def kept_in(office: Office, thread: str):
    both = [*office.ground.messages(DIRECT, DANA), *office.ground.messages(DIRECT, DANA, thread)]
    return [m for m in both if m.user == "U0DEALFIT" and "Decision" not in m.text and "What if" not in texts(m.blocks)]


def test_a_change_is_not_kept_on_a_deal_that_has_moved_on(office: Office):
    first = office.answer(DANA, DIRECT, f"check Moved General: {NET_60}")
    reply = office.answer(DANA, DIRECT, "make it net 30", thread_ts=first.thread_ts)
    value = json.loads(button_of(reply, ids.KEEP_CHANGE)["value"])
    assert value["facts"] == {"payment_days": 30}
    office.answer(DANA, DIRECT, f"check Moved General: {NET_60.replace('discount 8%', 'discount 2%')}")
    known = {m.ts for m in kept_or_not(office, first.thread_ts)}
    office.ground.press(DANA, reply, ids.KEEP_CHANGE)
    told = office.ground.wait_for(
        lambda: next((m for m in kept_or_not(office, first.thread_ts) if m.ts not in known), None)
    )
    assert "The deal has changed since you asked" in texts(told.blocks)
    assert saved_facts(office, "Moved General")["payment_days"] == 60


def kept_or_not(office: Office, thread: str):
    both = [*office.ground.messages(DIRECT, DANA), *office.ground.messages(DIRECT, DANA, thread)]
    return [m for m in both if m.user == "U0DEALFIT"]


def test_what_if_in_a_channel_says_nothing_of_pay(office: Office):
    first = office.answer(DANA, ASK, f"<@U0DEALFIT> check Open Thread: {NET_60}")
    reply = office.answer(DANA, ASK, "without the discount?", thread_ts=first.thread_ts)
    shown = texts(reply.blocks)
    assert "Discount off book price 8% → *0%*" in shown
    assert "Margin after terms" in shown
    assert "ommission" not in shown
    assert "ommission" not in texts(first.blocks)


def test_a_question_in_a_thread_about_a_deal_stays_a_question(office: Office):
    first = office.answer(DANA, ASK, f"<@U0DEALFIT> check Asked General: {NET_60}")
    reply = office.answer(DANA, ASK, "how do I open a conversation with a CFO?", thread_ts=first.thread_ts)
    assert "What if" not in texts(reply.blocks)
    assert "[1]" in texts(reply.blocks)


def test_nobody_else_learns_of_a_deal_by_what_if(office: Office):
    first = office.answer(DANA, ASK, f"<@U0DEALFIT> check Closed General: {NET_60}")
    reply = office.answer(ALEX, ASK, "what if net 30?", thread_ts=first.thread_ts)
    assert "What if: Closed General" not in texts(reply.blocks)


def test_what_was_not_understood_is_named(office: Office):
    first = office.answer(DANA, DIRECT, f"check Half General: {NET_60}")
    reply = office.answer(DANA, DIRECT, "what if net 30 and we half the discount?", thread_ts=first.thread_ts)
    assert "Not understood, and not used: “we half the discount”" in texts(reply.blocks)
    assert "Payment terms 60 days → *30 days*" in texts(reply.blocks)


def test_what_if_behind_the_command_speaks_of_the_deal_checked_last(office: Office):
    office.command(DANA, "/deal-check", f"Early General: {NET_60}")
    office.command(DANA, "/deal-check", f"Latest General: {NET_60}")
    card = office.command(DANA, "/deal-check", "what if net 30?")
    shown = texts(card.blocks)
    assert card.ephemeral_to == DANA
    assert "What if: Latest General" in shown
    assert "Needs approval → *✅ Fits*" in shown
    assert "Your commission" in shown
    assert saved_facts(office, "Latest General")["payment_days"] == 60


def test_a_deal_that_begins_with_with_is_a_deal(office: Office):
    card = office.command(DANA, "/deal-check", "with 120 beds, hospital, net 30")
    assert "What if" not in texts(card.blocks)
    assert "120 beds" in texts(card.blocks)


def test_a_question_says_what_an_answer_could_settle(office: Office):
    card = office.command(DANA, "/deal-check", MERCY.replace("Mercy Regional", "Asking General"))
    assert "What margin does the deal leave? _An answer can settle it: ⛔ Does not fit_" in texts(card.blocks)


def test_nobody_else_keeps_a_change_and_a_forged_one_is_refused(office: Office):
    first = office.answer(DANA, ASK, f"<@U0DEALFIT> check Forged General: {NET_60}")
    reply = office.answer(DANA, ASK, "what if net 30?", thread_ts=first.thread_ts)
    value = json.loads(button_of(reply, ids.KEEP_CHANGE)["value"])
    work = DealWork(office.slack.services)
    for user, forged in [
        (ALEX, value),
        (DANA, {**value, "key": "name:nobody"}),
        (DANA, {**value, "facts": {"payment_days": "soon"}}),
        (DANA, {**value, "facts": {"payment_days": {"a": [1]}}}),
        (DANA, {**value, "facts": {"no_such_fact": 1}}),
        (DANA, {**value, "facts": [1]}),
        (DANA, {}),
        (DANA, [value]),
    ]:
        sent: list[dict] = []
        payload = {"user": user, "channel": DEALS, "value": json.dumps(forged)}
        work.keep_change(payload, Recorded(sent))
        assert "not yours to see" in texts(sent[0]["blocks"]), forged
    assert saved_facts(office, "Forged General")["payment_days"] == 60


class Recorded:
    """Runs the judging step, and keeps its message instead of posting it."""

    def __init__(self, sent: list[dict]) -> None:
        self._sent = sent

    def __call__(self, name: str, step, **_: object):
        if name == "post":
            return None
        self._sent.append(step())
        return self._sent[-1]
