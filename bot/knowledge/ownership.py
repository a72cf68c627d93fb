"""Who may write to an index: one process, by a lock of the operating system that ends with the process.

Two processes that write to one embedded Chroma corrupt it, so the lock is taken before Chroma is opened and kept
until it is closed. A crash frees the lock by itself; the file beside it only tells other processes whom to name.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bot.knowledge.passages import IndexBusy

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import FileLock

_PATIENCE = 1.0
"""Seconds that an owner-to-be waits: `owner_of` holds the lock for a moment when it looks."""


class Ownership:
    """The lock on one index folder."""

    def __init__(self, index_dir: Path) -> None:
        """Nothing is locked yet."""
        self._index_dir = index_dir
        self._lock: FileLock | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock is not None

    def acquire(self, patience: float = _PATIENCE) -> None:
        """Become the owner, waiting up to `patience` seconds. Raises IndexBusy with the owner's process id."""
        if self._lock is not None:
            return
        lock = _lock(self._index_dir)
        try:
            lock.acquire(timeout=patience)
        except TimeoutError as error:
            pid = _read_pid(self._index_dir)
            who = f"process {pid}" if pid else "another process"
            message = (
                f"the index in {self._index_dir} is in use by {who}: stop it, or run a Chroma server "
                "and set DEALFIT_CHROMA_URL so that several processes can share it"
            )
            raise IndexBusy(message) from error
        _pid_file(self._index_dir).write_text(f"{os.getpid()}\n", encoding="ascii")
        self._lock = lock

    def release(self) -> None:
        """Let others own the index."""
        if self._lock is not None:
            _pid_file(self._index_dir).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None


def owner_of(index_dir: Path) -> int | None:
    """The process that owns the index now, or None. Never raises; 0 when somebody owns it and did not say who."""
    try:
        if not (index_dir / "owner.lock").exists():
            return None
        lock = _lock(index_dir)
        lock.acquire(timeout=0)
    except TimeoutError:
        return _read_pid(index_dir) or 0
    except OSError:
        return None
    lock.release()
    return None


def _lock(index_dir: Path) -> FileLock:
    from filelock import FileLock  # only who may write needs it

    return FileLock(index_dir / "owner.lock", thread_local=False, preserve_lock_file=True)


def _pid_file(index_dir: Path) -> Path:
    return index_dir / "owner.pid"


def _read_pid(index_dir: Path) -> int | None:
    try:
        return int(_pid_file(index_dir).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
