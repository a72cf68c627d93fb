from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from bot.profile.loading import ProfileError, parse_profile
from bot.profile.schema import profile_schema, schema_bytes
from bot.profile.shape import CheckShape, FactShape, ProfileShape
from bot.profile.yaml_reading import read_yaml
from tests.unit.profile.samples import BUNDLED, ROOT

SCHEMA = ROOT / "profile" / "deal-profile.schema.json"


def test_the_committed_schema_is_the_models() -> None:
    assert SCHEMA.read_bytes() == schema_bytes(), (
        "The models changed. Write the file again: "
        "python -c 'from bot.profile.schema import schema_bytes; print(schema_bytes().decode(), end=\"\")'"
    )


@pytest.mark.parametrize(
    ("model", "name"), [(ProfileShape, None), (CheckShape, "CheckShape"), (FactShape, "FactShape")]
)
def test_it_knows_every_key_and_no_other(model, name: str | None) -> None:
    schema = profile_schema()
    part = schema if name is None else schema["$defs"][name]
    assert set(part["properties"]) == set(model.model_fields)
    assert part["additionalProperties"] is False


def test_every_reference_leads_somewhere() -> None:
    schema = profile_schema()
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert "#/$defs/Condition" in references
    for reference in references:
        assert reference.removeprefix("#/$defs/") in schema["$defs"]


def plain(value: object) -> object:
    """What a YAML editor sees of the file: dates as text, numbers as numbers."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def errors(data: bytes) -> list[str]:
    root, problems = read_yaml(data, "p.yaml")
    assert root is not None
    assert problems.found == []
    validator = Draft202012Validator(profile_schema())
    return [error.json_path for error in validator.iter_errors(plain(root.plain()))]


def test_the_bundled_profile_has_the_shape() -> None:
    assert errors(BUNDLED.read_bytes()) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("currency: USD", "currency: usd", "$.currency"),
        ("type: percent", "type: percentage", "$.facts.discount.type"),
        ("stance: decline", "stance: refuse", "$.segments[3].stance"),
        ("exception: {authority: finance,", "exception: {authorities: finance,", "$.checks[11].exception"),
        ("- {otherwise: not applicable}", "- {otherwise: nothing}", "$.checks[8].cases[2].otherwise"),
        ("require: {service_visit: true}", "require: {}", "$.checks[13].require"),
        ("{outcomes: {agreed:", "{outcomes: {agree:", "$.checks[4].require.outcomes"),
    ],
)
def test_an_editor_marks_what_the_loader_refuses(old: str, new: str, path: str) -> None:
    data = BUNDLED.read_text()
    assert old in data
    changed = data.replace(old, new, 1).encode()
    assert errors(changed) == [path]
    with pytest.raises(ProfileError):
        parse_profile(changed, "p.yaml")


def test_it_offers_no_null() -> None:
    assert '"null"' not in json.dumps(profile_schema())


MORE = """\
derived:
  value_per_bed: contract_value / beds
  share: {value: contract_value * margin / 100, type: money}
"""


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("\nsegments:", "\n" + MORE + "segments:", []),
        ("\nsegments:", "\n" + MORE.replace("type: money", "type: euro") + "segments:", ["$.derived.share"]),
        ("\nsegments:", "\n" + MORE.replace("contract_value / beds", "[1]") + "segments:", ["$.derived.value_per_bed"]),
        ("require: {service_visit: true}", "require: {service_visit: {contains: [a, b], starts_with: c}}", []),
        (
            "require: {service_visit: true}",
            "require: {service_visit: {has: a}}",
            ["$.checks[13].require.service_visit"],
        ),
    ],
)
def test_it_knows_derived_facts_and_searched_texts(old: str, new: str, faults: list[str]) -> None:
    text = BUNDLED.read_text()
    assert old in text
    assert errors(text.replace(old, new, 1).encode()) == faults
