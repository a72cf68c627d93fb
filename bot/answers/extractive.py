"""The composer without a model: the sentences of the playbooks that answer, in their own order, each cited."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answers.evidence import cite
from bot.answers.scoring import Pick, asked_of, bag_of, names, scored
from bot.answers.sentences import units
from bot.answers.words import content_stems, covered, has_figure, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.answers.draft import Draft
    from bot.answers.sentences import Unit
    from bot.knowledge.passages import Hit

MOST_PASSAGES = 3
"""No answer quotes more passages than this."""

MOST_UNITS = 5
"""No answer quotes more sentences than this; a list that a sentence leads into counts as that sentence."""

LEAST_UNITS = 2
"""An answer quotes this many sentences where the best passage has them."""

MOST_WORDS = 150
"""Sentences are added while an answer is shorter than this."""

LONGEST_LIST = 8
"""A list or table with more parts is not quoted whole."""

NEAR_ENOUGH = 0.62
"""The share of the best passage's score that a further passage must have to be quoted beside it."""

GOOD_ENOUGH = 0.58
"""The share of the best sentence's score that a further sentence of its passage must have."""

GOOD_ELSEWHERE = 0.72
"""The share of the best sentence's score that a sentence of another passage must have."""

_ALIKE = 0.7
_COUNTED = {word: at for at, word in enumerate("two three four five six seven eight".split(), start=2)}


def choose(
    question: str,
    hits: Sequence[Hit],
    *,
    most: int = MOST_UNITS,
    passages: int = MOST_PASSAGES,
    told: AbstractSet[tuple[str, int]] = frozenset(),
    headed: bool = True,
) -> list[Pick]:
    """The units that answer the question, passage by passage (best first), in the order of the document.

    `told` are the units (passage and position) that the answer has already: they are not said again. `headed` says that
    a passage whose heading the question says is what it asks for: not so where words were carried over from before.
    None are chosen where an amount is asked for and no unit has one.
    """
    if not hits:
        return []
    asked = asked_of(question, hits)
    named = [hit for hit in hits if headed and names(asked.stems, hit)]
    quoted = _passages(hits, asked.weights, named, passages)
    found = (pick for hit in quoted for pick in scored(hit, asked, named=hit in named))
    ranked = sorted(
        (pick for pick in found if (pick.hit.passage.id, pick.unit.position) not in told),
        key=lambda pick: (-pick.score, quoted.index(pick.hit), pick.unit.position),
    )
    chosen: dict[tuple[str, int], Pick] = {}
    whole: set[tuple[str, int]] = set()  # the lists that came with their lead-in
    for pick in ranked:
        group = _group(pick)
        counted = sum(1 for kept in chosen.values() if not _listed(kept) or _place(kept) not in whole)
        length = sum(len(kept.unit.text.split()) for kept in chosen.values())
        fits = counted < most and (counted < 1 or length < MOST_WORDS)
        home = pick.hit.passage.id == ranked[0].hit.passage.id
        enough = GOOD_ENOUGH if home else GOOD_ELSEWHERE
        if not group or not fits or pick.score < enough * ranked[0].score:
            continue
        whole |= {_place(member) for member in group if _listed(member)} if len(group) > 1 else set()
        for member in group:
            if not any(_alike(member, kept) for kept in chosen.values()):
                chosen.setdefault((member.hit.passage.id, member.unit.position), member)
    _complete(chosen, ranked, most)
    if asked.amount and not any(has_figure(pick.unit.text) for pick in chosen.values()):
        return []  # "how many?" is not answered by a sentence without a number
    best: dict[str, float] = {}
    for pick in chosen.values():
        best[pick.hit.passage.id] = max(pick.score, best.get(pick.hit.passage.id, 0.0))
    order = {name: at for at, name in enumerate(sorted(best, key=lambda name: -best[name]))}
    new = [pick for pick in chosen.values() if (pick.hit.passage.id, pick.unit.position) not in told]
    return sorted(new, key=lambda pick: (order[pick.hit.passage.id], pick.unit.position))


