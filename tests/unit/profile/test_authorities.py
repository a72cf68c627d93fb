"""Who may approve: groups, channels, stand-ins and absences in the people file."""

from __future__ import annotations

from datetime import date

import pytest

from bot.profile.people import PeopleError, parse_people

TEXT = """\
authorities:
  finance:
    name: Finance
    people: [ruth, omar]
    group: S012FIN
    channel: C012FIN
    stand_in: grace
    away:
      - {person: ruth, from: 2026-12-01, to: 2026-12-10}
      - {person: omar, from: 2026-12-05, to: 2026-12-06, stand_in: victor}
people:
  ruth: {name: Ruth Adeyemi, email: ruth@firm.example, roles: [approver]}
  omar: {name: Omar Haddad, email: omar@firm.example, roles: [approver]}
  grace: {name: Grace Chen, email: grace@firm.example, roles: [approver]}
  victor: {name: Victor Stone, email: victor@firm.example, roles: [approver]}
  dana: {name: Dana Reyes, email: dana@firm.example, roles: [rep]}
"""
PEOPLE = parse_people(TEXT.encode(), "people.yaml")


@pytest.mark.parametrize(
    ("day", "asked", "deciders"),
    [
        (30, ["ruth", "omar"], ["ruth", "omar"]),
        (1, ["omar", "grace"], ["ruth", "omar", "grace"]),
        (5, ["grace", "victor"], ["ruth", "omar", "grace", "victor"]),
        (10, ["omar", "grace"], ["ruth", "omar", "grace"]),
        (11, ["ruth", "omar"], ["ruth", "omar"]),
    ],
)
def test_who_is_asked_and_who_may_decide_on_a_day(day: int, asked: list[str], deciders: list[str]) -> None:
    on = date(2026, 11 if day == 30 else 12, day)
    assert [person.key for person in PEOPLE.asked("finance", on)] == asked
    assert [person.key for person in PEOPLE.deciders("finance", on)] == deciders
    assert PEOPLE.asked("nobody", on) == PEOPLE.deciders("nobody", on) == ()


def test_a_stand_in_who_is_away_is_stood_in_for_and_a_circle_leads_nowhere() -> None:
    text = TEXT.replace("people: [ruth, omar]", "people: [ruth, omar, grace]").replace(
        "    away:\n", "    away:\n      - {person: grace, from: 2026-12-01, to: 2026-12-02, stand_in: victor}\n"
    )
    people = parse_people(text.encode(), "people.yaml")
    assert [person.key for person in people.asked("finance", date(2026, 12, 1))] == ["omar", "victor"]
    circle = text.replace("2026-12-02, stand_in: victor", "2026-12-02, stand_in: ruth")
    people = parse_people(circle.encode(), "people.yaml")
    assert [person.key for person in people.asked("finance", date(2026, 12, 1))] == ["omar"]


def test_where_everybody_is_away_and_nobody_stands_in_everybody_is_asked() -> None:
    text = TEXT.replace("people: [ruth, omar]", "people: [ruth]").replace(
        "      - {person: omar, from: 2026-12-05, to: 2026-12-06, stand_in: victor}\n", ""
    )
    away = (
        text.replace("stand_in: grace\n", "stand_in: grace\n")
        .replace(
            "to: 2026-12-10}",
            "to: 2026-12-10}\n      - {person: grace, from: 2026-12-01, to: 2026-12-10, stand_in: ruth}",
        )
        .replace("people: [ruth]", "people: [ruth, grace]")
    )
    people = parse_people(away.encode(), "people.yaml")
    assert [person.key for person in people.asked("finance", date(2026, 12, 3))] == ["ruth", "grace"]


def test_what_the_file_says_of_an_authority() -> None:
    finance = PEOPLE.authorities["finance"]
    assert (finance.group, finance.channel, finance.stand_in) == ("S012FIN", "C012FIN", "grace")


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("group: S012FIN", "group: finance", "5:12", "`group` cannot be finance."),
        ("channel: C012FIN", 'channel: "#finance"', "6:14", "`channel` cannot be"),
        ("stand_in: grace", "stand_in: dana", "7:15", "`dana` stands in for `finance` without the role approver."),
        ("stand_in: grace", "stand_in: nobody", "7:15", "`nobody` is not among the people, but stands in for"),
        ("stand_in: victor", "stand_in: vic", "10:68", "`vic` is not among the people, but stands in for"),
        ("stand_in: victor", "stand_in: omar", "10:9", "`omar` cannot stand in for themselves."),
        ("{person: ruth,", "{person: dana,", "9:18", "`dana` does not hold `finance`"),
        ("to: 2026-12-10", "to: 2026-11-10", "9:46", "ends on 2026-11-10, before it begins"),
        ("from: 2026-12-01", "from: soon", "9:30", "`from` is a date."),
        ("    people: [ruth, omar]\n    group: S012FIN\n", "", "3:5", "Nobody holds `finance`."),
    ],
)
def test_a_fault_is_refused_at_its_place(old: str, new: str, place: str, message: str) -> None:
    text = TEXT
    if ("dana," in new and "person" in new) or old.startswith("    people"):
        text = text.replace("    group: S012FIN\n", "") if "dana" in new else text
        place = place.replace("9:", "8:") if "dana" in new else place
    assert text.count(old) == 1
    with pytest.raises(PeopleError) as caught:
        parse_people(text.replace(old, new).encode(), "people.yaml")
    found = [(f"{p.line}:{p.column}", p.message) for p in caught.value.problems]
    assert any(where == place and message in said for where, said in found), str(caught.value)


def test_without_a_stand_in_an_absence_says_what_is_missing() -> None:
    with pytest.raises(PeopleError, match="Nobody stands in for `ruth`"):
        parse_people(TEXT.replace("    stand_in: grace\n", "").encode(), "people.yaml")


def test_a_misspelt_key_is_told_by_the_name_that_the_file_uses() -> None:
    with pytest.raises(PeopleError, match=r"Did you mean from\?"):
        parse_people(TEXT.replace("ruth, from:", "ruth, fron:").encode(), "people.yaml")


def test_a_group_alone_is_enough() -> None:
    text = TEXT.replace("    people: [ruth, omar]\n", "")
    assert parse_people(text.encode(), "people.yaml").authorities["finance"].people == ()
