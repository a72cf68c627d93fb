"""A proposal as Markdown: for a Slack canvas, a terminal or a wiki. Words of others stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.deals.wording import date_words
from bot.pipeline.proposals.document import Bullets, Grid, Heading, Kind, Paragraph, Part, Proposal, Runs

MARKS = re.compile(r"([\\`*_{}\[\]<>#|~@&])")
"""What has a meaning in some Markdown: links, images, HTML, mentions and references among them."""
LEADING = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")
ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)(?=[:.])")
EMOJI = re.compile(r":(?=[a-z0-9_+-]+:)")
INVISIBLE = "\u2060"


def markdown(proposal: Proposal) -> str:
    """The whole proposal. A gap is bold and in brackets."""
    lines = [f"# {escaped(proposal.title)}", "", _under_title(proposal), ""]
    for section in proposal.sections:
        lines += [f"## {escaped(section.heading)}", ""]
        for part in section.parts:
            lines += [*_part(part), ""]
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    """Words as Markdown that reads as these words: no link, mention, list, emoji or formula comes of them."""
    safe = MARKS.sub(r"\\\1", text)
    safe = LEADING.sub(rf"\1{INVISIBLE}\2", safe)
    safe = ADDRESS.sub(lambda match: f"{match[1][0]}{INVISIBLE}{match[1][1:]}", safe)
    return EMOJI.sub(f":{INVISIBLE}", safe)


def _under_title(proposal: Proposal) -> str:
    line = f"{escaped(proposal.firm)}, {date_words(proposal.issued)}"
    return line + (f". Prepared by {escaped(proposal.author)}" if proposal.author else "")


def _part(part: Part) -> Iterator[str]:
    match part:
        case Paragraph(runs):
            yield inline(runs)
        case Heading(text):
            yield f"### {escaped(text)}"
        case Bullets(items, numbered):
            for number, item in enumerate(items, start=1):
                yield f"{f'{number}.' if numbered else '-'} {inline(item)}"
        case Grid(header, rows):
            yield _row([escaped(text) for text in header])
            yield _row(["--:" if n in part.right else "---" for n in range(len(header))])
            for row in rows:
                yield _row([inline(cell) for cell in row])


def inline(runs: Runs) -> str:
    """Runs on one line."""
    pieces = []
    for run in runs:
        inner = escaped(run.text.strip())
        if run.kind is Kind.PLAIN or not inner:
            pieces.append(escaped(run.text))
            continue
        before = run.text[: len(run.text) - len(run.text.lstrip())]
        pieces.append(f"{before}**{inner}**{run.text[len(run.text.rstrip()) :]}")
    return "".join(pieces)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
