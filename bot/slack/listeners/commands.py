"""Slash commands: `/deal-check` and `/pipeline`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.checking.access import GUEST
from bot.checking.examples import Examples, breaking
from bot.slack.blocks.elements import inline, section
from bot.slack.blocks.form import FormContext
from bot.slack.forms import open_form
from bot.slack.inbox import Work, spoken_text
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.subcommands import HELP_WORDS, pipeline_help, subcommand_of

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put

EXAMPLE = (
    "Mercy Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, managed services for 6 months, "
    "8% discount, net 30"
)


def deal_check_help(examples: Examples) -> str:
    """What `/deal-check help` says, in mrkdwn of ours, with examples for the live profile."""
    deal, what_if = examples.deal(EXAMPLE), examples.what_if()
    lines = [
        "*/deal-check* alone opens a form. *Words after it* are read as a deal:",
        f"> /deal-check {inline(deal)}" if deal else "",
        "What I cannot read I name, and what is missing I ask for. Only you see the card until you share it.",
        "*What if* speaks of the deal that you checked last, and saves nothing until you keep it:" if what_if else "",
        f"> /deal-check {inline(what_if)}" if what_if else "",
        "*History* lists your deals, the exceptions that you asked for or decided, and when they end:",
        "> /deal-check history",
    ]
    return "\n".join(line for line in lines if line)


def register(app: App, services: Services, put: Put) -> None:
    """Register both commands."""

    def deal_check(ack: Ack, body: dict[str, Any]) -> None:
        text = spoken_text(str(body.get("text") or ""))
        if text.lower() in HELP_WORDS:
            ack(response_type="ephemeral", text=deal_check_help(Examples(services.live.current().profile)))
        elif text.lower() == "history":
            put(Work("exception.history", f"command:{body['trigger_id']}", command_payload(body, text)))
            ack()
        elif text:
            put(Work("deal.words", f"command:{body['trigger_id']}", command_payload(body, text)))
            ack()
        else:
            ack()
            where = FormContext(channel=body.get("channel_id"), response_url=body.get("response_url"))
            if services.askers.of(str(body["user_id"])).guest:  # the form names the facts of the Deal Profile
                services.replies.send(Place.of(command_payload(body, "")), text=GUEST, blocks=[section(GUEST)])
                return
            open_form(services, trigger_id=str(body["trigger_id"]), user=str(body["user_id"]), where=where)

    def name_of(user: str) -> str | None:
        person = services.people().by_slack(user)
        return person.name if person is not None else None

    def pipeline(ack: Ack, body: dict[str, Any]) -> None:
        text = spoken_text(str(body.get("text") or ""), name_of=name_of)
        if text.lower() in HELP_WORDS:
            ack(response_type="ephemeral", text=pipeline_help(breaking(services.live.current().profile)))
            return
        found = subcommand_of(text)
        kind, rest = (found[0].kind, found[1]) if found else ("pipeline", text)
        put(Work(kind, f"command:{body['trigger_id']}", command_payload(body, rest)))
        ack()

    app.command("/deal-check")(deal_check)
    app.command("/pipeline")(pipeline)


def command_payload(body: dict[str, Any], text: str) -> dict[str, Any]:
    """What the work needs of a slash command."""
    return {
        "team": str(body.get("team_id") or ""),
        "user": str(body["user_id"]),
        "channel": str(body["channel_id"]),
        "response_url": body.get("response_url"),
        "text": text,
    }
