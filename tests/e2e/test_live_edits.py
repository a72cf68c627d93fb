"""Edits while the app runs: a good profile is live at once, a broken one is refused by its place, playbooks follow."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bot.slack import ids
from tests.e2e.conftest import ASK, DANA, DEALS, MERCY, Office, texts
from tests.e2e.test_deal_check import modal, press


@pytest.fixture
def profile(office: Office):
    path = office.core.settings.profile_path
    before = path.read_text(encoding="utf-8")
    yield path
    path.write_text(before, encoding="utf-8")
    office.core.live.current()


def test_an_edited_rule_is_quoted_and_judged_at_once(office: Office, profile):
    text = profile.read_text(encoding="utf-8")
    assert text.count('require: {discount: "<= 0%"}') == 1
    profile.write_text(text.replace('{discount: "<= 0%"}', '{discount: "<= 9%"}'), encoding="utf-8")
    card = office.command(DANA, "/deal-check", MERCY)
    assert "Discount earned by services" not in texts(card.blocks)
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what discount can I give on a two-month deal?")
    assert "9%" in texts(reply.blocks)


def test_a_broken_edit_is_refused_by_its_place_and_the_good_one_stays(office: Office, profile):
    good = office.core.live.current().profile.id.sha256
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace("stance: pursue", "stance: persue", 1), encoding="utf-8")
    card = office.command(DANA, "/deal-check", MERCY)
    assert good[:8] in texts(card.blocks)
    problem = office.core.live.problem
    assert problem is not None
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "stance: pursue" in row)
    assert f"deal-profile.yaml:{line}:" in str(problem)
    said = doctor(office)
    assert said["profile"]["state"] == "wrong"
    assert f"deal-profile.yaml:{line}:" in said["profile"]["words"]


def doctor(office: Office):
    settings = office.core.settings
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "DEALFIT_PROFILE_DIR": str(settings.profile_dir),
        "DEALFIT_KNOWLEDGE_DIR": str(settings.knowledge_dir),
        "DEALFIT_DATA_DIR": str(settings.data_dir),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "doctor", "--json"], env=env, capture_output=True, text=True, check=False
    )
    return {sign["what"]: sign for sign in json.loads(done.stdout)["signs"]}


def test_a_new_playbook_is_found_and_a_removed_one_is_not(office: Office):
    path = office.core.settings.knowledge_dir / "parking.md"
    path.write_text(
        "---\ntitle: Parking\npart: process\naudience: [rep, manager, approver]\n"
        "owner: Priya Nair\nupdated: 2026-11-01\n---\n"
        "# Parking\n\n## Visitor parking at the depot\n\n"
        "Visitor parking at the depot is behind the blue gate, and the guard keeps the parking permits.\n",
        encoding="utf-8",
    )
    report = office.core.library.refresh()
    assert report.added == ("parking.md",)
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> where is the visitor parking at the depot?")
    assert "blue gate" in texts(reply.blocks)
    path.unlink()
    office.core.library.refresh()
    again = office.answer(DANA, ASK, "<@U0DEALFIT> where is the visitor parking permit kept at the depot?")
    assert "blue gate" not in texts(again.blocks)


def test_an_amount_of_another_currency_in_the_form_is_converted_and_the_card_says_how(office: Office, profile):
    rates = profile.with_name("rates.yaml")
    before = rates.read_text(encoding="utf-8")
    money = ids.FACT + "contract_value"

    def form(**words: str):
        office.ground.slash_command(DANA, DEALS, "/deal-check", "")
        view = modal(office)
        values = {
            (ids.DEAL_NAME, ids.INPUT): "Euro Hospital",
            **{(ids.FACT + n, ids.INPUT): w for n, w in words.items()},
        }
        return view, office.ground.submit_view(DANA, view.id, values)

    view, result = form(contract_value="EUR 85,000")
    assert "no rate for eur. add it there" in result.errors[money].lower()
    office.ground.close_view(DANA, view.id)
    rates.write_text("currency: USD\nrates: {EUR: {rate: 1.0871, as_of: 2026-11-20}}\n", encoding="utf-8")
    try:
        known = {m.ts for m in office.ground.messages(DEALS, DANA)}
        _, result = form(contract_value="€85k", beds="120")
        assert not result.errors
        card = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
        reached = "EUR 85,000 is $92,403.50, at 1.0871 USD for 1 EUR on 2026-11-20."
        assert reached in texts(card.blocks)
        # A new rate is for what is stated from now on: another field is edited, and the amount stays as it was reached.
        rates.write_text("currency: USD\nrates: {EUR: {rate: 2, as_of: 2026-11-21}}\n", encoding="utf-8")
        press(office, card, ids.EDIT_DEAL)
        known = {m.ts for m in office.ground.messages(DEALS, DANA)}
        office.ground.submit_view(DANA, modal(office).id, {(ids.FACT + "beds", ids.INPUT): "130"})
        again = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
        assert reached in texts(again.blocks)
    finally:
        rates.write_text(before, encoding="utf-8")
