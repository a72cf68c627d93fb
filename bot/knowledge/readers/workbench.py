"""A process in which documents are converted: without our secrets, with a limit of memory and of time.

The process is started with the first document that needs it and kept for the next, for the converters take seconds to
load. It gets no environment variables, may write no file, and is killed when a document takes too long.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from bot.knowledge.passages import DocumentRefused
from bot.knowledge.readers.converting import Converted, Sheet, convert

if TYPE_CHECKING:
    from types import TracebackType

SECONDS = 60.0
"""How long one document may take."""

MEMORY = 2_000_000_000
"""Bytes of memory that the process may have."""

_MAIN = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from bot.knowledge.readers.workbench import serve
serve(int(sys.argv[2]))
"""


class Workbench:
    """Converts one document after the other. Use it in a `with`, or `close` it."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Start nothing yet."""
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def convert(self, extension: str, data: bytes) -> Converted:
        """Convert a document. Raises DocumentRefused, also for one that takes too long or too much memory."""
        with self._lock:
            process = self._process = self._process or self._start()
            late = threading.Event()

            def stop() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(self._seconds, stop)
            timer.start()
            try:
                answer = _ask(process, extension, data)
            finally:
                timer.cancel()
            if answer is None:
                self._end()
                if late.is_set():
                    reason = f"reading it took longer than {self._seconds:.0f} seconds"
                else:
                    reason = "reading it took more memory than a document may have, or broke the reader"
                raise DocumentRefused(reason, "Save it again with fewer pictures and drawings, or as Markdown (.md).")
        if "reason" in answer:
            raise DocumentRefused(answer["reason"], answer["remedy"])
        return Converted(answer["title"], tuple(Sheet(*sheet) for sheet in answer["sheets"]))

    def close(self) -> None:
        """End the process. The workbench can be used again."""
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        path = [str(Path(each).absolute()) for each in sys.path]
        return subprocess.Popen(  # noqa: S603 - our own interpreter and code; the document goes in as data
            [sys.executable, "-I", "-c", _MAIN, json.dumps(path), str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


def _ask(process: subprocess.Popen[bytes], extension: str, data: bytes) -> dict[str, Any] | None:
    """The process's answer, or None when it ended before it gave one."""
    to, back = _pipes(process)
    try:
        to.write(json.dumps({"extension": extension, "size": len(data)}).encode() + b"\n")
        to.write(data)
        to.flush()
    except BrokenPipeError:
        return None
    line = back.readline()
    try:
        return json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("a workbench's process has both pipes")
    return process.stdin, process.stdout


def serve(memory: int) -> None:
    """The process itself: a line of JSON and the document's bytes in, a line of JSON out, until the pipe is closed."""
    import os  # this side alone looks after its own pipes

    _limit(memory)
    inlet = sys.stdin.buffer
    # A library that prints must not break the answers.
    outlet = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while line := inlet.readline():
        asked = json.loads(line)
        outlet.write(json.dumps(_answer(asked["extension"], inlet.read(asked["size"]))).encode() + b"\n")
        outlet.flush()


def _answer(extension: str, data: bytes) -> dict[str, Any]:
    try:
        found = convert(extension, data)
    except DocumentRefused as refused:
        return {"reason": refused.reason, "remedy": refused.remedy}
    except RecursionError:
        return {"reason": "it is nested too deep", "remedy": "Save it again from where it was made."}
    except MemoryError:
        return {"reason": "it takes more memory than a document may have", "remedy": "Save it again without pictures."}
    return {"title": found.title, "sheets": [[sheet.place, sheet.markdown] for sheet in found.sheets]}


def _limit(memory: int) -> None:
    """Limit this process, as far as the system knows such limits."""
    try:
        import resource  # absent on some systems
    except ImportError:
        return
    for kind, limit in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):
            continue
