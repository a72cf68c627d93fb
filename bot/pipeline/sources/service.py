"""The CRMs that are set up: syncing them now, and how each stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.deals.errors import DealsFileError
from bot.deals.mapping import Mapping as MappingFile
from bot.deals.mapping import load_mapping
from bot.pipeline.sources.crm import Crm, CrmError
from bot.pipeline.sources.syncing import Book, Progress, Sync, SyncReport
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.people import People
from bot.store.sources import SourceState

SNAPSHOT = "sync {}"


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class Tables(Protocol):
    """Where it is kept how the pipeline stood."""

    def take_snapshot(self, reason: str) -> object:
        """Keep how all deals stand now."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A CRM with its mapping file."""

    crm: Crm
    mapping: Path | None = None


class Sources:
    """Syncs CRMs, one process at a time on a machine, with a snapshot after each."""

    def __init__(
        self,
        connections: Sequence[Connection],
        *,
        live: Live,
        people: Callable[[], People],
        store: Book,
        tables: Tables,
        folder: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._connections: Mapping[str, Connection] = {each.crm.name: each for each in connections}
        self._live = live
        self._people = people
        self._store = store
        self._tables = tables
        self._folder = folder
        self._clock = clock

    @property
    def names(self) -> tuple[str, ...]:
        """The CRMs that are set up."""
        return tuple(self._connections)

    def states(self) -> dict[str, SourceState | None]:
        """How each CRM stands; None before its first sync."""
        return {name: self._store.sources.get(name) for name in self._connections}

    def check(self, name: str) -> str:
        """Whether a CRM can be read, in words. Raises CrmError."""
        connection = self._connections[name]
        mapping_from(connection.mapping, self._live.current().profile)
        return connection.crm.check()

    def sync(self, name: str, *, actor: str, progress: Progress | None = None) -> SyncReport:
        """Sync one CRM. Raises CrmError, DealsFileError or StoreError; what was read before is kept."""
        connection = self._connections.get(name)
        if connection is None:
            there = ", ".join(self.names) or "none"
            raise CrmError(f"There is no source '{name}'. Set up are: {there}. docs/data-in.md says how.")
        judge = self._live.current()
        with self._alone(name):
            sync = Sync(
                connection.crm,
                judge=judge,
                store=self._store,
                people=self._people(),
                mapping=mapping_from(connection.mapping, judge.profile),
                clock=self._clock,
                progress=progress,
            )
            report = sync.run(actor)
            self._tables.take_snapshot(SNAPSHOT.format(name))
        return report

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        from filelock import FileLock, Timeout  # for a sync only

        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / f"sync-{name}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise CrmError(
                f"A sync of {name} is running already. `dealfit pipeline sources` shows how it goes."
            ) from None
        try:
            yield
        finally:
            lock.release()


def mapping_from(path: Path | None, profile: Profile) -> MappingFile | None:
    """A mapping file, with its second files beside it. Raises DealsFileError."""
    if path is None:
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DealsFileError(f"{path}: the mapping file cannot be read ({error.strerror}).") from None

    def open_file(name: str) -> bytes:
        try:
            return (path.parent / Path(name).name).read_bytes()
        except OSError:
            raise DealsFileError(f"there is no file {name} beside {path}. Put it there.") from None

    return load_mapping(data, filename=str(path), facts=profile.facts, currency=profile.currency, open_file=open_file)
