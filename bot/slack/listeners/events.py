"""Events are work before they come here (see `inbox`); a listener only tells Bolt that they are expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt import App

PROMPTS = (
    ("Check a deal", "check Mercy Regional: hospital, 120 beds, managed services for 6 months, 8% discount, net 30"),
    ("Discounts", "What discount can I give on a two-month deal?"),
    ("The CFO", "How do I open a conversation with a CFO?"),
    ("Walking away", "When should I walk away from a deal?"),
)


def register(app: App) -> None:
    """Register the events of the manifest."""
    app.event("app_mention")(expected)
    app.event("message")(expected)
    app.event("app_home_opened")(opened)


def expected() -> None:
    """Acknowledge an event that the inbox has kept, or that nobody waits for."""


def opened(event: dict[str, Any], set_suggested_prompts: Any = None) -> None:
    """Offer things to ask when somebody opens the messages tab."""
    if event.get("tab") == "messages" and set_suggested_prompts is not None:
        set_suggested_prompts(
            prompts=[{"title": title, "message": message} for title, message in PROMPTS], title="Try one of these"
        )
