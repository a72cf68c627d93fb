"""A backtest deal by deal: the table that a spreadsheet takes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from bot.deals.csv_text import csv_text
from bot.pipeline.strategy.comparing import known
from bot.pipeline.strategy.judging import JUDGEMENTS, OUTCOMES, JudgedDeals, verdict_of
from bot.pipeline.strategy.outcomes import CLOSED
from bot.profile.columns import codes

HEAD = (
    "name",
    "customer",
    "closed",
    "outcome",
    "verdict",
    "verdict_before",
    "segment",
    "value",
    "margin",
    "refused_by",
)


def deal_rows(judged: JudgedDeals, before: JudgedDeals | None = None) -> Iterator[tuple[Any, ...]]:
    """A row for each closed deal, with what HEAD names. `refused_by` are the rules that nobody may approve."""
    verdicts = verdict_of(judged.weight)
    earlier = None if before is None else verdict_of(before.weight)
    segments = [segment.name for segment in judged.profile.segments]
    for place in np.nonzero(judged.ended(*CLOSED))[0].tolist():
        number = int(judged.place[place])
        refusing = np.nonzero(judged.codes[:, place] == codes.FATAL)[0]
        day = judged.closed[place]
        yield (
            judged.names[place].as_py(),
            judged.customers[place].as_py(),
            None if np.isnat(day) else str(day),
            OUTCOMES[int(judged.outcome[place])].value,
            JUDGEMENTS[int(verdicts[place])].value,
            None if earlier is None else JUDGEMENTS[int(earlier[place])].value,
            segments[number] if number >= 0 else None,
            known(judged.value, place),
            known(judged.margin, place),
            " ".join(judged.rules[rule].check for rule in refusing if judged.rules[rule].counted),
        )


def deal_sheet(judged: JudgedDeals, before: JudgedDeals | None = None) -> bytes:
    """The rows as CSV that a spreadsheet opens safely: no text in it is run as a formula."""
    return csv_text(chain([HEAD], deal_rows(judged, before))).encode("utf-8-sig", "replace")
