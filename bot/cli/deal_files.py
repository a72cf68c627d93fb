"""Reading a file of deals, with or without a mapping."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import fail

if TYPE_CHECKING:
    from bot.deals.rows import RowDeal
    from bot.profile.model import Profile

LARGEST = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileOfDeals:
    """What a file holds: its deals row by row, what was said of the file as a whole, and its hash."""

    deals: list[RowDeal]
    notes: tuple[str, ...]
    sha256: str


def read_bytes(path: Path) -> bytes:
    """The file's bytes; a folder, a missing or a far too large file is refused in words."""
    if not path.is_file():
        fail(f"{path}: there is no such file. Give the path of a .csv, .tsv, .yaml or .jsonl file.")
    if path.stat().st_size > LARGEST:
        fail(f"{path}: larger than {LARGEST // 2**20} MB. Split it, or import it with `dealfit pipeline import`.")
    return path.read_bytes()


def read_file(path: Path, mapping_path: Path | None, profile: Profile) -> FileOfDeals:
    """Read the deals. Raises DealsFileError when the file as a whole cannot be read."""
    from bot.deals.mapping import load_mapping  # noqa: PLC0415
    from bot.deals.rows import read_deals  # noqa: PLC0415

    data = read_bytes(path)
    mapping = None
    if mapping_path is not None:
        mapping = load_mapping(
            read_bytes(mapping_path), filename=str(mapping_path), facts=profile.facts, currency=profile.currency
        )
    rows = read_deals(data, filename=path.name, facts=profile.facts, currency=profile.currency, mapping=mapping)
    notes = []
    if rows.left_out:
        notes.append(f"{rows.left_out} rows were left out, as the mapping says.")
    if rows.unread:
        notes.append(f"columns that were not used: {', '.join(rows.unread)}")
    return FileOfDeals(list(rows), tuple(notes), hashlib.sha256(data).hexdigest())
