"""PDF, DOCX, PPTX and HTML to Markdown, page by page or slide by slide.

Runs in a process of its own (`workbench`), because a document is somebody else's program for our libraries: one that
hangs or eats all memory takes that process with it, and nothing else. Only what says so imports the converters.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.knowledge.passages import DocumentRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST_UNPACKED = 300_000_000
"""Bytes that the parts of a DOCX or PPTX may have together. A bomb of 40 kB unpacks to more."""

_SLIDE = re.compile(r"<!-- Slide number: (\d+) -->")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_TITLE_STYLE = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_HEADLESS = re.compile(r"^\|(?: *\|)+\n(\|(?: *-+ *\|)+)\n(\|.*)$", re.MULTILINE)
_NO_PROSE = ("#", "|", "- ", "* ", ">", "```")
_UNLOCK = "Save it without a password, or take it out of the folder."


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page, a slide, or a whole document without pages. `place` is "page 4", "slide 3" or ""."""

    place: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A document as Markdown. `title` is what its own properties say, or None."""

    title: str | None
    sheets: tuple[Sheet, ...]


def convert(extension: str, data: bytes) -> Converted:
    """Convert a document by its extension, such as ".pdf". Raises DocumentRefused with the reason and the remedy."""
    return CONVERTERS[extension](data)


def _docx(data: bytes) -> Converted:
    _require_sound_zip(data, "word/document.xml", "a Word document")
    from markitdown import StreamInfo  # seconds, for such documents only
    from markitdown.converters import DocxConverter  # the same

    try:
        found = DocxConverter().convert(  # type: ignore[no-untyped-call]
            io.BytesIO(data), StreamInfo(extension=".docx"), style_map=_TITLE_STYLE
        )
    except Exception as error:
        raise _unreadable("Word document", error) from error
    return Converted(_property(data), (Sheet("", _headed(_without_pictures(found.markdown))),))


def _pptx(data: bytes) -> Converted:
    _require_sound_zip(data, "ppt/presentation.xml", "a PowerPoint presentation")
    from markitdown import StreamInfo  # seconds, for such documents only
    from markitdown.converters import PptxConverter  # the same

    try:
        converter = PptxConverter()  # type: ignore[no-untyped-call]
        text = converter.convert(io.BytesIO(data), StreamInfo(extension=".pptx")).markdown
    except Exception as error:
        raise _unreadable("PowerPoint presentation", error) from error
    _, *parts = _SLIDE.split(text)
    sheets = [
        Sheet(f"slide {number}", _titled(_listed(_without_pictures(body.replace("### Notes:\n", "### Notes\n\n")))))
        for number, body in zip(parts[::2], parts[1::2], strict=True)
    ]
    return Converted(_property(data), tuple(sheets))


def _html(data: bytes) -> Converted:
    from bs4 import BeautifulSoup  # for such documents only
    from markitdown import StreamInfo  # seconds, for such documents only
    from markitdown.converters import HtmlConverter  # the same

    soup = BeautifulSoup(data, "html.parser")
    # What stands on every page of a site says nothing about this one.
    for part in soup(["nav", "header", "footer", "aside", "form", "iframe", "object", "template", "noscript"]):
        part.decompose()
    for part in soup.select("[hidden], [aria-hidden=true]"):
        part.decompose()
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    try:
        found = HtmlConverter().convert(
            io.BytesIO(str(soup).encode()), StreamInfo(extension=".html", charset="utf-8"), strict=True
        )
    except RecursionError as error:
        raise DocumentRefused("it is nested too deep", "Save the page again with less around its text.") from error
    return Converted(title or None, (Sheet("", _without_pictures(found.markdown)),))


def _pdf(data: bytes) -> Converted:
    from bot.knowledge.readers.pdf import pdf_pages  # for such documents only

    title, pages = pdf_pages(data)
    return Converted(title, tuple(Sheet(f"page {number}", text) for number, text in pages))


CONVERTERS: Mapping[str, Callable[[bytes], Converted]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".html": _html,
    ".htm": _html,
}
"""Extension in lower case -> converter."""


def _require_sound_zip(data: bytes, part: str, what: str) -> None:
    """Refuse what is no such document, is locked, or unpacks to more than anybody wrote."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # Office wraps a document with a password in an older container
        reason = f"it is {what} with a password, or of a format older than 2007"
        raise DocumentRefused(reason, _UNLOCK)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            size = sum(entry.file_size for entry in entries)
            if size > LARGEST_UNPACKED:
                reason = f"it unpacks to {size / 1_000_000:,.0f} MB, which no playbook has"
                raise DocumentRefused(reason, "Save it again without its pictures, or take it out of the folder.")
            if any(entry.flag_bits & 1 for entry in entries):
                raise DocumentRefused("it has a password", _UNLOCK)
            if part not in archive.namelist():
                raise DocumentRefused(f"it is not {what}, in spite of its name", "Save it again in that format.")
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise DocumentRefused(f"it is not {what}, or it is damaged", "Save it again from where it was made.") from error


def _unreadable(what: str, error: Exception) -> DocumentRefused:
    reason = f"the {what} cannot be read ({type(error).__name__})"
    return DocumentRefused(reason, "Open it, save it again, or save it as Markdown (.md).")


def _property(data: bytes) -> str | None:
    """The title in an Office document's properties; programs fill in names that say nothing, and those are left out."""
    import defusedxml.ElementTree as Xml  # type: ignore[import-untyped]  # for such documents only

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = Xml.fromstring(archive.read("docProps/core.xml"))
    except Exception:  # noqa: BLE001 - a title is a nicety: without it the first heading speaks
        return None
    found = root.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
    title = " ".join(found.split())
    return title if title and title.lower() not in {"powerpoint presentation", "word document", "untitled"} else None


def _without_pictures(markdown: str) -> str:
    """A picture's description in the place of the picture, which a passage cannot show."""
    return _IMAGE.sub(lambda match: match[1] if " " in match[1].strip() else "", markdown)


def _headed(markdown: str) -> str:
    """Tables whose first row is the head: Word seldom says so, and an empty head says nothing."""
    return _HEADLESS.sub(r"\2\n\1", markdown)


def _titled(slide: str) -> str:
    """A slide with its title in front: the library goes from top to bottom, and a title may stand below a table."""
    blocks = slide.split("\n\n")
    title = next((block for block in blocks if block.startswith("# ")), None)
    return slide if title is None else "\n\n".join([title, *(block for block in blocks if block != title)])


def _listed(markdown: str) -> str:
    """A slide's lines as a list where there are several: as one paragraph they would run into each other."""
    done: list[str] = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        run: list[str] = []
        for line in [*lines, "#"]:
            if not line.startswith(_NO_PROSE):
                run.append(line)
                continue
            if run:
                done.append("\n".join(f"- {one}" for one in run) if len(run) > 1 else run[0])
                run = []
            if line.startswith("|") and done and done[-1].startswith("|"):
                done[-1] += f"\n{line}"
            elif line != "#":
                done.append(line)
    return "\n\n".join(done)
