"""The playbooks as the rest of Dealfit uses them: refresh, search, a passage, the guidance that a rule points at.

Which path answers a search:
- the owner of an embedded index (the process that refreshed it and holds its lock) asks its Chroma;
- with `chroma_url`, the Chroma server is asked, by any number of processes;
- a reader (another process beside the owner, or one that never refreshed, such as `dealfit ask`) compares the
  question with all vectors in the manifest, exactly, and opens no Chroma at all: two processes on one embedded Chroma
  corrupt it.

All three rank the same way and give the same answers; when Chroma fails or lags behind, the exact path takes over.

Nothing heavy is loaded before it is needed: making a Library and `passage`, `guidance`, `anchors` and `status` cost
milliseconds, and need neither the model nor Chroma.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from bot.knowledge.access import ChromaAccess
from bot.knowledge.embedding import Embedder, MiniLM
from bot.knowledge.folder import anchors_in, require_folder
from bot.knowledge.generations import Generation, Generations, unwritable
from bot.knowledge.keywords import Tokens
from bot.knowledge.manifest import made_by_another, mismatch, outdated
from bot.knowledge.ownership import Ownership, owner_of
from bot.knowledge.passages import (
    Hit,
    IndexMismatch,
    IndexMissing,
    IndexReport,
    IndexStatus,
    KnowledgeError,
    Passage,
)
from bot.knowledge.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.knowledge.chroma import ChromaRows
    from bot.knowledge.passages import Refusal
    from bot.knowledge.snapshot import Snapshot

    Progress = Callable[[int, int, str], None]

T = TypeVar("T")
_SERVER_PATIENCE = 30.0  # seconds; with a server, two processes may refresh one after the other


class Library:
    """The playbooks of one folder and their index. Safe to share between threads; `close` when done."""

    def __init__(
        self,
        folder: Path,
        index_dir: Path,
        *,
        chroma_url: str | None = None,
        embedder: Embedder | None = None,
        clock: Callable[[], datetime],
        checkpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open nothing yet. Without an `embedder` it is the bundled model; `checkpoint` is a seam for crash tests."""
        self._folder = folder
        self._index_dir = index_dir
        self._embedder = embedder if embedder is not None else MiniLM()
        self._clock = clock
        self._checkpoint = checkpoint
        self._generations = Generations(index_dir)
        self._ownership = Ownership(index_dir)
        self._chroma = ChromaAccess(chroma_url, self._embedder, clock)
        self._snapshot: Snapshot | None = None
        self._tokens = Tokens()
        self._refusals: dict[tuple[str, str], Refusal] = {}
        self._writing = threading.RLock()
        self._loading = threading.Lock()

    def refresh(self, progress: Progress | None = None, *, rebuild: bool = False) -> IndexReport:
        """Bring the index to what the folder says now; `progress` is told (passages embedded, of how many, document).

        With an embedded Chroma this process owns the index from here on, until `close`. `rebuild` makes a new index
        beside the old one and changes over when it is whole; so does another embedding model than the index was made
        with, unless a Chroma server is shared. Raises IndexBusy, IndexMismatch, IndexUnwritable,
        ChromaUnreachable, ModelUnusable and KnowledgeFolderMissing; the index of before stays in use then.
        """
        with self._writing:
            require_folder(self._folder)
            told = progress or (lambda _done, _total, _path: None)
            owned = self._ownership.held
            try:
                self._own()
                return self._rebuild(told) if rebuild else self._update(told)
            except BaseException:
                if not owned:
                    self._let_go()
                raise
            finally:
                if self._chroma.url:
                    self._ownership.release()

    def search(self, question: str, *, audience: frozenset[str], limit: int = 8) -> list[Hit]:
        """The passages that answer a question best, best first, among those that `audience` (roles) may read.

        An empty question or audience finds nothing. Raises IndexMissing, IndexMismatch and ModelUnusable.
        """
        if limit < 1:
            message = f"limit must be at least 1, and is {limit}"
            raise ValueError(message)
        if not audience or not question.strip():
            return []
        snapshot = self._read(self._current)
        vector = self._embedder.question(question)
        return snapshot.search(question, vector, audience, limit, self._chroma.nearest())

    def passage(self, passage_id: str, *, audience: frozenset[str]) -> Passage | None:
        """A passage by its id.

        None when there is none, when the audience may not read it, and when there is no index. Raises IndexMismatch
        when the index is damaged.
        """
        return self._readable(lambda generation: generation.manifest.passage(passage_id), audience)

    def guidance(self, link: str, *, audience: frozenset[str]) -> Passage | None:
        """The first passage of the section that a link such as `pricing.md#discounts` names; None as for `passage`."""
        path, _, anchor = link.partition("#")
        return self._readable(lambda generation: generation.manifest.first_passage(path, anchor), audience)

    def anchors(self) -> frozenset[str]:
        """Every `path` and `path#anchor` in the folder as it is now, read from the files: no index is needed."""
        return anchors_in(self._folder)

    def status(self) -> IndexStatus:
        """How the index stands. Never raises: what is wrong is told in `problem`."""
        owner = owner_of(self._index_dir)
        try:
            generation = self._generations.current()
            if generation is None or "last_refresh" not in (meta := generation.manifest.meta()):
                return IndexStatus(False, 0, 0, None, None, (), owner, None, str(_missing()))  # noqa: FBT003 - by field
            problem = mismatch(meta, self._embedder)
            manifest = generation.manifest
            return IndexStatus(
                exists=True,
                passages=manifest.count(),
                documents=len(manifest.documents()),
                model=meta["model"],
                model_sha256=meta["model_sha256"],
                refused=manifest.refused(),
                owner=owner,
                last_refresh=datetime.fromisoformat(meta["last_refresh"]),
                problem=problem,
            )
        except (KnowledgeError, OSError, ValueError, KeyError) as error:
            return IndexStatus(True, 0, 0, None, None, (), owner, None, str(error))  # noqa: FBT003 - by field

    def close(self) -> None:
        """Give up the index: another process may own it then. The Library can be used again."""
        with self._writing:
            self._let_go()
            self._snapshot = None

    def _readable(self, find: Callable[[Generation], Passage | None], audience: frozenset[str]) -> Passage | None:
        try:
            found = self._read(find)
        except IndexMissing:
            return None
        return found if found and found.audience & audience else None

    def _read(self, find: Callable[[Generation], T]) -> T:
        """Read the generation in use; once more when a rebuild in another process took it away meanwhile."""
        while True:
            generation = self._generations.current()
            if generation is None:
                raise _missing()
            try:
                return find(generation)
            except IndexMismatch:
                now = self._generations.current()
                if now is None or now.name == generation.name:
                    raise

    def _own(self) -> None:
        with unwritable(self._index_dir):
            self._index_dir.mkdir(parents=True, exist_ok=True)
            self._ownership.acquire(*([_SERVER_PATIENCE] if self._chroma.url else []))
            self._generations.sweep()

    def _let_go(self) -> None:
        self._chroma.use(None)
        self._ownership.release()

    def _update(self, progress: Progress) -> IndexReport:
        generation = self._generations.current()
        if generation is None:
            with unwritable(self._index_dir):
                generation = self._new_generation()
                self._generations.use(generation)
        elif outdated(meta := generation.manifest.meta()):
            return self._rebuild(progress)  # of our own making, and made anew from the same files
        elif problem := mismatch(meta, self._embedder):
            if made_by_another(meta, self._embedder) and not self._chroma.url:
                return self._rebuild(progress)  # another model was set; a server's vectors may be in use by others
            raise IndexMismatch(problem)
        return self._refresher(generation, self._chroma.for_writing(generation.chroma)).run(progress)

    def _rebuild(self, progress: Progress) -> IndexReport:
        self._refusals.clear()  # who asks for a new index has every document read
        with unwritable(self._index_dir):
            generation = self._new_generation()
        chroma = self._chroma.open(generation.chroma, replace=True)
        try:
            report = self._refresher(generation, chroma).run(progress)
            with unwritable(self._index_dir):
                self._generations.use(generation)
        except BaseException:
            chroma.close()
            raise
        self._chroma.use(chroma)
        self._generations.sweep()
        return report

    def _new_generation(self) -> Generation:
        generation = self._generations.create()
        generation.manifest.create(self._embedder.name, self._embedder.sha256)
        return generation

    def _refresher(self, generation: Generation, chroma: ChromaRows) -> Refresher:
        return Refresher(
            folder=self._folder,
            manifest=generation.manifest,
            chroma=chroma,
            embedder=self._embedder,
            clock=self._clock,
            checkpoint=self._checkpoint,
            shared=self._chroma.url is not None,
            refusals=self._refusals,
        )

    def _current(self, generation: Generation) -> Snapshot:
        """The index as it stands on disk now; read again only when it changed."""
        meta = generation.manifest.meta()
        if "last_refresh" not in meta:
            raise _missing()
        if problem := mismatch(meta, self._embedder):
            raise IndexMismatch(problem)
        with self._loading:
            now = self._snapshot
            if now is None or (now.generation, now.revision) != (generation.name, meta["revision"]):
                from bot.knowledge.snapshot import Snapshot  # numpy, needed by a search only

                now = self._snapshot = Snapshot(generation.name, generation.manifest.contents(), self._tokens)
            return now


def _missing() -> IndexMissing:
    return IndexMissing("there is no index of the playbooks yet: run `dealfit index`")
