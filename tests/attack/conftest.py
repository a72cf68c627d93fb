"""One office for the attacks that need the whole app. It has no index: a deal check needs none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.settings import Settings
from tests.e2e.conftest import Office, Running, copy_content


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("attacked")
    with Running(Settings.load(copy_content(folder), env_file=None)) as made:
        yield made
