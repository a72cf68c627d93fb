"""Every example in docs/profile-language.md is run: what the page says is what the loader and the judge do."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from textwrap import indent

import pytest

from bot.deals.values import parse_value
from bot.profile.cases import run_cases
from bot.profile.explain import describe
from bot.profile.judge import Judge
from bot.profile.loading import ProfileError, parse_profile
from bot.profile.people import parse_people
from bot.profile.shape import CheckShape, FactShape, ProfileShape
from tests.unit.profile.samples import BUNDLED, ROOT

PAGE = (ROOT / "docs" / "profile-language.md").read_text()
BLOCKS = [(m[1], m[2]) for m in re.finditer(r"<!-- (\w+) -->\n```yaml\n(.*?)```\n", PAGE, re.DOTALL)]
TABLES = {m[1]: m[2] for m in re.finditer(r"<!-- (\w+) -->\n((?:\|.*\n)+)", PAGE)}
BUNDLED_TEXT = BUNDLED.read_text()
HEAD = BUNDLED_TEXT.split("\n# The first segment", maxsplit=1)[0] + "\n"
PLAIN_CHECK = "checks:\n  - {id: c, part: price, label: C, require: {beds: known}, because: So.}\n"


def rows(name: str) -> list[tuple[str, str]]:
    cells = [line.strip("|\n ").split(" | ", 1) for line in TABLES[name].splitlines()[2:]]
    return [(written.strip().strip("`"), told.strip()) for written, told in cells]


def profile_of(kind: str, text: str) -> str:
    """A whole profile around an example of one part of it, over the bundled profile's facts."""
    if kind == "profile":
        return text
    if kind == "facts":
        names = re.findall(r"^(\w+):", text, re.MULTILINE)
        test = ", ".join(f"{name}: known" for name in names)
        start = 'title: t\nversion: "1"\neffective: 2026-11-01\ncurrency: USD\nfacts:\n'
        return start + indent(text, "  ") + PLAIN_CHECK.replace("beds: known", test)
    if kind == "derived":
        return HEAD + "derived:\n" + indent(text, "  ") + PLAIN_CHECK
    if kind == "segments":
        return HEAD + "segments:\n" + indent(text, "  ") + PLAIN_CHECK
    if kind == "exceptions":
        return HEAD + text + PLAIN_CHECK
    return HEAD + "checks:\n" + indent(text, "  ")


def test_every_yaml_example_says_what_it_is() -> None:
    assert PAGE.count("```yaml") == len(BLOCKS)
    assert {kind for kind, _ in BLOCKS} == {
        "profile",
        "facts",
        "segments",
        "checks",
        "cases",
        "people",
        "derived",
        "exceptions",
    }
    assert set(TABLES) == {"conditions", "refused", "relations", "figures"}


@pytest.mark.parametrize(("kind", "text"), [block for block in BLOCKS if block[0] not in {"cases", "people"}])
def test_an_example_loads(kind: str, text: str) -> None:
    Judge(parse_profile(profile_of(kind, text).encode(), "example.yaml"))


@pytest.mark.parametrize(("written", "means"), rows("conditions"))
def test_a_condition_means_what_the_page_says(written: str, means: str) -> None:
    check = f"- {{id: c, part: price, label: C, require: {written}, because: So.}}\n"
    profile = parse_profile(profile_of("checks", check).encode(), "example.yaml")
    require = profile.checks[0].cases[0].require
    assert require is not None
    assert describe(profile, require) == means


RELATED = next(text for kind, text in BLOCKS if kind == "facts" and text.startswith("remark:"))


@pytest.mark.parametrize(("written", "means"), rows("relations"))
def test_a_test_of_a_text_or_a_date_means_what_the_page_says(written: str, means: str) -> None:
    check = f"checks:\n  - {{id: c, part: price, label: C, require: {written}, because: So.}}\n"
    profile = parse_profile(profile_of("facts", RELATED).split("checks:")[0].encode() + check.encode(), "example.yaml")
    require = profile.checks[0].cases[0].require
    assert require is not None
    assert describe(profile, require) == means


@pytest.mark.parametrize(("expression", "told"), rows("figures"))
def test_an_expression_gives_what_the_page_says(expression: str, told: str) -> None:
    given, expected = (part.strip() for part in told.split("|"))
    profile = parse_profile(profile_of("derived", f"figure: {expression}\n").encode(), "example.yaml")
    pairs = (pair.split("=") for pair in given.split())
    facts = {name: parse_value(profile.facts[name], value, "USD") for name, value in pairs}
    assert str(Judge(profile).complete(facts).get("figure", "unknown")) == expected


@pytest.mark.parametrize(("written", "told"), rows("refused"))
def test_a_refused_example_is_told_as_the_page_says(written: str, told: str) -> None:
    check = f"- {{id: c, part: price, label: C, require: {written}, because: So.}}\n"
    with pytest.raises(ProfileError) as caught:
        parse_profile(profile_of("checks", check).encode(), "example.yaml")
    assert told in caught.value.problems[0].message


def test_the_cases_on_the_page_pass(tmp_path: Path) -> None:
    text = dict(BLOCKS)["cases"]
    (tmp_path / "cases.yaml").write_text(text)
    first = BLOCKS[0][1].split("checks:")[1]
    segments = dict(BLOCKS)["segments"]
    profile = parse_profile(
        (HEAD + "segments:\n" + indent(segments, "  ") + "checks:" + first).encode(), "example.yaml"
    )
    report = run_cases(Judge(profile), tmp_path)
    assert len(report.results) == 3
    assert [str(result) for result in report.failures] == []


def test_the_people_on_the_page_load() -> None:
    first, grouped, second = (parse_people(text.encode(), "people.yaml") for kind, text in BLOCKS if kind == "people")
    assert len(grouped.groups) == 2
    assert [person.key for person in first.holders("deal-desk")] == ["alex"]
    assert [person.key for person in second.asked("finance", date(2026, 12, 24))] == ["grace"]


@pytest.mark.parametrize("model", [ProfileShape, FactShape, CheckShape])
def test_the_page_names_every_key(model) -> None:
    for name in model.model_fields:
        assert f"`{name}`" in PAGE


def test_every_link_on_the_page_leads_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in PAGE.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= headings
