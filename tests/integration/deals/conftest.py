"""Where data that is not ours is found, for the tests that read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def hospitals() -> Path:
    """The published list of US hospitals; DEALFIT_TEST_DATA names the folder that holds us_hospitals/."""
    folder = Path(os.environ.get("DEALFIT_TEST_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "us_hospitals" / "hospitals.csv"
    if not path.is_file():
        pytest.skip("set DEALFIT_TEST_DATA to the folder that holds us_hospitals/hospitals.csv")
    return path
