"""What every test stands on, in whatever room, order and worker it runs."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

# No timing decides a test: a busy machine makes examples slow, not wrong.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Hold a test to the processor's time that its marker allows: that is the work it does, and not who else works."""
    began = time.process_time()
    result = yield
    limit = item.get_closest_marker("processor")
    used = time.process_time() - began
    if limit is not None and used > limit.args[0]:
        pytest.fail(f"it took {used:.1f} s of the processor; {limit.args[0]} s are enough")
    return result


@pytest.fixture(scope="session")
def shipped_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the shipped playbooks, built by the first who needs it, for all workers of a run. Open a copy."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shipped-index"
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            # Here, because most runs need no library and none its imports before there is a test.
            from bot.bootstrap import utc_now
            from bot.knowledge.library import Library
            from bot.settings import content_root

            making = folder.with_suffix(".making")
            library = Library(content_root() / "knowledge", making, clock=utc_now)
            report = library.refresh()
            library.close()
            assert not report.refused
            making.rename(folder)
    return folder
