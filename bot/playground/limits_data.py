"""What tables and charts must be."""

from __future__ import annotations

from bot.playground.checker import Checker
from bot.playground.model import Json

COLUMNS = 20
TABLE_ROWS = 100
DATA_TABLE_ROWS = 101
CHART_TITLE = 50
CHART_LABEL = 20
CHART_POINTS = 20
CHART_SERIES = 6
CELLS = ("raw_text", "raw_number", "rich_text")
TABLES = ("table", "data_table")
ONE_TABLE = "only_one_table_allowed"
TABLES_CHARACTERS = 10_000
"""What the cells of all tables of a message hold together."""


def _cell(checker: Checker, cell: object, pointer: str, allowed: tuple[str, ...]) -> None:
    if not isinstance(cell, dict) or cell.get("type") not in allowed:
        checker.problem(f"must be one of: {', '.join(allowed)}", f"{pointer}/type")
        return
    if cell["type"] == "raw_number" and (
        isinstance(cell.get("value"), bool) or not isinstance(cell.get("value"), int | float)
    ):
        checker.missing("value", pointer)
    if cell["type"] != "rich_text" and not (isinstance(cell.get("text"), str) and cell["text"]):
        checker.missing("text", pointer)


def _rows(checker: Checker, block: Json, pointer: str, most: int, least: int) -> list[list[object]]:
    rows: list[list[object]] = []
    for number, row in enumerate(checker.items(block, "rows", pointer, most, least)):
        here = f"{pointer}/rows/{number}"
        if not isinstance(row, list):
            checker.problem("must be an array", here)
            continue
        if len(row) > COLUMNS:
            checker.problem(f"no more than {COLUMNS} items allowed", here)
        if not row:
            checker.problem("no fewer than 1 items allowed", here)
        rows.append(row)
    return rows


def table_characters(block: Json) -> int:
    """Count the characters in a table's cells."""
    rows = block.get("rows")
    cells = [cell for row in rows if isinstance(row, list) for cell in row] if isinstance(rows, list) else []
    return sum(len(_text_of(cell)) for cell in cells)


def _text_of(node: object) -> str:
    if isinstance(node, dict):
        own = node.get("text")
        return own if isinstance(own, str) else "".join(_text_of(one) for one in node.values())
    return "".join(_text_of(one) for one in node) if isinstance(node, list) else ""


def check_table(checker: Checker, block: Json, pointer: str) -> None:
    """Check a `table` block."""
    for number, row in enumerate(_rows(checker, block, pointer, TABLE_ROWS, 1)):
        for column, cell in enumerate(row):
            _cell(checker, cell, f"{pointer}/rows/{number}/{column}", CELLS)
    for number, setting in enumerate(checker.items(block, "column_settings", pointer, COLUMNS, 0, required=False)):
        if isinstance(setting, dict):
            checker.choice(setting, "align", f"{pointer}/column_settings/{number}", ("left", "center", "right"))


def check_data_table(checker: Checker, block: Json, pointer: str) -> None:
    """Check a `data_table` block: its first row is the header."""
    checker.string(block, "caption", pointer, 2000, required=True, minimum=1)
    rows = _rows(checker, block, pointer, DATA_TABLE_ROWS, 2)
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            checker.problem("all rows must have the same number of values", f"{pointer}/rows/{number}")
        allowed = CELLS if number else ("raw_text", "raw_number")
        for column, cell in enumerate(row):
            _cell(checker, cell, f"{pointer}/rows/{number}/{column}", allowed)
    size = block.get("page_size")
    if size is not None and (not isinstance(size, int) or not 1 <= size <= 100):  # noqa: PLR2004 - Slack's number
        checker.problem("must be between 1 and 100", f"{pointer}/page_size")


def _point(checker: Checker, point: object, pointer: str) -> object:
    if not isinstance(point, dict):
        checker.problem("must provide an object", pointer)
        return None
    checker.string(point, "label", pointer, CHART_LABEL, required=True, minimum=1)
    value = point.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        checker.problem("must be a number", f"{pointer}/value")
    return point.get("label")


def _series(checker: Checker, chart: Json, pointer: str) -> None:
    axis = chart.get("axis_config")
    categories: list[object] = []
    if not isinstance(axis, dict):
        checker.missing("axis_config", pointer)
    else:
        here = f"{pointer}/axis_config"
        categories = checker.items(axis, "categories", here, CHART_POINTS)
        for number, name in enumerate(categories):
            if not isinstance(name, str):
                checker.problem("must be a valid string", f"{here}/categories/{number}")
            else:
                checker.length(name, f"{here}/categories/{number}", CHART_LABEL, 1)
        checker.string(axis, "x_label", here, CHART_TITLE)
        checker.string(axis, "y_label", here, CHART_TITLE)
    names: set[object] = set()
    for number, series in enumerate(checker.items(chart, "series", pointer, CHART_SERIES)):
        here = f"{pointer}/series/{number}"
        if not isinstance(series, dict):
            checker.problem("must provide an object", here)
            continue
        checker.string(series, "name", here, CHART_LABEL, required=True, minimum=1)
        if series.get("name") in names:
            checker.problem("series names must be unique", f"{here}/name")
        names.add(series.get("name"))
        labels: list[object] = []
        for place, point in enumerate(checker.items(series, "data", here, CHART_POINTS)):
            labels.append(_point(checker, point, f"{here}/data/{place}"))
            if categories and labels[-1] not in categories:
                checker.problem("label must be one of the categories", f"{here}/data/{place}/label")
        if categories and len(labels) == len(set(map(str, labels))) < len(categories):
            checker.problem("there must be a point for each of the categories", f"{here}/data")
        if len(labels) != len(set(map(str, labels))):
            checker.problem("labels must be unique", f"{here}/data")


def check_chart(checker: Checker, block: Json, pointer: str) -> None:
    """Check a `data_visualization` block."""
    checker.string(block, "title", pointer, CHART_TITLE, required=True, minimum=1)
    chart = block.get("chart")
    if not isinstance(chart, dict):
        checker.missing("chart", pointer)
        return
    here = f"{pointer}/chart"
    checker.choice(chart, "type", here, ("pie", "bar", "line", "area"), required=True)
    if chart.get("type") == "pie":
        for number, segment in enumerate(checker.items(chart, "segments", here, CHART_SERIES)):
            _point(checker, segment, f"{here}/segments/{number}")
    else:
        _series(checker, chart, here)
