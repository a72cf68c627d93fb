"""A refresh does what the changes ask for and no more, and a crash or a second process breaks nothing."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from bot.knowledge.chroma import open_embedded
from bot.knowledge.passages import (
    IndexBusy,
    IndexMismatch,
    IndexMissing,
    IndexUnwritable,
    KnowledgeFolderMissing,
    ModelUnusable,
)
from bot.knowledge.watch import watch
from tests.unit.knowledge.helpers import APPROVER, MANAGER, REP, WordEmbedder, write

from .conftest import DESK, PRICING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.knowledge.embedding import Vector
    from bot.knowledge.library import Library

    Make = Callable[..., Library]


def _chroma_keys(library: Library, index: Path) -> set[str]:
    """What Chroma holds, looked at after its owner is gone."""
    library.close()
    current = (index / "CURRENT").read_text().strip()
    rows = open_embedded(index / current / "chroma", WordEmbedder())
    keys = rows.keys()
    rows.close()
    return keys


def _manifest_keys(library: Library) -> set[str]:
    generation = library._generations.current()
    assert generation is not None
    return {row.row_key for row in generation.manifest.rows()}


def test_only_what_changed_is_embedded_again(make: Make, folder: Path) -> None:
    embedder = WordEmbedder()
    library = make(embedder)
    seen: list[tuple[int, int, str]] = []
    first = library.refresh(lambda *step: seen.append(step))
    assert (first.added, first.passages, first.embedded) == (("desk.md", "pricing.md"), 4, 4)
    assert seen == [(0, 4, "desk.md"), (4, 4, "pricing.md")]
    assert embedder.embedded[0].startswith("Deal desk notes\nThe discount floor")

    again = library.refresh()
    assert (again.unchanged, again.embedded, again.changed) == (("desk.md", "pricing.md"), 0, False)

    write(folder, pricing=PRICING.replace("three months", "six months"))
    changed = library.refresh()
    assert (changed.updated, changed.unchanged, changed.embedded) == (("pricing.md",), ("desk.md",), 1)
    assert "six months" in embedder.embedded[-1]
    assert "six months" in library.search("discount months", audience=REP)[0].passage.text
    assert len(embedder.embedded) == 5


def test_a_renamed_document_and_a_new_audience_are_not_embedded_again(make: Make, folder: Path) -> None:
    library = make()
    library.refresh()
    (folder / "pricing.md").rename(folder / "price.md")
    renamed = library.refresh()
    assert (renamed.added, renamed.removed, renamed.embedded) == (("price.md",), ("pricing.md",), 0)
    write(folder, desk=DESK.replace("[approver]", "[rep]"))
    assert library.refresh().embedded == 0
    assert "floor" in library.search("discount floor", audience=REP)[0].passage.text


def test_a_removed_document_leaves_both_indexes(make: Make, folder: Path, tmp_path: Path) -> None:
    library = make()
    library.refresh()
    (folder / "desk.md").unlink()
    report = library.refresh()
    assert (report.removed, report.passages) == (("desk.md",), 3)
    assert library.search("discount floor", audience=APPROVER) == []
    assert library.passage("desk.md#deal-desk-notes/1", audience=APPROVER) is None
    wanted = _manifest_keys(library)
    assert len(wanted) == 3
    assert _chroma_keys(library, tmp_path / "index") == wanted


def test_a_document_that_went_bad_is_taken_out_and_said_so(make: Make, folder: Path) -> None:
    library = make()
    library.refresh()
    (folder / "desk.md").write_bytes(b"\xff\xfe\x00\x01")
    report = library.refresh()
    assert report.removed == ("desk.md",)
    assert [str(one) for one in report.refused] == [
        (
            "desk.md: it looks like UTF-16, and only UTF-8 is read; its earlier passages were taken out of the index. "
            "Save it as UTF-8."
        )
    ]
    assert library.status().refused == report.refused
    assert library.search("discount", audience=REP), "the rest is still there"


def test_forbidden_and_absent_read_alike(make: Make) -> None:
    library = make()
    library.refresh()
    assert library.passage("desk.md#deal-desk-notes/1", audience=REP) is None
    assert library.guidance("desk.md#deal-desk-notes", audience=REP) is None
    assert library.guidance("absent.md#x", audience=REP) is None
    found = library.guidance("desk.md#deal-desk-notes", audience=APPROVER)
    assert found is not None
    assert {hit.passage.path for hit in library.search("discount floor", audience=MANAGER)} == {"pricing.md"}
    assert {hit.passage.path for hit in library.search("discount floor", audience=APPROVER)} == {"desk.md"}


def test_a_folder_that_went_away_empties_nothing(make: Make, folder: Path) -> None:
    library = make()
    library.refresh()
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(KnowledgeFolderMissing):
        library.refresh()
    assert library.search("discount", audience=REP)


def test_a_search_before_the_first_refresh_says_what_to_do(make: Make) -> None:
    with pytest.raises(IndexMissing, match="run `dealfit index`"):
        make().search("discount", audience=REP)


def test_an_index_that_cannot_be_written_says_what_to_do(make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexUnwritable, match="DEALFIT_DATA_DIR"):
        make(index=tmp_path / "file" / "index").refresh()


def test_another_model_finds_nothing_until_a_refresh_has_made_the_index_anew(make: Make, tmp_path: Path) -> None:
    first = make()
    first.refresh()
    first.close()
    other = make(WordEmbedder("other", "1" * 64))
    with pytest.raises(IndexMismatch, match=r"made by the model words .* this is other .*dealfit index --rebuild"):
        other.search("discount", audience=REP)
    assert "dealfit index --rebuild" in str(other.status().problem)
    report = other.refresh()
    assert (report.embedded, other.status().model, other.status().problem) == (4, "other", None)
    assert sorted(path.name for path in (tmp_path / "index").glob("gen-*")) == ["gen-0002"]
    assert other.search("discount", audience=REP)
    with pytest.raises(IndexMismatch, match="made by the model other"):
        make().search("discount", audience=REP)


def test_a_model_that_fails_leaves_the_index_of_the_model_before(make: Make) -> None:
    first = make()
    first.refresh()
    first.close()
    broken = WordEmbedder("other", "1" * 64)
    broken.passages = _fails  # type: ignore[method-assign]
    other = make(broken)
    with pytest.raises(ModelUnusable, match="no such model"):
        other.refresh()
    assert other.status().owner is None, "a refresh that failed gives the lock back"
    assert make().search("discount", audience=REP)


def _fails(_texts: Sequence[str]) -> Sequence[Vector]:
    raise ModelUnusable("no such model")


def test_chromas_own_model_is_checked_too(make: Make, tmp_path: Path) -> None:
    library = make()
    library.refresh()
    library.close()
    chroma = tmp_path / "index" / "gen-0001" / "chroma"
    with pytest.raises(IndexMismatch, match=r"were made by words .* this is other"):
        open_embedded(chroma, WordEmbedder("other", "1" * 64))


def test_a_damaged_chroma_is_told_and_a_rebuild_repairs_it(make: Make, tmp_path: Path) -> None:
    library = make()
    library.refresh()
    library.close()
    (tmp_path / "index" / "gen-0001" / "chroma" / "chroma.sqlite3").write_bytes(b"junk" * 1000)
    with pytest.raises(IndexMismatch, match="dealfit index --rebuild"):
        make().refresh()
    assert make().search("discount", audience=REP), "a reader needs no Chroma"
    library = make()
    assert library.refresh(rebuild=True).embedded == 4


def test_a_rebuild_that_fails_leaves_the_index_in_use(make: Make) -> None:
    library = make()
    library.refresh()

    class Broken(WordEmbedder):
        def passages(self, texts: object) -> list[object]:  # type: ignore[override]
            message = f"no more memory for {texts}"
            raise MemoryError(message)

    library.close()
    broken = make(Broken())
    with pytest.raises(MemoryError):
        broken.refresh(rebuild=True)
    assert make().refresh().embedded == 0


_CHILD = """
import os, sys
from pathlib import Path
from bot.knowledge.library import Library
from tests.unit.knowledge.helpers import NOON, REP, WordEmbedder
folder, index, step = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
die = lambda name: os._exit(9) if name == step else None
library = Library(folder, index, embedder=WordEmbedder(), clock=lambda: NOON, checkpoint=die)
if step == "read":
    print([hit.passage.path for hit in library.search("discount", audience=REP)])
