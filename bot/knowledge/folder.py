"""The knowledge folder: which files are playbooks, and which cannot be read, each with its reason and remedy."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.knowledge.passages import DocumentRefused, KnowledgeFolderMissing, Refusal
from bot.knowledge.readers.registry import PICTURES, SIDE_FILES, converted, read_document
from bot.knowledge.readers.workbench import Workbench
from bot.knowledge.splitting import anchors_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 5_000_000
"""The largest text that is read, in bytes. A playbook of this size is an export of something else."""

LARGEST_CONVERTED = 50_000_000
"""The largest PDF, Office document or web page that is read, in bytes: most of it is pictures."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the folder that may be read. `path` is relative to the folder, with forward slashes."""

    path: str
    file: Path

    @property
    def largest(self) -> int:
        """The most bytes that are read of it."""
        return LARGEST_CONVERTED if converted(self.path) else LARGEST

    def about(self) -> bytes:
        """What the side file of a converted document holds; nothing when there is none. Raises DocumentRefused."""
        if not converted(self.path):
            return b""
        for extension in SIDE_FILES:
            beside = self.file.with_name(self.file.name + extension)
            if beside.is_symlink() or beside.is_file():
                _admit(beside, beside.name, self.file.parent.resolve())
                return Source(beside.name, beside).read()
        return b""

    def read(self) -> bytes:
        """The file's bytes. Raises DocumentRefused when it cannot be read."""
        try:
            with self.file.open("rb") as stream:
                data = stream.read(self.largest + 1)
        except OSError as error:
            reason = f"it cannot be read ({error.strerror or error})"
            raise DocumentRefused(
                reason, "Give this user permission to read it, or take it out of the folder."
            ) from error
        if len(data) > self.largest:
            raise _too_large(len(data), self.largest)
        return data


def require_folder(folder: Path) -> None:
    """Raise KnowledgeFolderMissing unless the folder is there: a folder that went away is not one without playbooks."""
    if not folder.is_dir():
        message = f"the folder of playbooks, {folder}, is not there: create it or set DEALFIT_KNOWLEDGE_DIR"
        raise KnowledgeFolderMissing(message)


def scan(folder: Path) -> Iterator[Source | Refusal]:
    """Each file of the folder and the folders under it, by path. Raises KnowledgeFolderMissing.

    Hidden files, editors' backups and pictures are passed over. Links that lead out of the folder are refused: what
    they point at was never meant to be read to everybody.
    """
    require_folder(folder)
    root = folder.resolve()
    for file in _files(folder):
        path = file.relative_to(folder).as_posix()
        try:
            _admit(file, path, root)
        except DocumentRefused as refused:
            yield refused.refusal(_printable(path))
        else:
            yield Source(path, file)


def anchors_in(folder: Path) -> frozenset[str]:
    """Every `path` and `path#anchor` that a guidance link may name, read from the files alone: no index, no model."""
    found: set[str] = set()
    with Workbench() as workbench:
        for source in scan(folder):
            if isinstance(source, Refusal):
                continue
            try:
                document = read_document(source.read(), source.path, workbench, source.about())
            except DocumentRefused:
                continue
            found.add(source.path)
            found.update(f"{source.path}#{anchor}" for anchor in anchors_of(document))
    return frozenset(found)


def _files(folder: Path) -> Iterator[Path]:
    """All names under the folder, sorted, without following links to folders."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder  # refused by _admit, which finds out why
        return
    for entry in entries:
        if entry.name.startswith((".", "~$", "#")) or entry.name.endswith(("~", ".swp", ".tmp")):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _files(entry)
        elif entry.suffix.lower() not in PICTURES and not _side_file(entry):
            yield entry


def _side_file(file: Path) -> bool:
    """Whether this file speaks of a document beside it, and is none itself."""
    document = file.with_suffix("")
    return file.suffix.lower() in SIDE_FILES and converted(document.name) and document.is_file()


def _admit(file: Path, path: str, root: Path) -> None:
    """Raise DocumentRefused unless the file is an ordinary file of this folder, of a fit size."""
    if "#" in path or not path.isprintable():
        reason = "its name has a character that a link cannot carry"
        raise DocumentRefused(reason, "Rename it with letters, digits, hyphens and dots.")
    try:
        real = file.resolve(strict=True)
        status = file.stat()
    except (OSError, RuntimeError) as error:
        reason = "it is a link that leads nowhere" if file.is_symlink() else f"it cannot be read ({error})"
        raise DocumentRefused(reason, "Repair it, or take it out of the folder.") from error
    if not real.is_relative_to(root):
        reason = "it is a link that leads out of the folder of playbooks"
        raise DocumentRefused(reason, "Copy the document into the folder.")
    if stat.S_ISDIR(status.st_mode):
        reason = "it is a folder that cannot be listed, or a link to a folder"
        raise DocumentRefused(reason, "Put the documents themselves here, readable by this user.")
    if not stat.S_ISREG(status.st_mode):
        reason = "it is not an ordinary file"
        raise DocumentRefused(reason, "Take it out of the folder.")
    largest = LARGEST_CONVERTED if converted(path) else LARGEST
    if status.st_size > largest:
        raise _too_large(status.st_size, largest)
    if not os.access(file, os.R_OK):
        reason = "this user may not read it"
        raise DocumentRefused(reason, "Give this user permission to read it.")


def _too_large(size: int, largest: int) -> DocumentRefused:
    reason = f"it is over {largest // 1_000_000} MB ({size / 1_000_000:.1f} MB)"
    return DocumentRefused(reason, "Split it into playbooks of a few pages.")


def _printable(path: str) -> str:
    """A path that can be shown: characters that are no text are written out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in path)
