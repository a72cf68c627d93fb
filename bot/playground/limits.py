"""Slack's limits on blocks, messages and views: pure checks that return problems in Slack's own form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from bot.playground.checker import ID_MAX, URL_MAX, Checker, Problem
from bot.playground.limits_data import (
    ONE_TABLE,
    TABLES,
    TABLES_CHARACTERS,
    check_chart,
    check_data_table,
    check_table,
    table_characters,
)
from bot.playground.limits_elements import IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION, check_element
from bot.playground.model import Json

__all__ = ["Problem", "check_blocks", "check_message", "check_view", "message_error", "refusal", "visible_characters"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TEXT = 4_000
MESSAGE_CHARACTERS = 13_200
MARKDOWN = 12_000
VIEW_BYTES = 250_000
CHARTS_A_MESSAGE = 2

_ANY_TEXT = ("plain_text", "mrkdwn")
_EVERYWHERE = {"section", "header", "divider", "context", "actions", "input", "image", "rich_text"}
ALLOWED: dict[str, set[str]] = {
    "message": _EVERYWHERE
    | {"markdown", "context_actions", "plan", "task_card", "table", "data_table", "data_visualization"},
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE | {"table", "data_table", "data_visualization"},
}
_RICH = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
_STATUSES = ("pending", "in_progress", "complete", "error")
_SHOWN = {"text", "title", "alt_text", "caption", "label", "name", "placeholder", "hint", "details", "output"}


def check_blocks(blocks: object, surface: str = "message", pointer: str = "/blocks") -> list[Problem]:
    """Return what Slack would refuse in these blocks on a `message`, a `modal` or a `home`."""
    checker = Checker()
    if not isinstance(blocks, list):
        checker.problem("must be an array", pointer)
        return checker.problems
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    if len(blocks) > most:
        checker.problem(f"no more than {most} items allowed", pointer)
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        here = f"{pointer}/{number}"
        _check_block(checker, block, here, surface)
        name = block.get("block_id") if isinstance(block, dict) else None
        if name is not None and name in seen:
            checker.problem("block_id must be unique", f"{here}/block_id")
        seen.add(str(name))
    if surface == "message":
        _check_one_table(checker, blocks, pointer)
    _check_totals(checker, [block for block in blocks if isinstance(block, dict)], pointer)
    return checker.problems


def _check_one_table(checker: Checker, blocks: list[object], pointer: str) -> None:
    """A message holds one table of either kind. On a Home tab there may be several."""
    found = [n for n, block in enumerate(blocks) if isinstance(block, dict) and block.get("type") in TABLES]
    for number in found[1:]:
        checker.problem(ONE_TABLE, f"{pointer}/{number}")


def refusal(problems: list[Problem]) -> str:
    """Return Slack's word for blocks with these problems."""
    return "invalid_attachments" if problems[0].message == ONE_TABLE else "invalid_blocks"


def _check_totals(checker: Checker, blocks: list[Json], pointer: str) -> None:
    markdown = sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown")
    if markdown > MARKDOWN:
        checker.problem(f"markdown blocks together must be less than {MARKDOWN + 1} characters", pointer)
    if sum(block.get("type") == "data_visualization" for block in blocks) > CHARTS_A_MESSAGE:
        checker.problem(f"no more than {CHARTS_A_MESSAGE} data_visualization blocks allowed", pointer)
    tables = [block for block in blocks if block.get("type") in TABLES]
    if sum(map(table_characters, tables)) > TABLES_CHARACTERS:
        checker.problem(f"tables together must be less than {TABLES_CHARACTERS + 1} characters", pointer)


def _check_block(checker: Checker, block: object, pointer: str, surface: str) -> None:
    if not isinstance(block, dict):
        checker.problem("must provide an object", pointer)
        return
    kind = block.get("type")
    if not isinstance(kind, str):
        checker.missing("type", pointer)
        return
    if kind not in ALLOWED[surface]:
        checker.problem(f"unsupported type: {kind}", f"{pointer}/type")
        return
    checker.string(block, "block_id", pointer, ID_MAX, minimum=1)
    _BLOCKS[kind](checker, block, pointer)
    actions = [str(element["action_id"]) for element in elements_of(block) if element.get("action_id")]
    for action_id in sorted({one for one in actions if actions.count(one) > 1}):
        checker.problem(f"action_id {action_id} already exists in this block", pointer)


