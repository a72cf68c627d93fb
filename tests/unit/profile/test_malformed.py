from __future__ import annotations

from pathlib import Path

import pytest

from bot.profile.loading import ProfileError, load_profile, parse_profile

FOLDER = Path(__file__).parent / "malformed"
FILES = sorted(FOLDER.glob("*.yaml"))


def expected(path: Path) -> tuple[str, str]:
    first = path.read_bytes().split(b"\n", 1)[0].decode()
    _, _, place, piece = first.split(" ", 3)
    return place, piece


def test_there_are_at_least_a_hundred() -> None:
    assert len(FILES) >= 100


def test_they_all_say_what_they_expect_and_no_two_the_same() -> None:
    assert all(path.read_bytes().startswith(b"# expect ") for path in FILES)
    bodies = [path.read_bytes().split(b"\n", 1)[1] for path in FILES]
    assert len(set(bodies)) == len(bodies)


@pytest.mark.processor(10)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_malformed_profile_is_refused_at_its_place(path: Path) -> None:
    place, piece = expected(path)
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    problems = caught.value.problems
    found = [p for p in problems if f"{p.line}:{p.column}" == place and piece in p.message]
    assert found, str(caught.value)
    problem = found[0]
    assert str(problem).startswith(f"{path}:{place}: {problem.message}")
    assert problem.suggestion, "every problem names a remedy"
    assert problem.severity == "error"
    assert len(problems) <= 3, "one mistake must not bring a flood of further problems"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_caret_stands_under_the_column(path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(path.read_bytes(), path.name)
    for problem in caught.value.problems:
        if problem.snippet is None:
            continue
        shown, caret = problem.snippet.splitlines()
        line = path.read_bytes().decode("utf-8", "replace").splitlines()[problem.line - 1]
        under = shown[len(caret) - 1 : len(caret)]
        at = line[problem.column - 1 : problem.column]
        assert under == at or not at.isprintable() or not at
