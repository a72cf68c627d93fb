"""The index folder on disk: one folder a generation, and a file that names the one in use.

    CURRENT             the name of the generation in use
    gen-0001/index.sqlite   the manifest
    gen-0001/chroma/        the embedded Chroma

A rebuild makes a new generation beside the old one and changes CURRENT in one step: whoever reads meanwhile has a
whole index.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.knowledge.manifest import Manifest
from bot.knowledge.passages import IndexUnwritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(r"gen-(\d{4,})")


@contextmanager
def unwritable(index_dir: Path) -> Iterator[None]:
    """Turn an error of the file system into an IndexUnwritable, which names the remedy."""
    try:
        yield
    except OSError as error:
        message = (
            f"the index cannot be written in {index_dir} ({error.strerror or error}): "
            "give this user permission to write there, or set DEALFIT_DATA_DIR to another folder"
        )
        raise IndexUnwritable(message) from error


class Generation:
    """One generation's files."""

    def __init__(self, folder: Path) -> None:
        """`folder` may be absent until it is created."""
        self.folder = folder
        self.manifest = Manifest(folder / "index.sqlite")
        self.chroma = folder / "chroma"

    @property
    def name(self) -> str:
        """The name that CURRENT has for it."""
        return self.folder.name


class Generations:
    """All generations of one index folder."""

    def __init__(self, index_dir: Path) -> None:
        """Nothing is read or made yet."""
        self._index_dir = index_dir

    def current(self) -> Generation | None:
        """The generation in use, or None when there is no index yet."""
        before = None
        while True:
            try:
                name = (self._index_dir / "CURRENT").read_text(encoding="ascii").strip()
            except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
                return None
            found = Generation(self._index_dir / name)
            if _NAME.fullmatch(name) and found.manifest.file.is_file():
                return found
            if name == before:
                return None
            before = name  # a rebuild may have changed over between the two looks: look once more

    def create(self) -> Generation:
        """A new, empty generation that is not in use yet."""
        used = [int(match[1]) for path in self._index_dir.iterdir() if (match := _NAME.fullmatch(path.name))]
        made = Generation(self._index_dir / f"gen-{max(used, default=0) + 1:04d}")
        made.folder.mkdir()
        return made

    def use(self, generation: Generation) -> None:
        """Make a generation the one in use, in one step that a crash cannot halve."""
        temporary = self._index_dir / "CURRENT.tmp"
        with temporary.open("w", encoding="ascii") as stream:
            stream.write(generation.name + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self._index_dir / "CURRENT")
        directory = os.open(self._index_dir, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def sweep(self) -> None:
        """Delete the generations that are not in use: the one before, or one that a crash left half-made."""
        current = self.current()
        for path in self._index_dir.iterdir():
            if _NAME.fullmatch(path.name) and (current is None or path.name != current.name):
                shutil.rmtree(path, ignore_errors=True)
