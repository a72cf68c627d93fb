"""An exception in a real browser, from the request to the decision, as three people.

The pictures land in build/pictures; those of docs/exceptions.md are copies of them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.settings import HERE
from tests.e2e.conftest import settings_for
from tests.e2e.process import AppProcess
from tests.e2e.test_browser import act_as, go_to, last, picture, write
from tests.e2e.test_deal_check import FITTING
from tests.integration.playground.browser import Visitor, chromium

__all__ = ["chromium"]

pytestmark = pytest.mark.browser
DEAL = FITTING.replace("name", "St. Brigid Hospital", 1).replace("discount 0%", "discount 12%")


@pytest.fixture(scope="module")
def app(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    folder = tmp_path_factory.mktemp("browser")
    shutil.copytree(indexed, folder, dirs_exist_ok=True)
    with AppProcess(settings_for(folder)) as made:
        yield made


@pytest.fixture
def page(app: AppProcess, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1250}, color_scheme="light")
    visitor = Visitor(context.new_page())
    visitor.page.goto(app.ground.url)
    expect(visitor.page.locator("#connection")).to_have_text("Dealfit is connected")
    yield visitor.page
    context.close()
    assert visitor.problems == []


def card(page: Page, text: str):
    return page.locator("article").filter(has_text=text).last


def dana_asks(page: Page) -> None:
    act_as(page, "Dana Reyes")
    write(page, f"/deal-check {DEAL}")
    expect(last(page)).to_contain_text("Needs approval: St. Brigid Hospital")
    last(page).get_by_role("button", name="Ask for an exception").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Deal desk decides (Alex Kim)")
    expect(dialog).to_contain_text("Finance decides (Ruth Adeyemi)")
    dialog.get_by_label(re.compile("Why should this deal")).fill(
        "The hospital's mandate payment arrives in June; until then its budget is frozen."
    )
    dialog.get_by_label(re.compile("customer give in return")).fill(
        "A two-year term instead of one, and a reference visit for the two hospitals nearby."
    )
    picture(page, "exception-form")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(last(page)).to_contain_text("is asked for")
    go_to(page, "Dealfit")
    expect(card(page, "St. Brigid Hospital")).to_contain_text("Deal desk decides: Alex Kim")
    picture(page, "exception-status")


def test_from_the_request_to_the_decision_as_three_people(page: Page) -> None:
    dana_asks(page)

    act_as(page, "Alex Kim")
    go_to(page, "Dealfit")
    desk = card(page, "St. Brigid Hospital")
    expect(desk).to_contain_text("Discount earned by services")
    expect(desk).to_contain_text("The nearest deal that fits")
    expect(desk).to_contain_text("Also asked")
    desk.scroll_into_view_if_needed()
    picture(page, "exception-approver")
    desk.get_by_role("button", name="Approve exception 1 with conditions").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("On which conditions")).fill("Only with the two-year term in the contract.")
    picture(page, "exception-conditions")
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(card(page, "St. Brigid Hospital")).to_contain_text("approved with conditions, until")

    act_as(page, "Ruth Adeyemi")
    go_to(page, "Dealfit")
    money = card(page, "St. Brigid Hospital")
    expect(money).to_contain_text("60 days")
    expect(money).to_contain_text("Deal desk: approved with conditions")
    expect(money).to_contain_text("Deal desk's condition: “Only with the two-year term in the contract.”")
    picture(page, "exception-second")
    money.get_by_role("button", name="Approve exception 1", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(card(page, "St. Brigid Hospital")).to_contain_text("approved, until")

    act_as(page, "Dana Reyes")
    go_to(page, "Dealfit")
    expect(card(page, "Deal desk: approved with conditions")).to_contain_text("Granted")
    go_to(page, "^#? ?deals")
    write(page, "/deal-check St. Brigid Hospital: discount 11%")
    expect(last(page)).to_contain_text("Fits with exception until")
    picture(page, "exception-fits")
    write(page, "/deal-check history")
    expect(last(page)).to_contain_text("Exceptions that hold")
    picture(page, "exception-history")


def test_the_pictures_of_the_page_are_there() -> None:
    folder = HERE.parent / "docs" / "images"
    for name in ("form", "status", "approver", "second", "fits"):
        assert (folder / f"exception-{name}.png").stat().st_size > 10_000
