from __future__ import annotations

from bot.slack import ids
from tests.e2e.conftest import ALEX, DANA, DEALS, DIRECT, MERCY, Office, buttons, texts


def press(office: Office, message, action_id: str, user: str = DANA, **more):
    return office.ground.press(user, message, action_id, **more)


def modal(office: Office, user: str = DANA):
    return office.ground.wait_for(lambda: office.modal(user))


def test_words_become_a_verdict_card_that_only_the_rep_sees(office: Office):
    card = office.command(DANA, "/deal-check", MERCY)
    shown = texts(card.blocks)
    assert card.ephemeral_to == DANA
    assert "Incomplete: Mercy Regional" in shown
    assert "Discount earned by services" in shown
    assert "*8%*" in shown
    assert "at most 0%" in shown
    assert "*8 percentage points*" in shown
    assert "*30 days*" in shown
    assert "Deal desk" in shown
    assert "Finance" in shown
    assert "Ask next" in shown
    assert "Not understood" not in shown
    assert card not in office.ground.messages(DEALS, ALEX)
    assert {"Edit the deal", "All findings", "Share in channel"} <= {b["text"]["text"] for b in buttons(card)}


def test_the_guidance_opens_the_passage(office: Office):
    card = office.command(DANA, "/deal-check", MERCY)
    read = next(b for b in buttons(card) if b["text"]["text"] == "Read why" and "pricing.md" in b["value"])
    block = next(b["block_id"] for b in card.blocks if b.get("accessory", {}).get("value") == read["value"])
    press(office, card, ids.OPEN_PASSAGE, block_id=block)
    view = modal(office)
    assert "Discounts come with services" in texts(view.blocks)
    assert "pricing.md" in texts(view.blocks)
    office.ground.close_view(DANA, view.id)


def test_the_command_alone_opens_a_form_made_from_the_profile(office: Office):
    result = office.ground.slash_command(DANA, DEALS, "/deal-check", "")
    assert result.acked
    view = modal(office)
    facts = office.core.live.current().profile.facts
    assert {b["block_id"] for b in view.blocks if b["type"] == "input"} >= {ids.FACT + name for name in facts}
    office.ground.close_view(DANA, view.id)


def test_errors_stand_at_their_fields_and_what_was_typed_is_kept(office: Office):
    office.ground.slash_command(DANA, DEALS, "/deal-check", "")
    view = modal(office)
    money, outcomes = ids.FACT + "contract_value", ids.FACT + "outcomes"
    values = {(ids.DEAL_NAME, ids.INPUT): "Form Hospital", (money, ids.INPUT): "plenty", (outcomes, ids.INPUT): "{bad"}
    result = office.ground.submit_view(DANA, view.id, values)
    assert set(result.errors) == {money, outcomes}
    assert "annot read 'plenty'" in result.errors[money]
    assert office.modal(DANA).values[money][ids.INPUT]["value"] == "plenty"
    office.ground.close_view(DANA, view.id)


def test_a_submitted_form_gives_the_card_and_can_be_edited(office: Office):
    office.ground.slash_command(DANA, DEALS, "/deal-check", "")
    view = modal(office)
    industry = list(office.core.live.current().profile.facts["industry"].choices).index("hospital")
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    result = office.ground.submit_view(
        DANA,
        view.id,
        {
            (ids.DEAL_NAME, ids.INPUT): "Form Hospital",
            (ids.FACT + "industry", ids.INPUT): str(industry),
            (ids.FACT + "beds", ids.INPUT): "120",
            (ids.FACT + "records_mandate", ids.INPUT): "yes",
            (ids.FACT + "contract_value", ids.INPUT): "$85k",
            (ids.FACT + "discount", ids.INPUT): "12.5",
        },
    )
    assert result.acked
    assert not result.errors
    card = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    shown = texts(card.blocks)
    assert "Form Hospital" in shown
    assert "$85,000" in shown
    assert "12.5%" in shown

    press(office, card, ids.EDIT_DEAL)
    form = modal(office)
    assert form.values[ids.FACT + "beds"][ids.INPUT]["value"] == "120"
    assert form.values[ids.DEAL_NAME][ids.INPUT]["value"] == "Form Hospital"
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    office.ground.submit_view(DANA, form.id, {(ids.FACT + "beds", ids.INPUT): "5000"})
    again = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    assert "5,000 beds" in texts(again.blocks)
    assert "$85,000" in texts(again.blocks)


def test_a_contradiction_is_named_and_left_open(office: Office):
    card = office.command(DANA, "/deal-check", "Twice General: hospital, 120 beds, net 30, 8% discount, net 60")
    shown = texts(card.blocks)
    assert "Contradiction" in shown
    assert "net 30" in shown
    assert "net 60" in shown


