"""The newcomer's walk in a real browser: a card, a form with an error, answers with sources, the pipeline, Home.

The pictures land in build/pictures; those of the README are copies of them (`make pictures`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.cli.playing import HINTS
from bot.settings import HERE
from tests.e2e.conftest import MERCY, settings_for
from tests.e2e.process import AppProcess
from tests.e2e.test_pipeline_and_home import EXAMPLES
from tests.integration.playground.browser import Visitor, chromium

__all__ = ["chromium"]

pytestmark = pytest.mark.browser
PICTURES = HERE.parent / "build" / "pictures"


@pytest.fixture(scope="module")
def app(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """The app as a process of its own: in this one the browser's driver runs an event loop."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copytree(indexed, folder, dirs_exist_ok=True)
    values = settings_for(folder)
    env = {**os.environ, **values}
    command = [sys.executable, "-m", "bot.cli", "pipeline", "import"]
    closed = [EXAMPLES.with_name("closed-deals.csv"), "--mapping", EXAMPLES.with_name("closed-deals.yaml")]
    for given in ([EXAMPLES], closed):
        subprocess.run([*command, *map(str, given)], env=env, check=True, capture_output=True)
    with AppProcess(values, hints=HINTS) as made:
        yield made


@pytest.fixture
def page(app: AppProcess, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, color_scheme="light")
    visitor = Visitor(context.new_page())
    visitor.page.goto(app.ground.url)
    expect(visitor.page.locator("#connection")).to_have_text("Dealfit is connected")
    yield visitor.page
    context.close()
    assert visitor.problems == []


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


def write(page: Page, text: str) -> None:
    """Type and send, and wait until something comes of it."""
    before = page.locator("#log article").count()
    box = page.locator("#composer-text")
    box.fill(text)
    box.press("Enter")
    expect(box).to_have_value("")
    expect(page.locator("#log article")).not_to_have_count(before)


def last(page: Page):
    return page.locator("article").last


def act_as(page: Page, name: str) -> None:
    person = page.get_by_role("radio", name=re.compile(name))
    person.check()
    expect(person).to_be_checked()
    expect(page.locator("#app")).to_have_attribute("aria-busy", "false")


def go_to(page: Page, place: str) -> None:
    page.get_by_role("button", name=re.compile(place)).or_(
        page.get_by_role("link", name=re.compile(place))
    ).first.click()


