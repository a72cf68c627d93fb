"""What a deal is worth: a line in the card, the table side by side in a modal, and what a supposed change moves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.checking.building_on import WHAT_IF
from bot.checking.desk import CheckedDeal
from bot.checking.moving import WhatIf
from bot.deals.deal import plain_value
from bot.deals.facts import FactSpecs
from bot.deals.naming import fact_label, fact_words
from bot.profile.economics_figures import Economics, Shape
from bot.profile.verdict import Change, Judgement, Result
from bot.slack import ids
from bot.slack.blocks.elements import (
    BUTTON_VALUE,
    VIEW_BLOCKS,
    Block,
    actions,
    button,
    clip,
    context,
    fit_message,
    header,
    inert,
    inline,
    section,
)
from bot.slack.blocks.titles import TITLES

IN_THE_LINE = ("contract_value", "margin_after_terms", "lifetime_margin")
PAY = "commission"
"""What a rep earns is shown to whoever asked for it alone, never where others read along."""

RESULTS = {
    Result.PASS: "passes",
    Result.FAIL: "fails",
    Result.UNKNOWN: "is not known",
    Result.NOT_APPLICABLE: "does not apply",
}
MOST_MOVED = 12
WIDEST_LINE = 56
"""Characters of fixed width that a line of a modal holds."""


def worth_line(economics: Economics, *, private: bool) -> str | None:
    """The card's one line, or None where no figure is known. The commission stands in it when only the rep reads it.

    Where there are several counter-offers it is that of one of them: of the one that keeps the most.
    """
    offers = economics.offers
    best = max(range(len(offers)), key=lambda number: _standing(offers[number]), default=None)
    parts = []
    moved = False
    for name in (*IN_THE_LINE, PAY) if private else IN_THE_LINE:
        figure = economics.proposed.figure(name)
        if figure is None or figure.amount is None:
            continue
        text = f"{inline(figure.label)} *{inline(figure.words)}*"
        other = None if best is None else offers[best].figure(name)
        if other is not None and other.amount is not None and other.amount != figure.amount:
            text += f" → {inline(other.words)}"
            moved = True
        parts.append(text)
    offer = "the counter-offer" if len(offers) == 1 else f"offer {(best or 0) + 1} of {len(offers)}"
    lead = f"What it is worth → with {offer}" if moved else "What it is worth"
    return f"💰 {lead}: {' · '.join(parts)}" if parts else None


def _standing(offer: Shape) -> tuple[bool, Decimal]:
    """Whether it fits with all that follows from it, and what the firm keeps by it, as far as that is known."""
    figures = (offer.figure("margin_after_terms"), offer.figure("contract_value"))
    known = (figure.amount for figure in figures if figure is not None and figure.amount is not None)
    return offer.judgement is Judgement.FITS, next(known, Decimal(0))


def follows_text(shape: Shape, facts: FactSpecs) -> str:
    """What moves with an offer's changes, in words, and the verdict where that breaks it; empty where nothing moves."""
    moves = [f"{inline(fact_label(facts, f.fact))} {inline(fact_words(facts, f.fact, f.after))}" for f in shape.follows]
    if not moves:
        return ""
    broken = "" if shape.judgement is Judgement.FITS else f". With that: {TITLES[shape.judgement]}"
    return f"With it: {', '.join(moves)}{broken}"


def worth_view(checked: CheckedDeal, *, facts: FactSpecs) -> dict[str, Any]:
    """A modal with all figures side by side, and under it how each was reached."""
    economics = checked.economics
    blocks: list[Block] = [section(f"*{inline(checked.deal.name)}*: {TITLES[checked.verdict.judgement]}")]
    if economics is None:
        blocks.append(section("The Deal Profile says nothing of what deals are worth: it has no `economics`."))
    else:
        blocks += [_preformatted(grid) for grid in _grids(economics)]
        for shape in economics.shapes:
            blocks += _derivations(shape, facts)
        blocks.append(context("Rates and formulas are the Deal Profile’s. Each figure is rounded once, at its end."))
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "What it is worth"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": _view(blocks),
    }