def elements_of(block: Json) -> Iterator[Json]:
    """Yield the elements of a block: its own, its accessory, or its input."""
    if block.get("type") == "rich_text":
        return
    candidates = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
    yield from (one for one in candidates if isinstance(one, dict))


def _section(checker: Checker, block: Json, pointer: str) -> None:
    if block.get("text") is None and block.get("fields") is None:
        checker.missing("text", pointer)
    checker.text(block, "text", pointer, 3000, kinds=_ANY_TEXT, required=False)
    for number, field in enumerate(checker.items(block, "fields", pointer, 10, required=False)):
        checker.text_object(field, f"{pointer}/fields/{number}", 2000, _ANY_TEXT)
    if block.get("accessory") is not None:
        check_element(checker, block["accessory"], f"{pointer}/accessory", IN_SECTION)


def _header(checker: Checker, block: Json, pointer: str) -> None:
    checker.text(block, "text", pointer, 150)


def _divider(checker: Checker, block: Json, pointer: str) -> None:
    """Accept it: a divider has nothing to check."""


def _context(checker: Checker, block: Json, pointer: str) -> None:
    for number, element in enumerate(checker.items(block, "elements", pointer, 10)):
        here = f"{pointer}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(checker, element, here, {"image"})
        else:
            checker.text_object(element, here, 3000, _ANY_TEXT)


def _elements(maximum: int, allowed: set[str]) -> Callable[[Checker, Json, str], None]:
    def check(checker: Checker, block: Json, pointer: str) -> None:
        for number, element in enumerate(checker.items(block, "elements", pointer, maximum)):
            check_element(checker, element, f"{pointer}/elements/{number}", allowed)

    return check


def _input(checker: Checker, block: Json, pointer: str) -> None:
    checker.text(block, "label", pointer, 2000)
    checker.text(block, "hint", pointer, 2000, required=False)
    if block.get("element") is None:
        checker.missing("element", pointer)
    else:
        check_element(checker, block["element"], f"{pointer}/element", IN_INPUT)


def _image(checker: Checker, block: Json, pointer: str) -> None:
    if block.get("slack_file") is None:
        checker.string(block, "image_url", pointer, URL_MAX, required=True, minimum=1)
    checker.string(block, "alt_text", pointer, 2000, required=True)
    checker.text(block, "title", pointer, 2000, required=False)


def _rich_text(checker: Checker, block: Json, pointer: str) -> None:
    for number, element in enumerate(checker.items(block, "elements", pointer, 1000)):
        here = f"{pointer}/elements/{number}"
        if not isinstance(element, dict) or element.get("type") not in _RICH:
            checker.problem(f"must be one of: {', '.join(sorted(_RICH))}", f"{here}/type")
        else:
            checker.items(element, "elements", here, 1000, 0)


def _markdown(checker: Checker, block: Json, pointer: str) -> None:
    checker.string(block, "text", pointer, MARKDOWN, required=True, minimum=1)


def _task_card(checker: Checker, block: Json, pointer: str) -> None:
    checker.string(block, "task_id", pointer, ID_MAX, required=True, minimum=1)
    checker.string(block, "title", pointer, 3000, required=True, minimum=1)
    checker.choice(block, "status", pointer, _STATUSES, required=True)
    for name in ("details", "output"):
        if block.get(name) is not None:
            if not isinstance(block[name], dict) or block[name].get("type") != "rich_text":
                checker.problem("must be one of: rich_text", f"{pointer}/{name}/type")
            else:
                _rich_text(checker, block[name], f"{pointer}/{name}")
    for number, source in enumerate(checker.items(block, "sources", pointer, 100, 0, required=False)):
        here = f"{pointer}/sources/{number}"
        if not isinstance(source, dict) or source.get("type") != "url":
            checker.problem("must be one of: url", f"{here}/type")
        else:
            checker.string(source, "url", here, URL_MAX, required=True, minimum=1)
            checker.string(source, "text", here, 3000, required=True, minimum=1)


