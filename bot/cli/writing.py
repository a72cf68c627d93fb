"""Files that a command writes: whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.cli.console import fail


def write_file(path: Path, data: bytes | Iterable[bytes], *, option: str) -> None:
    """Write the bytes into the file that an option names. Ends the command where that cannot be done.

    What stood in the file before stands there until everything new is written.
    """
    if path.is_dir():
        fail(f"{path} is a folder. Name a file with {option}.")
    if path.exists() and not path.is_file():  # a pipe or a device, such as /dev/stdout, is written straight
        _write(path, path, data, option)
        return
    beside = path.with_name(f"{path.name}.writing")
    try:
        _write(beside, path, data, option)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _write(target: Path, named: Path, data: bytes | Iterable[bytes], option: str) -> None:
    try:
        with target.open("wb") as stream:
            stream.writelines([data] if isinstance(data, bytes) else data)
    except OSError as error:
        fail(f"{named}: {error.strerror or error}. Name a file that can be written with {option}.")
