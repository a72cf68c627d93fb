"""A proposal as a message: what it says, what is still open, and where the document went; or why there is none."""

from __future__ import annotations

from collections.abc import Iterator

from bot.deals.wording import counted, date_words
from bot.pipeline.proposals.document import Bullets, Grid, Heading, Kind, Paragraph, Part, Proposal, Runs
from bot.pipeline.proposals.given import START
from bot.pipeline.proposals.service import Made, NoProposal
from bot.slack import ids
from bot.slack.blocks.elements import (
    Block,
    actions,
    button,
    context,
    divider,
    fit_message,
    header,
    inline,
    plain,
    section,
    sections,
)
from bot.slack.blocks.titles import TITLES

SHOWN = ("summary", "outcomes", "price", "payment", "calendar", "people")
"""The sections that a message shows: the standing texts on managed services are in the document alone."""
MOST_GAPS = 25
LONGEST_KEY = 200
"""A block's id holds 255 characters."""


def proposal_button(key: str) -> dict[str, object]:
    """The button that makes a proposal of a saved deal."""
    return button("Proposal", ids.PROPOSAL, key, label="Make the standard proposal")


def proposal_blocks(made: Made, *, where: str) -> list[Block]:
    """The proposal in a message for one person. `where` says where the document went: the second block, in mrkdwn."""
    proposal = made.proposal
    blocks: list[Block] = [
        header(proposal.title),
        context(where),
        *_open_points(proposal),
        *_start(proposal),
    ]
    for one in proposal.sections:
        if one.id in SHOWN:
            blocks += sections([f"*{inline(one.heading)}*", *(line for part in one.parts for line in _lines(part))])
    granted = proposal.granted
    if granted is not None:
        conditions = "; ".join(granted.conditions)
        words = f"Under an exception ({', '.join(granted.references)})"
        blocks.append(context(inline(f"{words}: {conditions}" if conditions else words, 1500)))
    log = f" · decision {made.decision_id}" if made.decision_id else ""
    blocks.append(
        context(
            f"Of {date_words(proposal.issued)}, valid until {date_words(proposal.valid_until)} · "
            f"{inline(made.name)} ({made.sha256[:8]}){log}"
        )
    )
    return fit_message(blocks, context("The document has all of it."))


def refusal_blocks(name: str, refusal: NoProposal, key: str | None) -> list[Block]:
    """Why a deal gets no proposal, and what to do."""
    blocks = [
        header(f"No proposal for {name}"),
        section(f"*{TITLES[refusal.judgement]}*\n" + "\n".join(inline(reason, 600) for reason in refusal.reasons)),
    ]
    if refusal.remedies:
        blocks.append(section("*What to do*\n" + "\n".join(f"• {inline(remedy, 800)}" for remedy in refusal.remedies)))
    if key is not None:
        blocks.append(actions(button("Edit the deal", ids.EDIT_DEAL, key, style="primary")))
    return fit_message(blocks, context("The verdict card has all findings."))


def proposal_notification(proposal: Proposal) -> str:
    """What a phone shows."""
    gaps = len(proposal.gaps)
    open_ = "nothing is open" if not gaps else f"{counted(gaps, 'open point')}"
    return f"{inline(proposal.title, 120)}: {open_}"


def _open_points(proposal: Proposal) -> list[Block]:
    gaps = proposal.gaps
    if not gaps:
        return [section("Nothing is open: everything in it is agreed.")]
    lines = [f"{number}. {inline(gap.words, 200)}" for number, gap in enumerate(gaps[:MOST_GAPS], start=1)]
    more = f"\n…and {len(gaps) - MOST_GAPS} more in the document." if len(gaps) > MOST_GAPS else ""
    number = counted(len(gaps), "point is", "points are")
    return [section(f"*{number} still open*, and highlighted in the document\n" + "\n".join(lines) + more), divider()]


def _start(proposal: Proposal) -> list[Block]:
    """Where the first day of service is open, a field for it: most dates wait for this one."""
    key = proposal.deal_key
    if key is None or len(key) > LONGEST_KEY or START not in {gap.words for gap in proposal.gaps}:
        return []
    label = "First day of service"
    picker = {"type": "datepicker", "action_id": ids.PROPOSAL_START, "placeholder": plain("Pick a day", 150)}
    return [section(f"*{label}*: pick it, and the proposal is made again with its dates.", accessory=picker,
                    block_id=f"{ids.PROPOSAL_START}|{key}")]  # fmt: skip


def _lines(part: Part) -> Iterator[str]:
    match part:
        case Paragraph(runs):
            yield _words(runs)
        case Heading(text):
            yield f"_{inline(text)}_"
        case Bullets(items):
            yield from (f"• {_words(item)}" for item in items)
        case Grid(_, rows):
            for row in rows:
                cells = [_words(cell) for cell in row if any(run.text.strip() for run in cell)]
                yield f"• {' · '.join(cells)}"


def _words(runs: Runs) -> str:
    pieces = []
    for run in runs:
        text = inline(run.text, 600)
        before, after = (" " * run.text.startswith(" "), " " * (run.text.endswith(" ") and len(run.text) > 1))
        pieces.append(f"{before}{text if run.kind is Kind.PLAIN or not text else f'*{text}*'}{after}")
    return "".join(pieces)
