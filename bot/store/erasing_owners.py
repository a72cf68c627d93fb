"""Erasing a person as the owner of what is kept: the name goes; deals, calls and accounts stay, with nobody's name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from bot.store.activity_tables import activities, assignments, crm_accounts
from bot.store.deal_book import next_version
from bot.store.records import folded
from bot.store.tables import deals


@dataclass(frozen=True, slots=True)
class Owned:
    """How many deals and calls lost the name of their owner, and how many accounts have nobody now."""

    deals_and_calls: int = 0
    accounts: int = 0


def erase(connection: Connection, names: Collection[str]) -> Owned:
    """Take these names away wherever they own something; the caller is the only one who saves deals meanwhile.

    An assignment says only who looks after an account, and an account of a CRM is kept only with its owner: these rows
    go whole. What is compared is the text as `folded` makes it.
    """
    wanted = sorted({folded(each) for each in names} - {""})
    owned = connection.execute(
        update(deals)
        .where(deals.c.owner_folded.in_(wanted))
        .values(owner=None, owner_folded="", version=next_version(connection))
    )
    called = connection.execute(
        update(activities).where(activities.c.rep_folded.in_(wanted)).values(rep=None, rep_folded="")
    )
    assigned = connection.execute(delete(assignments).where(assignments.c.rep_folded.in_(wanted)))
    owners = connection.execute(select(crm_accounts.c.owner).distinct()).scalars()
    theirs = [owner for owner in owners if folded(owner) in wanted]  # few: as many as the person has spellings
    gone = connection.execute(delete(crm_accounts).where(crm_accounts.c.owner.in_(theirs)))
    return Owned(int(owned.rowcount) + int(called.rowcount), int(assigned.rowcount) + int(gone.rowcount))
