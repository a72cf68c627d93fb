"""Reading a file of deals, with or without a mapping."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import fail
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.deals.mapping import Mapping
    from bot.deals.rows import RowDeal
    from bot.profile.model import Profile

LARGEST = 200 * 1024 * 1024
KINDS = "a .csv, .tsv, .xlsx, .parquet, .yaml or .jsonl"
MAPPING = "the mapping's .yaml"


@dataclass(frozen=True, slots=True)
class FileOfDeals:
    """What a file holds: its deals row by row, what was said of the file as a whole, and its hash."""

    deals: list[RowDeal]
    notes: tuple[str, ...]
    sha256: str


def check_file(path: Path, kinds: str = KINDS) -> Path:
    """The path of a file that is there; a folder or a missing file is refused in words."""
    if path.is_dir():
        fail(f"{path} is a folder. Give the path of {kinds} file in it.")
    if not path.is_file():
        fail(f"{path}: there is no such file. Give the path of {kinds} file.")
    return path


def read_bytes(path: Path, kinds: str = KINDS) -> bytes:
    """The file's bytes; a folder, a missing or a far too large file is refused in words."""
    check_file(path, kinds)
    if path.stat().st_size > LARGEST:
        fail(f"{path}: larger than {LARGEST // 2**20} MB. Split it, or import it with `dealfit pipeline import`.")
    return path.read_bytes()


def read_mapping(path: Path | None, profile: Profile, *beside: Path) -> Mapping | None:
    """The mapping file, or None. Its second files lie beside the deals' file, or beside the mapping.

    Raises DealsFileError.
    """
    if path is None:
        return None
    from bot.deals.mapping import load_mapping

    folders = [folder.parent for folder in (*beside, path)]
    return load_mapping(
        read_bytes(path, MAPPING),
        filename=str(path),
        facts=profile.facts,
        currency=profile.currency,
        open_file=second_files(*folders),
    )


def second_files(*folders: Path) -> Callable[[str], bytes]:
    """Opens the files that a mapping looks things up in, from the first of the folders that has them."""
    from bot.deals.errors import DealsFileError

    def open_file(name: str) -> bytes:
        if Path(name).name != name:
            raise DealsFileError(f"'{name}' is a path. Give the file's name alone; it lies beside the deals.")
        for folder in folders:
            if (folder / name).is_file():
                return read_bytes(folder / name)
        shown = " or ".join(dict.fromkeys(str(folder) for folder in folders))
        raise DealsFileError(f"there is no file {name} in {shown}. Put it beside the file of deals.")

    return open_file


def read_file(path: Path, mapping_path: Path | None, profile: Profile, sheet: str | None = None) -> FileOfDeals:
    """Read the deals. Raises DealsFileError when the file as a whole cannot be read."""
    from bot.deals.rows import read_deals

    data = read_bytes(path)
    mapping = read_mapping(mapping_path, profile, path)
    rows = read_deals(
        data, filename=path.name, facts=profile.facts, currency=profile.currency, mapping=mapping, sheet=sheet,
        rates=profile.rates,
    )  # fmt: skip
    notes = []
    if rows.left_out:
        notes.append(f"{counted(rows.left_out, 'row was', 'rows were')} left out, as the mapping says.")
    if rows.unread:
        notes.append(f"columns that were not used: {', '.join(rows.unread)}")
    return FileOfDeals(list(rows), tuple(notes), hashlib.sha256(data).hexdigest())
