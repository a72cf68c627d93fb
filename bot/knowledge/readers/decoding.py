"""Bytes to text, strictly: UTF-8 or a refusal that names what the bytes look like."""

from __future__ import annotations

from bot.knowledge.passages import DocumentRefused

_BOM_UTF8 = b"\xef\xbb\xbf"
_BOMS_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS_UTF8 = "Save it as UTF-8"
# Control characters say nothing to a reader and something to a terminal.
_CONTROLS = dict.fromkeys([*range(0x20), 0x7F], None)
del _CONTROLS[0x09], _CONTROLS[0x0A]


def decode(data: bytes) -> str:
    """The text, without byte order mark or control characters. Raises DocumentRefused for anything but UTF-8."""
    if data.startswith(_BOMS_UTF16):
        reason = "it looks like UTF-16, and only UTF-8 is read"
        raise DocumentRefused(reason, f"{_SAVE_AS_UTF8}.")
    if b"\0" in data:
        reason = "it is binary, not text"
        raise DocumentRefused(reason, "Save it as Markdown in UTF-8, or take it out of the folder.")
    try:
        text = data.removeprefix(_BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        guess = _guess(data)
        reason = f"it looks like {guess}, and only UTF-8 is read" if guess else "it is not UTF-8 text"
        raise DocumentRefused(reason, f"{_SAVE_AS_UTF8}.", line) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def _guess(data: bytes) -> str | None:
    """The name of the encoding that the bytes are most likely in, or None."""
    from charset_normalizer import from_bytes  # needed for a broken document only

    best = from_bytes(data[:65536]).best()
    if best is None:
        return None
    # Western European text in a one-byte code page is nearly always Windows', whichever sibling the guess fell on.
    western = {"cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "latin_1", "iso8859_15"}
    return "windows-1252" if best.encoding in western else best.encoding.replace("_", "-")
