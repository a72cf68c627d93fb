"""Which rep looks after which account: a file of assignments, which takes the place of the one before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from rapidfuzz import process

from bot.deals.errors import DealsFileError, shorten
from bot.deals.files import Record, open_table
from bot.deals.text import key
from bot.pipeline.records import owner_of
from bot.pipeline.sources.taking import KEPT_REJECTS, Rejected
from bot.profile.people import People
from bot.store.activities import Assignment
from bot.store.records import folded

DECISION = "accounts-assigned"
REP = ("rep", "owner", "sales rep", "account owner", "account executive", "assigned to", "owner email", "rep email")
ACCOUNT = ("account", "customer", "account name", "customer name", "company", "company name", "name")
_LIKE = 80
_NAMED = 10


class Keeper(Protocol):
    """Where assignments are kept."""

    def assign(self, batch: Sequence[Assignment]) -> None:
        """Make these the assignments, in place of all that were there."""

    def assigned(self) -> list[Assignment]:
        """Every assignment."""


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What an import did: `assigned` accounts now, of which `new` were not before; `gone` were and are not now.

    `reps` is how many reps have accounts. `unknown_reps` are not in people.yaml, so no scorecard counts theirs.
    `unmet` are accounts of which no deal and no call is known under that name, each with the nearest that is known.
    """

    read: int
    assigned: int
    reps: int
    new: int
    gone: int
    rejected: tuple[Rejected, ...]
    rejected_rows: int
    unknown_reps: tuple[str, ...]
    unmet: tuple[tuple[str, str | None], ...]
    unread: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The report as JSON data."""
        return {
            "schema": 1,
            "read": self.read,
            "assigned": self.assigned,
            "reps": self.reps,
            "new": self.new,
            "gone": self.gone,
            "rejected": self.rejected_rows,
            "unknown_reps": list(self.unknown_reps),
            "unmet": [{"account": account, "near": near} for account, near in self.unmet],
        }


def import_accounts(
    data: bytes | BinaryIO,
    filename: str,
    *,
    keeper: Keeper,
    people: People,
    known: Collection[str],
    on_reject: Callable[[Rejected], object] | None = None,
    sheet: str | None = None,
) -> AccountReport:
    """Make the file's rows the assignments: whatever was assigned before and is not in it is so no more.

    `known` are the names of accounts that stand in deals and calls. A row without a rep or an account is rejected.
    Raises DealsFileError for the file as a whole, and when no row of it can be used: then nothing is changed.
    """
    names = {**dict.fromkeys(ACCOUNT, "account"), **dict.fromkeys(REP, "rep")}
    table = open_table(data, filename, lambda column: key(column) in names, sheet)
    records = list(table.records)
    columns = table.columns or tuple(dict.fromkeys(name for each in records for name in each.columns))
    held = [names.get(key(column)) for column in columns]
    for wanted, what in (("rep", "who looks after the account"), ("account", "the account")):
        if held.count(wanted) != 1:
            found = ", ".join(shorten(column) for column in columns) or "none"
            told = "no column says" if wanted not in held else "several columns say"
            raise DealsFileError(f"{filename}:1: {told} {what}. Found: {found}. Name the columns `rep` and `account`.")
    kept: dict[tuple[str, str], Assignment] = {}
    rejected: list[Rejected] = []
    refused = 0
    for record in records:
        made = _assignment(record, names)
        if isinstance(made, Assignment):
            kept.setdefault((_rep(made.rep, people), folded(made.customer)), made)
            continue
        refused += 1
        if len(rejected) < KEPT_REJECTS:
            rejected.append(made)
        if on_reject is not None:
            on_reject(made)
    if not kept:
        raise DealsFileError(f"{filename}: no row names a rep and an account. What is assigned was not changed.")
    before = {(_rep(each.rep, people), folded(each.customer)) for each in keeper.assigned()}
    keeper.assign(list(kept.values()))
    strangers = {each.rep for each in kept.values() if owner_of(each.rep, people) is None}
    return AccountReport(
        read=len(records),
        assigned=len(kept),
        reps=len({rep for rep, _ in kept}),
        new=len(kept.keys() - before),
        gone=len(before - kept.keys()),
        rejected=tuple(rejected),
        rejected_rows=refused,
        unknown_reps=tuple(sorted(strangers)),
        unmet=tuple(_unmet((each.customer for each in kept.values()), known)),
        unread=tuple(column for column in columns if column and key(column) not in names),
    )


def _assignment(record: Record, names: dict[str, str]) -> Assignment | Rejected:
    if record.error is not None:
        return Rejected(record.line, record.error, record.text)
    held: dict[str, str] = {}
    for column, cell in zip(record.columns, record.values, strict=False):
        name, text = names.get(key(column)), "" if cell is None else " ".join(str(cell).split())[:200]
        if name is not None and text:
            held[name] = text
    for name, remedy in (("rep", "Say who looks after the account."), ("account", "Name the account.")):
        if name not in held:
            return Rejected(record.line, f"The row has no {name}. {remedy}", record.text)
    return Assignment(held["rep"], held["account"])


def _rep(text: str, people: People) -> str:
    """A rep as assignments are compared: a name and an e-mail address of one person are one."""
    person = owner_of(text, people)
    return person.key if person is not None else folded(text)


def _unmet(accounts: Iterable[str], known: Collection[str]) -> Iterable[tuple[str, str | None]]:
    """Accounts of which nothing is known under that name: mostly another spelling of one that is known."""
    met = {folded(each) for each in known}
    choices = sorted(known)
    told = 0
    for account in dict.fromkeys(accounts):
        if folded(account) not in met and told < _NAMED:
            near = process.extractOne(account, choices, score_cutoff=_LIKE)
            told += 1
            yield account, None if near is None else str(near[0])
