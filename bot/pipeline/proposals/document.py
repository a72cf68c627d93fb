"""What a proposal says, before it is drawn: sections of paragraphs, lists and tables, made of runs of plain words.

DOCX, Markdown, Slack and JSON are drawn from this alone, so that all of them say the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.deals.deal import plain_value

SCHEMA = 1
LONGEST = 500
_BLANK = re.compile(r"\s+")


class Kind(StrEnum):
    """How a run stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Run:
    """Some words. A gap is something that is not agreed yet: it is highlighted wherever it stands."""

    text: str
    kind: Kind = Kind.PLAIN


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the deal does not say. `fact` is the fact that would close it, where the profile has one."""

    words: str
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a note is set smaller."""

    runs: Runs
    note: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, one entry a line."""

    items: tuple[Runs, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `right` holds the numbers of the columns that are set flush right; the last row may be a sum."""

    header: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]
    right: frozenset[int] = frozenset()
    total: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


Part = Paragraph | Bullets | Grid | Heading


@dataclass(frozen=True, slots=True)
class Section:
    """A section; one with a page of its own begins and ends a page."""

    id: str
    heading: str
    parts: tuple[Part, ...]
    own_page: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of the proposal that is worked out, and how."""

    name: str
    amount: Decimal
    unit: str
    how: str


@dataclass(frozen=True, slots=True)
class Granted:
    """Valid exceptions that cover every check that a deal fails.

    `checks` are the ids of the checks, `until` when the first of them runs out, `references` how the log names them,
    `conditions` what the approvers asked for: they are for the rep and never in the document.
    """

    checks: frozenset[str]
    until: datetime | None = None
    references: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A whole proposal. The same deal, profile, texts, people and date give an equal one."""

    title: str
    firm: str
    customer: str
    author: str
    deal_name: str
    deal_key: str | None
    deal_sha256: str
    profile: dict[str, str]
    texts_sha256: str
    currency: str
    issued: date
    valid_until: date
    sections: tuple[Section, ...]
    gaps: tuple[Gap, ...]
    amounts: tuple[Amount, ...] = ()
    granted: Granted | None = field(default=None)

    def plain(self) -> dict[str, Any]:
        """The proposal as JSON data, in the documented shape (schema 1)."""
        return {
            "schema": SCHEMA,
            "title": self.title,
            "firm": self.firm,
            "customer": self.customer,
            "author": self.author,
            "deal": {"name": self.deal_name, "key": self.deal_key, "sha256": self.deal_sha256},
            "profile": self.profile,
            "texts_sha256": self.texts_sha256,
            "currency": self.currency,
            "issued": self.issued.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "exceptions": [] if self.granted is None else list(self.granted.references),
            "amounts": [
                {"name": a.name, "amount": plain_value(a.amount), "unit": a.unit, "how": a.how} for a in self.amounts
            ],
            "gaps": [{"words": gap.words, "fact": gap.fact} for gap in self.gaps],
            "sections": [
                {"id": s.id, "heading": s.heading, "parts": [_part(part) for part in s.parts]} for s in self.sections
            ],
        }


def clean(text: object, limit: int = LONGEST) -> str:
    """Words of others as data: one line, no control, direction or private characters, and not without end."""
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"} else " " for c in str(text))
    line = _BLANK.sub(" ", kept).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def words_of(runs: Runs) -> str:
    """The words of runs, without what sets them apart."""
    return "".join(run.text for run in runs)


def gap_text(gap: Gap) -> str:
    """A gap as it stands in the document."""
    return f"[to be agreed: {gap.words}]"


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Paragraph(runs, note):
            return {"type": "note" if note else "paragraph", "runs": _runs(runs)}
        case Bullets(items, numbered):
            return {"type": "list", "numbered": numbered, "items": [_runs(item) for item in items]}
        case Heading(text):
            return {"type": "heading", "text": text}
        case Grid(header, rows):
            return {"type": "table", "header": list(header), "rows": [[_runs(cell) for cell in row] for row in rows]}


def _runs(runs: Runs) -> list[dict[str, str]]:
    return [{"text": run.text, "kind": run.kind.value} for run in runs]
