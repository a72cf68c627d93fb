"""The page in a real browser: a conversation, a form, keys, hostile text, every block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from slack_bolt import App

from bot.playground.server import Playground
from bot.slack.blocks.elements import inline, section
from tests.integration.playground.browser import Visitor, chromium
from tests.integration.playground.conftest import Connect, make_app
from tests.integration.playground.samples import BLOCKS, FORM, HOSTILE, hostile_blocks, hostile_table
from tests.playgrounds import patient

__all__ = ["chromium"]

pytestmark = pytest.mark.browser

MANIFEST = {
    "display_information": {"name": "Echo", "description": "Says it again"},
    "features": {
        "agent_view": {"suggested_prompts": [{"title": "Discounts", "message": "What discount may I give?"}]},
        "slash_commands": [{"command": "/form", "description": "Opens a form", "usage_hint": "[name]"}],
        "shortcuts": [{"name": "Check this deal", "type": "message", "callback_id": "check"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "users:read", "channels:history", "im:history"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened", "message.channels", "message.im"]}},
}


@pytest.fixture
def playground() -> Iterator[Playground]:
    hints = {"C0DEALS": ["/form", "hello", "one more"]}
    with patient(manifest=MANIFEST, hints=hints) as one:
        yield one


@pytest.fixture
def visitor(chromium: Browser, playground: Playground) -> Iterator[Visitor]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    one = Visitor(context.new_page())
    one.page.goto(playground.url)
    expect(one.page.locator("#workspace-name")).to_have_text("Alphatech")
    yield one
    context.close()
    assert one.problems == []


def echo_app(playground: Playground) -> App:
    app = make_app(playground)

    @app.event("message")
    def echo(event: dict[str, Any], say: Any) -> None:
        if event.get("subtype") is None:
            say(text=f"*Echo*: {event['text']}", thread_ts=event.get("thread_ts"))

    @app.command("/form")
    def form(ack: Any, command: dict[str, Any], client: Any) -> None:
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=FORM)

    @app.view("form")
    def take(ack: Any, view: dict[str, Any], body: dict[str, Any], client: Any) -> None:
        values = view["state"]["values"]
        if values["beds"]["value"]["value"] == "0":
            ack(response_action="errors", errors={"beds": "A hospital has at least one bed."})
            return
        ack()
        said = f"{values['name']['value']['value']}, {values['beds']['value']['value']} beds"
        client.chat_postEphemeral(channel="C0DEALS", user=body["user"]["id"], text=said)

    @app.event("app_home_opened")
    def home(event: dict[str, Any], client: Any) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": BLOCKS["home"]})

    @app.shortcut("check")
    def check(ack: Any, shortcut: dict[str, Any], say: Any) -> None:
        ack()
        say(text=f"Checked: {shortcut['message']['text']}", thread_ts=shortcut["message"]["ts"])

    return app


def write(page: Page, text: str) -> None:
    box = page.locator("#composer-text")
    box.fill(text)
    box.press("Enter")


def test_a_conversation(playground: Playground, visitor: Visitor, connect: Connect) -> None:
    connect(echo_app(playground))
    page = visitor.page
    expect(page.locator("#connection")).to_have_text("Dealfit is connected")
    expect(page.get_by_role("heading", name="Three things to try")).to_be_visible()
    page.get_by_role("button", name="hello", exact=True).click()
    expect(page.locator("#composer-text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log", name="Messages in #deals").locator("article")).to_have_count(2)
    expect(page.locator("article").last.locator("strong")).to_have_text("Echo")
    page.locator("#composer-text").press("ArrowUp")
    expect(page.locator("#composer-text")).to_have_value("hello")
    page.locator("#composer-text").press("Shift+Enter")
    expect(page.locator("#composer-text")).to_have_value("hello\n")


def test_a_form_with_an_error_at_its_field(playground: Playground, visitor: Visitor, connect: Connect) -> None:
    connect(echo_app(playground))
    page = visitor.page
    box = page.locator("#composer-text")
    box.press_sequentially("/f")
    expect(page.get_by_role("option")).to_contain_text("Opens a form")
    box.press("Tab")
    expect(box).to_have_value("/form ")
    expect(page.locator(".usage")).to_contain_text("[name]")
    box.press("Enter")
    dialog = page.get_by_role("dialog", name="A form")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill("Mercy")
    dialog.get_by_role("button", name="Save").click()
    beds = dialog.get_by_label("Beds")
    expect(dialog.get_by_text("Please complete this required field.")).to_be_visible()
    expect(beds).to_be_focused()
    beds.fill("0")
    beds.press("Enter")
    expect(dialog.get_by_text("A hospital has at least one bed.")).to_be_visible()
    expect(beds).to_have_attribute("aria-invalid", "true")
    described = str(beds.get_attribute("aria-describedby")).split()
    assert "A hospital has at least one bed." in " ".join(
        str(page.locator(f"#{one}").text_content()) for one in described
    )
    expect(dialog.get_by_label("Name")).to_have_value("Mercy")
    beds.fill("120")
    beds.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("article")).to_contain_text("Mercy, 120 beds")
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    page.get_by_role("radio", name="Alex Kim").check(force=True)
    expect(page.locator("article")).to_have_count(0)


def test_a_form_that_is_not_answered_says_so_and_loses_nothing(
    playground: Playground, visitor: Visitor, connect: Connect
) -> None:
    connect(echo_app(playground))
    page = visitor.page
    write(page, "/form")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Mercy")
    dialog.get_by_label("Beds").fill("120")
    playground.faults.drop_acks(1)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("operation_timeout")
    expect(dialog.get_by_label("Name")).to_have_value("Mercy")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def test_keys_alone(playground: Playground, visitor: Visitor, connect: Connect) -> None:
    connect(echo_app(playground))
    page = visitor.page
    page.get_by_role("radio", name="Dana Reyes").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Morgan Lee")).to_be_checked()
    expect(page.get_by_role("radio", name="Morgan Lee")).to_be_focused()
    write(page, "/form")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null"), "focus left the dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("#composer-text")).to_be_focused()
    write(page, "to check")
    expect(page.locator("article")).to_have_count(2)
    first = page.locator("article").first
    first.get_by_role("button", name="More actions").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Check this deal")).to_be_focused()
    page.keyboard.press("Enter")
    thread = page.get_by_role("log", name="Thread")
    expect(thread.locator("article").last).to_contain_text("Checked: to check")
    page.locator("#thread-text").fill("more")
    page.keyboard.press("Enter")
    expect(thread.locator("article").last).to_contain_text("Echo: more")
    page.keyboard.press("Escape")
    expect(thread).to_have_count(0)


def test_ones_own_message_is_edited_and_deleted(playground: Playground, visitor: Visitor) -> None:
    page = visitor.page
    write(page, "net 90")
    article = page.locator("#log article")
    article.hover()
    article.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Edit").click()
    page.get_by_label("Edit your message").fill("net 45")
    page.keyboard.press("Enter")
    expect(article).to_contain_text("net 45(edited)")
    assert playground.messages("C0DEALS")[0].text == "net 45"
    article.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog", name="Delete this message?").get_by_role("button", name="Delete").click()
    expect(article).to_have_count(0)
    expect(page.get_by_role("heading", name="This is #deals")).to_be_visible()


def test_prompts_of_the_manifest_and_links_between_messages(playground: Playground, visitor: Visitor) -> None:
    client = make_app(playground).client
    page = visitor.page
    first = client.chat_postMessage(channel="C0DEALS", text="the root")["ts"]
    link = client.chat_getPermalink(channel="C0DEALS", message_ts=first)["permalink"]
    client.chat_postMessage(channel="D0DANA", text=f"see <{link}|the root>")
    direct = page.locator('.conversation-link[href="#/D0DANA"]')
    expect(direct.get_by_label("1 unread")).to_be_visible()
    direct.click()
    page.get_by_role("link", name="the root").click()
    expect(page.locator("#channel-name")).to_have_text("#deals")
    expect(page.get_by_role("log", name="Thread")).to_contain_text("the root")
    direct.click()
    page.get_by_role("button", name="Discounts").click()
    expect(page.locator("#log article").last).to_contain_text("What discount may I give?")


def test_hostile_text_is_only_ever_text(playground: Playground, visitor: Visitor, connect: Connect) -> None:
    app = echo_app(playground)
    connect(app)
    page = visitor.page
    for number, text in enumerate(HOSTILE):
        app.client.chat_postMessage(channel="C0DEALS", text=text)
        write(page, f"{number} {text}")
    app.client.chat_postMessage(channel="C0DEALS", text="x", blocks=hostile_blocks())
    app.client.chat_postMessage(channel="C0DEALS", text="x", blocks=hostile_table())
    expect(page.locator("#log .block-data_table")).to_have_count(1)
    expect(page.locator("#log .block-data_visualization")).to_have_count(1)
    expect(page.locator("#log article").filter(has_text="Echo")).to_have_count(len(HOSTILE))
    assert page.evaluate("window.hacked") is None
    assert page.locator("#log script, #log iframe, #log object, #log [onerror], #log [onload], #log style").count() == 0
    hrefs = page.eval_on_selector_all("#log a", "all => all.map(one => [one.protocol, one.rel, one.target])")
    assert {protocol for protocol, _, _ in hrefs} <= {"http:", "https:", "mailto:"}
    assert all("noopener" in rel and target == "_blank" for _, rel, target in hrefs)
    expect(page.locator("#log").get_by_text("<img src=x onerror=hacked=1>").first).to_be_visible()
    assert page.locator("#log img").count() == 0


def test_what_people_type_into_a_sentence_of_ours_is_not_formatted(
    playground: Playground, visitor: Visitor, connect: Connect
) -> None:
    app = echo_app(playground)
    connect(app)
    typed = "*bold* _slanted_ ~gone~ `code` **twice** (*here*) *_x_*"
    app.client.chat_postMessage(channel="C0DEALS", text="x", blocks=[section(f"Why: {inline(typed)}")])
    shown = visitor.page.locator("#log article").last
    expect(shown).to_contain_text("Why:")
    assert shown.locator("strong, b, em, i, del, s, code").count() == 0
    app.client.chat_postMessage(channel="C0DEALS", text="x", blocks=[section("Ours: *bold*")])
    expect(visitor.page.locator("#log article").last.locator("strong, b")).to_have_count(1)


def test_every_block_is_drawn(playground: Playground, visitor: Visitor, connect: Connect) -> None:
    app = echo_app(playground)
    connect(app)
    page = visitor.page
    for blocks in BLOCKS["messages"]:
        app.client.chat_postMessage(channel="C0DEALS", text="x", blocks=blocks)
    kinds = {block["type"] for blocks in BLOCKS["messages"] for block in blocks}
    for kind in kinds:
        expect(page.locator(f"#log .block-{kind}").first).to_be_visible()
    assert page.locator(".unknown").count() == 0
    assert page.locator("#log svg.chart").count() == 4
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".page-of")).to_have_text("4–4 of 4")
    page.get_by_role("button", name="Value").click()
    expect(page.locator(".data-table tbody tr").first).to_contain_text("$9,000")
    page.goto(f"{playground.url}#/D0DANA/home")
    expect(page.locator("#home .block-header")).to_have_text("Your deals")
    expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")


def test_a_confirmation_stands_before_what_cannot_be_undone(
    playground: Playground, visitor: Visitor, connect: Connect
) -> None:
    app = echo_app(playground)
    pressed: list[str] = []
    app.action("danger")(lambda ack, action: (ack(), pressed.append(action["value"])))
    connect(app)
    app.client.chat_postMessage(channel="C0DEALS", text="x", blocks=BLOCKS["confirm"])
    page = visitor.page
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Sure?").get_by_role("button", name="No").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Yes").click()
    playground.wait_for(lambda: pressed)
    assert pressed == ["deal-7"]


def test_a_stream_is_seen_as_it_comes(playground: Playground, visitor: Visitor) -> None:
    client = make_app(playground).client
    page = visitor.page
    parent = playground.post_as("U0DANA", "C0DEALS", "a question")
    client.assistant_threads_setStatus(channel_id="C0DEALS", thread_ts=parent, status="is thinking...")
    expect(page.get_by_text("Dealfit is thinking...")).to_be_visible()
    stream = client.chat_stream(
        channel="C0DEALS", thread_ts=parent, recipient_team_id="T0ALPHATECH", recipient_user_id="U0DANA", buffer_size=1
    )
    stream.append(markdown_text="First **half**")
    thread = page.get_by_role("log", name="Thread")
    expect(thread.locator("article").last).to_contain_text("First half")
    expect(thread.get_by_label("Still writing")).to_be_visible()
    expect(page.get_by_text("Dealfit is thinking...")).to_have_count(0)
    stream.append(markdown_text=", second half")
    stream.stop()
    expect(thread.locator("article").last).to_contain_text("First half, second half")
    expect(thread.get_by_label("Still writing")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_on_a_phone(playground: Playground, chromium: Browser, scheme: Any) -> None:
    client = make_app(playground).client
    for blocks in BLOCKS["messages"]:
        client.chat_postMessage(channel="C0DEALS", text="x", blocks=blocks)
    client.chat_postMessage(channel="C0DEALS", text="w" * 300)
    context = chromium.new_context(viewport={"width": 400, "height": 800}, color_scheme=scheme)
    visitor = Visitor(context.new_page())
    page = visitor.page
    page.goto(playground.url)
    expect(page.locator("article").last).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert page.evaluate("document.querySelector('#log').scrollWidth <= document.querySelector('#log').clientWidth")
    page.get_by_role("button", name="Open the menu").click()
    page.get_by_role("link", name="ask-dealfit").click()
    expect(page.locator("#channel-name")).to_have_text("#ask-dealfit")
    expect(page.get_by_role("link", name="ask-dealfit")).to_be_hidden()
    context.close()
    assert visitor.problems == []


def test_the_page_comes_back_after_a_restart(chromium: Browser) -> None:
    def serve(port: int) -> Playground:
        one = patient(port=port)
        one.start()
        return one

    first = serve(0)
    port = int(first.url.rstrip("/").rsplit(":", 1)[1])
    context = chromium.new_context()
    page = context.new_page()
    page.goto(first.url)
    expect(page.locator("#connection")).to_contain_text("Waiting for Dealfit")
    first.stop()
    expect(page.locator("#connection")).to_contain_text("Playground not reached")
    second = serve(port)
    try:
        second.post_as("U0ALEX", "C0DEALS", "new life")
        expect(page.locator("article")).to_contain_text("new life")
    finally:
        context.close()
        second.stop()
