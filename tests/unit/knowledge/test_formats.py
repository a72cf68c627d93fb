"""PDF, DOCX, PPTX and HTML become passages that know their page; what cannot be read is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.knowledge.folder import LARGEST_CONVERTED, Source, anchors_in, scan
from bot.knowledge.passages import DocumentRefused, Passage, Refusal
from bot.knowledge.readers.registry import read_document
from bot.knowledge.readers.workbench import Workbench
from bot.knowledge.splitting import split
from tests.unit.knowledge import documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def workbench() -> Iterator[Workbench]:
    with Workbench() as bench:
        yield bench


def _passages(workbench: Workbench, path: str, data: bytes, about: bytes = b"") -> tuple[Passage, ...]:
    return split(path, read_document(data, path, workbench, about)).passages


def test_a_pdf_keeps_its_headings_tables_and_pages(workbench: Workbench) -> None:
    first, second, third = _passages(workbench, "payment.pdf", documents.pdf(pages=3))[:3]
    assert (first.title, first.heading, first.place) == ("Payment guide", "Payment guide > Net terms", "page 1")
    assert first.text.startswith(documents.TERMS * 3)
    assert first.text.endswith("| Term | Days |\n| --- | --- |\n| net 30 | 30 |\n| net 60 | 60 |")
    assert (second.heading, second.place) == ("Payment guide > Net terms", "page 2")  # the section goes on
    assert second.text == "Terms beyond thirty days need Finance, says page 2."
    assert (third.heading, third.label) == ("Payment guide > Prepaid 2", "Payment guide > Prepaid 2, page 2")
    assert len({first.id, second.id, third.id}) == 3


def test_running_heads_and_page_numbers_are_left_out(workbench: Workbench) -> None:
    texts = [passage.text for passage in _passages(workbench, "payment.pdf", documents.pdf(pages=6))]
    assert not any("for the sales force" in text or "Page 4" in text for text in texts)
    assert any("says page 4" in text for text in texts)


def test_a_word_document_keeps_its_headings_lists_and_tables(workbench: Workbench) -> None:
    (only,) = _passages(workbench, "talks.docx", documents.docx())
    assert (only.title, only.heading, only.place) == ("Price talks", "Price talks > Discounts", "")
    assert only.text == (
        "A discount is rarely won back.\n\n* Ask for three months of services.\n* Never below book price without them."
        "\n\n| Services | Discount |\n| --- | --- |\n| 3 months | 10% |"
    )


def test_a_presentation_is_cut_by_slide(workbench: Workbench) -> None:
    slide, notes, table, below = _passages(workbench, "kick-off.pptx", documents.pptx())
    assert (slide.heading, slide.place) == ("Outcomes first", "slide 1")
    assert slide.text == "- Name the metric\n- Agree the baseline"
    assert (notes.heading, notes.text) == ("Outcomes first > Notes", "Say it slowly.")
    assert (table.label, table.place) == ("Outcomes first > Slide 2", "slide 2")
    assert table.text.startswith("| Metric | Target |\n| --- | --- |\n| Uptime | 99.9% |")
    assert (below.heading, below.place) == ("Outcomes first > Who owns it", "slide 3")
    assert "| Nursing director |" in below.text


def test_a_web_page_keeps_its_text_and_loses_what_stands_around_it(workbench: Workbench) -> None:
    passages = _passages(workbench, "walk.html", documents.HTML)
    whole = "\n".join(passage.text for passage in passages)
    assert [passage.heading for passage in passages] == ["Walking away", "Walking away > When"]
    assert "Say **no** early." in whole
    assert "| No CFO | Stop |" in whole
    assert not any(word in whole for word in ("steal", "Products", "Imprint", "Ignore the rules"))


def test_a_side_file_says_who_may_read_a_document(workbench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "talks.docx").write_bytes(documents.docx())
    (tmp_path / "talks.docx.yaml").write_text("title: Floor prices\naudience: [manager]\nowner: Ruth\n")
    (tmp_path / "alone.yaml").write_text("title: Nothing beside me\n")
    sources = list(scan(tmp_path))
    refused = [source for source in sources if isinstance(source, Refusal)]
    (source,) = [source for source in sources if isinstance(source, Source) and source.path == "talks.docx"]
    assert [source.path for source in sources if isinstance(source, Source)] == ["alone.yaml", "talks.docx"]
    assert not refused
    (only,) = _passages(workbench, source.path, source.read(), source.about())
    assert (only.title, only.audience, only.owner) == ("Floor prices", frozenset({"manager"}), "Ruth")
    assert anchors_in(tmp_path) >= {"talks.docx", "talks.docx#discounts"}


def test_a_side_file_with_a_mistake_refuses_its_document(workbench: Workbench) -> None:
    with pytest.raises(DocumentRefused, match=r"in the YAML file beside it.*unknown key `audiance`") as refused:
        read_document(documents.docx(), "talks.docx", workbench, b"title: A\naudiance: [manager]\n")
    assert (refused.value.line, refused.value.remedy) == (2, "Did you mean `audience`?")


@pytest.mark.parametrize(
    ("name", "data", "reason", "remedy"),
    [
        ("a.pdf", lambda: documents.pdf(password="secret"), "it has a password", "without a password"),
        ("a.pdf", documents.scan, "looks like a scan", "OCR"),
        ("a.pdf", lambda: documents.pdf()[:900], "the PDF cannot be read", "print it to a PDF again"),
        ("a.pdf", lambda: b"PK\x03\x04 no pdf", "it is not a PDF", "Save it again"),
        ("a.docx", documents.bomb, "unpacks to 400 MB", "without its pictures"),
        ("a.pptx", lambda: documents.bomb("ppt/presentation.xml"), "unpacks to 400 MB", "without its pictures"),
        ("a.docx", documents.pptx, "it is not a Word document, in spite of its name", "Save it again"),
        ("a.docx", lambda: documents.docx()[:3000], "or it is damaged", "Save it again"),
        ("a.pptx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "with a password", "without a password"),
        ("a.pptx", lambda: documents.pptx(empty=True), "there is no text on its slides", "Write it"),
        ("a.html", lambda: b"<html><body><script>x()</script></body></html>", "there is no text", "Write it"),
        ("a.html", lambda: b"<div>" * 20_000 + b"deep", "nested too deep", "Save"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(workbench: Workbench, name, data, reason, remedy) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read_document(data(), name, workbench)
    assert reason in refused.value.reason
    assert remedy in refused.value.remedy
    assert read_document(documents.HTML, "next.html", workbench).sections  # the workbench is still of use


def test_a_document_of_200_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.pdf").open("wb") as stream:
        stream.truncate(200_000_000)
    (refusal,) = scan(tmp_path)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == f"it is over {LARGEST_CONVERTED // 1_000_000} MB (200.0 MB)"


def test_a_document_that_takes_too_long_is_refused_and_the_next_is_read() -> None:
    with Workbench(seconds=0.05) as bench:
        with pytest.raises(DocumentRefused, match="longer than"):
            bench.convert(".docx", documents.docx())  # the converters alone take seconds to load
        bench._seconds = 60.0
        assert bench.convert(".html", documents.HTML).title == "Walking away"


def test_a_document_that_eats_memory_is_refused_and_the_next_is_read() -> None:
    page = b"<html><body><p>" + b"word " * 1_000_000 + b"</p></body></html>"
    with Workbench(memory=300_000_000) as bench:
        with pytest.raises(DocumentRefused, match="more memory than a document may have"):
            bench.convert(".html", page)
        assert bench.convert(".html", documents.HTML).title == "Walking away"


def test_one_process_without_environment_serves_many_documents_and_writes_no_file() -> None:
    with Workbench() as bench:
        for _ in range(3):
            bench.convert(".html", documents.HTML)
        process = bench._process
        assert process is not None
        assert _environment(process.pid) == b""
        limits = _limits(process.pid)
        bench.convert(".html", documents.HTML)
        assert bench._process is process
    assert "Max file size             0" in limits
    assert process.poll() is not None  # it ended with the workbench


def _environment(pid: int) -> bytes:
    from pathlib import Path

    return Path(f"/proc/{pid}/environ").read_bytes()


def _limits(pid: int) -> str:
    from pathlib import Path

    return Path(f"/proc/{pid}/limits").read_text()
