"""Documents that cannot be read are refused by name, the others are indexed, and a repaired one is found."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.unit.knowledge import documents
from tests.unit.knowledge.helpers import REP, write

from .conftest import PRICING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.knowledge.library import Library


def test_bad_documents_are_refused_by_name_and_the_index_stays_of_use(
    make: Callable[..., Library], folder: Path
) -> None:
    library = make()
    library.refresh()
    (folder / "guide.pdf").write_bytes(documents.pdf(password="secret"))
    with (folder / "export.pdf").open("wb") as stream:
        stream.truncate(200_000_000)
    (folder / "bomb.docx").write_bytes(documents.bomb())
    (folder / "prix.md").write_bytes("# Prix\n\nDéjà vu, café “net”\n".encode("cp1252"))
    (folder / "slides.pptx").write_bytes(documents.pptx(empty=True))
    write(folder, pricing=PRICING.replace("three months", "six months"))

    report = library.refresh()
    reasons = {one.path: one.reason for one in report.refused}
    assert {path: word for path, word in WHY.items() if word in reasons.get(path, "")} == WHY
    assert set(reasons) == set(WHY), "nothing else is refused"
    assert library.status().refused == report.refused
    assert (report.updated, library.status().problem) == (("pricing.md",), None)
    assert "six months" in library.search("discount months", audience=REP)[0].passage.text

    for path in WHY:
        (folder / path).unlink()
    (folder / "prix.md").write_text("# Prix\n\nDéjà vu, café “net”\n", encoding="utf-8")
    repaired = library.refresh()
    assert (repaired.added, repaired.refused) == (("prix.md",), ())
    assert library.search("café", audience=REP)[0].passage.path == "prix.md"


def test_a_bad_document_that_has_not_changed_keeps_no_good_one_waiting(
    make: Callable[..., Library], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make()
    (folder / "guide.pdf").write_bytes(documents.pdf(password="secret"))
    (folder / "slides.pptx").write_bytes(documents.pptx(empty=True))
    refused = library.refresh().refused
    assert [one.path for one in refused] == ["guide.pdf", "slides.pptx"]
    write(folder, pricing=PRICING.replace("three months", "six months"))
    with monkeypatch.context() as patched:
        # A converter costs seconds to start: for documents that are known to be bad none is.
        patched.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a document was converted again"))
        report = library.refresh()
    assert (report.updated, report.refused, library.status().refused) == (("pricing.md",), refused, refused)
    (folder / "guide.pdf").write_bytes(documents.pdf())
    assert library.refresh().added == ("guide.pdf",)
    (folder / "guide.pdf").write_bytes(documents.pdf(password="secret"))
    again = library.refresh(rebuild=True)
    assert [one.path for one in again.refused] == ["guide.pdf", "slides.pptx"]


WHY = {
    "guide.pdf": "it has a password",
    "export.pdf": "it is over 50 MB (200.0 MB)",
    "bomb.docx": "unpacks to 400 MB",
    "prix.md": "windows-1252",
    "slides.pptx": "there is no text on its slides",
}