def test_one_thing_more_of_a_deal_is_added_to_what_is_known(office: Office):
    office.command(DANA, "/deal-check", "Known General: hospital, 120 beds, 8% discount")
    card = office.command(DANA, "/deal-check", "Known General: net 45")
    shown = texts(card.blocks)
    assert "*120 beds*" in shown
    assert "*45 days*" in shown
    assert "Added to 3 facts that I knew of this deal" in shown
    other = office.command(ALEX, "/deal-check", "Known General: net 45")
    assert "120 beds" not in texts(other.blocks)


def test_words_without_a_fact_are_answered_with_how_to_write_them(office: Office):
    card = office.command(DANA, "/deal-check", "lovely weather today")
    assert "found no fact" in texts(card.blocks)


def test_sharing_shows_the_card_to_everybody(office: Office):
    card = office.command(DANA, "/deal-check", MERCY)
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    press(office, card, ids.SHARE_DEAL)
    shared = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    assert shared.ephemeral_to is None
    assert "Shared by Dana Reyes" in texts(shared.blocks)


def test_somebody_else_cannot_open_the_deal_behind_a_shared_card(office: Office):
    card = office.command(DANA, "/deal-check", MERCY)
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    press(office, card, ids.SHARE_DEAL)
    shared = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    press(office, shared, ids.EDIT_DEAL, user=ALEX)
    refused = office.ground.wait_for(lambda: (office.new_messages(DEALS, ALEX, known) or [None])[0])
    assert "not there any more, or it is not yours" in texts(refused.blocks)
    assert office.modal(ALEX) is None


def test_all_findings_open_in_a_modal(office: Office):
    card = office.command(DANA, "/deal-check", MERCY)
    press(office, card, ids.SHOW_FINDINGS)
    view = modal(office)
    labels = [check.label for check in office.core.live.current().profile.checks]
    assert all(label in texts(view.blocks) for label in labels)
    office.ground.close_view(DANA, view.id)


FITTING = (
    "name: hospital, 120 beds, digital-records mandate, 4 IT staff, remote access, managed services for 12 months, "
    "$240k contract, margin 42%, net 60, sponsor: CFO, monthly call, 2 CBRs a year, service visit, discount 0%, "
    "outcomes: time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed; "
    "up-time: 98 -> 99.9 percent by 2027-06-01, owner R. Jones, agreed"
)


def test_a_counter_offer_can_be_applied(office: Office):
    card = office.command(DANA, "/deal-check", FITTING.replace("name", "Offer General"))
    shown = texts(card.blocks)
    assert "Needs approval: Offer General" in shown
    assert "The nearest deal that fits" in shown
    apply = next(b for b in card.blocks if b.get("accessory", {}).get("action_id") == ids.APPLY_OFFER)
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    press(office, card, ids.APPLY_OFFER, block_id=apply["block_id"])
    better = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    assert "Fits: Offer General" in texts(better.blocks)


def test_a_button_applies_what_it_says_or_nothing(office: Office):
    words = FITTING.replace("name", "Stale General")
    card = office.command(DANA, "/deal-check", words)
    offer = next(b for b in card.blocks if b.get("accessory", {}).get("action_id") == ids.APPLY_OFFER)
    office.command(DANA, "/deal-check", words.replace("net 60", "net 55"))  # the same deal, another offer
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    press(office, card, ids.APPLY_OFFER, block_id=offer["block_id"])
    stands = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    assert "has changed since" in texts(stands.blocks)
    assert "Needs approval: Stale General" in texts(stands.blocks)
    assert "*55 days*" in texts(stands.blocks)


def test_the_message_shortcut_fills_the_form_with_what_the_message_says(office: Office):
    ts = office.say(ALEX, DEALS, "Talked to St. Anne: hospital with 90 beds, net 45, they love boats")
    office.ground.message_shortcut(DANA, ids.CHECK_MESSAGE, DEALS, ts)
    view = modal(office)
    assert view.values[ids.FACT + "beds"][ids.INPUT]["value"] == "90"
    assert view.values[ids.FACT + "payment_days"][ids.INPUT]["value"] == "45"
    assert "boats" in texts(view.blocks)
    office.ground.close_view(DANA, view.id)


def test_a_deal_stated_in_the_direct_message_is_checked_there(office: Office):
    reply = office.answer(DANA, DIRECT, f"check {MERCY}")
    assert "Incomplete: Mercy Regional" in texts(reply.blocks)


def test_every_verdict_is_in_the_decision_log(office: Office):
    before = office.core.store.decisions(kind="verdict", limit=1)
    office.command(DANA, "/deal-check", "Logged Hospital: hospital, 33 beds")
    entry = office.core.store.decisions(kind="verdict", limit=1)[0]
    assert entry.id > (before[0].id if before else 0)
    assert entry.actor == DANA
    assert entry.body["facts"]["beds"] == 33
    assert office.core.store.verify().ok


def test_help_is_worth_reading(office: Office):
    result = office.ground.slash_command(DANA, DEALS, "/deal-check", "help")
    assert "opens a form" in result.message.text