library.refresh()
"""


def _child(folder: Path, index: Path, step: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _CHILD, str(folder), str(index), step]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("step", ["vectors", "chroma", "manifest"])
def test_a_crash_between_two_writes_is_repaired_by_the_next_refresh(
    make: Make, folder: Path, tmp_path: Path, step: str
) -> None:
    library = make()
    library.refresh()
    before = {hit.passage.id for hit in library.search("discount", audience=REP)}
    library.close()
    (folder / "desk.md").unlink()
    write(folder, pricing=PRICING.replace("three months", "six months"), new="# New\n\nA discount of new kind.\n")
    assert _child(folder, tmp_path / "index", step).returncode == 9

    reader = make()
    found = reader.search("discount months", audience=REP)
    whole = "six months" if step == "manifest" else "three months"
    assert any(whole in hit.passage.text for hit in found), "a reader sees the index before or after, never between"
    assert step == "manifest" or {hit.passage.id for hit in found} == before

    report = reader.refresh()
    assert report.embedded == 0, "what was embedded before the crash is not embedded again"
    assert (report.passages, reader.status().problem) == (4, None)
    assert "six months" in reader.search("discount months", audience=REP)[0].passage.text
    wanted = _manifest_keys(reader)
    assert _chroma_keys(reader, tmp_path / "index") == wanted


def test_a_crash_in_the_first_build_starts_where_it_stopped(make: Make, folder: Path, tmp_path: Path) -> None:
    assert _child(folder, tmp_path / "index", "vectors").returncode == 9
    library = make()
    assert not library.status().exists
    report = library.refresh()
    assert (len(report.added), report.passages, report.embedded) == (2, 4, 0)


def test_a_second_process_may_read_and_may_not_write(make: Make, folder: Path, tmp_path: Path) -> None:
    make().refresh()
    child = _child(folder, tmp_path / "index", "read")
    assert child.stdout == "['pricing.md', 'pricing.md', 'pricing.md']\n"
    assert child.returncode == 1
    assert f"IndexBusy: the index in {tmp_path / 'index'} is in use by process {os.getpid()}" in child.stderr


def test_a_reader_sees_a_refresh_and_a_rebuild_of_the_owner(make: Make, folder: Path) -> None:
    owner, reader = make(), make()
    owner.refresh()
    assert len(reader.search("discount", audience=REP)) == 3
    write(folder, new="# New\n\nA discount of a new kind.\n")
    owner.refresh()
    assert len(reader.search("discount", audience=REP)) == 4
    owner.refresh(rebuild=True)
    assert len(reader.search("discount", audience=REP)) == 4
    assert len(owner.search("discount", audience=REP)) == 4
    with pytest.raises(IndexBusy):
        reader.refresh()
    owner.close()
    assert reader.refresh().embedded == 0


def test_searches_go_on_while_the_index_is_refreshed(make: Make, folder: Path) -> None:
    library = make()
    library.refresh()
    stop, problems = threading.Event(), list[BaseException]()

    def search() -> None:
        while not stop.is_set():
            try:
                assert library.search("discount", audience=REP)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test tells it
                problems.append(error)
                return

    searching = threading.Thread(target=search)
    searching.start()
    for number in range(5):
        write(folder, pricing=PRICING.replace("three", f"{number}"))
        library.refresh(rebuild=number == 3)
    stop.set()
    searching.join()
    assert problems == []


def test_a_changed_playbook_is_found_soon(make: Make, folder: Path) -> None:
    library = make()
    library.refresh()
    stop, refreshed = threading.Event(), threading.Event()
    calls: list[tuple[str, ...]] = []

    def on_change(paths: tuple[str, ...]) -> None:
        calls.append(paths)
        if len(calls) == 1:
            message = "the first call fails, and the watch goes on"
            raise RuntimeError(message)
        library.refresh()
        refreshed.set()

    watching = threading.Thread(target=watch, args=(folder, on_change, stop))
    watching.start()
    try:
        for number in range(100):  # the watch may need a moment to begin: write until it has seen two changes
            write(folder, new=f"# New\n\nNumber {number} says zebra.\n")
            if refreshed.wait(0.3 if number % 5 else 1.5):
                break
    finally:
        stop.set()
        watching.join(timeout=60)
    assert not watching.is_alive()
    assert set(calls) <= {(), ("new.md",)}
    assert "zebra" in library.search("zebra", audience=REP)[0].passage.text


def test_what_changed_before_the_watch_began_is_found_too(make: Make, folder: Path) -> None:
    library = make()
    library.refresh()
    write(folder, late="# Late\n\nThe quokka came between the first look and the watch.\n")
    stop, told = threading.Event(), threading.Event()

    def on_change(_: tuple[str, ...]) -> None:
        library.refresh()
        told.set()

    watching = threading.Thread(target=watch, args=(folder, on_change, stop))
    watching.start()
    try:
        assert told.wait(60)
    finally:
        stop.set()
        watching.join(timeout=60)
    assert "quokka" in library.search("quokka", audience=REP)[0].passage.text


def test_a_folder_that_comes_late_or_is_put_in_anothers_place_is_watched(tmp_path: Path) -> None:
    folder, heard = tmp_path / "playbooks", queue.Queue[tuple[str, ...]]()
    stop = threading.Event()
    watching = threading.Thread(target=watch, args=(folder, heard.put, stop))
    watching.start()
    try:
        folder.mkdir()
        assert heard.get(timeout=60) == (), "it has begun"
        folder.rename(tmp_path / "before")
        (tmp_path / "next").mkdir()
        write(tmp_path / "next", moved="# Moved\n\nA fresh copy.\n")
        (tmp_path / "next").rename(folder)
        while True:
            write(folder, fresh=f"# Fresh\n\nWritten for the {heard.qsize()}th time.\n")
            if "fresh.md" in heard.get(timeout=60):
                break
    finally:
        stop.set()
        watching.join(timeout=60)
    assert not watching.is_alive()
