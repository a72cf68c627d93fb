"""The hash chain of the decision log, and the audit of it: pure functions over rows.

A row's hash is the SHA-256 of the canonical JSON of its id, time, kind, actor, subject, body and the hash of the row
before it. The body is kept as canonical JSON text, so the document is put together from it without parsing it again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from bot.store.records import AuditReport, Head

if TYPE_CHECKING:
    from collections.abc import Iterable

GENESIS = "0" * 64
"""What the first row names as the hash of the row before it."""

_quoted = json.JSONEncoder(ensure_ascii=False).encode


class RawRow(NamedTuple):
    """A row of the log exactly as the database holds it: each text as text or as its UTF-8 bytes."""

    id: object
    at: object
    kind: object
    actor: object
    subject: object
    body: object
    sha256: object
    previous: object


def seal(*, number: int, at: str, kind: str, actor: str, subject: str, body: bytes, previous: str) -> str:
    """The hash of one row, in hexadecimal. `body` is canonical JSON in UTF-8."""
    before = f'{{"actor":{_quoted(actor)},"at":{_quoted(at)},"body":'
    after = f',"id":{number},"kind":{_quoted(kind)},"previous":{_quoted(previous)},"subject":{_quoted(subject)}}}'
    return hashlib.sha256(b"".join((before.encode(), body, after.encode()))).hexdigest()


def audit(rows: Iterable[RawRow], published: Head | None = None) -> AuditReport:
    """Follows the chain from its first row to the first row that is not as it was written.

    `published` is a head that was noted elsewhere earlier: it must still be in the log. Without it, rows cut off the
    end cannot be noticed.
    """
    good, head = 0, GENESIS
    for row in rows:
        number = row.id if isinstance(row.id, int) else 0
        if number != good + 1:
            return _out_of_step(number, good, head)
        reason, sha256 = _fault(row, number, head)
        if not reason and published is not None and published.id == number and published.sha256 != sha256:
            reason = f"Row {number} is not the row that was published with the hash {published.sha256}."
        if reason:
            return AuditReport(ok=False, rows=good, head=head, first_bad=number, reason=reason)
        good, head = number, sha256
    if published is not None and published.id > good:
        reason = f"The log ends at row {good}, but row {published.id} was published: rows were cut off the end."
        return AuditReport(ok=False, rows=good, head=head, first_bad=good + 1, reason=reason)
    return AuditReport(ok=True, rows=good, head=head, first_bad=None, reason=None)


def _out_of_step(number: int, good: int, head: str) -> AuditReport:
    if number > good:
        bad, reason = good + 1, f"Row {good + 1} is missing: row {number} follows row {good}."
    else:
        bad, reason = number, f"Row {number} does not belong in the log: rows are numbered from 1."
    return AuditReport(ok=False, rows=good, head=head, first_bad=bad, reason=reason)


def _fault(row: RawRow, number: int, previous: str) -> tuple[str, str]:
    """What is wrong with a row (empty when nothing is), and its hash."""
    try:
        at, kind, actor, subject, sha256, before = map(_text, row[1:5] + row[6:])
        body = row.body.encode() if isinstance(row.body, str) else row.body
        if not isinstance(body, bytes):
            raise TypeError  # noqa: TRY301 - handled as any other value that is not text
        expected = seal(number=number, at=at, kind=kind, actor=actor, subject=subject, body=body, previous=before)
    except (TypeError, UnicodeError):
        return f"Row {number} holds a value that is not text: it was edited.", ""
    if sha256 != expected:
        return f"Row {number} does not match its hash: it was edited.", ""
    if before != previous:
        where = f"row {number - 1}" if number > 1 else "the start of the log"
        return f"Row {number} does not follow {where}: one of the two was rewritten.", ""
    return "", sha256


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError
