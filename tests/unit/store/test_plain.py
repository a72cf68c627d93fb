from __future__ import annotations

import json
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.profile.verdict import Result
from bot.store.errors import RecordError
from bot.store.plain import clean, json_bytes, label

anything = st.text(st.characters())  # lone surrogates too


def test_json_data_is_kept_as_it_is() -> None:
    data = {"b": [1, 2.5, True, None, "é"], "a": {"c": ""}}
    assert json_bytes(data).decode() == '{"a":{"c":""},"b":[1,2.5,true,null,"é"]}'


def test_what_reads_as_json_data_is_taken_as_such() -> None:
    data = MappingProxyType({"result": Result.FAIL, "parts": (1, 2), "inner": MappingProxyType({"a": 1})})
    assert json_bytes(data) == b'{"inner":{"a":1},"parts":[1,2],"result":"fail"}'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"gap": float("nan")}, "body.gap is nan"),
        ({"a": [1, {"b": float("inf")}]}, "body.a[1].b is inf"),
        ({"price": Decimal(8)}, "body.price is of the type Decimal"),
        ({"a": {1, 2}}, "body.a is of the type set"),
        ({"a": b"bytes"}, "body.a is of the type bytes"),
        ({("a", "b"): 1}, "which is not text"),
        (MappingProxyType({1: "a", "1": "b"}), "two keys that read the same"),
    ],
)
def test_what_is_not_json_data_is_refused_at_its_place(body: Any, said: str) -> None:
    with pytest.raises(RecordError) as caught:
        json_bytes(body)
    assert said in str(caught.value)


def test_what_is_nested_without_end_is_refused() -> None:
    deep: list[Any] = []
    deep.append(deep)
    with pytest.raises(RecordError, match="levels deep"):
        json_bytes({"a": deep})


@pytest.mark.parametrize("wrapped", [dict, MappingProxyType])
def test_numbers_as_keys_are_written_as_json_writes_them(wrapped: Any) -> None:
    assert json_bytes(wrapped({1: "a"})) == b'{"1":"a"}'


@given(anything.filter(lambda text: text != "t"))
def test_any_text_can_be_kept_and_only_what_no_database_holds_is_changed(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    cleaned.encode()
    assert len(cleaned) == len(text)
    changed = [old for new, old in zip(cleaned, text, strict=True) if new != old]
    assert all(old == "\0" or "\ud800" <= old <= "\udfff" for old in changed)
    assert json.loads(json_bytes({"t": [text], text: "t"})) == {"t": [cleaned], cleaned: "t"}


def test_a_text_that_names_the_escape_is_not_touched() -> None:
    assert json.loads(json_bytes({"a": "\\u0000"})) == {"a": "\\u0000"}


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_labels_fit_and_stay_different(one: str, other: str) -> None:
    short = label(one, 30)
    assert len(short) <= 30
    assert (short == label(other, 30)) == (clean(one) == clean(other))
