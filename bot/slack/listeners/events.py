"""Events are work before they come here (see `inbox`); a listener only tells Bolt that they are expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.checking.examples import Examples

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.slack.services import Services

MOST_PROMPTS = 4


def register(app: App, services: Services) -> None:
    """Register the events of the manifest."""

    def opened(event: dict[str, Any], set_suggested_prompts: Any = None) -> None:
        """Offer things to ask when somebody opens the messages tab."""
        if event.get("tab") == "messages" and set_suggested_prompts is not None:
            set_suggested_prompts(prompts=prompts(Examples(services.live.current().profile)), title="Try one of these")

    app.event("app_mention")(expected)
    app.event("message")(expected)
    app.event("app_home_opened")(opened)


def expected() -> None:
    """Acknowledge an event that the inbox has kept, or that nobody waits for."""


def prompts(examples: Examples) -> list[dict[str, str]]:
    """A deal to check and questions to ask, as this firm could type them."""
    deal = examples.deal()
    found = [("Check a deal", f"check {deal}")] if deal else []
    asked = [question[:1].upper() + question[1:] for question in examples.questions()]
    found += [(question, question) for question in asked]
    return [{"title": title[:75], "message": message} for title, message in found[:MOST_PROMPTS]]
