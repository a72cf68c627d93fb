"""Promise 4: hundreds of mistakes, each refused at its place with a remedy, while the good profile stays."""

from __future__ import annotations

import pytest

from bot.profile.live import LiveProfile
from bot.profile.loading import ProfileError, parse_profile
from bot.profile.people import PeopleError, parse_people
from bot.profile.problems import Problem
from tests.unit.profile.mistakes import BASE, FOLDER, Mistake, mistakes

PROFILES = [each for path in sorted(FOLDER.glob("*.txt")) if path.stem != "people" for each in mistakes(path)]
PEOPLE = mistakes(FOLDER / "people.txt", (FOLDER / "people.yaml").read_text())
TABLE = "size: {type: choice, choices: [small, large], ask: How large is it?}"


class Quiet:
    """A log that keeps what was refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def info(self, event: str, **_: object) -> None: ...

    def error(self, event: str, **_: object) -> None:
        self.refused.append(event)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> LiveProfile:
    path = tmp_path_factory.mktemp("live") / "deal-profile.yaml"
    path.write_text(BASE)
    return LiveProfile(path, Quiet())


def told(problems: tuple[Problem, ...], mistake: Mistake) -> None:
    """The mistake is told at its place, with a remedy and the caret under it, and without a flood of others."""
    shown = "\n".join(str(problem) for problem in problems)
    found = [p for p in problems if (p.line, p.column) == mistake.place and p.message == mistake.message]
    assert found, f"{mistake.place} {mistake.message}\n{shown}"
    assert found[0].suggestion, "every problem names a remedy"
    assert len(problems) <= 3, shown
    if found[0].snippet and (at := mistake.text.split("\n")[mistake.place[0] - 1][mistake.place[1] - 1 :]):
        line, caret = found[0].snippet.split("\n")
        assert line[len(caret) - 1] == at[0] or not at[0].isprintable()


def test_there_are_more_than_three_hundred_and_no_two_alike() -> None:
    texts = {each.text for each in PROFILES}
    assert len(texts) == len(PROFILES) > 500


@pytest.mark.processor(10)
@pytest.mark.parametrize("mistake", PROFILES, ids=lambda each: each.name)
def test_a_mistake_is_refused_and_the_good_profile_stays(mistake: Mistake, live: LiveProfile) -> None:
    before = live.current()
    live.path.write_text(mistake.text)
    assert live.current() is before
    assert live.problem is not None
    told(live.problem.problems, mistake)


@pytest.mark.parametrize("mistake", PEOPLE, ids=lambda each: each.name)
def test_a_mistake_about_people_is_refused(mistake: Mistake) -> None:
    with pytest.raises(PeopleError) as caught:
        parse_people(mistake.text.encode(), "people.yaml")
    told(caught.value.problems, mistake)


def long(text: str) -> bytes:
    return BASE.replace(TABLE, text).encode()


WHOLE = [
    ("empty", b"", "1:1", "The file is empty."),
    ("spaces", b"   \n\n", "1:1", "The file is empty."),
    ("comments", b"# a profile\n# to come\n", "1:1", "The file is empty."),
    ("marker", b"---\n", "1:1", "The file is empty."),
    ("null", b"null\n", "1:1", "The file is empty."),
    ("text", b"Managed services\n", "1:1", "A Deal Profile is a mapping of keys to values."),
    ("list", b"- title: a\n- title: b\n", "1:1", "A Deal Profile is a mapping of keys to values."),
    ("number", b"42\n", "1:1", "A Deal Profile is a mapping of keys to values."),
    ("nothing-in-it", b"{}\n", "1:1", "The file needs `title`."),
    ("utf16-little", BASE.encode("utf-16"), "1:1", "The file is UTF-16, not UTF-8."),
    ("utf16-big", b"\xfe\xff" + BASE.encode("utf-16-be"), "1:1", "The file is UTF-16, not UTF-8."),
    ("utf32", BASE.encode("utf-32"), "1:1", "The file is UTF-32, not UTF-8."),
    ("utf16-unmarked", BASE.encode("utf-16-le"), "1:2", "An invisible character stands here (U+0000)."),
    ("latin-1", "title: Krankenhäuser\n".encode("latin-1"), "1:16", "Byte 0xe4 is not UTF-8."),
    ("windows-1252", "title: “Hospitals”\n".encode("cp1252"), "1:8", "Byte 0x93 is not UTF-8."),
    ("cut-off", "title: Krankenhä".encode()[:-1], "1:16", "Byte 0xc3 is not UTF-8."),
    ("zip", b"PK\x03\x04\x14\x00\x08", "1:3", "An invisible character stands here (U+0003)."),
    ("html", b"<html><body>Not found</body></html>\n", "1:1", "A Deal Profile is a mapping of keys to values."),
    ("json-cut", b'{"title": "a", "version": ', "1:1", "The { that opens here is never closed."),
    ("two-documents", BASE.encode() + b"---\ntitle: b\n", "119:1", "A second document starts here."),
    ("coded-mark", BASE.replace("title: ", 'title: "\\u202e" #', 1).encode(), "1:9",
     "In double quotes a backslash starts a code, and this one is an invisible character."),
    ("coded-letter", BASE.replace("title: ", 'title: "A\\U000e0041" #', 1).encode(), "1:10",
     "In double quotes a backslash starts a code, and this one is an invisible character."),
    ("tag-letter", BASE.replace("title: ", "title: A\U000e0041", 1).encode(), "1:9",
     "An invisible character stands here (tag latin capital letter a)."),
    ("document-end", BASE.encode() + b"...\ntitle: b\n", "120:1", "There is more here than the file's one document."),
    ("too-large", BASE.encode() + b"# " + b"x" * 1_000_000,
     "1:1", "The file is larger than 1,000,000 bytes; no more are read."),
    ("tabs", BASE.replace("  ", "\t").encode(), "6:1", "A tab stands here."),
    ("alias-bomb", long("size: &a [x, x]\n  more: [*a, *a, *a]"),
     "14:9", "An anchor (&a) is not part of the language."),
    ("deep-lists", long("size: " + "[" * 5000 + "]" * 5000), "14:31", "Values are nested more than 24 deep here."),
    ("deep-maps", long("size: " + "{a: " * 900 + "1" + "}" * 900),
     "14:97", "Values are nested more than 24 deep here."),
    ("deep-blocks", long("size:\n" + "\n".join(" " * n + "a:" for n in range(3, 400))), "37:26",
     "Values are nested more than 24 deep here."),
    ("open-brackets", long("size: " + "[" * 50_000), "14:31", "Values are nested more than 24 deep here."),
    ("many-values", long(f"size: {{choices: [{'a, ' * 60_000}a]}}"),
     "14:179912", "The file holds more than 60,000 values."),
    ("deep-derived", BASE.replace("contract_value / beds", "(" * 240 + "beds" + ")" * 240).encode(), "50:45",
     "The brackets are nested too deep."),
    ("deep-not", BASE.replace("clinic, mandate: true", f"clinic, {'not: {' * 99}mandate: true{'}' * 99}").encode(),
     "60:155", "Values are nested more than 24 deep here."),
]  # fmt: skip


@pytest.mark.processor(10)
@pytest.mark.parametrize(("data", "place", "message"), [each[1:] for each in WHOLE], ids=[each[0] for each in WHOLE])
def test_a_file_that_is_no_profile_is_refused(data: bytes, place: str, message: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(data, "p.yaml")
    first = caught.value.problems[0]
    assert (f"{first.line}:{first.column}", first.message) == (place, message)
    assert first.suggestion
    assert len(str(caught.value)) < 20_000
