"""Database URLs: which are accepted, in which form they are used, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.store.errors import UrlError

if TYPE_CHECKING:
    from collections.abc import Iterator

SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})
POSTGRESQL = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
FORMS = "Write sqlite:///path/to/dealfit.sqlite or postgresql://user:password@host/database."
SECRET_OPTIONS = ("password", "sslpassword")


@dataclass(frozen=True)
class Address:
    """Where the store is. `shown` is for people: it never holds a password."""

    url: URL = field(repr=False)
    shown: str
    options: dict[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database; None on PostgreSQL."""
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            return Path(self.url.database)
        return None

    def scrub(self, text: str) -> str:
        """The text of a driver without any secret of this address."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file, whatever characters its path holds."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def read_url(text: str) -> Address:
    """Reads a database URL. Raises UrlError, which never repeats a URL that cannot be read: it may be all secret."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        message = (
            f"The database URL cannot be read. {FORMS} In a password, write @ as %40, / as %2F, : as %3A and % as %25."
        )
        raise UrlError(message) from None
    name = url.drivername.casefold()
    if name in SQLITE:
        return _sqlite(url)
    if name in POSTGRESQL:
        return _postgresql(url)
    message = f"The database kind {url.drivername!r} is not supported. {FORMS}"
    raise UrlError(message)


def _sqlite(url: URL) -> Address:
    if url.host:
        message = f"A SQLite URL needs three slashes before a relative path and four before an absolute one. {FORMS}"
        raise UrlError(message)
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        message = f"The SQLite URL names no file, and decisions must outlive the process. {FORMS}"
        raise UrlError(message)
    if url.query:
        message = f"A SQLite URL takes no options: leave out what stands after the question mark. {FORMS}"
        raise UrlError(message)
    clean = URL.create("sqlite+pysqlite", database=url.database)
    return Address(clean, f"sqlite:///{url.database}", {}, ())


def _postgresql(url: URL) -> Address:
    """Takes secrets out of the options: an engine shows its URL's options in its repr, but not its password."""
    options = {name: str(url.query[name]) for name in SECRET_OPTIONS if name in url.query}
    clean = url.difference_update_query(SECRET_OPTIONS).set(drivername="postgresql+psycopg")
    if "password" in options and url.password is None:
        clean = clean.set(password=options["password"])
    options.pop("password", None)
    shown = clean.set(drivername="postgresql").render_as_string(hide_password=True)
    secrets = [secret for secret in (clean.password, *options.values()) if secret]
    return Address(clean, shown, options, tuple(_spellings(secrets)))


def _spellings(secrets: list[str]) -> Iterator[str]:
    """Each secret as it is and as a URL writes it, the longest first, so that no part is left standing."""
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    yield from sorted(forms, key=len, reverse=True)
