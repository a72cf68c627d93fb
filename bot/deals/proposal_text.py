"""A proposed mapping as the text of a mapping file: what is not sure is said beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from bot.deals.errors import shorten
from bot.deals.proposing import Guess, Proposal, Unmapped
from bot.deals.wording import counted

_PLAIN = re.compile(r"[A-Za-z][\w .()/%&+-]*[\w)%]|[A-Za-z]")
_RESERVED = frozenset({"yes", "no", "true", "false", "on", "off", "null", "default", "y", "n"})
_WIDE = 46


def mapping_text(proposal: Proposal) -> str:
    """The mapping file. It is valid as it stands; comments say how sure each line is, and what is left."""
    return "\n".join(line.rstrip() for line in _lines(proposal)) + "\n"


def _lines(proposal: Proposal) -> Iterator[str]:
    command = f"dealfit pipeline map {shorten(proposal.filename)}"
    yield f"# Proposed by `{command}` from {counted(proposal.rows, 'row')}. Look each line over."
    short = {guess.target: guess for guess in proposal.guesses if guess.target in {"id", "name"}}
    for target, guess in short.items():
        yield _beside(f"{target}: {scalar(guess.column)}", guess)
    if not proposal.guesses:
        yield "columns: {}"
    rest = [guess for guess in proposal.guesses if guess.target not in short]
    if rest:
        yield "\ncolumns:"
        for guess in rest:
            yield _beside(f"  {guess.target}: {scalar(guess.column)}", guess)
    yield from _section("stages", proposal.stages, "What counts as open, won and lost.")
    if proposal.values:
        yield "\n# Words that the profile does not know. null leaves the fact unknown."
        yield "values:"
        for target, words in proposal.values.items():
            yield f"  {target}:"
            for word, meant in words.items():
                near = "" if meant is None else "  # the nearest choice"
                yield f"    {scalar(word)}: {'null' if meant is None else scalar(meant)}{near}"
    yield from _section("missing", proposal.missing, "Stands for: nobody knows.")
    if proposal.multiply:
        yield "\n# Shares of one (0.08) into percent (8)."
        yield "multiply:"
        yield from (f"  {target}: {factor}" for target, factor in proposal.multiply.items())
    yield from _left(proposal.unmapped)
    if proposal.absent:
        yield "\n# No column was found for these facts; they stay unknown, and the verdict asks for them:"
        yield f"#   {', '.join(proposal.absent)}"
        yield "# A fact that is the same for every deal goes under `constants`, one that follows from others under"
        yield "# `work_out`, one that stands in a second file under `lookups`: docs/data-in.md."


def _beside(line: str, guess: Guess) -> str:
    return f"{line.ljust(_WIDE)} # {guess.sure} ({guess.score}): {_said(guess.why)}"


def _section(name: str, words: Mapping[str, Sequence[str]], told: str) -> Iterator[str]:
    if words:
        yield f"\n# {told}"
        yield f"{name}:"
        for target, each in words.items():
            yield f"  {target}: [{', '.join(scalar(word) for word in each)}]"


def _left(unmapped: Sequence[Unmapped]) -> Iterator[str]:
    if not unmapped:
        return
    yield "\n# Columns that are not used:"
    for each in unmapped:
        near = ", ".join(f"{guess.target} ({guess.score})" for guess in each.near)
        examples = ", ".join(shorten(example)[:30] for example in each.examples)
        nearest = f"nearest: {near}" if near else "like no fact"
        yield f"#   {shorten(each.column)}: {nearest}; holds {examples or 'nothing'}"


def scalar(text: str) -> str:
    """A text as YAML that reads back as the same text."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED and ": " not in text and " #" not in text:
        return text
    return json.dumps(text, ensure_ascii=True)


def _said(text: str) -> str:
    """A reason on the one line of its comment."""
    return "".join(char if char.isprintable() else " " for char in text)
