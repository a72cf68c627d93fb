"""A small profile to build tests on, and the bundled one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent, indent

from bot.deals.deal import Deal
from bot.deals.facts import FactValue, Outcome
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.model import Profile

ROOT = Path(__file__).parents[3]
BUNDLED = ROOT / "profile" / "deal-profile.yaml"

HEAD = """\
title: A small profile
version: "1"
effective: 2026-11-01
currency: USD
facts:
  kind: {type: choice, label: Kind, choices: {hospital: [hospital], clinic: [clinic], other: [other]}, ask: Which kind?}
  beds: {type: integer, label: Staffed beds, unit: beds, minimum: 0, maximum: 1000, ask: How many beds?}
  months: {type: integer, label: Service term, unit: months, negotiable: up, minimum: 0, ask: How many months?}
  discount: {type: percent, label: Discount, negotiable: down, step: 1, minimum: 0, maximum: 100, ask: Which discount?}
  margin: {type: percent, label: Margin, ask: Which margin?}
  worth: {type: money, label: Contract value, minimum: 0, ask: What is it worth?}
  call: {type: yes/no, label: Monthly call, negotiable: up, ask: Is there a call?}
  note: {type: text, label: Note, ask: What else?}
  start: {type: date, label: Start, ask: When?}
  rate: {type: number, label: Rate, ask: Which rate?}
  outcomes: {type: outcomes, label: Agreed outcomes, ask: Which outcomes?}
"""
FULL = Outcome("time to deploy", Decimal(10), Decimal(3), "days", date(2027, 6, 30), "J. Smith", agreed=True)


def make(checks: str, segments: str = "", head: str = HEAD) -> Profile:
    """A profile with these checks, and segments if given, over the facts above."""
    parts = [head]
    if segments:
        parts.append("segments:\n" + indent(dedent(segments).strip("\n"), "  ") + "\n")
    parts.append("checks:\n" + indent(dedent(checks).strip("\n"), "  ") + "\n")
    return parse_profile("".join(parts).encode(), "small.yaml")


def check(require: str, *, more: str = "", id_: str = "c", when: str = "") -> str:
    """One check that requires this."""
    lines = [f"- id: {id_}", "  part: price", f"  label: Check {id_}"]
    if when:
        lines.append(f"  when: {when}")
    lines += [f"  require: {require}", "  because: We say so."]
    lines += [f"  {line}" for line in dedent(more).strip().splitlines()]
    return "\n".join(lines) + "\n"


def judge(profile: Profile, **facts: FactValue):
    """The verdict on a deal with these facts."""
    return Judge(profile).judge(Deal("A deal", facts))


def finding(require: str, *, more: str = "", when: str = "", **facts: FactValue):
    """The finding of the one check that requires this."""
    return judge(make(check(require, more=more, when=when)), **facts).findings[0]


SEGMENTS = """
- {name: best, stance: pursue, when: {kind: hospital, beds: 25..400}, because: They need us.}
- {name: some, stance: selective, when: {kind: hospital}, because: They may need us.}
- {name: rest, stance: decline, because: They do not., exception: {authority: director, expires_in: 9 days}}
"""
