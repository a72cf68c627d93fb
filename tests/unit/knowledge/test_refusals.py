"""A bad document is refused by name with the remedy, and the others are read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bot.knowledge.folder import LARGEST, Source, anchors_in, scan
from bot.knowledge.passages import DocumentRefused, KnowledgeFolderMissing, Refusal
from bot.knowledge.readers.decoding import decode
from bot.knowledge.readers.registry import read_document

if TYPE_CHECKING:
    from pathlib import Path


def _refused(folder: Path) -> dict[str, Refusal]:
    """What scanning and reading refuse, by path."""
    found = {}
    for source in scan(folder):
        if isinstance(source, Refusal):
            found[source.path] = source
            continue
        try:
            read_document(source.read(), source.path)
        except DocumentRefused as refused:
            found[source.path] = refused.refusal(source.path)
    return found


@pytest.mark.parametrize(
    ("name", "data", "reason", "remedy", "line"),
    [
        ("a.md", b"", "it is empty", "Write it", None),
        ("a.md", b" \n\n", "it is empty", "Write it", None),
        ("a.md", b"---\ntitle: A\n---\n# A\n\n## B\n", "no text", "Write it", None),
        ("a.md", b"---\ntitle: A\n---\n<!-- later -->\n", "no text", "Write it", None),
        ("a.md", b"\x7fELF\x02\x01\x00\x00\x00", "it is binary", "Save it as Markdown", None),
        ("a.md", "# Prix\n\nD\u00e9j\u00e0 vu".encode("utf-16"), "UTF-16", "Save it as UTF-8", None),
        ("a.md", "# Prix\n\nD\u00e9j\u00e0 vu, caf\u00e9 \u201cnet\u201d".encode("cp1252"), "windows-1252", "UTF-8", 3),
        ("a.md", b"# A\n\n\xc3", "UTF-8", "Save it as UTF-8", 3),
        ("a.pages", b"%PDF-1.7", ".pages is not a format that is read", "Save it as Markdown", None),
        ("a.DOCX", b"PK", "not a Word document, or it is damaged", "Save it again", None),
        ("Makefile", b"all:", "a file without an extension is not", "Save it as Markdown", None),
        ("a.md", b"---\nowner: [x]\n---\n# A\n\nText.\n", "`owner` must be text", "quotes", 2),
        ("a.md", b"x" * (LARGEST + 1), "over 5 MB", "Split it", None),
        ("a#b.md", b"# A\n\nText.\n", "character that a link cannot carry", "Rename it", None),
    ],
)
def test_a_bad_document_is_refused(
    tmp_path: Path, name: str, data: bytes, reason: str, remedy: str, line: int | None
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.md").write_text("# Good\n\nText.\n")
    refused = _refused(tmp_path)
    assert set(refused) == {name}
    assert reason in refused[name].reason
    assert remedy in refused[name].remedy
    assert refused[name].line == line
    assert str(refused[name]).startswith(f"{name}:{line}: " if line else f"{name}: ")
    assert anchors_in(tmp_path) == {"good.md", "good.md#good"}


def test_links_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    folder, outside = tmp_path / "knowledge", tmp_path / "secret.md"
    folder.mkdir()
    outside.write_text("# Secret\n\nText.\n")
    (tmp_path / "elsewhere").mkdir()
    (folder / "good.md").write_text("# Good\n\nText.\n")
    (folder / "inside.md").symlink_to("good.md")
    (folder / "out.md").symlink_to(outside)
    (folder / "nowhere.md").symlink_to(tmp_path / "absent.md")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "far").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe.md")
    refused = _refused(folder)
    assert {path: one.reason for path, one in refused.items()} == {
        "out.md": "it is a link that leads out of the folder of playbooks",
        "nowhere.md": "it is a link that leads nowhere",
        "loop.md": "it is a link that leads nowhere",
        "far": "it is a link that leads out of the folder of playbooks",
        "pipe.md": "it is not an ordinary file",
    }


def test_a_name_that_is_no_text_is_refused_and_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / "bad\n.md").write_text("# A\n\nText.\n")
    name = os.fsdecode(b"caf\xe9.md")
    (tmp_path / name).write_text("# A\n\nText.\n")
    paths = [one.path for one in scan(tmp_path) if isinstance(one, Refusal)]
    assert paths == ["bad\\n.md", "caf\\udce9.md"]


def test_hidden_files_backups_and_pictures_are_passed_over(tmp_path: Path) -> None:
    for name in (".hidden.md", "a.md~", "~$a.docx", "#a.md#", "a.md.swp", "logo.png", "sub/.x.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "sub" / "b.md").write_text("# B\n\nText.\n")
    assert [one.path for one in scan(tmp_path)] == ["sub/b.md"]


def test_a_document_that_goes_away_while_it_is_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefused, match="cannot be read"):
        Source("gone.md", tmp_path / "gone.md").read()


def test_a_document_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x" * (LARGEST + 10))
    with pytest.raises(DocumentRefused, match="over 5 MB"):
        Source("a.md", tmp_path / "a.md").read()


def test_a_missing_folder_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeFolderMissing, match="set DEALFIT_KNOWLEDGE_DIR"):
        anchors_in(tmp_path / "absent")


def test_text_is_decoded_without_marks_and_control_characters() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\x1b[31m\td\x07") == "a\nb\nc[31m\td"
