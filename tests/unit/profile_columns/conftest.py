"""What the evaluator's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.unit.profile_columns import agreement

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    backend = agreement.duckdb()
    yield backend
    backend.disconnect()
