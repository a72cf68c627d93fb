from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from bot.profile.people import PeopleError, Role, load_people, parse_people
from tests.unit.profile.samples import ROOT

TEXT = """\
authorities:
  deal-desk: {name: Deal desk, people: [alex]}
people:
  dana: {name: Dana Reyes, email: Dana@firm.example, slack: U0DANA, roles: [rep], team: East, manager: morgan}
  sam: {name: Sam Okafor, email: sam@firm.example, roles: [rep], manager: dana}
  morgan: {name: Morgan Lee, email: morgan@firm.example, roles: [manager]}
  alex: {name: Alex Kim, email: alex@firm.example, roles: [approver, rep], manager: morgan}
  twin.one: {name: Kim Twin, email: one@firm.example, roles: [rep]}
  twin.two: {name: kim  twin, email: two@firm.example, roles: [rep]}
"""
PEOPLE = parse_people(TEXT.encode(), "people.yaml")


def key(person) -> str | None:
    return None if person is None else person.key


def test_people_are_found_by_email_in_any_case() -> None:
    assert key(PEOPLE.by_email("DANA@FIRM.EXAMPLE")) == "dana"
    assert key(PEOPLE.by_email(" sam@firm.example ")) == "sam"
    assert PEOPLE.by_email("nobody@firm.example") is None


def test_people_are_found_by_slack_id_exactly() -> None:
    assert key(PEOPLE.by_slack("U0DANA")) == "dana"
    assert PEOPLE.by_slack("u0dana") is None
    assert PEOPLE.by_slack("") is None


@pytest.mark.parametrize("text", ["dana", "Dana Reyes", "dana  REYES", "dana@firm.example"])
def test_an_owner_is_found_by_key_name_or_email(text: str) -> None:
    assert key(PEOPLE.by_name(text)) == "dana"


def test_a_name_of_two_people_names_nobody() -> None:
    assert PEOPLE.by_name("Kim Twin") is None
    assert key(PEOPLE.by_name("twin.two")) == "twin.two"
    assert PEOPLE.by_name("Reyes") is None


def test_a_team_is_everybody_below() -> None:
    morgan = PEOPLE.by_key("morgan")
    assert morgan is not None
    assert [person.key for person in PEOPLE.team_of(morgan)] == ["dana", "sam", "alex"]
    alex = PEOPLE.by_key("alex")
    assert alex is not None
    assert PEOPLE.team_of(alex) == ()


def test_authorities_and_who_holds_them() -> None:
    assert [person.key for person in PEOPLE.holders("deal-desk")] == ["alex"]
    assert PEOPLE.holders("finance") == ()
    alex = PEOPLE.by_key("alex")
    assert alex is not None
    assert alex.authorities == {"deal-desk"}
    assert alex.roles == {Role.APPROVER, Role.REP}
    assert alex.has(Role.APPROVER)
    assert not alex.has(Role.MANAGER)
    assert PEOPLE.authorities["deal-desk"].name == "Deal desk"
    assert PEOPLE.authority_name("deal-desk") == "Deal desk"
    assert PEOPLE.authority_name("finance") == "finance"


def test_the_bundled_people_load() -> None:
    people = load_people(ROOT / "profile" / "people.yaml")
    assert {"deal-desk", "finance", "sales-director", "head-of-service"} == set(people.authorities)
    assert {role for person in people.all for role in person.roles} == set(Role)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("[alex]", "[alx]", "2:41", "`alx` is not among the people, but holds `deal-desk`."),
        ("[approver, rep]", "[rep]", "2:41", "`alex` holds `deal-desk` without the role approver."),
        ("manager: dana", "manager: dan", "5:75", "The manager `dan` is not among the people."),
        (
            "roles: [manager]}",
            "roles: [manager], manager: sam}",
            "4:104",
            "`dana` is their own manager, directly or through others.",
        ),
        ("sam@firm", "dana@firm", "5:34", "`sam` and `dana` have the same email."),
        ("slack: U0DANA", "slack: dana", "4:61", "`slack` cannot be dana."),
        ("email: alex@firm.example", "email: alex", "7:33", "`email` cannot be alex."),
        ("roles: [rep], team", "roles: [sales], team", "4:77", "`roles` cannot be sales."),
        ("team: East", "teams: East", "4:83", "`teams` is not a key of a person."),
        ("  sam:", "  dana:", "5:3", "`dana` stands here a second time; the first is in line 4."),
    ],
)
def test_a_faulty_people_file_is_refused_at_its_place(old: str, new: str, place: str, message: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(PeopleError) as caught:
        parse_people(TEXT.replace(old, new).encode(), "people.yaml")
    found = [(f"{p.line}:{p.column}", p.message) for p in caught.value.problems]
    assert (place, message) in found, str(caught.value)


@pytest.mark.parametrize("data", [b"", b"- a\n", b"people: {}\n", b"people: no\n", b"\xff\xfe"])
def test_what_is_no_people_file_is_refused(data: bytes) -> None:
    with pytest.raises(PeopleError):
        parse_people(data, "people.yaml")


def test_zones_are_looked_up_once_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def counting() -> set[str]:  # each look reads hundreds of files
        looked.append(1)
        return available_timezones()

    monkeypatch.setattr("bot.profile.people.available_timezones", counting)
    people = (f"  p{n}: {{name: P{n}, email: p{n}@firm.example, roles: [rep], zone: Asia/Tokyo}}\n" for n in range(50))
    text = "people:\n" + "".join(people)
    assert {person.zone for person in parse_people(text.encode(), "people.yaml").all} == {"Asia/Tokyo"}
    assert len(looked) == 1
