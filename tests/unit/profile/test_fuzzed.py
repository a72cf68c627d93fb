"""Whatever is done to a good profile, the loader takes it or refuses it in words: it never crashes, and never hangs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.profile.judge import Judge
from bot.profile.lint import lint
from bot.profile.loading import ProfileError, parse_profile
from bot.profile.people import PeopleError, parse_people
from bot.profile.problems import ContentError
from tests.unit.profile.samples import BUNDLED, ROOT

TEXT = BUNDLED.read_text()
PEOPLE = (ROOT / "profile" / "people.yaml").read_text()
SCRAPS = (
    *": - ? | > & * ! % @ ` , [ ] { } # ' \" \\ \t \n \x00 \u200b \ufeff \ud800 é “ ” – … ： 0 9 . $ €".split(" "),
    "\n  ", "\n- ",
    "...", "---", "..", "<= 10%", ">= 3", "null", "~", "yes", "010", "1e9", ".inf", "12:30", "2026-02-30",
    "{}", "[]", "{a: 1}",
    "<<: *a", "&a", "!!python/object:os.system", "unknown", "known", "today", "effective + 9 days",
    "9" * 40, "-1",
    "100%%", "a" * 300, "(" * 40, "contract_value / 0", "not: {", "any: [", "when:", "require:", "cases:",
)  # fmt: skip
places = st.integers(min_value=0, max_value=10**6)


@st.composite
def edited(draw: st.DrawFn, text: str) -> bytes:
    """The text after one to four edits such as a hand makes: cut, copied, swapped, typed over."""
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(places) % (len(text) + 1), draw(st.integers(0, 40))
        match draw(st.sampled_from(("cut", "insert", "replace", "double", "lines", "indent"))):
            case "cut":
                text = text[:at] + text[at + length :]
            case "insert":
                text = text[:at] + draw(st.sampled_from(SCRAPS)) + text[at:]
            case "replace":
                text = text[:at] + draw(st.sampled_from(SCRAPS)) + text[at + length % 12 :]
            case "double":
                text = text[: at + length] + text[at:]
            case "lines":
                lines = text.split("\n")
                first, second = at % len(lines), draw(places) % len(lines)
                lines[first], lines[second] = lines[second], lines[first]
                text = "\n".join(lines)
            case _:
                lines = text.split("\n")
                lines[at % len(lines)] = " " * (length % 9) + lines[at % len(lines)].lstrip()
                text = "\n".join(lines)
    return text.encode("utf-8", "surrogatepass")


def in_words(error: ContentError, data: bytes) -> None:
    """Each problem names a line of the file and a remedy, and the caret stands below it."""
    assert error.problems
    lines = data.decode("utf-8", "replace").splitlines()
    for problem in error.problems:
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column >= 1
        assert problem.message.endswith((".", "?", "!"))
        assert problem.suggestion
        if problem.snippet:
            shown, caret = problem.snippet.split("\n")
            assert caret.strip() == "^"
            assert len(caret) <= len(shown) + 2


@given(edited(TEXT))
@settings(max_examples=250)
def test_an_edited_profile_is_taken_or_refused_in_words(data: bytes) -> None:
    try:
        profile = parse_profile(data, "p.yaml")
    except ProfileError as error:
        in_words(error, data)
    else:
        Judge(profile)


@given(edited(PEOPLE))
@settings(max_examples=100)
def test_an_edited_people_file_is_taken_or_refused_in_words(data: bytes) -> None:
    try:
        parse_people(data, "people.yaml")
    except PeopleError as error:
        in_words(error, data)


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=150)
def test_noise_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(data, "p.yaml")
    in_words(caught.value, data)


@given(edited(TEXT.split("checks:\n")[1].split("\neconomics:")[0]))
@settings(max_examples=60)
def test_what_is_taken_can_be_linted(checks: bytes) -> None:
    head, tail = TEXT.split("checks:\n")[0], TEXT.split("\neconomics:")[1]
    data = f"{head}checks:\n".encode() + checks + f"\neconomics:{tail}".encode()
    try:
        profile = parse_profile(data, "p.yaml")
    except ProfileError:
        return
    assert all(problem.suggestion for problem in lint(profile, frozenset()))
