"""PDF pages to Markdown: headings by the size of their letters, tables as tables, running heads left out."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.knowledge.passages import DocumentRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_PAGES = 500
"""Pages of a PDF that are read. A playbook has a few; a document beyond this is a book, or an attack."""

_HEADING = 1.15  # a heading's letters are at least this much larger than the text's
_LONGEST_HEADING = 14  # words
_PARAGRAPH = 0.6  # a gap of this many line heights more than between lines begins a paragraph
_REPEATED = 0.6  # a line on this share of the pages is a running head
_MARGIN = 0.08  # of the page's height
_BULLET = re.compile(r"^[•▪◦‣·–-]\s+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    top: float
    bottom: float
    outside: bool  # whether it stands in the margin above or below the text


@dataclass(frozen=True, slots=True)
class _Table:
    markdown: str
    top: float


def pdf_pages(data: bytes) -> tuple[str | None, list[tuple[int, str]]]:
    """The title in the document's properties, and each page with text as (its number from 1, Markdown).

    Raises DocumentRefused for a PDF with a password, a scan, a damaged one, and one of more than MOST_PAGES pages.
    """
    import pdfplumber  # for such documents only
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect  # the same
    from pdfplumber.utils.exceptions import PdfminerException  # the same

    if b"%PDF-" not in data[:1024]:
        raise DocumentRefused("it is not a PDF, in spite of its name", "Save it again as a PDF.")
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            _require_few(len(document.pages))
            pages = [_elements(page) for page in document.pages]
            title = _title(document.metadata)
    except DocumentRefused:
        raise
    except Exception as error:
        inner = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(inner, (PDFPasswordIncorrect, PDFEncryptionError)):
            raise DocumentRefused(
                "it has a password", "Save it without a password, or take it out of the folder."
            ) from error
        reason = f"the PDF cannot be read ({type(inner).__name__})"
        raise DocumentRefused(reason, "Open it and print it to a PDF again, or save it as Markdown (.md).") from error
    texts = [(number, text) for number, text in enumerate(_pages(pages), start=1) if text.strip()]
    if not texts:
        reason = "there is no text in it: it looks like a scan"
        raise DocumentRefused(reason, "Run text recognition (OCR) over it and save it again.")
    return title, texts


def _require_few(pages: int) -> None:
    if pages > MOST_PAGES:
        reason = f"it has {pages:,} pages, and {MOST_PAGES} are read at most"
        raise DocumentRefused(reason, "Split it into playbooks of a few pages.")


def _title(metadata: dict[str, Any]) -> str | None:
    found = metadata.get("Title")
    title = " ".join(found.split()) if isinstance(found, str) else ""
    named_by_program = not title or title.lower().startswith(("microsoft word -", "untitled")) or "anonymous" in title
    return None if named_by_program else title


def _elements(page: Any) -> list[_Line | _Table]:
    """The lines and tables of a page, from top to bottom. The page's memory is given back."""
    tables = [(table.bbox, table.extract()) for table in page.find_tables()]
    tables = [(box, rows) for box, rows in tables if len(rows) > 1 and max(map(len, rows)) > 1]
    boxes = [box for box, _ in tables]
    text = page.filter(lambda char: not any(_inside(char, box) for box in boxes)) if boxes else page
    found: list[_Line | _Table] = [_Table(_markdown(rows), box[1]) for box, rows in tables]
    for line in text.extract_text_lines(return_chars=True):
        sizes = Counter(round(char["size"], 1) for char in line["chars"] if not char["text"].isspace())
        if sizes:
            top, bottom = line["top"], line["bottom"]
            outside = bottom < _MARGIN * page.height or top > (1 - _MARGIN) * page.height
            found.append(_Line(line["text"].strip(), sizes.most_common(1)[0][0], top, bottom, outside))
    page.close()
    return sorted(found, key=lambda one: one.top)


def _inside(char: Mapping[str, Any], box: tuple[float, float, float, float]) -> bool:
    """By its middle: the line above a table often touches the table's box."""
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _markdown(rows: Sequence[Sequence[str | None]]) -> str:
    width = max(map(len, rows))
    cells = [[_cell(value) for value in row] + [""] * (width - len(row)) for row in rows]
    lines = [cells[0], ["---"] * width, *cells[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _cell(value: str | None) -> str:
    return " ".join((value or "").split()).replace("|", "\\|")


def _pages(pages: Sequence[Sequence[_Line | _Table]]) -> Iterator[str]:
    """Each page as Markdown."""
    running = _running(pages)
    lines = [one for page in pages for one in page if isinstance(one, _Line) and _key(one) not in running]
    weights = Counter[float]()
    for line in lines:
        weights[line.size] += len(line.text)
    body = weights.most_common(1)[0][0] if weights else 0.0
    larger = sorted({line.size for line in lines if _is_heading(line, body)}, reverse=True)
    levels = {size: min(place, 4) for place, size in enumerate(larger, start=1)}
    for page in pages:
        kept = [one for one in page if not (isinstance(one, _Line) and _key(one) in running)]
        yield "\n\n".join(_blocks(kept, body, levels))


def _running(pages: Sequence[Sequence[_Line | _Table]]) -> set[str]:
    """Heads, feet and page numbers: what stands in the margin of most of the pages, whatever its digits."""
    if len(pages) < 3:  # noqa: PLR2004 - twice is no habit
        return set()
    seen = Counter[str]()
    for page in pages:
        seen.update({_key(one) for one in page if isinstance(one, _Line) and one.outside})
    return {text for text, times in seen.items() if times >= max(3, _REPEATED * len(pages))}


def _key(line: _Line) -> str:
    return _DIGITS.sub("#", line.text) if line.outside else ""


def _is_heading(line: _Line, body: float) -> bool:
    return (
        line.size >= body * _HEADING and len(line.text.split()) <= _LONGEST_HEADING and any(map(str.isalpha, line.text))
    )


def _blocks(page: Sequence[_Line | _Table], body: float, levels: dict[float, int]) -> Iterator[str]:
    paragraph: list[str] = []
    before: _Line | None = None
    for one in page:
        if isinstance(one, _Table) or _is_heading(one, body):
            if paragraph:
                yield _joined(paragraph)
                paragraph = []
            before = None
            yield one.markdown if isinstance(one, _Table) else f"{'#' * levels[one.size]} {one.text}"
            continue
        apart = before is not None and one.top - before.bottom > _PARAGRAPH * (one.bottom - one.top)
        bullet = _BULLET.match(one.text)
        if paragraph and (apart or bullet):
            yield _joined(paragraph)
            paragraph = []
        paragraph.append(f"- {one.text[bullet.end() :]}" if bullet else one.text)
        before = one
    if paragraph:
        yield _joined(paragraph)


def _joined(lines: Sequence[str]) -> str:
    """The lines of a paragraph as one; a word that was parted at a line's end is whole again."""
    text = lines[0]
    for line in lines[1:]:
        parted = text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower()
        text = text[:-1] + line if parted else f"{text} {line}"
    return text
