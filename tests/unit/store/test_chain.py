from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.deal import canonical_json
from bot.store.chain import GENESIS, RawRow, audit, seal
from bot.store.records import Head

AT = "2026-11-23T09:30:00.000000Z"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
bodies = st.dictionaries(texts, json_values, max_size=4)


def chain(*written: dict[str, Any]) -> list[RawRow]:
    rows, previous = [], GENESIS
    for number, body in enumerate(written, 1):
        parts = {"at": AT, "kind": "verdict", "actor": "U1", "subject": f"deal {number}", "previous": previous}
        sealed = seal(number=number, body=canonical_json(body), **parts)
        rows.append(RawRow(id=number, body=canonical_json(body).decode(), sha256=sealed, **parts))
        previous = sealed
    return rows


@given(texts, texts, texts, bodies, st.integers(1, 2**63 - 1))
def test_the_hash_is_of_the_canonical_json_of_the_whole_row(
    kind: str, actor: str, subject: str, body: dict[str, Any], number: int
) -> None:
    parts = {"at": AT, "kind": kind, "actor": actor, "subject": subject, "previous": GENESIS}
    whole = canonical_json({"id": number, "body": body, **parts})
    assert seal(number=number, body=canonical_json(body), **parts) == hashlib.sha256(whole).hexdigest()


def test_an_empty_log_is_sound() -> None:
    report = audit([])
    assert (report.ok, report.rows, report.head, report.first_bad) == (True, 0, GENESIS, None)


def test_a_log_as_it_was_written_is_sound() -> None:
    rows = chain({"n": 1}, {"n": 2}, {"n": 3})
    report = audit(rows)
    assert (report.ok, report.rows, report.head, report.reason) == (True, 3, rows[-1].sha256, None)


def test_bytes_and_text_are_the_same_row() -> None:
    rows = chain({"é": "ü"}, {"n": 2})
    as_bytes = [RawRow(row.id, *(str(part).encode() for part in row[1:])) for row in rows]
    assert audit(as_bytes) == audit(rows)


@given(st.integers(0, 4), st.sampled_from(RawRow._fields[1:]), st.data())
def test_an_edit_of_any_field_of_any_row_is_found_at_that_row(place: int, field: str, data: st.DataObject) -> None:
    rows = chain(*({"n": n} for n in range(5)))
    old = getattr(rows[place], field)
    new = data.draw(texts.filter(lambda text: text != old) | st.just(old + " ") | st.none() | st.just(b"\xff"))
    report = audit([*rows[:place], rows[place]._replace(**{field: new}), *rows[place + 1 :]])
    assert (report.ok, report.rows, report.first_bad) == (False, place, place + 1)


@pytest.mark.parametrize("place", range(4))
def test_a_row_taken_out_is_missed(place: int) -> None:
    rows = chain(*({"n": n} for n in range(5)))
    del rows[place]
    report = audit(rows)
    assert (report.ok, report.first_bad) == (False, place + 1)
    assert report.reason == f"Row {place + 1} is missing: row {place + 2} follows row {place}."


def test_a_row_rewritten_with_a_right_hash_breaks_the_link_to_the_next() -> None:
    rows = chain({"n": 1}, {"n": 2}, {"n": 3})
    other = chain({"n": 1}, {"n": "forged"})
    report = audit([rows[0], other[1], rows[2]])
    assert (report.ok, report.rows, report.first_bad) == (False, 2, 3)
    assert report.reason == "Row 3 does not follow row 2: one of the two was rewritten."


def test_a_row_before_the_first_does_not_belong() -> None:
    rows = chain({"n": 1})
    report = audit([rows[0]._replace(id=0), *rows])
    assert (report.ok, report.rows, report.first_bad) == (False, 0, 0)


def test_rows_cut_off_the_end_are_missed_when_the_head_was_published() -> None:
    rows = chain({"n": 1}, {"n": 2}, {"n": 3})
    published = Head(3, str(rows[2].sha256))
    assert audit(rows, published).ok
    assert audit(rows[:2]).ok
    report = audit(rows[:2], published)
    assert (report.ok, report.rows, report.first_bad) == (False, 2, 3)


def test_a_chain_forged_from_the_start_is_found_when_the_head_was_published() -> None:
    rows, forged = chain({"n": 1}, {"n": 2}), chain({"n": "forged"}, {"n": 2}, {"n": 3})
    assert audit(forged).ok
    report = audit(forged, Head(2, str(rows[1].sha256)))
    assert (report.ok, report.first_bad) == (False, 2)
