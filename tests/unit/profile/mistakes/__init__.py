"""Mistakes that people make in a Deal Profile, each made in one good file (base.yaml).

The .txt files hold them: `=` the piece of the good file, `>` what stands there instead with § where the mistake is, and
below it what must be said. ⏎ is a line break, \\uXXXX a character that cannot be seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
BASE = (FOLDER / "base.yaml").read_text()
MARK = "§"


@dataclass(frozen=True)
class Mistake:
    """One mistake: the whole file, where it is refused, and the message."""

    name: str
    text: str
    place: tuple[int, int]
    message: str


def mistakes(path: Path, base: str = BASE) -> list[Mistake]:
    """The mistakes of one file."""
    found: list[Mistake] = []
    piece = written = ""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        sign, text = line[:2], _unescaped(line[2:])
        if sign == "= ":
            piece = text
        elif sign == "> ":
            written = text
        else:
            found.append(_mistake(f"{path.stem}:{number}", base, piece, written, text))
    return found


def _mistake(name: str, base: str, piece: str, written: str, message: str) -> Mistake:
    assert base.count(piece) == 1, f"{name}: {piece!r} must stand once in the good file"
    assert written.count(MARK) == 1, f"{name}: the mistake has one place"
    marked = base.replace(piece, written)
    before = marked[: marked.index(MARK)].split("\n")
    return Mistake(name, marked.replace(MARK, ""), (len(before), len(before[-1]) + 1), message)


def _unescaped(text: str) -> str:
    plain = text.replace("⏎", "\n")
    return re.sub(r"\\(u([0-9a-f]{4})|\\)", lambda m: chr(int(m[2], 16)) if m[2] else "\\", plain)
