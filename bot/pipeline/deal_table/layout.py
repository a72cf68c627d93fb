"""What a row of the deal table holds, and how saved deals become rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC
from functools import lru_cache

import pyarrow as pa

from bot.deals.deal import Deal
from bot.pipeline.deal_table.restoring import Restorer
from bot.pipeline.words import tokens_of
from bot.profile.columns.deals import deals_table
from bot.profile.columns.names import DEAL_COLUMNS, ColumnError, fact_columns
from bot.profile.model import Profile
from bot.store.records import ChangedDeal, folded

KEY = "deal_key"
STATUS = "deal_status"
VERSION = "deal_version"
UPDATED_AT = "deal_updated_at"
CHECKED_BY = "deal_checked_by"
NAME_WORDS = "deal_name_words"
ACCOUNT = "deal_account"
ACCOUNT_WORDS = "deal_account_words"
STAGE_WORDS = "deal_stage_words"
CONVERTED = "deal_converted"
STORED = (KEY, STATUS, VERSION, UPDATED_AT, CHECKED_BY, NAME_WORDS, ACCOUNT, ACCOUNT_WORDS, STAGE_WORDS, CONVERTED)
"""Beside `DEAL_COLUMNS` and the profile's facts. The account is the customer, or the deal's name where none is named;
the words are what names are compared by (see `words_of`). How amounts in another currency were reached is JSON."""

PERSON = "deal_person"
OWNER_KEY = "deal_owner_key"
OWNER_NAME = "deal_owner_name"
TEAM = "deal_team"
VALUE = "deal_value"
ADDED = (PERSON, OWNER_KEY, OWNER_NAME, TEAM, VALUE)
"""Added when the table is judged: the owner's key in people.yaml (null for a stranger), what deals are grouped by (the
key, or a stranger's name in lower case), the name to show, the team, and the contract value in the profile's currency
(null where it is not known, or the deal is in another currency)."""

_LAYOUT = 3
_WIDEST = 38


def fingerprint(profile: Profile) -> str:
    """A hash of everything that decides what the columns hold. The rules are no part of it: they judge the columns."""
    specs = profile.facts.values()
    facts = [(each.name, each.type.value, sorted(each.choices), each.minimum, each.maximum) for each in specs]
    columns = [(column.name, column.type.value) for column in fact_columns(profile)]
    taken = {*STORED, *ADDED} & {name for name, _ in columns}
    if taken:
        raise ColumnError(f"The fact {min(taken)} has the name of a column of ours. Give the fact another name.")
    made = repr((_LAYOUT, profile.currency, facts, columns, profile.derived))
    return hashlib.sha256(made.encode()).hexdigest()


def rows_of(profile: Profile, changed: Sequence[ChangedDeal]) -> pa.Table:
    """The deals as an Arrow table. A fact that the profile dropped or cannot hold any more is unknown."""
    restorer = Restorer(profile.facts)
    table = deals_table(profile, [_deal(row, restorer) for row in changed])
    accounts = [row.customer or row.name for row in changed]
    more = {
        KEY: pa.array([row.key for row in changed], pa.string()),
        STATUS: pa.array([row.status for row in changed], pa.string()),
        VERSION: pa.array([row.version for row in changed], pa.int64()),
        UPDATED_AT: pa.array(
            [row.updated_at.astimezone(UTC).replace(tzinfo=None) for row in changed], pa.timestamp("us")
        ),
        CHECKED_BY: pa.array([row.checked_by for row in changed], pa.string()),
        NAME_WORDS: pa.array([words_of(row.name) for row in changed], pa.string()),
        ACCOUNT: pa.array(accounts, pa.string()),
        ACCOUNT_WORDS: pa.array([words_of(account) for account in accounts], pa.string()),
        STAGE_WORDS: pa.array([words_of(row.stage) if row.stage else None for row in changed], pa.string()),
        CONVERTED: pa.array([row.converted_text for row in changed], pa.string()),
    }
    for name, column in more.items():
        table = table.append_column(name, column)
    return table


@lru_cache(maxsize=50_000)
def words_of(text: str) -> str:
    """A name as it is compared: its words in lower case, without punctuation; the text itself where it has no word."""
    return " ".join(token.text for token in tokens_of(text)) or folded(text)


def wider(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """A type that holds every value of both. Raises ColumnError when 38 digits do not do."""
    if one == other:
        return one
    whole, places = (max(pair) for pair in zip(_digits(one), _digits(other), strict=True))
    if whole + places > _WIDEST:
        raise ColumnError(f"Some deals need {whole} digits before the point and others {places} after it.")
    return pa.decimal128(18 if whole + places <= 18 else _WIDEST, places)  # noqa: PLR2004 - what 64 bits hold


def _digits(kind: pa.DataType) -> tuple[int, int]:
    """Digits before and after the point."""
    if pa.types.is_decimal(kind):
        return kind.precision - kind.scale, kind.scale
    if pa.types.is_int64(kind):
        return 19, 0
    raise ColumnError(f"A column of {kind} cannot hold numbers too. Make the deal table again.")


def _deal(row: ChangedDeal, restorer: Restorer) -> Deal:
    return Deal(
        name=row.name, facts=restorer.facts(row.facts_text), customer=row.customer, owner=row.owner, stage=row.stage,
        close_date=row.close_date, currency=row.currency, source=row.source, source_id=row.source_id,
    )  # fmt: skip


COLUMNS = (*DEAL_COLUMNS, *STORED)
