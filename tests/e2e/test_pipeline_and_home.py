from __future__ import annotations

from bot.pipeline.importing import import_deals
from bot.playground.model import User
from bot.settings import HERE
from bot.slack import exception_ids, ids
from tests.e2e.conftest import ALEX, ASK, DANA, DEALS, MORGAN, Office, buttons, texts
from tests.e2e.test_deal_check import FITTING

EXAMPLES = HERE.parent / "examples" / "deals.csv"


def load_examples(office: Office):
    core = office.core
    return import_deals(
        EXAMPLES.read_bytes(),
        EXAMPLES.name,
        judge=core.live.current(),
        store=core.store,
        people=core.people(),
        actor="operator",
    )


def test_an_empty_pipeline_says_where_deals_come_from(office: Office):
    card = office.command(MORGAN, "/pipeline")
    assert "No open deals yet" in texts(card.blocks)
    assert "dealfit pipeline import" in texts(card.blocks)


def test_a_manager_sees_how_much_of_the_team_fits(office: Office):
    report = load_examples(office)
    assert (report.read, len(report.rejected)) == (25, 0)
    card = office.command(MORGAN, "/pipeline")
    shown = texts(card.blocks)
    assert card.ephemeral_to == MORGAN
    assert "open deals fit" in shown
    assert "Dana Reyes" in shown
    assert "Sam Okafor" in shown
    assert "Lena Fischer" not in shown
    assert "What fails most" in shown
    assert {"table", "data_visualization"} <= {block["type"] for block in card.blocks}


def test_a_question_is_answered_with_a_table_that_says_how_it_was_understood(office: Office):
    load_examples(office)
    card = office.command(MORGAN, "/pipeline", "which of Dana's deals break the payment terms")
    shown = texts(card.blocks)
    assert "Understood as" in shown
    assert "Dana Reyes" in shown
    assert "payment terms" in shown.lower()
    table = next(block for block in card.blocks if block["type"] == "data_table")
    header = [cell["text"] for cell in table["rows"][0]]
    owner = header.index("Owner")
    assert len(table["rows"]) > 1
    assert {row[owner]["text"] for row in table["rows"][1:]} == {"Dana Reyes"}


def test_a_deal_checked_in_slack_is_in_the_pipeline(office: Office):
    office.command(
        DANA, "/deal-check", "Fresh Hospital: hospital, 120 beds, managed services for 2 months, net 60, $50k contract"
    )
    card = office.command(MORGAN, "/pipeline", "Dana's deals that break the payment terms")
    assert "Fresh Hospital" in texts(card.blocks)


def test_unknown_words_are_named_and_not_guessed(office: Office):
    card = office.command(MORGAN, "/pipeline", "deals with purple unicorns")
    assert "Not understood" in texts(card.blocks)
    assert "unicorns" in texts(card.blocks)


def test_an_approver_without_a_team_is_told_so(office: Office):
    card = office.command(ALEX, "/pipeline")
    shown = texts(card.blocks)
    assert "an approver sees the deals that come up for approval" in shown
    assert "table" not in {block["type"] for block in card.blocks}


def test_another_managers_rep_reads_like_nobody(office: Office):
    load_examples(office)
    forbidden = office.command(MORGAN, "/pipeline", "deals of Lena Fischer")
    nobody = office.command(MORGAN, "/pipeline", "deals of Nobody Atall")
    assert "Not understood" in texts(nobody.blocks)
    said = texts(forbidden.blocks).lower().replace("lena fischer", "nobody atall")
    assert said == texts(nobody.blocks).lower()


def home(office: Office, user: str):
    before = len([c for c in office.ground.calls if c.method == "views.publish"])
    office.ground.open_home(user)
    office.ground.wait_for(
        lambda: len([c for c in office.ground.calls if c.method == "views.publish" and c.ok]) > before
    )
    return office.ground.workspace.homes[user]


def test_the_home_tab_shows_my_deals_and_what_to_do(office: Office):
    office.command(DANA, "/deal-check", "Home Hospital: hospital, 120 beds")
    view = home(office, DANA)
    shown = texts(view.blocks)
    assert "Home Hospital" in shown
    assert "Find out next: What is the contract worth" in shown
    assert "Pipeline fit" not in shown


def test_the_home_tab_of_a_manager_leads_to_the_pipeline_and_of_an_approver_says_what_they_decide(office: Office):
    manager, approver = texts(home(office, MORGAN).blocks), texts(home(office, ALEX).blocks)
    assert "Pipeline fit" in manager
    assert "Your deals" not in manager, "who has none and sells none is not told how to have some"
    assert "You decide for Deal desk" in approver
    assert "Nothing waits for you" in approver


def test_what_to_do_next_is_one_press_away_in_home(office: Office):
    office.command(DANA, "/deal-check", FITTING.replace("name", "Home Asks").replace("discount 0%", "discount 12%"))
    view = home(office, DANA)
    assert "ask Deal desk and Finance for an exception" in texts(view.blocks)
    office.ground.press(DANA, view, exception_ids.ASK)
    form = office.ground.wait_for(lambda: office.modal(DANA))
    assert "Home Asks" in texts(form.blocks)
    words = {(exception_ids.WHY, exception_ids.INPUT): "It ends in June."}
    words[exception_ids.GIVES, exception_ids.INPUT] = "A longer term."
    assert not office.ground.submit_view(DANA, form.id, words).errors
    office.ground.wait_for(lambda: "Exception 1 waits for a decision" in texts(home(office, DANA).blocks))


def test_a_guest_is_told_that_it_is_not_for_them_wherever_they_ask(office: Office):
    office.ground.workspace.add_user(User("U0GUEST", "guest", "Dana Reyes", "d@buyer.example", is_restricted=True))
    for channel in (DEALS, ASK):
        office.ground.workspace.channels[channel].members.append("U0GUEST")
    told = "for the people of this workspace"
    assert told in texts(home(office, "U0GUEST").blocks)
    card = office.command("U0GUEST", "/deal-check", FITTING.replace("name", "Guest General"))
    assert (told in texts(card.blocks), card.ephemeral_to) == (True, "U0GUEST")
    said = office.answer("U0GUEST", ASK, "<@U0DEALFIT> what discount can I give on a two-month deal?")
    assert told in texts(said.blocks)
    assert not [d for d in office.core.store.decisions(limit=500) if d.actor == "U0GUEST"]


def test_the_home_tab_opens_the_form(office: Office):
    view = home(office, DANA)
    assert any(b["action_id"] == ids.CHECK_DEAL for b in buttons(view))
    office.ground.press(DANA, view, ids.CHECK_DEAL)
    form = office.ground.wait_for(lambda: office.modal(DANA))
    assert form.callback_id == ids.DEAL_FORM
    known = {m.ts for m in office.ground.messages("D0DANA", DANA)}
    result = office.ground.submit_view(
        DANA, form.id, {(ids.DEAL_NAME, ids.INPUT): "From Home", (ids.FACT + "beds", ids.INPUT): "77"}
    )
    assert result.acked
    card = office.ground.wait_for(lambda: (office.new_messages("D0DANA", DANA, known) or [None])[0])
    assert "From Home" in texts(card.blocks)
    assert DEALS not in card.channel
