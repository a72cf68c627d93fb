"""An answer under construction: claims in order, citations numbered by first use, and the text that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from bot.answers.model import Claim

if TYPE_CHECKING:
    from bot.answers.model import Citation

Layout = Literal["sentence", "item"]
_STOPS = (".", "!", "?", "…", ":", ";", '"', "”", ")", "]", "*", "_", "`")


class Draft:
    """Collects claims; what has been said is never taken back, so that each claim can be shown as soon as it is added.

    `on_text` gets the text piece by piece: the pieces joined are `text`.
    """

    def __init__(self, on_text: Callable[[str], None] | None = None) -> None:
        """Start empty."""
        self._on_text = on_text
        self._parts: list[str] = []
        self._claims: list[Claim] = []
        self._citations: dict[str, Citation] = {}
        self._paragraph = False
        self._last: Layout = "sentence"

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._parts)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims so far, in order."""
        return tuple(self._claims)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the claims cite, numbered from 1 by first use."""
        return tuple(self._citations.values())

    def paragraph(self) -> None:
        """Begin a new paragraph with the next claim."""
        self._paragraph = bool(self._parts)

    def add(
        self, text: str, sources: tuple[Citation, ...], *, layout: Layout = "sentence", number: int | None = None
    ) -> None:
        """Add a claim. `number` is an ordered item's own number. A claim without a source is a fault of the caller."""
        if not sources:
            message = f"a claim needs a source: {text!r}"
            raise ValueError(message)
        numbers = tuple(dict.fromkeys(self._number(source) for source in sources))
        said = text if text.endswith(_STOPS) or layout == "item" else f"{text}."
        self._claims.append(Claim(said, numbers))
        bullet = "" if layout == "sentence" else f"{number}. " if number is not None else "- "
        piece = f"{self._joint(layout)}{bullet}{said} {''.join(f'[{n}]' for n in numbers)}"
        self._parts.append(piece)
        self._paragraph = False
        self._last = layout
        if self._on_text is not None:
            self._on_text(piece)

    def note(self, text: str) -> None:
        """Say what is no claim, such as that a part of the question has no answer: a paragraph without a source."""
        piece = f"{chr(10) * 2 if self._parts else ''}{text}"
        self._parts.append(piece)
        self._paragraph = True
        self._last = "sentence"
        if self._on_text is not None:
            self._on_text(piece)

    def _joint(self, layout: Layout) -> str:
        if not self._parts:
            return ""
        if self._paragraph or (layout == "sentence" and self._last == "item"):
            return "\n\n"
        return "\n" if layout == "item" else " "

    def _number(self, source: Citation) -> int:
        if source.passage not in self._citations:
            self._citations[source.passage] = replace(source, n=len(self._citations) + 1)
        return self._citations[source.passage].n