def test_a_verdict_card_and_its_source(page: Page) -> None:
    write(page, f"/deal-check {MERCY}")
    expect(last(page)).to_contain_text("Incomplete: Mercy Regional")
    expect(last(page)).to_contain_text("gap 8 percentage points")
    picture(page, "verdict")
    last(page).get_by_role("button", name=re.compile("^Read: ")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Discounts come with services")
    picture(page, "source")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_the_form_by_keyboard_with_an_error_at_its_field(page: Page) -> None:
    page.locator("#composer-text").fill("/deal-check")
    page.locator("#composer-text").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Check a deal")
    dialog.get_by_label("Deal", exact=True).fill("Lakeside Hospital")
    dialog.get_by_label(re.compile("Contract value")).fill("plenty")
    dialog.get_by_role("button", name="Check").press("Enter")
    expect(dialog).to_contain_text("Cannot read 'plenty'. Write an amount in USD")
    picture(page, "form")
    dialog.get_by_label(re.compile("Contract value")).fill("$85k")
    dialog.get_by_role("button", name="Check").press("Enter")
    expect(dialog).to_have_count(0)
    expect(last(page)).to_contain_text("Lakeside Hospital")
    expect(last(page)).to_contain_text("$85,000")


def test_an_answer_with_sources_and_a_follow_up_in_the_thread(page: Page) -> None:
    go_to(page, "ask-dealfit")
    write(page, "@Dealfit what discount can I give on a two-month deal?")
    page.get_by_role("button", name=re.compile("1 reply")).click()
    thread = page.locator("#thread")
    expect(thread).to_contain_text("0%")
    expect(thread).to_contain_text("[1]")
    box = thread.locator("#thread-text")
    box.fill("and what about 12 months?")
    box.press("Enter")
    expect(thread).to_contain_text("10%")
    picture(page, "answer")
    thread.get_by_role("button", name=re.compile("^Open source 1")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Deal Profile")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_manager_sees_the_pipeline(page: Page) -> None:
    act_as(page, "Morgan Lee")
    write(page, "/pipeline")
    expect(last(page)).to_contain_text("open deals fit")
    expect(last(page)).to_contain_text("Dana Reyes")
    picture(page, "pipeline")


def test_the_manager_walks_from_a_question_to_a_card_a_file_and_a_saved_question(page: Page) -> None:
    act_as(page, "Morgan Lee")
    write(page, "/pipeline which of Dana's deals break the payment terms")
    answer = page.locator("#log article").nth(page.locator("#log article").count() - 1)
    expect(answer).to_contain_text("Understood as")
    picture(page, "question")
    # A chip that is changed changes the answer in its place.
    answer.locator("select", has_text="owner: Dana Reyes").select_option(label="owner: Sam Okafor")
    expect(answer.locator("tbody")).to_contain_text("Sam Okafor")
    expect(answer.locator("tbody")).not_to_contain_text("Dana Reyes")
    # A deal of the table opens its card.
    deal = answer.locator("select", has_text="Open a deal")
    name = str(deal.locator("option").nth(1).text_content())
    deal.select_option(label=name)
    expect(last(page)).to_contain_text("Edit the deal")
    expect(last(page)).to_contain_text(name)
    answer.get_by_role("button", name="Export CSV").click()
    expect(last(page)).to_contain_text("The file is in your direct message with me")
    answer.get_by_role("button", name="Weekly in a channel").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Everybody in the channel will read it")
    picture(page, "saving")
    dialog.get_by_label("Title").fill("Sam's terms")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(last(page)).to_contain_text("Your saved questions")
    expect(last(page)).to_contain_text("Mondays at 08:00")
    last(page).get_by_role("button", name="Delete Sam's terms").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(last(page)).to_contain_text("None yet")


def test_a_strategist_sees_where_the_money_comes_from(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1750})
    act_as(page, "Victor")
    write(page, "/pipeline money")
    answer = page.locator("#log article").nth(page.locator("#log article").count() - 1)
    expect(answer).to_contain_text("75% of the margin comes from 24 of 95 deals")
    expect(answer.locator("tbody")).to_have_count(1)
    picture(page, "strategy")
    answer.get_by_role("button", name="All as a file").or_(answer.get_by_label("Send me all figures as a file")).click()
    expect(last(page)).to_contain_text("direct message")


def test_the_home_tab_of_a_rep(page: Page) -> None:
    act_as(page, "Dana Reyes")
    write(page, f"/deal-check {MERCY}")
    expect(last(page)).to_contain_text("Mercy Regional")
    go_to(page, "Home")
    expect(page.get_by_role("main")).to_contain_text("Your deals")
    expect(page.get_by_role("main")).to_contain_text("Mercy Regional")
    picture(page, "home")


@pytest.mark.parametrize("width", [400, 1280])
def test_it_reads_well_on_a_phone_and_in_the_dark(app: AppProcess, chromium: Browser, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme="dark")
    visitor = Visitor(context.new_page())
    visitor.page.goto(app.ground.url)
    expect(visitor.page.locator("#connection")).to_have_text("Dealfit is connected")
    write(visitor.page, f"/deal-check {MERCY}")
    expect(last(visitor.page)).to_contain_text("Incomplete: Mercy Regional")
    wide = visitor.page.evaluate("document.documentElement.scrollWidth")
    picture(visitor.page, f"dark-{width}")
    context.close()
    assert wide <= width
    assert visitor.problems == []


def test_the_pictures_of_the_docs_are_there() -> None:
    docs = HERE.parent / "docs"
    pages = [HERE.parent / "README.md", *docs.glob("*.md")]
    names = {name for page in pages for name in re.findall(r"images/([a-z-]+[.]png)", page.read_text("utf-8"))}
    assert {"verdict.png", "question.png", "strategy.png", "exception-form.png"} <= names
    for name in names:
        assert (docs / "images" / name).stat().st_size > 10_000, name
