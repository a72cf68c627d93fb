"""Markdown of a playbook or an answer as Slack's rich text: structure, not markup, so nothing in it can be live."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.slack.blocks.elements import MESSAGE_CHARACTERS, Block, characters, clip, inert

LONGEST = 9000
PIECE = 4500
"""Of a text that goes on: small enough that it fits a message whatever is put between its letters."""
Style = dict[str, bool]
Element = dict[str, Any]
STYLES = {"strong": {"bold": True}, "em": {"italic": True}, "s": {"strike": True}}


def rich_text(markdown: str, *, longest: int = LONGEST) -> Block:
    """A rich_text block of Markdown text. Links keep their words and lose their address; images their alt text."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tree = SyntaxTreeNode(parser.parse(clip(markdown.replace("\x00", ""), longest)))
    elements = [element for node in tree.children for element in _block(node, indent=0)]
    return {"type": "rich_text", "elements": elements or [_section([_text("-")])]}


def rich_texts(markdown: str) -> list[Block]:
    """All of a Markdown text, in as many rich_text blocks as it needs, cut between paragraphs where there are any."""
    parts: list[str] = []
    for piece in _pieces(markdown):
        if parts and len(parts[-1]) + 2 + len(piece) <= PIECE:
            parts[-1] += f"\n\n{piece}"
        else:
            parts.append(piece)
    return [_sound(part) for part in parts or [markdown]]


def _sound(part: str) -> Block:
    block = rich_text(part)
    # A table is drawn with spaces, and may grow beyond what a message holds: then its text has to do.
    return block if characters([block]) < MESSAGE_CHARACTERS else paragraph([(part, None)])


def _pieces(markdown: str) -> Iterator[str]:
    for each in re.split(r"\n{2,}", markdown):
        rest = each
        while len(rest) > PIECE:
            end = rest.rfind(" ", PIECE // 2, PIECE)
            end = PIECE if end < 0 else end
            yield rest[:end]
            rest = rest[end:].lstrip()
        if rest:
            yield rest


def paragraph(pieces: Sequence[tuple[str, Style | None]]) -> Block:
    """A rich_text block of one paragraph made of (text, style) pieces."""
    return {"type": "rich_text", "elements": [_section([_text(text, style) for text, style in pieces if text])]}


def _text(text: str, style: Style | None = None) -> Element:
    element: Element = {"type": "text", "text": inert(text) or " "}
    return {**element, "style": style} if style else element


def _section(elements: list[Element]) -> Element:
    return {"type": "rich_text_section", "elements": elements}


def _block(node: SyntaxTreeNode, indent: int) -> Iterator[Element]:
    match node.type:
        case "heading":
            yield _section([*_inline(node, {"bold": True}), _text("\n")])
        case "paragraph":
            yield _section([*_inline(node, {}), _text("\n")])
        case "bullet_list" | "ordered_list":
            yield from _list(node, indent)
        case "blockquote":
            yield {"type": "rich_text_quote", "elements": [e for child in node.children for e in _inline(child, {})]}
        case "fence" | "code_block":
            yield {"type": "rich_text_preformatted", "elements": [_text(node.content.rstrip() or " ")]}
        case "table":
            yield {"type": "rich_text_preformatted", "elements": [_text(_table(node))]}
        case "html_block":
            yield _section([_text(node.content.strip() or " ")])


def _list(node: SyntaxTreeNode, indent: int) -> Iterator[Element]:
    style = "bullet" if node.type == "bullet_list" else "ordered"
    for number, item in enumerate(node.children):
        for child in item.children:
            if child.type in {"bullet_list", "ordered_list"}:
                yield from _list(child, indent + 1)
                continue
            element: Element = {
                "type": "rich_text_list",
                "style": style,
                "indent": min(indent, 8),
                "elements": [_section(_inline(child, {}))],
            }
            if style == "ordered" and number:
                element["offset"] = number
            yield element


def _table(node: SyntaxTreeNode) -> str:
    rows = [row for part in node.children for row in part.children]
    cells = [["".join(leaf["text"] for leaf in _inline(cell, {})).strip() for cell in row.children] for row in rows]
    widths = [max(len(row[i]) if i < len(row) else 0 for row in cells) for i in range(max(map(len, cells)))]
    lines = ["  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _inline(node: SyntaxTreeNode, style: Style) -> list[Element]:
    pieces: list[Element] = []
    for child in node.children:
        match child.type:
            case "softbreak":
                pieces.append(_text(" "))
            case "hardbreak":
                pieces.append(_text("\n"))
            case "code_inline":
                pieces.append(_text(child.content, {**style, "code": True}))
            case "text" | "html_inline" | "image":
                if child.content:
                    pieces.append(_text(child.content, style or None))
            case _:
                pieces.extend(_inline(child, {**style, **STYLES.get(child.type, {})}))
    return pieces or [_text(" ")]
