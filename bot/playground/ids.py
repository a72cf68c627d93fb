"""Message timestamps and identifiers in the shapes that Slack uses."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]

_MICROS = 1_000_000
_ALPHABET = string.ascii_uppercase + string.digits


class Ids:
    """Makes identifiers. Timestamps come from the clock and never repeat, even when the clock stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the clock's time as seconds since 1970."""
        return self._clock().timestamp()

    def ts(self) -> str:
        """Return a new message timestamp, later than every one before it."""
        with self._lock:
            self._last = max(self._last + 1, int(self.now() * _MICROS))
            return f"{self._last // _MICROS}.{self._last % _MICROS:06d}"

    def make(self, prefix: str, length: int = 10) -> str:
        """Return a new identifier such as `Ev09ABC...` or `V07XYZ...`."""
        return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))

    def view_hash(self) -> str:
        """Return a new view hash: it changes whenever the view does."""
        return f"{int(self.now())}.{secrets.token_hex(4)}"

    def trigger(self) -> str:
        """Return a new trigger id in Slack's three-part form."""
        return f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"

    def secret(self, size: int = 24) -> str:
        """Return a secret nobody can guess."""
        return secrets.token_urlsafe(size)
