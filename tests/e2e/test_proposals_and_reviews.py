"""A proposal from the card to the document, and a customer's reviews, as a rep and a manager meet them in Slack."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta

import docx
import icalendar

from bot.checking.access import ONLY, Action
from bot.deals.deal import Deal
from bot.exceptions.model import Choice
from bot.slack import ids
from bot.slack.blocks.reviews import DAY, OUTCOME, VALUE
from bot.slack.inbox import Work
from bot.slack.work.proposal import ProposalWork
from bot.slack.work.reviews import REMIND
from tests.e2e.conftest import ALEX, DANA, DEALS, DIRECT, MORGAN, Office, buttons, texts

FITS = (
    "hospital, 120 beds, digital-records mandate, 4 IT staff, remote access, managed services for 12 months, "
    "$240k contract, margin 42%, net 45, not prepaid, sponsor: CFO, monthly call, 2 CBRs a year, service visit, "
    "discount 8%, outcomes: time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed; "
    "up-time: 98 -> 99.9 percent by 2027-06-01, owner R. Jones"
)


def files_of(office: Office, user: str, channel: str = DIRECT):
    return [file for message in office.ground.messages(channel, user) for file in message.files]


def press(office: Office, user: str, message, action_id: str, channel: str = DEALS, block_id: str | None = None):
    known = {m.ts for m in office.ground.messages(channel, user)}
    office.ground.press(user, message, action_id, block_id=block_id)
    return office.ground.wait_for(lambda: (office.new_messages(channel, user, known) or [None])[0])


def won(office: Office, name: str, *, owner: str, closed: date, words: str = FITS) -> str:
    """A deal that was won; its key."""
    desk, store = office.core.desk, office.core.store
    deal = Deal(name=name, customer=name, owner=owner, stage="Closed Won", close_date=closed, source="test",
                source_id=name, facts=desk.read(words).facts)  # fmt: skip
    return store.save_deal(deal, verdict=desk.judge.judge(deal), status="won").key


def typed(value: str, day: str):
    return {(OUTCOME, ids.INPUT): "0", (VALUE, ids.INPUT): value, (DAY, ids.INPUT): day}


def test_a_deal_that_fits_gets_its_document_privately_and_one_that_does_not_gets_help(office: Office):
    card = office.command(DANA, "/deal-check", f"Proposal General: {FITS}")
    said = press(office, DANA, card, ids.PROPOSAL)
    shown = texts(said.blocks)
    assert "Proposal for Proposal General" in shown
    assert "Book price · $260,869.57" in shown
    assert "the customer's agreement to up-time" in shown
    assert "direct messages" in shown
    assert said.ephemeral_to == DANA
    assert "the dates of the monthly calls" in shown
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    office.ground.press(DANA, said, ids.PROPOSAL_START, "2027-01-11")
    again = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    assert "Monday 25 January 2027" in texts(again.blocks)
    assert "the dates of the monthly calls" not in texts(again.blocks)
    _, file = files_of(office, DANA)
    assert file["name"] == "Proposal for Proposal General.docx"
    assert not files_of(office, ALEX, DEALS), "a file in the channel would be for everybody"
    stored = office.ground._api._context.files.get(file["id"])
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(stored.data)).paragraphs)
    assert "Open points" in text
    assert "42" not in text.replace("+", ""), "the margin is ours alone"
    logged, _ = [
        d for d in office.core.store.decisions(kind="proposal") if d.body["deal"]["name"] == "Proposal General"
    ]
    assert logged.body["document"]["bytes"] == len(stored.data)
    card = office.command(DANA, "/deal-check", f"Refused General: {FITS.replace('discount 8%', 'discount 12%')}")
    assert ids.PROPOSAL not in {button["action_id"] for button in buttons(card)}


def test_a_granted_exception_opens_the_way_to_the_document(office: Office):
    words = FITS.replace("discount 8%", "discount 12%")
    office.command(DANA, "/deal-check", f"Granted General: {words}")
    askers, exceptions = office.slack.services.askers, office.core.exceptions
    (saved,) = [d for d in office.core.store.deals(statuses=("open",)) if d.name == "Granted General"]
    request = exceptions.ask(saved.key, askers.of(DANA), why="A first site.", gives="A reference.", origin="e2e:1")
    (part,) = request.parts
    exceptions.decide(
        request.number, part.authority, askers.of(ALEX), Choice.CONDITIONS, origin="e2e:2", words="Only this once."
    )
    card = office.command(DANA, "/deal-check", f"Granted General: {words}")
    said = press(office, DANA, card, ids.PROPOSAL)
    shown = texts(said.blocks)
    assert f"Under an exception (exception {request.number}): Only this once." in shown
    file = next(f for f in files_of(office, DANA) if "Granted" in f["name"])
    body = docx.Document(io.BytesIO(office.ground._api._context.files.get(file["id"]).data))
    said_inside = "\n".join(paragraph.text for paragraph in body.paragraphs)
    assert "Only this once" not in said_inside
    (logged,) = office.core.store.decisions(kind="proposal", subject=saved.key)
    assert logged.body["exceptions"] == [f"exception {request.number}"]


def test_a_proposal_is_a_canvas_too_where_that_is_set_for_one_person(office: Office):
    card = office.command(DANA, "/deal-check", f"Canvas General: {FITS}")
    (key,) = {b["value"] for b in buttons(card) if b["action_id"] == ids.PROPOSAL}
    work = ProposalWork(office.slack.services, office.core.proposals, canvases=True)
    payload = {"user": DANA, "channel": DIRECT, "value": key}
    known = {m.ts for m in office.ground.messages(DIRECT, DANA)}
    work.make(payload, lambda name, do, *, attempts=1: do())

    def newest(words: str):
        found = [m for m in office.new_messages(DIRECT, DANA, known) if words in texts(m.blocks)]
        return found[-1] if found else None

    said = office.ground.wait_for(lambda: newest("Open it as a canvas"))
    (link,) = re.findall(r"<https://\S+/docs/\w+/(\w+)\|Open it as a canvas>", texts(said.blocks))
    canvas = office.ground._api.canvases.get(link)
    assert canvas.access == {"U0DEALFIT": "owner", DANA: "write"}
    assert "## Open points" in canvas.markdown
    office.ground.faults.fail("canvases.create", error="canvas_disabled_user_team")
    work.make(payload, lambda name, do, *, attempts=1: do())
    assert office.ground.wait_for(lambda: newest("There is no canvas: Slack refused it"))


def test_a_file_that_slack_refuses_is_said_and_the_proposal_is_still_read(office: Office):
    card = office.command(DANA, "/deal-check", f"Refusing General: {FITS}")
    office.ground.faults.fail("files.getUploadURLExternal", error="missing_scope")
    said = texts(press(office, DANA, card, ids.PROPOSAL).blocks)
    assert "could not be sent: the app may not upload files yet" in said
    assert "Book price" in said


def test_a_scorecard_is_for_the_rep_and_the_manager(office: Office):
    mine = texts(office.command(DANA, "/pipeline", "scorecard").blocks)
    assert "Scorecard: Dana Reyes" in mine
    assert "Outcomes defined" in mine
    table = next(b for b in office.command(MORGAN, "/pipeline", "scorecard dana").blocks if b["type"] == "table")
    assert [c["text"] for c in table["rows"][0]] == ["Measure", "Now", "n", "Before", "Team's median"]
    refused = [texts(office.command(DANA, "/pipeline", f"scorecard {name}").blocks) for name in ("sam", "zzz")]
    assert refused[0].replace("sam", "zzz") == refused[1]
    assert "Scorecard:" not in texts(office.command(ALEX, "/pipeline", "scorecard dana").blocks)


def test_a_deal_of_somebody_else_gets_no_proposal_by_a_forged_button(office: Office):
    mine = office.command(DANA, "/deal-check", f"Secret General: {FITS}")
    (key,) = {b["value"] for b in buttons(mine) if b["action_id"] == ids.PROPOSAL}
    other = office.command(ALEX, "/deal-check", f"Public General: {FITS}")
    block = next(block for block in other.blocks if block["type"] == "actions")
    button = next(b for b in block["elements"] if b["action_id"] == ids.PROPOSAL)
    button["value"] = key
    said = press(office, ALEX, other, ids.PROPOSAL)
    assert texts(said.blocks).strip() == ONLY[Action.PROPOSE], "an approver sells nothing"
    other = office.command(MORGAN, "/deal-check", f"Public Regional: {FITS}")
    block = next(block for block in other.blocks if block["type"] == "actions")
    next(b for b in block["elements"] if b["action_id"] == ids.PROPOSAL)["value"] = "name:nothing"
    assert "not yours to see" in texts(press(office, MORGAN, other, ids.PROPOSAL).blocks)


def test_dates_agenda_values_and_calendar_of_a_won_deal(office: Office):
    today = datetime.now(UTC).date()
    key = won(office, "Northmere Regional", owner="Dana Reyes", closed=today - timedelta(days=40))
    won(office, "Westlake", owner="Lena Fischer", closed=today - timedelta(days=40))
    listed = office.command(DANA, "/pipeline", "reviews")
    assert "Northmere Regional" in texts(listed.blocks)
    assert "Westlake" not in texts(listed.blocks), "a rep sees their own"
    hidden, absent = (texts(office.command(DANA, "/pipeline", f"agenda {n}").blocks) for n in ("Westlake", "Nobody"))
    assert hidden.replace("Westlake", "Nobody") == absent, "what is hidden and what is not there read alike"
    agenda = office.command(MORGAN, "/pipeline", "agenda northmere regional")
    shown = texts(agenda.blocks)
    assert "time to deploy: target 3 days, not measured yet." in shown
    assert "When there is no baseline" in shown
    assert {b["value"] for b in buttons(agenda) if b["action_id"] == ids.OPEN_PASSAGE}
    office.ground.press(DANA, office.command(DANA, "/pipeline", "agenda Northmere Regional"), ids.REVIEW_RECORD)
    view = office.ground.wait_for(lambda: office.modal(DANA))
    tomorrow = (today + timedelta(days=1)).isoformat()
    wrong = office.ground.submit_view(DANA, view.id, typed("2.5", tomorrow))
    assert "still to come" in wrong.errors[DAY]
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    office.ground.submit_view(DANA, view.id, typed("2.5", today.isoformat()))
    noted = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    assert "2.5 days" in texts(noted.blocks)
    assert "reached" in texts(noted.blocks)
    assert [str(one.value) for one in office.core.store.outcome_values(key)] == ["2.5"]
    press(office, DANA, listed, ids.REVIEW_CALENDAR)
    file = next(f for f in files_of(office, DANA) if f["name"].endswith(".ics"))
    calendar = icalendar.Calendar.from_ical(office.ground._api._context.files.get(file["id"]).data)
    assert len(calendar.walk("VEVENT")) == 11 + 2 + 1, "the first of twelve calls is over"


def test_the_owner_is_reminded_once_of_what_comes(office: Office):
    today = datetime.now(UTC).date()
    won(office, "Soon Regional", owner="dana@alphatech.example", closed=today - timedelta(days=13))

    def reminders():
        found = [m for m in office.ground.messages(DIRECT, DANA) if "A reminder." in texts(m.blocks)]
        return [m for m in found if "Soon Regional" in texts(m.blocks)]

    assert office.slack.services.schedules.get(REMIND.name).job == REMIND
    office.slack.queue.put(Work(REMIND.kind, "turn:1", {}))
    (message,) = office.ground.wait_for(reminders)
    assert {"Record a value", "Calendar file"} <= {button["text"]["text"] for button in buttons(message)}
    office.settle()
    won(office, "Later Regional", owner="Dana Reyes", closed=today - timedelta(days=13))
    won(office, "Unheard Regional", owner="Sam Okafor", closed=today - timedelta(days=13))
    office.ground.faults.fail("conversations.open", error="user_disabled")
    office.slack.queue.put(Work(REMIND.kind, "turn:2", {}))
    office.settle()
    assert len(reminders()) == 1
    assert office.core.reviews.due() == [], "one who cannot be reached keeps nobody from their reminder"