def _view(blocks: list[Block]) -> list[Block]:
    """What a view holds; where it is not all, what is left out and where it is."""
    if len(blocks) <= VIEW_BLOCKS:
        return blocks
    kept = blocks[: VIEW_BLOCKS - 1]
    return [*kept, context(f"{len(blocks) - len(kept)} further parts are on the command line: `dealfit check`.")]


def what_if_blocks(what_if: WhatIf, *, facts: FactSpecs, private: bool) -> list[Block]:
    """The reply to a supposition: facts, findings, verdict and money, before and after. Nothing of it is saved."""
    before = what_if.before.verdict
    blocks: list[Block] = [header(f"What if: {what_if.after.deal.name}")]
    if not what_if.changes:
        told = f"Back to the deal as it stands: {TITLES[before.judgement]}." if what_if.again else None
        told = told or "Nothing would change: the deal is like that already."
        blocks.append(section(told))
        return [*blocks, *_unread(what_if)]
    blocks.append(
        section("\n".join(_move(change, facts) for change in what_if.new) or "Your last change is taken back.")
    )
    if what_if.earlier:
        kept = ", ".join(_now(change, facts) for change in what_if.earlier)
        blocks.append(context(f"With {kept} from your last what-if. “Start over” goes back to the deal as it stands."))
    if what_if.follows:
        blocks.append(context(*[inline(f"{fact_label(facts, f.fact)}: {f.how}", 600) for f in what_if.follows]))
    blocks += _unread(what_if)
    blocks.append(section(f"*Verdict*: {_verdicts(what_if)}"))
    moved = [
        f"• {inline(one.after.label)}: {RESULTS[one.before.result]} → *{RESULTS[one.after.result]}*"
        for one in what_if.findings
    ]
    if len(moved) > MOST_MOVED:
        moved = [*moved[:MOST_MOVED], f"• {len(moved) - MOST_MOVED} more checks"]
    if moved:
        blocks.append(section("\n".join(moved)))
    blocks += _money(what_if, private=private)
    blocks.append(context("Compared with the deal as it stands. Nothing is saved yet."))
    keep = _keep(what_if)
    more = context("There is more than one message holds.")
    return fit_message(blocks, more, [actions(keep)] if keep else [])


def what_if_notification(what_if: WhatIf) -> str:
    """What a phone shows."""
    name = inline(what_if.after.deal.name, 80)
    if not what_if.changes and what_if.again:
        return f"{WHAT_IF}{name}. Back to the deal as it stands."
    if not what_if.changes:
        return f"{WHAT_IF}{name}. Nothing would change."
    after = TITLES[what_if.after.verdict.judgement]
    return clip(f"{WHAT_IF}{name}. {TITLES[what_if.before.verdict.judgement]} → {after}", 300)


def _money(what_if: WhatIf, *, private: bool) -> list[Block]:
    middle = what_if.between.economics if what_if.between and what_if.earlier else None
    rows = [["What it is worth", "As it stands", *(["Last what-if"] if middle else []), "With the change"]]
    rows += [
        [moved.after.label, moved.before.words, *_middle(middle, moved.after.name), moved.after.words]
        for moved in what_if.figures
        if (moved.before.amount is not None or moved.after.amount is not None) and (private or moved.after.name != PAY)
    ]
    if len(rows) == 1:
        return []
    cells = [[{"type": "raw_text", "text": clip(inert(cell), 300) or "-"} for cell in row] for row in rows]
    settings = [{"align": "left", "is_wrapped": True}, *[{"align": "right"} for _ in rows[0][1:]]]
    return [{"type": "table", "column_settings": settings, "rows": cells}]


