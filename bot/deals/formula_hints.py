"""What somebody meant who writes in an expression what spreadsheets and programs have, and expressions have not."""

from __future__ import annotations

import re

_SIGNS = {"\u2212": "-", "\u2013": "-", "\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u2215": "/"}
_CALL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?=\s*\()")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIGITS_BEFORE = re.compile(r"[0-9]$")
_DIGITS_AFTER = re.compile(r",([0-9]+)")
_LOGIC = frozenset({"if", "else", "then", "and", "or", "not", "when", "in", "is"})


def hint(text: str, offset: int) -> tuple[str, str] | None:
    """What is wrong at this place of an expression, and the remedy; None where nothing better can be said."""
    here, before = text[offset : offset + 1], text[:offset].rstrip()
    if here in _SIGNS:
        return f"`{here}` looks like `{_SIGNS[here]}` and is another sign.", f"Type {_SIGNS[here]} in its place."
    if here == "^" or (here == "*" and before.endswith("*")):
        return "There are no powers in an expression.", "Multiply: a * a."
    if here == "/" and before.endswith("/"):
        return "There is one division sign: /.", "Write a / b. What it gives is exact, and shown to four decimals."
    if here == "%":
        after = re.match(r"%\s*([\w(])", text[offset:])
        if _DIGITS_BEFORE.search(before) and not after:
            return "A share is written as a number here, without %.", "Write 0.1 for 10%, or divide by 100."
        return "There is no remainder (%) in an expression.", "For a percent divide by 100."
    if here == "," and _DIGITS_BEFORE.search(before) and (digits := _DIGITS_AFTER.match(text[offset:])):
        whole = re.findall(r"[0-9]+$", before)[0]
        remedy = f"Write {whole}{digits[1]}" if len(digits[1]) == len("000") else f"Write {whole}.{digits[1]}"
        return "A number is written without a comma here.", f"{remedy}."
    if here in "$€£" and here:
        return f"`{here}` is not written here: a money fact is money already.", "Write the number alone."
    if here and here in "<>=!":
        return "An expression gives a figure, it does not compare.", "Put the comparison into `when` or `require`."
    return _word(text, offset) or _mark(here)


def _mark(here: str) -> tuple[str, str] | None:
    if here == ".":
        return "A fact has no parts that could be named after a point.", "Name facts alone; a decimal is written 0.5."
    if here and here in "[]{}":
        return f"`{here}` is not a bracket of expressions.", "Use round brackets: ( )."
    if here and here in "\"'":
        return "An expression holds no text.", "Name facts and numbers alone."
    if here and here in ";:":
        return f"An expression is one line of arithmetic: `{here}` is not in it.", "Give each figure a name of its own."
    return None


def _word(text: str, offset: int) -> tuple[str, str] | None:
    word = _WORD.match(text, offset)
    if word is None:
        return None
    name = word[0]
    if name.lower() in _LOGIC:
        return f"An expression has no `{name}`: it is arithmetic alone.", "Put conditions into the cases of a check."
    if _CALL.match(text, offset):
        return f"There is no function `{name}`.", "There are min(a, b) and max(a, b), and + - * /."
    if name in {"min", "max"}:
        return f"`{name}` takes what it compares in brackets.", f"Write {name}(a, b)."
    if name != name.lower() or name.startswith("_"):
        return (
            f"`{name}` is not the name of a fact: names are in small letters.",
            "Write the fact's name, not its label.",
        )
    before = text[:offset].rstrip()
    if before and before[-1] not in "+-*/(,":
        return f"A sign is missing before `{name}`.", "Write + - * or / between the two."
    return None
