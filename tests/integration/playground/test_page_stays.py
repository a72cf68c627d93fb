"""What a person presses, types or has focused stays while the page draws what others do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.playground.server import Playground
from tests.integration.playground.browser import Visitor, chromium
from tests.integration.playground.conftest import Connect, make_app
from tests.playgrounds import patient

__all__ = ["chromium"]

pytestmark = pytest.mark.browser
DANA, ALEX, DEALS, ASK = "U0DANA", "U0ALEX", "C0DEALS", "C0ASK"
MANIFEST = {
    "display_information": {"name": "Echo"},
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history", "im:history"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels", "message.im"]}},
}
BUTTON = {
    "type": "actions",
    "block_id": "row",
    "elements": [{"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "Yes"}, "value": "1"}],
}


@pytest.fixture
def playground() -> Iterator[Playground]:
    with patient(manifest=MANIFEST) as one:
        yield one


@pytest.fixture
def page(chromium: Browser, playground: Playground) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    one = Visitor(context.new_page())
    one.page.goto(playground.url)
    expect(one.page.locator("#workspace-name")).to_have_text("Alphatech")
    yield one.page
    context.close()
    assert one.problems == []


def press_slowly(page: Page, target: Locator) -> None:
    """Put the mouse down on it; the test lets go."""
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def link(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=re.compile(name))


def test_a_conversation_opens_though_a_message_came_while_it_was_pressed(playground: Playground, page: Page) -> None:
    target = link(page, "ask-dealfit")
    press_slowly(page, target)
    playground.post_as(ALEX, ASK, "look here")
    expect(target.locator(".unread")).to_have_text("1")
    page.mouse.up()
    expect(page.locator("#channel-name")).to_have_text("#ask-dealfit")
    expect(target.locator(".unread")).to_be_hidden()


def test_a_button_is_pressed_though_its_message_got_a_reply(
    playground: Playground, page: Page, connect: Connect
) -> None:
    app = make_app(playground)
    pressed: list[str] = []

    @app.action("yes")
    def yes(ack: Any, body: dict[str, Any]) -> None:
        pressed.append(body["user"]["id"])
        ack()

    connect(app)
    ts = app.client.chat_postMessage(channel=DEALS, text="Shall we?", blocks=[BUTTON])["ts"]
    button = page.get_by_role("button", name="Yes")
    press_slowly(page, button)
    playground.post_as(ALEX, DEALS, "I think so", ts)
    expect(page.get_by_role("button", name=re.compile("1 reply"))).to_be_visible()
    page.mouse.up()
    playground.wait_for(lambda: pressed == [DANA])
    expect(button).to_be_focused()
    playground.post_as(ALEX, DEALS, "or not", ts)
    expect(page.get_by_role("button", name=re.compile("2 replies"))).to_be_visible()
    expect(button).to_be_focused()


def test_what_is_written_right_after_becoming_somebody_else_is_theirs(playground: Playground, page: Page) -> None:
    box = page.locator("#composer-text")
    box.fill("half a sentence")
    page.get_by_role("radio", name=re.compile("Alex")).check()
    expect(box).to_have_value("half a sentence")
    box.press("Enter")
    expect(page.locator("article")).to_contain_text("half a sentence")
    [message] = playground.messages(DEALS, ALEX)
    assert message.user == ALEX
    expect(page.get_by_role("radio", name=re.compile("Alex"))).to_be_checked()
    expect(page.locator("#app")).to_have_attribute("aria-busy", "false")


def test_the_keyboard_moves_through_the_people_while_messages_come(playground: Playground, page: Page) -> None:
    people = [str(one.get_attribute("value")) for one in page.get_by_role("radio").all()]
    page.get_by_role("radio").first.focus()
    for person in people[1:]:
        playground.post_as(ALEX, DEALS, f"before {person}")
        page.keyboard.press("ArrowDown")
        chosen = page.locator(f'input[value="{person}"]')
        expect(chosen).to_be_checked()
        expect(chosen).to_be_focused()
