"""A proposal as a Word document: real styles, headings, tables, header and footer, and the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from bot.deals.wording import counted, date_words
from bot.pipeline.proposals.document import Bullets, Grid, Heading, Paragraph, Part, Proposal, clean
from bot.pipeline.proposals.docx_tables import write_grid, write_runs

if TYPE_CHECKING:
    from docx.document import Document

INK = "123C3A"
FONT = "Calibri"
PAGE_CM = (21.0, 29.7)
MARGIN_CM = 2.3
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
THUMBNAIL = "/metadata/thumbnail"


def docx_bytes(proposal: Proposal) -> bytes:
    """The document. Equal proposals give equal bytes, whenever and wherever they are drawn."""
    import docx  # it takes a while to import

    document = docx.Document()
    _set_up(document, proposal)
    _title(document, proposal)
    own_page_before = False
    for section in proposal.sections:
        heading = document.add_heading(section.heading, level=1)
        heading.paragraph_format.page_break_before = section.own_page or own_page_before
        own_page_before = section.own_page
        for part in section.parts:
            _part(document, part)
    raw = io.BytesIO()
    document.save(raw)
    return _with_fixed_times(raw.getvalue())


def docx_name(proposal: Proposal) -> str:
    """A file name that every system takes."""
    words = "".join(c if c.isascii() and (c.isalnum() or c in " -") else " " for c in proposal.title)
    return f"{' '.join(words.split())[:80].strip() or 'Proposal'}.docx"


def _set_up(document: Document, proposal: Proposal) -> None:
    from docx.shared import Cm, Pt, RGBColor  # loaded with the document

    page = document.sections[0]
    page.page_width, page.page_height = Cm(PAGE_CM[0]), Cm(PAGE_CM[1])
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(MARGIN_CM)
    styles: Any = document.styles
    ink = RGBColor.from_string(INK)
    for name, size, before, after in (
        ("Normal", 10.5, 0, 6), ("Title", 26, 0, 4), ("Subtitle", 12, 0, 18), ("Heading 1", 16, 20, 6),
        ("Heading 2", 12, 12, 4), ("List Bullet", 10.5, 0, 3), ("List Number", 10.5, 0, 3), ("Caption", 9, 4, 6),
        ("Header", 9, 0, 0), ("Footer", 9, 0, 0),
    ):  # fmt: skip
        style = styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        _font_for_all(style)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        if name in {"Title", "Subtitle", "Heading 1", "Heading 2"}:
            style.font.color.rgb = ink
            style.paragraph_format.keep_with_next = True
    styles["Caption"].font.bold = False
    styles["Subtitle"].font.italic = False
    _properties(document, proposal)
    _header_and_footer(document, proposal)


def _font_for_all(style: Any) -> None:
    """The font of Latin and of all other scripts: the template's theme fonts would win otherwise."""
    from docx.oxml.ns import qn  # loaded with the document

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)


def _properties(document: Document, proposal: Proposal) -> None:
    made = datetime.combine(proposal.issued, time(), UTC).replace(tzinfo=None)
    core = document.core_properties
    core.title, core.subject = clean(proposal.title, 200), clean(f"Proposal for {proposal.customer}", 200)
    core.author = core.last_modified_by = clean(proposal.author or proposal.firm, 200)
    core.category, core.keywords, core.comments = "Proposal", f"deal {proposal.deal_sha256[:12]}", ""
    core.created = core.modified = made
    core.revision, core.language = 1, "en-GB"
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith(THUMBNAIL):
            del package.rels[key]


def _header_and_footer(document: Document, proposal: Proposal) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT  # loaded with the document
    from docx.shared import Cm  # the same

    section = document.sections[0]
    right = Cm(PAGE_CM[0] - 2 * MARGIN_CM)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (head, foot):
        stops = paragraph.paragraph_format.tab_stops
        stops.add_tab_stop(right, WD_TAB_ALIGNMENT.RIGHT)
    for style in ("Header", "Footer"):
        stops = document.styles[style].paragraph_format.tab_stops
        while len(stops):
            del stops[0]
    head.add_run(f"{clean(proposal.firm, 100)}\t{clean(proposal.title, 120)}")
    foot.add_run(f"Valid until {date_words(proposal.valid_until)}\tPage ")
    _field(foot, "PAGE")
    foot.add_run(" of ")
    _field(foot, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    """A field of ours: the only two in the document are the page's number and how many there are."""
    from docx.oxml import OxmlElement  # loaded with the document
    from docx.oxml.ns import qn  # the same

    for kind, text in (("begin", None), (None, code), ("separate", None), ("shown", "1"), ("end", None)):
        run = paragraph.add_run()
        if kind == "shown":
            run.text = str(text)
        elif kind is None:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {text} "
            run._r.append(instruction)  # noqa: SLF001 python-docx has no fields; this is how its own docs make one
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)  # noqa: SLF001 the same


def _title(document: Document, proposal: Proposal) -> None:
    document.add_paragraph(clean(proposal.title, 200), style="Title")
    line = f"{clean(proposal.firm, 100)}, {date_words(proposal.issued)}"
    if proposal.author:
        line += f". Prepared by {clean(proposal.author, 200)}"
    document.add_paragraph(line, style="Subtitle")
    if proposal.gaps:
        points = counted(len(proposal.gaps), "point is", "points are")
        note = document.add_paragraph(style="Caption")
        write_runs(note, (), f"{points} still open: each is highlighted, and all are listed at the end.")


def _part(document: Document, part: Part) -> None:
    match part:
        case Paragraph(runs, note):
            write_runs(document.add_paragraph(style="Caption" if note else "Normal"), runs)
        case Heading(text):
            document.add_heading(text, level=2)
        case Bullets(items, numbered):
            for item in items:
                write_runs(document.add_paragraph(style="List Number" if numbered else "List Bullet"), item)
        case Grid():
            write_grid(document, part)


def _with_fixed_times(data: bytes) -> bytes:
    """The same package with every entry of one time, in one order."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        names = sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            entry.create_system = 3
            target.writestr(entry, source.read(name))
    return made.getvalue()
