"""Checked deals, printed: as JSON data, as CSV, and as a table with what to find out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.cli.console import cell, out, table

if TYPE_CHECKING:
    from bot.checking.desk import CheckedDeal
    from bot.deals.facts import FactSpecs

SCHEMA = 1
MOST_FACTS = 6
MOST_LABELS = 2
MARKS = {
    "fits": "[green]fits[/]",
    "needs_approval": "[yellow]needs approval[/]",
    "does_not_fit": "[red]does not fit[/]",
    "incomplete": "[blue]incomplete[/]",
}


def document(deals: list[dict[str, Any]], checked: CheckedDeal | None, profile: Any = None) -> dict[str, Any]:
    """The JSON document of checked deals; `profile` is named where there is none."""
    identity = checked.verdict.profile if checked is not None else profile.id
    return {
        "schema": SCHEMA,
        "profile": {"title": identity.title, "version": identity.version, "sha256": identity.sha256},
        "deals": deals,
    }


def plain_deal(checked: CheckedDeal) -> dict[str, Any]:
    """One checked deal as JSON data."""
    from bot.answers.coaching import coach

    verdict = checked.verdict.plain()
    verdict.pop("profile")
    reading = checked.reading
    conflicts = reading.conflicts if reading else ()
    return {
        "name": checked.deal.name,
        **verdict,
        "ask": [
            {"fact": q.fact, "question": q.question, "settles": [v.value for v in checked.settles.get(q.fact, ())]}
            for q in checked.verdict.ask
        ],
        "unread": list(reading.unread) if reading else [],
        "conflicts": [conflict.fact for conflict in conflicts],
        "no_offer": checked.no_offer,
        "coaching": [one.plain() for one in coach(checked.verdict, checked.guidance)],
        "economics": None if checked.economics is None else checked.economics.plain(),
        "converted": [each.plain() for each in checked.deal.converted],
    }


def write_csv(checked: Sequence[CheckedDeal], facts: FactSpecs) -> None:
    """The deals as CSV on standard output, a row each."""
    from bot.deals.csv_text import csv_text
    from bot.deals.deal import plain_facts

    rows: list[list[object]] = [["name", "customer", "verdict", "segment", "fails", "unknown", "ask", *facts]]
    for c in checked:
        plain = plain_facts(c.deal.facts)
        fails, unknown = _ids(c, "fail"), _ids(c, "unknown")
        row = [c.deal.name, c.deal.customer or "", c.verdict.judgement.value, c.verdict.segment or "", fails, unknown]
        asks = " ".join(question.fact for question in c.verdict.ask)
        rows.append([*row, asks, *[_flat(plain.get(name)) for name in facts]])
    sys.stdout.write(csv_text(rows, end="\n"))


def _ids(checked: CheckedDeal, result: str) -> str:
    return " ".join(f.check for f in checked.verdict.findings if f.counted and f.result.value == result)


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else "" if value is None else value


def show_table(checked: Sequence[CheckedDeal], limit: int, facts: FactSpecs) -> None:
    """The deals in a table, how many got which verdict, and what to find out first."""
    from bot.profile.verdict import Judgement

    counts = Counter(c.verdict.judgement.value for c in checked)
    segments = Counter(c.verdict.segment or "not known yet" for c in checked)
    shown = checked if limit == 0 else checked[:limit]
    made = table("Deal", "Verdict", "Segment", "Fails", "Ask first")
    for c in shown:
        fails = _first([f.label for f in c.verdict.findings if f.counted and f.result.value == "fail"])
        # Where nobody may approve what fails, no answer to a question changes the verdict.
        first = c.verdict.ask[0].question if c.verdict.ask and c.verdict.judgement is Judgement.INCOMPLETE else ""
        made.add_row(
            cell(c.deal.name),
            MARKS[c.verdict.judgement.value],
            cell(c.verdict.segment or "?"),
            cell(fails),
            cell(first),
        )
    console = out()
    console.print(made)
    if len(shown) < len(checked):
        console.print(f"... and {len(checked) - len(shown)} more; --limit 0 shows all, --format csv is for a file.")
    console.print()
    console.print(
        f"{len(checked)} {'deal' if len(checked) == 1 else 'deals'}: "
        + ", ".join(f"{n} {MARKS[v]}" for v, n in counts.most_common())
    )
    console.print("Segments: " + ", ".join(f"{n} {cell(s)}" for s, n in segments.most_common()))
    asked = Counter(q.fact for c in checked if c.verdict.judgement is Judgement.INCOMPLETE for q in c.verdict.ask)
    if asked:
        label = {q.fact: facts[q.fact].label for c in checked for q in c.verdict.ask}
        wanted = ", ".join(f"{cell(label[fact])} ({n})" for fact, n in asked.most_common(MOST_FACTS))
        console.print(f"To find out about the incomplete ones: {wanted}")


def _first(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - MOST_LABELS} more" if len(labels) > MOST_LABELS else ""
    return ", ".join(labels[:MOST_LABELS]) + more
