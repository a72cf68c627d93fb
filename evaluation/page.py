"""docs/evaluation.md from the figures that were kept: the text is `page.md`, no figure in it is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

import jinja2

from evaluation.figures import Figure, Section

TEXT = files("evaluation").joinpath("page.md").read_text(encoding="utf-8")
"""The page without its figures."""

_WHOLE = 10  # from here on a figure's decimals say nothing


def render(sections: Mapping[str, Section]) -> str:
    """The page. Raises KeyError or jinja2's errors when the text speaks of a figure that a section does not have."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - Markdown
    return environment.from_string(TEXT).render(
        table=lambda *keys: table([sections[key] for key in keys if key in sections]),
        when=lambda *keys: when([sections[key] for key in keys if key in sections]),
        figure=lambda key, row, column: cell(_figure(sections[key], row, column)),
        has=lambda *keys: any(key in sections for key in keys),
        keys=lambda prefix: [key for key in sections if key.startswith(prefix)],
    )


def table(sections: list[Section]) -> str:
    """One Markdown table of sections whose rows are the same: the columns of each stand beside each other."""
    if not sections:
        return "Not measured yet."
    cells = {(one.row, one.column): cell(one) for section in sections for one in section.figures}
    columns = list(dict.fromkeys(one.column for section in sections for one in section.figures))
    rows = list(dict.fromkeys(one.row for section in sections for one in section.figures))
    ours = {section.ours for section in sections}
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    for row in rows:
        shown = [cells.get((row, column), "") for column in columns]
        name = f"**{row}**" if row in ours else row
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


def when(sections: list[Section]) -> str:
    """What was asked, when and where these sections were measured, in one line."""
    about = dict.fromkeys(section.about for section in sections)
    said = dict.fromkeys(f"Measured on {section.measured} ({section.machine})." for section in sections)
    return " ".join([*(f"{one}." for one in about), *said])


def cell(figure: Figure) -> str:
    """A figure as the page shows it."""
    value, unit = figure.value, figure.unit
    if unit == "":
        return f"{value:.3f}".replace("0.", ".", 1) if 0 <= value < 1 else f"{value:.3f}"
    if unit == "share":
        return f"{value:.1%}".replace("%", " %")
    if unit == "count":
        return f"{value:,.0f}"
    return f"{value:,.0f} {unit}" if value >= _WHOLE else f"{value:.2f} {unit}"


def _figure(section: Section, row: str, column: str) -> Figure:
    section.value(row, column)  # raises when there is none
    return next(one for one in section.figures if (one.row, one.column) == (row, column))