def _verdicts(what_if: WhatIf) -> str:
    """The verdict as it stands, with the last what-if where this one builds on it, and with the change."""
    before, after = what_if.before.verdict.judgement, what_if.after.verdict.judgement
    if what_if.between is None or not what_if.earlier:
        return f"stays {TITLES[after]}" if before is after else f"{TITLES[before]} → *{TITLES[after]}*"
    between = TITLES[what_if.between.verdict.judgement]
    return f"as it stands {TITLES[before]} · with your last what-if {between} · with this too *{TITLES[after]}*"


def _middle(economics: Economics | None, name: str) -> list[str]:
    if economics is None:
        return []
    figure = economics.proposed.figure(name)
    return ["-" if figure is None else figure.words]


def _now(change: Change, facts: FactSpecs) -> str:
    return f"{inline(fact_label(facts, change.fact))} *{inline(fact_words(facts, change.fact, change.after))}*"


def _keep(what_if: WhatIf) -> dict[str, Any] | None:
    """The button that saves the change; it carries the change and the deal for which it was worked out."""
    if what_if.key is None:
        return None
    data = {
        "key": what_if.key,
        "deal": what_if.before.deal.sha256,
        "facts": {change.fact: plain_value(change.after) for change in what_if.changes},
    }
    value = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if len(value) > BUTTON_VALUE:
        return None
    return button("Keep this change", ids.KEEP_CHANGE, value, style="primary")


def _unread(what_if: WhatIf) -> list[Block]:
    if not what_if.unread:
        return []
    return [context(f"Not understood, and not used: {inline(', '.join(f'“{w}”' for w in what_if.unread), 500)}")]


def _move(change: Change, facts: FactSpecs) -> str:
    before = fact_words(facts, change.fact, change.before)
    after = fact_words(facts, change.fact, change.after)
    return f"{inline(fact_label(facts, change.fact))} {inline(before)} → *{inline(after)}*"


def _grids(economics: Economics) -> list[str]:
    """The figures as tables of fixed width: Slack draws no table block in a modal, and a wide line would be broken.

    As many offers stand beside the deal as proposed as a line holds; the others in a further table beside it.
    """
    grids: list[str] = []
    left = economics.offers
    while not grids or left:
        taken = len(left)
        grid = _grid((economics.proposed, *left))
        while taken > 1 and max(map(len, grid.splitlines())) > WIDEST_LINE:
            taken -= 1
            grid = _grid((economics.proposed, *left[:taken]))
        grids.append(grid)
        left = left[taken:]
    return grids


def _grid(shapes: Sequence[Shape]) -> str:
    rows = [["", *(shape.name for shape in shapes)], ["Verdict", *(_verdict(shape.judgement) for shape in shapes)]]
    for figure in shapes[0].figures:
        others = [shape.figure(figure.name) for shape in shapes]
        rows.append([figure.label, *("-" if other is None else other.words for other in others)])
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(widths[n]) for n, cell in enumerate(row[1:], start=1))])
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _verdict(judgement: Judgement) -> str:
    return judgement.value.replace("_", " ")


def _preformatted(text: str) -> Block:
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": clip(inert(text), 9000)}]}
    return {"type": "rich_text", "elements": [element]}


def _derivations(shape: Shape, facts: FactSpecs) -> list[Block]:
    changes = [_move(change, facts) for change in shape.changes]
    title = f"*How: {inline(shape.name)}*" + (f" ({', '.join(changes)})" if changes else "")
    told = {figure.how for figure in shape.figures}
    lines = [f"{inline(fact_label(facts, f.fact))}: {inline(f.how, 400)}" for f in shape.follows if f.how not in told]
    lines += [f"{inline(figure.label)}: {inline(figure.how, 400)}" for figure in shape.figures]
    return [section(clip(title, 2900)), context(*_chunks(lines))]


def _chunks(lines: Sequence[str]) -> list[str]:
    """Lines joined to pieces that a context element holds."""
    pieces: list[str] = []
    for line in lines:
        if pieces and len(pieces[-1]) + len(line) < 1900:  # noqa: PLR2004 an element holds 2,000 characters
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return pieces[:10]
