from __future__ import annotations

import contextlib
import copy
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.profile.loading import ProfileError, load_profile, parse_profile
from bot.profile.problems import MAX_PROBLEMS, Problem
from bot.profile.yaml_reading import MAX_NODES, read_yaml
from bot.profile.yaml_text import MAX_BYTES
from tests.unit.profile.samples import HEAD, check

GOOD = HEAD + "checks:\n" + "".join(f"  {line}\n" for line in check("{beds: 5}").splitlines())


def refused(data: bytes) -> tuple[str, ...]:
    with pytest.raises(ProfileError) as caught:
        parse_profile(data, "p.yaml")
    return tuple(f"{p.line}:{p.column} {p.message}" for p in caught.value.problems)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# a comment alone\n", b"\xef\xbb\xbf", b"---\n...\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refused(data)[0].startswith("1:1 The file is empty") or "mapping" in refused(data)[0]


def test_a_byte_order_mark_and_windows_lines_are_taken() -> None:
    assert parse_profile(b"\xef\xbb\xbf" + GOOD.encode(), "p.yaml").title == "A small profile"
    assert parse_profile(GOOD.replace("\n", "\r\n").encode(), "p.yaml").title == "A small profile"


def test_utf_16_is_named() -> None:
    assert refused(GOOD.encode("utf-16")) == ("1:1 The file is UTF-16, not UTF-8.",)


def test_a_file_over_a_megabyte_is_not_read() -> None:
    data = GOOD.encode() + b"#" * MAX_BYTES
    told = f"1:1 The file is larger than {MAX_BYTES:,} bytes; no more are read."
    assert refused(data)[0].startswith(told)
    # A file without an end, such as a device, is left as soon as it is too large.
    with pytest.raises(ProfileError, match="larger than 1,000,000 bytes"):
        load_profile(Path("/dev/zero"))


def test_a_file_of_too_many_values_is_left_early() -> None:
    assert "more than" in refused(b"[" + b"1," * MAX_NODES + b"1]")[0]


def test_nesting_cannot_exhaust_the_stack() -> None:
    assert "nested more than" in refused(b"[" * 100_000)[0]
    assert "nested more than" in refused(b"a: " + b"{a: " * 50_000)[0]


def test_a_flood_of_problems_ends() -> None:
    data = b"".join(b"a: 1\n" for _ in range(10_000))
    assert len(refused(data)) == MAX_PROBLEMS


def test_several_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        GOOD.replace("currency: USD", "currency: usd")
        .replace("type: text", "type: txt")
        .replace("beds: 5}", "beds: 010}")
    )
    assert refused(text.encode()) == snapshot(
        (
            "4:11 `currency` cannot be usd.",
            "13:16 `type` cannot be txt.",
            "21:21 010 starts with 0: some YAML readers take it as an octal number.",
        )
    )


def test_a_problem_shows_its_line_with_a_caret() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(GOOD.replace("type: money", "type: mony").encode(), "p.yaml")
    assert str(caught.value) == snapshot("""\
p.yaml:11:17: `type` cannot be mony.
    worth: {type: mony, label: Contract value, minimum: 0, ask: What is it worth?}
                  ^
  Did you mean money?\
""")


def test_a_long_line_is_cut_around_the_caret() -> None:
    text = GOOD.replace("label: Note", f"label: Note, also: [{'x' * 90}, {'y' * 90}], oops: 1")
    with pytest.raises(ProfileError) as caught:
        parse_profile(text.encode(), "p.yaml")
    shown, caret = (caught.value.problems[0].snippet or "").splitlines()
    assert len(shown) <= 102
    assert shown[caret.index("^") :].startswith("oops: 1")


def test_a_problem_survives_pickling() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(b"title: x\n", "p.yaml")
    again = copy.copy(caught.value)  # by the same protocol as pickle
    assert again.problems == caught.value.problems


@pytest.mark.parametrize("data", [b"- a\n- b\n", b"just words\n", b"5\n"])
def test_a_file_that_is_no_mapping_is_refused(data: bytes) -> None:
    assert refused(data) == ("1:1 A Deal Profile is a mapping of keys to values.",)


def test_values_keep_their_exact_form() -> None:
    root, problems = read_yaml(b"a: 0.10\nb: 12\nc: true\nd: '12'\ne: 25..400\nf: 1 - 2\n", "f")
    assert problems.found == []
    assert root is not None
    assert root.plain() == {"a": Decimal("0.10"), "b": 12, "c": True, "d": "12", "e": "25..400", "f": "1 - 2"}


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_with_a_place(data: bytes) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(data, "p.yaml")
    assert all(p.line >= 1 and p.column >= 1 and p.message for p in caught.value.problems)


@given(st.integers(0, len(GOOD) - 1), st.text(max_size=3), st.integers(0, 6))
def test_any_edit_of_a_good_profile_loads_or_is_refused_with_a_place(at: int, text: str, cut: int) -> None:
    edited = GOOD[:at] + text + GOOD[at + cut :]
    problems: tuple[Problem, ...] = ()
    with contextlib.suppress(_Loaded):
        problems = problems_of(edited.encode("utf-8", "surrogatepass"))
        assert problems
    assert all(p.line >= 1 and p.column >= 1 for p in problems)


class _Loaded(Exception):
    pass


def problems_of(data: bytes) -> tuple[Problem, ...]:
    try:
        parse_profile(data, "p.yaml")
    except ProfileError as error:
        return error.problems
    raise _Loaded


BIG = MAX_BYTES - 10_000


@pytest.mark.processor(20)
@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("A small profile", "x" * BIG),
        GOOD.replace("A small profile", "0" * BIG + "x"),
        GOOD.replace("A small profile", "1_" * (BIG // 2)),
        GOOD.replace("A small profile", "1:" * (BIG // 2)),
        GOOD.replace("A small profile", "9" * BIG),
        GOOD.replace("currency: USD", "currency: USD\n" + "y" * 900 + ": 1\n"),
        GOOD.replace("currency: USD", 'currency: USD\n? "' + "y" * BIG + '"\n: 1\n'),
        GOOD.replace("{beds: 5}", "{beds: '" + " " * BIG + "'}"),
        GOOD.replace("{beds: 5}", "{beds: '5" + " " * BIG + "..'}"),
        GOOD.replace("{beds: 5}", "{note: ['" + " " * BIG + "x', " + "y" * 50 + "]}").replace("note: [", "beds: ["),
        GOOD.replace("{beds: 5}", "{" + ", ".join(f"b{n}: 5" for n in range(20_000)) + "}"),
        GOOD.replace("{beds: 5}", "{any: [" + ", ".join("{beds: 5000}" for _ in range(9_000)) + "]}"),
        "a:" + " " * BIG + ">5",
        "\n" * BIG + "a: ]",
        "- " * (BIG // 2),
        ": " * (BIG // 2),
        "? " * (BIG // 2),
        "{" * BIG,
        "'" * BIG,
        '"\\' * (BIG // 2),
        "&a " * (BIG // 3),
        "!" * BIG,
        "%" * BIG,
        "|\n" * (BIG // 2),
        "a: |\n" + " \n" * (BIG // 2),
    ],
    ids=range(25),
)
def test_a_file_made_to_be_slow_is_refused_soon_and_shortly(text: str) -> None:
    problems = problems_of(text.encode())
    assert problems
    assert all(len(str(problem)) < 3_000 for problem in problems)
