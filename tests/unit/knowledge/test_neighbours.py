"""Parts of one section stand together when they answer together, and nothing is lost or made up by it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.neighbours import MOST, TOGETHER, joined
from bot.knowledge.passages import DEFAULT_AUDIENCE, Hit, Passage


def hit(section: str, part: int, score: float) -> Hit:
    """Part `part` of a section; a document here has one section, so that the part is the position."""
    path = f"{section}.md"
    passage = Passage(
        id=f"{path}#s/{part}",
        path=path,
        title=section,
        heading=section,
        anchor="s",
        text=f"{section} {part}",
        sha256=f"{section}{part}",
        part=None,
        audience=DEFAULT_AUDIENCE,
        owner="",
        updated=None,
        position=part,
    )
    return Hit(passage, score, score, score)


def told(hits: list[Hit]) -> list[tuple[str, int, float]]:
    return [(one.passage.title, one.passage.position, one.score) for one in hits]


def test_a_good_neighbour_comes_beside_the_better_part_in_the_order_of_the_document() -> None:
    hits = [hit("a", 2, 1.0), hit("b", 1, 0.9), hit("a", 1, 0.7), hit("a", 4, 0.69), hit("c", 1, 0.2)]
    assert told(joined(hits)) == [("a", 1, 1.0), ("a", 2, 1.0), ("b", 1, 0.9), ("a", 4, 0.69), ("c", 1, 0.2)]


def test_a_poor_neighbour_stays_where_it_is() -> None:
    hits = [hit("a", 1, 1.0), hit("b", 1, 0.8), hit("a", 2, 0.59)]
    assert told(joined(hits)) == told(hits)


def test_a_long_section_leaves_room_for_others() -> None:
    hits = [hit("a", 3, 1.0), *(hit("a", part, 0.9) for part in (1, 2, 4, 5)), hit("b", 1, 0.8)]
    assert [part for name, part, _ in told(joined(hits))[:MOST] if name == "a"] in ([2, 3, 4], [1, 2, 3], [3, 4, 5])
    assert len({one.passage.id for one in joined(hits)}) == len(hits)


PLACES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 6)), unique=True, max_size=14)


@given(PLACES, st.lists(st.floats(0, 1), min_size=14, max_size=14))
def test_no_hit_is_lost_none_loses_score_and_the_best_stays_in_front(places, scores) -> None:
    found = [hit(name, part, score) for (name, part), score in zip(places, scores, strict=False)]
    hits = sorted(found, key=lambda one: -one.score)
    after = joined(hits)
    before = {one.passage.id: one.score for one in hits}
    assert sorted(one.passage.id for one in after) == sorted(before)
    assert [one.score for one in after] == sorted((one.score for one in after), reverse=True)
    for one in after:
        lifted = one.score > before[one.passage.id]
        assert one.score >= before[one.passage.id]
        assert not lifted or before[one.passage.id] >= TOGETHER * one.score
    if hits:
        assert after[0].passage.path == hits[0].passage.path
