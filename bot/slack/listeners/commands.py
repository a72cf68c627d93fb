"""Slash commands: `/deal-check` and `/pipeline`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.blocks.form import FormContext
from bot.slack.forms import open_form
from bot.slack.inbox import Work, spoken_text
from bot.slack.services import Services
from bot.slack.subcommands import HELP_WORDS, pipeline_help, subcommand_of

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put

DEAL_CHECK_HELP = (
    "*/deal-check* alone opens a form. *Words after it* are read as a deal:\n"
    "> /deal-check Mercy Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, managed services for "
    "6 months, 8% discount, net 30\n"
    "What I cannot read I name, and what is missing I ask for. Only you see the card until you share it.\n"
    "*What if* speaks of the deal that you checked last, and saves nothing until you keep it:\n"
    "> /deal-check what if they prepay and take 6 months?\n"
    "*History* lists your deals, the exceptions that you asked for or decided, and when they end:\n"
    "> /deal-check history"
)


def register(app: App, services: Services, put: Put) -> None:
    """Register both commands."""

    def deal_check(ack: Ack, body: dict[str, Any]) -> None:
        text = spoken_text(str(body.get("text") or ""))
        if text.lower() in HELP_WORDS:
            ack(response_type="ephemeral", text=DEAL_CHECK_HELP)
        elif text.lower() == "history":
            put(Work("exception.history", f"command:{body['trigger_id']}", command_payload(body, text)))
            ack()
        elif text:
            put(Work("deal.words", f"command:{body['trigger_id']}", command_payload(body, text)))
            ack()
        else:
            ack()
            where = FormContext(channel=body.get("channel_id"), response_url=body.get("response_url"))
            open_form(services, trigger_id=str(body["trigger_id"]), user=str(body["user_id"]), where=where)

    def name_of(user: str) -> str | None:
        person = services.people().by_slack(user)
        return person.name if person is not None else None

    def pipeline(ack: Ack, body: dict[str, Any]) -> None:
        text = spoken_text(str(body.get("text") or ""), name_of=name_of)
        if text.lower() in HELP_WORDS:
            ack(response_type="ephemeral", text=pipeline_help())
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
