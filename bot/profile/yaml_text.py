"""From a file's bytes to text that YAML may read, and a YAML parser's complaint in words that name the remedy."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import yaml

from bot.profile.problems import Problem, SourceText

MAX_BYTES = 1_000_000
_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# The line ends that only some programs see, the marks that turn the reading direction round, letters without a picture.
_TRAPS = re.compile(
    "[\u0085\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\t"
)
_HARD_SPACE = re.compile("^[ ]*([\u00a0\u2007\u202f\u3000])", re.MULTILINE)
_UNQUOTED_TEST = re.compile(r"[:\[,{]\s*(>=?\s*[^\s,}\]#]+(?: [^\s,}\]#]+)?)")
_RESERVED = "%@`"


def content_bytes(path: Path) -> bytes:
    """The file's bytes, and no more of them than shows that it is too large. Raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def decode(data: bytes, filename: str) -> tuple[SourceText, Problem | None]:
    """The file's text, and the problem if it must not be read as YAML at all."""
    nothing = SourceText(filename, "")
    if len(data) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES:,} bytes; no more are read."
        return nothing, nothing.problem((1, 1), message, "Is it the right file?")
    if encoding := next((name for mark, name in _BOMS if data.startswith(mark)), None):
        return nothing, nothing.problem((1, 1), f"The file is {encoding}, not UTF-8.", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = SourceText(filename, error.object[: error.start].decode("utf-8", "replace"))
        place = (len(before.lines), len(before.lines[-1]) + 1)
        source = SourceText(filename, data.decode("utf-8", "replace"))
        return source, source.problem(place, f"Byte 0x{error.object[error.start]:02x} is not UTF-8.", "Save as UTF-8.")
    source = SourceText(filename, text)
    return source, _trap(source)


def _trap(source: SourceText) -> Problem | None:
    hard = _HARD_SPACE.search(source.text)
    found = _TRAPS.search(source.text)
    match = min((m for m in (hard, found) if m), key=lambda m: m.end(), default=None)
    if match is None:
        return None
    before = SourceText(source.file, source.text[: match.end() - 1])
    place = (len(before.lines), len(before.lines[-1]) + 1)
    char = match.group()[-1]
    if char == "\t":
        return source.problem(place, "A tab stands here.", "Use spaces: tabs look different in every editor.")
    name = unicodedata.name(char, "").lower() or f"U+{ord(char):04X}"
    remedy = "Delete it; where a space belongs, type one."
    return source.problem(place, f"An invisible character stands here ({name}).", remedy)


def is_invisible(char: str) -> bool:
    """Whether nobody sees this character, or sees others because of it."""
    return _TRAPS.fullmatch(char) is not None or _HARD_SPACE.fullmatch(char) is not None


def syntax_problem(source: SourceText, error: yaml.YAMLError) -> Problem:
    """The parser's complaint as a problem: where, what, and the remedy where the line shows it."""
    mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    complaint = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if context_mark and ("end of stream" in complaint or place[0] > len(source.lines) or "flow" in context):
        opened = (context_mark.line + 1, context_mark.column + 1)
        if "quoted" in context:
            return source.problem(opened, "The quotation mark that opens here is never closed.", "Close it.")
        if "flow" in context:
            return _open_bracket(source, opened, place)
    if (opened_at := _odd_quote(source, place[0])) is not None:
        return source.problem(opened_at, "A quotation mark opens here and is not closed in its line.", "Close it.")
    line = source.line(place[0])
    if test := _UNQUOTED_TEST.search(line):
        at = (place[0], test.start(1) + 1)
        return source.problem(at, "A test that starts with > must be in quotes.", f'Write "{test[1].strip()}".')
    if (char := line[place[1] - 1 : place[1]]) and char in _RESERVED:
        return source.problem(place, f"A text cannot start with {char} here.", "Put the text in quotes.")
    return _of_line(source, place, complaint) or _common(source, place, complaint, context)


def _of_line(source: SourceText, place: tuple[int, int], complaint: str) -> Problem | None:
    """A complaint of which the line itself shows what was meant."""
    number, column = place
    line = source.line(number)
    before, here = line[: column - 1].rstrip(), line[column - 1 :]
    if "unknown escape" in complaint:
        at = (number, line.rfind("\\", 0, column) + 1)
        remedy = "Write \\\\ for a backslash, or put the text in single quotes."
        return source.problem(at, "In double quotes a backslash starts a code, and this one is none.", remedy)
    if bang := re.search(r"[:\[,{]\s*(!\S*)", line):
        at = (number, bang.start(1) + 1)
        return source.problem(at, "An unquoted ! starts a YAML tag.", "Put the text in quotes.")
    if start := re.match(r"^[ -]*[^:#]+:\s+([|>?-]) +\S", line):
        at = (number, start.start(1) + 1)
        return source.problem(at, f"A text cannot start with {start[1]} here.", "Put the text in quotes.")
    if (value := re.match(r"^[ -]*[^\s:#]+:\s+(\S)", line)) and here and here[0] not in "]}":
        end = before[-1:]
        if end == "'" == value[1]:
            remedy = "Inside '...' an apostrophe is written twice (''), or put the text in \"...\"."
            return source.problem(place, "The quotation mark before this ends the text.", remedy)
        if end and end in ']}"' and {"]": "[", "}": "{", '"': '"'}[end] == value[1]:
            remedy = f"Put the whole text in quotes, or remove what follows {end}."
            return source.problem(place, f"Nothing can follow the {end} that ends this value.", remedy)
    if here[:1] in {"]", "}"} and here:
        return source.problem(place, f"This {here[0]} closes nothing.", "Remove it, or open its bracket before.")
    if dash := re.match(r"^ *(-)[^\s-]", line):
        at = (number, dash.start(1) + 1)
        if "expected" in complaint:
            return source.problem(at, "A space is missing after the dash.", "Write `- name: value`.")
    return None


def _odd_quote(source: SourceText, before: int) -> tuple[int, int] | None:
    """The last double quote of the first line that has an odd number of them, up to the line of the complaint."""
    for number, line in enumerate(source.lines[:before], start=1):
        code = line.split(" #", maxsplit=1)[0].replace('\\"', "  ")
        if code.count('"') % 2 and not code.lstrip().startswith("#"):
            return number, code.rindex('"') + 1
    return None


def _open_bracket(source: SourceText, opened: tuple[int, int], place: tuple[int, int]) -> Problem:
    bracket = source.line(opened[0])[opened[1] - 1 : opened[1]]
    if bracket == ",":
        return source.problem(place, "Nothing stands between two commas.", "Remove one, or write what is missing.")
    rest = source.line(place[0])[place[1] - 1 :].strip() or "".join(source.lines[place[0] :]).strip()
    if bracket and opened[0] == place[0] and rest:
        message = f"Inside the {bracket} that opens in column {opened[1]}, this cannot be read."
        return source.problem(place, message, "Is a comma or a closing bracket missing, or are quotes needed?")
    if bracket not in {"[", "{"}:
        opened = next(((n, c + 1) for n in range(opened[0], 0, -1) if (c := _last_open(source.line(n))) >= 0), opened)
        bracket = source.line(opened[0])[opened[1] - 1 : opened[1]] or "bracket"
    return source.problem(opened, f"The {bracket} that opens here is never closed.", "Close it, or add the comma.")


def _last_open(line: str) -> int:
    """Where the last bracket opens in the line that is not closed in it; -1 where none is."""
    opened: list[int] = []
    for index, char in enumerate(line):
        if char in "[{":
            opened.append(index)
        elif char in "]}" and opened:
            opened.pop()
    return opened[-1] if opened else -1


def _deeper(source: SourceText, number: int) -> Problem:
    """A line that cannot stand below the one above it: that one has no colon, or this one is indented too deep."""
    above = next((n for n in range(number - 1, 0, -1) if (code := source.line(n).strip()) and code[0] != "#"), 0)
    text, line = source.line(above), source.line(number)
    if above and ":" not in text and _indent(text) >= _indent(line):
        at = (above, text.find("\uff1a") + 1 or _indent(text) + 1)
        wide = "\uff1a" in text
        message = (
            "This colon is a wide one, which YAML takes as a letter." if wide else "A colon is missing after a key."
        )
        return source.problem(at, message, "Write it as `key: value`.")
    at = (number, _indent(line) + 1)
    return source.problem(
        at, "This line is indented deeper than the one above it allows.", "Align it with its neighbours."
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _common(source: SourceText, place: tuple[int, int], complaint: str, context: str) -> Problem:
    if "mapping values are not allowed" in complaint:
        line = source.line(place[0])
        if len(re.findall(r":(?=\s|$)", line[: place[1]])) > 1:
            return source.problem(place, "A second colon stands here.", "Put the text after the first one in quotes.")
        return _deeper(source, place[0])
    if "expected key" in complaint or "expected '-' indicator" in complaint:
        suggestion = "Check that it starts in the same column as its neighbours, and that quotes are closed."
        return source.problem(place, "This does not belong to the lines above it.", suggestion)
    if "could not find expected ':'" in complaint:
        back = (place[0] - 1 if not source.line(place[0]).strip() or place[1] == 1 else place[0], 1)
        return source.problem(back, "A colon is missing after a key.", "Write it as `key: value`.")
    if "document start" in complaint:
        return source.problem(place, "There is more here than the file's one document.", "Remove what is too much.")
    where = f" ({context})" if context else ""
    return source.problem(place, f"This is not YAML: {complaint}{where}.", "Compare it with the lines around it.")
