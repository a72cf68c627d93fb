"""What can go wrong with the store: each error says what happened, at which address, and what to do."""

from __future__ import annotations


class StoreError(Exception):
    """The store could not do what was asked. The text names the database without its password, and the remedy."""


class UrlError(StoreError):
    """The database URL cannot be used."""


class UnreachableError(StoreError):
    """The database cannot be reached, or does not let us in."""


class NotWritableError(StoreError):
    """The database can be seen but not written: no permission, or a read-only file system or server."""


class DiskFullError(StoreError):
    """There is no room left. What was being written is not there; all that was written before is."""


class BusyError(StoreError):
    """Another writer held the database for too long."""


class DamagedError(StoreError):
    """The file is not a database, or it is damaged."""


class TooNewError(StoreError):
    """The database was written by a newer Dealfit than this one."""


class ConflictError(StoreError):
    """The database holds tables of another program under the same names."""


class RecordError(StoreError, ValueError):
    """What was given cannot be kept: not JSON data, NaN, or a reference to a decision that does not exist."""
