"""The tables and runs of the Word document: what python-docx has no words for is written as the format says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.pipeline.proposals.document import Grid, Kind, Runs

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell

PALE, LINE = "E8F0EF", "B7C9C7"
WIDTHS = {2: (11.4, 5.0), 3: (5.4, 5.5, 5.5), 6: (3.2, 2.5, 2.5, 2.8, 2.5, 2.9)}
"""Widths of a table's columns in centimetres, by how many there are: they fill the page between its margins."""


def write_runs(paragraph: Any, runs: Runs, plain: str = "") -> None:
    """Write runs into a paragraph, after some plain words of ours."""
    from docx.enum.text import WD_COLOR_INDEX  # loaded with the document

    if plain:
        paragraph.add_run(plain)
    for run in runs:
        # Tabs and line breaks have a meaning in Word; `clean` has taken them out of what others wrote.
        made = paragraph.add_run(run.text)
        made.bold = True if run.kind is Kind.STRONG else None
        if run.kind is Kind.GAP:
            made.font.highlight_color = WD_COLOR_INDEX.YELLOW


def write_grid(document: Document, grid: Grid) -> None:
    """Write a table, and an empty line after it."""
    from docx.enum.table import WD_TABLE_ALIGNMENT  # loaded with the document
    from docx.shared import Cm  # the same

    titled = any(grid.header)
    table = document.add_table(rows=0, cols=len(grid.header), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _borders(table)
    if titled:
        cells = table.add_row().cells
        for cell, text in zip(cells, grid.header, strict=True):
            cell.paragraphs[0].add_run(text).bold = True
            _shade(cell, PALE)
        _repeat(table)
    for row in grid.rows:
        for cell, runs in zip(table.add_row().cells, row, strict=True):
            write_runs(cell.paragraphs[0], runs)
    if grid.total and grid.rows:
        for cell in table.rows[-1].cells:
            _shade(cell, PALE)
    widths = WIDTHS.get(len(grid.header))
    for row_of in table.rows:
        _whole(row_of)
        for number, cell in enumerate(row_of.cells):
            _pad(cell, right=number in grid.right)
            if widths:
                cell.width = Cm(widths[number])
    if widths:
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
    document.add_paragraph(style="Caption")


def _pad(cell: _Cell, *, right: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # loaded with the document
    from docx.shared import Pt  # the same

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _shade(cell: _Cell, colour: str) -> None:
    from docx.oxml import OxmlElement  # loaded with the document
    from docx.oxml.ns import qn  # the same

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 python-docx has no shading


def _borders(table: Table) -> None:
    """Thin lines between rows, none between columns."""
    from docx.oxml import OxmlElement  # loaded with the document
    from docx.oxml.ns import qn  # the same

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        shown = side in {"top", "bottom", "insideH"}
        for name, value in (("val", "single" if shown else "nil"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties = table._tbl.tblPr  # noqa: SLF001 python-docx has no borders
    # The schema orders what stands in here, and Word calls a document broken that does not keep the order.
    later = (properties.find(qn(f"w:{name}")) for name in ("shd", "tblLayout", "tblCellMar", "tblLook"))
    following = next((element for element in later if element is not None), None)
    if following is None:
        properties.append(borders)
    else:
        following.addprevious(borders)


def _repeat(table: Table) -> None:
    """The first row stands again on every further page."""
    from docx.oxml import OxmlElement  # loaded with the document
    from docx.oxml.ns import qn  # the same

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 python-docx has no header rows


def _whole(row: Any) -> None:
    """A row is not torn apart between two pages."""
    from docx.oxml import OxmlElement  # loaded with the document

    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 python-docx has no such setting
    properties.insert(0, OxmlElement("w:cantSplit"))
