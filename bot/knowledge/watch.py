"""Watch the folder of playbooks, so that a changed one can be found seconds later."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

_log = logging.getLogger(__name__)
_QUIET_MS = 800  # an editor saves in several steps: wait for a pause of this length, but not for ever
_STEP_MS = 100


def watch(folder: Path, on_change: Callable[[tuple[str, ...]], None], stop: threading.Event) -> None:
    """Call `on_change` with the paths that changed, relative to the folder, until `stop` is set. It blocks.

    It is called once when the watch has begun, perhaps without paths: what changed between the last reading of the
    folder and that, nobody would tell otherwise. Changes that come in quick succession are told once. An error in
    `on_change` is logged, and the watch goes on.
    """
    from watchfiles import watch as watch_files  # compiled, needed by a server only

    root, begun = folder.resolve(), False
    for changes in watch_files(
        root,
        debounce=_QUIET_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=1000,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if begun and not changes:
            continue
        begun = True
        paths = tuple(sorted({_relative(path, root) for _, path in changes}))
        try:
            on_change(paths)
        except Exception:  # noqa: BLE001 - whatever went wrong, the next change may be the repair
            _log.exception("the playbooks changed and could not be indexed; the index of before stays in use")


def _relative(path: str, root: Path) -> str:
    """The path under the folder, with forward slashes."""
    from pathlib import Path as Here  # the name is taken by the annotations

    return Here(path).relative_to(root).as_posix()
