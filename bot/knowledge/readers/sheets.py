"""Pages and slides as sections: each passage stays on its page, so that a citation can name it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.knowledge.passages import DocumentRefused
from bot.knowledge.readers.document import Document, FrontMatter, Section
from bot.knowledge.readers.markdown import sections_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.knowledge.readers.converting import Converted
    from bot.knowledge.readers.workbench import Workbench

_PLAIN_PAGE = 2  # the level of a page that has no heading: under the document's title
_SLIDE = 1  # a slide's own title is a heading of this level: one without a title is no part of the slide before it
_CONTROLS = dict.fromkeys([*range(0x20), 0x7F], None)
del _CONTROLS[0x09], _CONTROLS[0x0A]


def read_converted(data: bytes, path: str, about: FrontMatter, workbench: Workbench) -> Document:
    """Read a document that has to be converted first. `about` is what its side file says of it.

    Raises DocumentRefused.
    """
    found = workbench.convert(PurePosixPath(path).suffix.lower(), data)
    sections = tuple(_sections(found))
    if not any(section.blocks for section in sections):
        what = "slides" if found.sheets and found.sheets[0].place.startswith("slide") else "pages"
        raise DocumentRefused(f"there is no text on its {what}", "Write it, or take it out of the folder.")
    return Document(about if about.title else replace(about, title=found.title), sections)


def _sections(found: Converted) -> Iterator[Section]:
    trail: Section | None = None
    for sheet in found.sheets:
        for section in sections_of(sheet.markdown.translate(_CONTROLS)):
            placed = replace(section, place=sheet.place)
            if not section.level and sheet.place:
                placed = _continued(placed, trail)
            trail = placed
            yield placed


def _continued(section: Section, before: Section | None) -> Section:
    """What stands on a sheet before its first heading.

    On a page it goes on under the heading of the page before; a slide is a matter of its own.
    """
    if before is not None and section.place.startswith("page"):
        name = before.heading if not before.heading.lower().startswith("page ") else section.place.capitalize()
        return replace(section, level=before.level, heading=name)
    slide = before is not None and section.place.startswith("slide")
    return replace(section, level=_SLIDE if slide else _PLAIN_PAGE, heading=section.place.capitalize())
