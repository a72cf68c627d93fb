"""The passages' vectors in Chroma: embedded in the index folder with one owner, or on a server that several share.

Rows are named by what they hold (see `manifest.Row`), so comparing names shows what is missing and what is too much.
Chroma is given vectors and who may read them, and no text: it never embeds, and never sends anything anywhere.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from bot.knowledge.passages import ChromaUnreachable, IndexMismatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.knowledge.embedding import Embedder, Vector
    from bot.knowledge.passages import KnowledgeError

    Failure = Callable[[Exception], KnowledgeError]

COLLECTION = "dealfit_passages"
_BATCH = 2_000  # Chroma takes 5,461 at most
_TIMEOUT = 5.0  # seconds, for a server


class ChromaRows:
    """One collection of vectors in the space of cosines. Its methods raise what opening it raises."""

    def __init__(self, client: Any, collection: Any, failure: Failure) -> None:
        """Use `open_embedded` or `open_server`."""
        self._client = client
        self._collection = collection
        self._failure = failure

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # Chroma's own errors share no class, and all of them mean the same here
            raise self._failure(error) from error

    def keys(self) -> set[str]:
        """The names of all rows."""
        with self._told():
            return set(self._collection.get(include=[])["ids"])

    def add(self, keys: Sequence[str], vectors: Sequence[Vector], audiences: Sequence[frozenset[str]]) -> None:
        """Add rows, each with who may read it; a row that is there already is written again."""
        readers = [{f"role_{role}": True for role in audience} for audience in audiences]
        with self._told():
            for begin in range(0, len(keys), _BATCH):
                part = slice(begin, begin + _BATCH)
                self._collection.upsert(ids=list(keys[part]), embeddings=list(vectors[part]), metadatas=readers[part])

    def remove(self, keys: Sequence[str]) -> None:
        """Remove rows."""
        with self._told():
            for begin in range(0, len(keys), _BATCH):
                self._collection.delete(ids=list(keys[begin : begin + _BATCH]))

    def nearest(self, vector: Vector, audience: frozenset[str], limit: int) -> list[str]:
        """The names of the rows nearest to a vector, nearest first, among those that the audience may read."""
        readable = [{f"role_{role}": True} for role in sorted(audience)]
        where = readable[0] if len(readable) == 1 else {"$or": readable}
        with self._told():
            found = self._collection.query(query_embeddings=[vector], n_results=limit, where=where, include=[])
        return list(found["ids"][0])

    def close(self) -> None:
        """Let go of the files or of the connections."""
        _close(self._client)


def open_embedded(folder: Path, embedder: Embedder) -> ChromaRows:
    """The collection in a folder that this process owns. Raises IndexMismatch when it is damaged or another model's."""
    import chromadb  # 2 s and more
    from chromadb.config import Settings  # beside it

    def failure(error: Exception) -> KnowledgeError:
        return IndexMismatch(f"the vectors in {folder} cannot be used ({error}): run `dealfit index --rebuild`")

    client: Any = None
    try:
        client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        return _collection(client, embedder, failure)
    except Exception as error:
        if client is not None:
            _close(client)
        if isinstance(error, IndexMismatch):
            raise
        raise failure(error) from error


def open_server(url: str, embedder: Embedder, *, replace: bool = False, seconds: float = _TIMEOUT) -> ChromaRows:
    """The collection on a server; `replace` empties it first, and each call may take so many seconds.

    Raises ChromaUnreachable and IndexMismatch.
    """
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        message = f"DEALFIT_CHROMA_URL is {url!r}, which is no address of a server: write it like http://127.0.0.1:8000"
        raise ChromaUnreachable(message)

    def failure(error: Exception) -> KnowledgeError:
        remedy = "start it with `chroma run`, or take DEALFIT_CHROMA_URL out of the settings"
        return ChromaUnreachable(f"the Chroma server at {url} does not answer ({error}): {remedy}")

    client: Any = None
    try:
        # Chroma's own client waits for ever, so ask first whether anybody is there.
        with urlopen(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=seconds):  # noqa: S310 - http and https only, above
            pass
        client = _server_client(
            address.hostname, address.port or (443 if address.scheme == "https" else 8000), url, seconds
        )
        if replace and COLLECTION in {one.name for one in client.list_collections()}:
            client.delete_collection(COLLECTION)
        return _collection(client, embedder, failure)
    except Exception as error:
        if client is not None:
            _close(client)
        if isinstance(error, IndexMismatch):
            raise
        raise failure(error) from error


def _server_client(host: str, port: int, url: str, seconds: float) -> Any:
    import chromadb  # 2 s and more
    from chromadb.config import Settings  # beside it

    settings = Settings(anonymized_telemetry=False)
    client: Any = chromadb.HttpClient(host=host, port=port, ssl=url.startswith("https"), settings=settings)
    for session in _sessions(client):
        session.timeout = seconds
    return client


def _sessions(client: Any) -> list[Any]:
    """The HTTP sessions of a client of a server: Chroma 1.5.9 has no setting for their time limit, and leaks them."""
    servers = (getattr(owner, "_server", None) for owner in (client, getattr(client, "_admin_client", None)))
    return [session for session in (getattr(server, "_session", None) for server in servers) if session is not None]


def _close(client: Any) -> None:
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def _collection(client: Any, embedder: Embedder, failure: Failure) -> ChromaRows:
    """Open or make the collection, and compare its model with ours."""
    ours = {"model": embedder.name, "model_sha256": embedder.sha256}
    collection = client.get_or_create_collection(
        COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}, metadata=ours
    )
    theirs = {key: (collection.metadata or {}).get(key) for key in ours}
    if theirs != ours:
        message = (
            f"the vectors in Chroma were made by {theirs['model']} ({str(theirs['model_sha256'])[:12]}), and this is "
            f"{embedder.name} ({embedder.sha256[:12]}): run `dealfit index --rebuild`"
        )
        raise IndexMismatch(message)
    return ChromaRows(client, collection, failure)