def _complete(chosen: dict[tuple[str, int], Pick], ranked: Sequence[Pick], most: int) -> None:
    """A lone sentence gets the best one beside it in its passage: an answer in one sentence is seldom a whole one."""
    if len(chosen) != 1 or most < LEAST_UNITS:
        return
    (only,) = chosen.values()
    for pick in ranked:
        same = pick.hit.passage.id == only.hit.passage.id
        if same and pick.unit.position != only.unit.position and not _alike(pick, only):
            group = _group(pick)
            if group and not any(_listed(member) for member in group):
                chosen.update({(member.hit.passage.id, member.unit.position): member for member in group})
                return


def write(draft: Draft, picks: Sequence[Pick]) -> None:
    """Add the chosen units to the draft: sentences joined, list items and rows as a list, each passage a paragraph."""
    last: Pick | None = None
    for pick in picks:
        if last is None or last.hit.passage.id != pick.hit.passage.id:
            draft.paragraph()
        listed = _listed(pick)
        draft.add(
            pick.unit.text,
            (cite(pick.hit.passage, 0),),
            layout="item" if listed else "sentence",
            number=pick.unit.number if listed else None,
        )
        last = pick


def _passages(hits: Sequence[Hit], weights: Mapping[str, float], named: Sequence[Hit], most: int) -> list[Hit]:
    """The best passages that have something of the question; introductions only when nothing else is there.

    Those `named`, whose heading the question says, come first.
    """
    best = max(hit.score for hit in hits)
    close = [hit for hit in hits if hit.score >= NEAR_ENOUGH * best]
    near = [hit for hit in close if covered(weights, bag_of(hit)) > 0 or hit in named]
    told = [hit for hit in near if not _introduces(hit)] or near or [hits[0]]
    return sorted(told, key=lambda hit: hit not in named)[:most]


def _introduces(hit: Hit) -> bool:
    """Whether the passage only opens its document, before the first section."""
    return hit.passage.position == 0 and hit.passage.heading == hit.passage.title


def _group(pick: Pick) -> list[Pick]:
    """The pick with what it cannot stand without: predecessor, lead-in, list. Empty when that is not there."""
    found = units(pick.hit.passage.text)
    members = {pick.unit.position: pick.unit}
    unit = pick.unit
    if unit.kind != "sentence":
        lead = next((one for one in reversed(found[: unit.position]) if one.kind == "sentence"), None)
        if lead is not None and lead.leads and lead.text.endswith(":"):
            members[lead.position] = unit = lead
    while unit.dangling:
        if unit.position == 0:
            return []
        unit = found[unit.position - 1]
        members[unit.position] = unit
    for lead in [one for one in members.values() if one.leads or _announces(one, found)]:
        rows = [one for one in found if one.block == lead.block + 1]
        if len(rows) <= LONGEST_LIST:
            members |= {one.position: one for one in rows}
            # "It looks at five things: ... The same list serves everywhere." leads in with the first of the two.
            said = [one for one in found if one.block == lead.block and not one.dangling and _announces(one, found)]
            members |= {one.position: one for one in said}
        elif pick.unit.kind != "sentence":
            members.pop(lead.position)  # its list is too long to be led into: the item is said alone
    return [replace(pick, unit=members[at]) for at in sorted(members)]


def _announces(unit: Unit, found: Sequence[Unit]) -> bool:
    """Whether a sentence names the number of the list that follows its paragraph: "with five questions"."""
    rows = sum(1 for one in found if one.block == unit.block + 1 and one.kind == "item")
    return unit.kind == "sentence" and any(_COUNTED.get(word) == rows for word in words(unit.text))


def _place(pick: Pick) -> tuple[str, int]:
    """Which block of which passage."""
    return pick.hit.passage.id, pick.unit.block


def _listed(pick: Pick) -> bool:
    return pick.unit.kind != "sentence"


def _alike(one: Pick, other: Pick) -> bool:
    """Whether two units from different places say nearly the same in the same words."""
    if one.hit.passage.id == other.hit.passage.id and one.unit.position == other.unit.position:
        return False
    mine, theirs = set(content_stems(one.unit.text)), set(content_stems(other.unit.text))
    return bool(mine) and len(mine & theirs) >= _ALIKE * len(mine | theirs)
