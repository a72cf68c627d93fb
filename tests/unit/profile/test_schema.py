from __future__ import annotations

import json

import pytest

from bot.profile.schema import profile_schema, schema_bytes
from bot.profile.shape import CheckShape, FactShape, ProfileShape
from tests.unit.profile.samples import ROOT

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


def test_it_offers_no_null() -> None:
    assert '"null"' not in json.dumps(profile_schema())
