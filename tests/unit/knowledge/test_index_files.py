"""The files of the index: one owner, one generation in use, one truth."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.knowledge.generations import Generations, unwritable
from bot.knowledge.library import Library
from bot.knowledge.manifest import Manifest, Row, mismatch
from bot.knowledge.ownership import Ownership, owner_of
from bot.knowledge.passages import IndexBusy, IndexMismatch, IndexUnwritable, Refusal

from .helpers import NOON, REP, WordEmbedder, split_text

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "# Price\n\nIntro.\n\n## Terms\n\n### Net 30\n\nThirty days.\n"


def _manifest(folder: Path) -> Manifest:
    manifest = Manifest(folder / "index.sqlite")
    manifest.create("words", "0" * 64)
    return manifest


def _written(text: str, path: str = "price.md") -> tuple[str, str, object, list[Row]]:
    document = split_text(text, path)
    return (
        path,
        "sha",
        document,
        [Row(one, f"row:{one.id}", f"vector:{one.id}", f"vector:{one.id}") for one in document.passages],
    )


def test_a_manifest_gives_back_what_was_committed(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path)
    written = _written(TEXT)
    manifest.add_vectors([(row.vector_key, b"1234") for row in written[3]] + [("orphan", b"5678")])
    refusal = Refusal("bad.md", "it is empty", "Write it.", 3)
    manifest.commit([written], [], [refusal], NOON)  # type: ignore[list-item]
    assert manifest.rows() == written[3]
    assert manifest.documents() == {"price.md": "sha"}
    assert manifest.refused() == (refusal,)
    assert manifest.count() == 2
    assert manifest.meta() == {
        "schema": "3",
        "model": "words",
        "model_sha256": "0" * 64,
        "revision": "1",
        "last_refresh": NOON.isoformat(),
    }
    assert manifest.known_vectors() == {row.vector_key for row in written[3]}, "a vector that nobody needs goes"
    assert manifest.vectors(["vector:price.md#price/1", "absent"]) == {"vector:price.md#price/1": b"1234"}
    assert manifest.passage("price.md#net-30/1") == written[3][1].passage
    assert manifest.passage("absent") is None


def test_a_link_leads_to_the_first_passage_of_its_section(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path)
    manifest.commit([_written(TEXT)], [], [], NOON)  # type: ignore[list-item]
    found = {
        link: manifest.first_passage(*link) for link in (("price.md", ""), ("price.md", "terms"), ("price.md", "x"))
    }
    assert [one.id if one else None for one in found.values()] == ["price.md#price/1", "price.md#net-30/1", None]


def test_a_document_that_is_gone_leaves_nothing(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path)
    manifest.commit([_written(TEXT), _written(TEXT, "other.md")], [], [], NOON)  # type: ignore[list-item]
    manifest.commit([], ["price.md"], [], NOON)
    assert list(manifest.documents()) == ["other.md"]
    assert {row.passage.path for row in manifest.rows()} == {"other.md"}
    assert manifest.first_passage("price.md", "terms") is None


def test_a_refresh_without_changes_is_no_new_revision(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path)
    manifest.commit([_written(TEXT)], [], [], NOON)  # type: ignore[list-item]
    manifest.commit([], [], [], NOON)
    assert manifest.meta()["revision"] == "1"


def test_a_commit_that_fails_changes_nothing(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path)
    manifest.commit([_written(TEXT)], [], [], NOON)  # type: ignore[list-item]
    twice = _written("# Other\n\nText.\n", "other.md")
    with pytest.raises(IndexMismatch):
        manifest.commit([twice, twice], ["price.md"], [], NOON)  # type: ignore[list-item]
    assert list(manifest.documents()) == ["price.md"]


def test_a_file_that_is_no_manifest_is_refused_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"not a database, and long enough to be looked at" * 10)
    with pytest.raises(IndexMismatch, match="dealfit index --rebuild"):
        Manifest(tmp_path / "index.sqlite").meta()


def test_a_manifest_that_went_away_cannot_be_written_and_says_so(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path)
    manifest.file.unlink()
    with pytest.raises(IndexUnwritable, match="check permission and disk space"):
        manifest.add_vectors([("k", b"v")])


def test_an_index_of_another_model_or_version_does_not_match() -> None:
    ours = {"schema": "3", "model": "words", "model_sha256": "0" * 64}
    assert mismatch(ours, WordEmbedder()) is None
    assert "dealfit index --rebuild" in str(mismatch(ours, WordEmbedder(sha256="1" * 64)))
    assert "made by the model words" in str(mismatch(ours, WordEmbedder(name="other")))
    assert "another version of Dealfit" in str(mismatch({**ours, "schema": "0"}, WordEmbedder()))


def test_generations_change_over_in_one_step_and_the_rest_is_swept(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    assert generations.current() is None
    first = generations.create()
    first.manifest.create("words", "0")
    assert generations.current() is None, "not in use yet"
    generations.use(first)
    second = generations.create()
    second.manifest.create("words", "0")
    assert (first.name, second.name) == ("gen-0001", "gen-0002")
    current = generations.current()
    assert current is not None
    assert current.name == "gen-0001"
    generations.use(second)
    generations.sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "gen-0002"]
    assert generations.create().name == "gen-0003"


@pytest.mark.parametrize("text", ["", "../../etc", "gen-0009", "gen-x"])
def test_a_current_that_names_no_generation_is_no_index(tmp_path: Path, text: str) -> None:
    (tmp_path / "CURRENT").write_text(text)
    assert Generations(tmp_path).current() is None


def test_one_owner_at_a_time(tmp_path: Path) -> None:
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    assert owner_of(tmp_path) is None
    first.acquire()
    first.acquire()
    assert owner_of(tmp_path) == os.getpid()
    with pytest.raises(IndexBusy, match=rf"in use by process {os.getpid()}: stop it, .*DEALFIT_CHROMA_URL"):
        second.acquire(patience=0)
    assert (first.held, second.held) == (True, False)
    first.release()
    assert owner_of(tmp_path) is None
    second.acquire()
    second.release()
    second.release()


def test_an_owner_that_did_not_say_its_name_is_still_an_owner(tmp_path: Path) -> None:
    owner = Ownership(tmp_path)
    owner.acquire()
    (tmp_path / "owner.pid").write_text("junk")
    assert owner_of(tmp_path) == 0
    with pytest.raises(IndexBusy, match="another process"):
        Ownership(tmp_path).acquire(patience=0)
    owner.release()


def test_errors_of_the_file_system_name_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexUnwritable, match="DEALFIT_DATA_DIR"), unwritable(tmp_path):
        (tmp_path / "file" / "under").mkdir()


def test_without_an_index_nothing_raises_but_a_search(tmp_path: Path) -> None:
    library = Library(tmp_path, tmp_path / "index", embedder=WordEmbedder(), clock=lambda: NOON)
    status = library.status()
    assert (status.exists, status.passages, status.owner) == (False, 0, None)
    assert "dealfit index" in str(status.problem)
    assert library.passage("price.md#terms/1", audience=REP) is None
    assert library.guidance("price.md#terms", audience=REP) is None
    assert library.search(" ", audience=REP) == []
    assert library.search("discount", audience=frozenset()) == []
    with pytest.raises(ValueError, match="at least 1"):
        library.search("discount", audience=REP, limit=0)
    assert not (tmp_path / "index").exists(), "looking makes nothing"


def test_a_damaged_index_is_told_by_the_status(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    made = generations.create()
    made.manifest.file.write_bytes(b"junk" * 100)
    generations.use(made)
    status = Library(tmp_path, tmp_path, embedder=WordEmbedder(), clock=lambda: NOON).status()
    assert status.exists
    assert "dealfit index --rebuild" in str(status.problem)


def test_looking_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    script = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from bot.knowledge.library import Library
library = Library(Path({str(tmp_path)!r}), Path({str(tmp_path / "index")!r}), clock=lambda: datetime.now(UTC))
library.status(), library.anchors(), library.guidance("a.md", audience=frozenset({{"rep"}})), library.close()
heavy = {{"chromadb", "onnxruntime", "tokenizers", "bm25s", "numpy", "watchfiles"}} & set(sys.modules)
sys.exit(f"loaded {{heavy}}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
