"""The three streams and the arguments, made fit for use whatever the shell hands over."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.cli.console import fail


def prepare() -> None:
    """Before any command. Ends with a message where an argument is no text and no file's name."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the shell, as `>&-` does
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we run
    for stream in (sys.stdout, sys.stderr):
        _tell_all(stream)
    for word in sys.argv[1:]:
        if not _is_text(word) and not os.path.lexists(word):
            shown = word.encode("utf-8", "backslashreplace").decode()
            fail(f"{shown}: this argument is not UTF-8. Set the terminal or the script to UTF-8 and write it again.")


def _tell_all(stream: object) -> None:
    """What is read by scripts is UTF-8; on a terminal a sign that it does not know is spelled out, never a fault."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:  # a stand-in of a test, which takes every sign
        return
    if stream.isatty():  # type: ignore[attr-defined]
        reconfigure(errors="backslashreplace")
    else:
        reconfigure(encoding="utf-8", errors="backslashreplace")


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