def _plan(checker: Checker, block: Json, pointer: str) -> None:
    checker.string(block, "title", pointer, 3000, required=True, minimum=1)
    for number, task in enumerate(checker.items(block, "tasks", pointer, 100, 0, required=False)):
        here = f"{pointer}/tasks/{number}"
        if isinstance(task, dict):
            _task_card(checker, task, here)
        else:
            checker.problem("must provide an object", here)


def _alert(checker: Checker, block: Json, pointer: str) -> None:
    checker.text(block, "text", pointer, 3000, kinds=_ANY_TEXT)
    checker.choice(block, "level", pointer, ("default", "info", "warning", "error", "success"))


_BLOCKS: dict[str, Callable[[Checker, Json, str], None]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _elements(25, IN_ACTIONS),
    "context_actions": _elements(5, IN_CONTEXT_ACTIONS),
    "input": _input,
    "image": _image,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "table": check_table,
    "data_table": check_data_table,
    "data_visualization": check_chart,
    "task_card": _task_card,
    "plan": _plan,
    "alert": _alert,
}


def visible_characters(value: object) -> int:
    """Count the characters that a reader sees in blocks; ids, links and hidden values do not count."""
    if isinstance(value, list):
        return sum(visible_characters(one) for one in value)
    if isinstance(value, dict):
        return sum(
            len(one) if isinstance(one, str) and name in _SHOWN else visible_characters(one)
            for name, one in value.items()
            if name in _SHOWN or isinstance(one, list | dict)
        )
    return 0


def message_error(text: str, blocks: list[Json] | None, markdown_text: str = "") -> str | None:
    """Return Slack's word for a message that is too long as a whole, or for one that says nothing."""
    if len(text) > TEXT or len(markdown_text) > MARKDOWN:
        return "msg_too_long"
    if blocks and visible_characters(blocks) > MESSAGE_CHARACTERS:
        return "msg_blocks_too_long"
    return None


def check_message(text: str, blocks: list[Json] | None) -> list[Problem]:
    """Return everything Slack would refuse in a message, its overall length included."""
    problems = check_blocks(blocks) if blocks else []
    error = message_error(text, blocks)
    if error:
        problems.append(Problem(error, "/text" if error == "msg_too_long" else "/blocks"))
    return problems


def check_view(view: object, surface: str | None = None) -> list[Problem]:
    """Return what Slack would refuse in a modal or a Home tab; `surface` demands one of the two."""
    checker = Checker()
    if not isinstance(view, dict):
        checker.problem("must provide an object", "/view")
        return checker.problems
    kind = view.get("type")
    if kind not in ("modal", "home") or (surface and kind != surface):
        checker.problem(f"must be one of: {surface or 'modal, home'}", "/view/type")
        return checker.problems
    if kind == "modal":
        _modal(checker, view)
    elif view.get("submit") is not None or view.get("close") is not None:
        checker.problem("a home view has no submit and no close", "/view")
    checker.string(view, "private_metadata", "/view", 3000)
    checker.string(view, "callback_id", "/view", ID_MAX)
    checker.string(view, "external_id", "/view", ID_MAX)
    if view.get("blocks") is None:
        checker.missing("blocks", "/view")
        return checker.problems
    return [*checker.problems, *check_blocks(view["blocks"], str(kind), "/view/blocks")]


def _modal(checker: Checker, view: Json) -> None:
    checker.text(view, "title", "/view", 24)
    checker.text(view, "submit", "/view", 24, required=False)
    checker.text(view, "close", "/view", 24, required=False)
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if has_input and view.get("submit") is None:
        checker.problem("submit is required when the view has an input block", "/view/submit")


def view_bytes(view: Json) -> int:
    """Return the size of a view as Slack weighs it."""
    return len(json.dumps(view).encode())
