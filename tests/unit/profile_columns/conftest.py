"""What the evaluator's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.profile_columns import agreement


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    backend = agreement.duckdb()
    yield backend
    backend.disconnect()
