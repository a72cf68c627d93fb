"""Which names stand in the deals that an asker sees: all of the few kinds; of the many, those that a question says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from bot.pipeline.deal_table import layout
from bot.pipeline.figures.running import Engine, Statements
from bot.pipeline.vocabulary import Seen
from bot.pipeline.words import Token
from bot.profile.columns import names

MOST_NAMES = 5_000
"""Names that a misspelt word is compared with: more take longer than anybody waits for a suggestion."""

_LONGEST = 8
_MOST_FOUND = 50


@dataclass(frozen=True)
class SeenNames:
    """Reads names from the judged deals of one view. `of` is what the statements hang on."""

    table: ir.Table
    engine: Engine
    statements: Statements
    of: Any

    def few(self) -> Seen:
        """Owners whom people.yaml does not name, and stages."""

        def strangers() -> ir.Table:
            table = self.table
            found = table.filter(table[layout.PERSON].isnull() & table[layout.OWNER_KEY].notnull())
            return found.group_by(layout.OWNER_KEY).aggregate(name=found[layout.OWNER_NAME].min()).limit(MOST_NAMES)

        def stages() -> ir.Table:
            found = self.table.filter(self.table[names.STAGE].notnull())
            return found.group_by(layout.STAGE_WORDS).aggregate(stage=found[names.STAGE].min()).limit(MOST_NAMES)

        owners = self.statements.rows(self.engine, ("strangers", self.of), strangers)
        found = self.statements.rows(self.engine, ("stages", self.of), stages)
        return Seen(
            strangers=tuple(sorted((row[layout.OWNER_KEY], row["name"]) for row in owners)),
            stages=tuple(sorted(row["stage"] for row in found)),
        )

    def said(self, tokens: Sequence[Token]) -> Seen:
        """The customers and deals that these words name."""
        texts = [token.text for token in tokens]
        said = {
            " ".join(texts[start:end])
            for start in range(len(texts))
            for end in range(start + 1, min(start + _LONGEST, len(texts)) + 1)
        }
        if not said:
            return Seen()
        table, wanted = self.table, sorted(said)
        in_account, in_name = table[layout.ACCOUNT_WORDS].isin(wanted), table[layout.NAME_WORDS].isin(wanted)
        return self._names(table.filter(in_account | in_name), set(wanted), _MOST_FOUND)

    def some(self) -> Seen:
        """Some customers and deals, to compare a misspelt word with: all of them where they are not too many."""
        return self._names(self.table, None, MOST_NAMES)

    def _names(self, table: ir.Table, wanted: set[str] | None, most: int) -> Seen:
        columns = [layout.ACCOUNT, layout.ACCOUNT_WORDS, names.CUSTOMER, names.NAME, layout.NAME_WORDS]
        found = table.select(*columns).distinct().limit(most)
        rows: list[dict[str, Any]] = self.engine.arrow_of(self.engine.sql(found)).to_pylist()
        rows.sort(key=lambda row: (row[layout.ACCOUNT], row[names.NAME]))
        return Seen(
            customers=tuple(
                dict.fromkeys(r[layout.ACCOUNT] for r in rows if wanted is None or r[layout.ACCOUNT_WORDS] in wanted)
            ),
            deals=tuple(
                dict.fromkeys(
                    row[names.NAME]
                    for row in rows
                    if row[names.CUSTOMER] and (wanted is None or row[layout.NAME_WORDS] in wanted)
                )
            ),
        )
