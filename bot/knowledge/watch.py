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
_LOOK_MS = 1000  # how often to look whether the folder is still the one that is watched
_AGAIN = 5.0  # seconds until the next try after the system refused a watch


def watch(folder: Path, on_change: Callable[[tuple[str, ...]], None], stop: threading.Event) -> None:
    """Call `on_change` with the paths that changed, relative to the folder, until `stop` is set. It blocks.

    It is called once when the watch has begun, perhaps without paths: what changed between the last reading of the
    folder and that, nobody would tell otherwise. Changes that come in quick succession are told once. An error in
    `on_change` is logged, and the watch goes on. A folder that is not there yet is waited for, and one that another is
    put in place of, as a fresh copy or by a link that points elsewhere, is watched from then on.
    """
    while not stop.is_set():
        try:
            if folder.is_dir():
                _watch(folder, on_change, stop)
            else:
                stop.wait(_LOOK_MS / 1000)
        except Exception:  # noqa: BLE001 - too many watches on the machine, a folder that went away this very moment
            _log.exception("the playbooks cannot be watched now; another try follows in %d seconds", _AGAIN)
            stop.wait(_AGAIN)


def _watch(folder: Path, on_change: Callable[[tuple[str, ...]], None], stop: threading.Event) -> None:
    """Watch the folder that is there now, until it is another one or none."""
    from watchfiles import watch as watch_files  # compiled, needed by a server only

    root, which, begun = folder.resolve(), _which(folder), False
    for changes in watch_files(
        root,
        debounce=_QUIET_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        paths = tuple(sorted({_relative(path, root) for _, path in changes}))
        # A new folder may be given the number of the one that was removed, which is told of itself then.
        same = _which(folder) == which and "." not in paths
        if begun and not paths and same:
            continue
        begun = True
        try:
            on_change(paths)
        except Exception:  # noqa: BLE001 - whatever went wrong, the next change may be the repair
            _log.exception("the playbooks changed and could not be indexed; the index of before stays in use")
        if not same:
            return  # the system goes on telling of the old one, in silence


def _which(folder: Path) -> tuple[int, int] | None:
    """What tells this folder from another one of the same name; None when it is not there."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _relative(path: str, root: Path) -> str:
    """The path under the folder, with forward slashes."""
    from pathlib import Path as Here  # the name is taken by the annotations

    return Here(path).relative_to(root).as_posix()
