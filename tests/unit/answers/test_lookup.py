"""What may be looked up is fixed before any model is asked: each guard holds by itself."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bot.answers.lookup import NOT_HERE, Lookup
from bot.checking.asker import Asker
from bot.profile.people import Role


class NobodyAsks:
    """A desk that must not be asked."""

    def mine(self, asker: Asker, limit: int = 10) -> list[Any]:  # noqa: ARG002 - the desk's shape
        pytest.fail("the deals of the asker were looked at where others read along")


def test_where_others_read_along_deals_are_neither_offered_nor_listed() -> None:
    lookup = Lookup(
        asker=Asker("U1", "Dana Reyes", frozenset({Role.REP})),
        book=cast("Any", None),
        search=lambda _: [],
        desk=cast("Any", NobodyAsks()),
        at_hand=None,
        said=(),
        private=False,
    )
    assert lookup.shows_deals is False
    assert lookup.deals() == NOT_HERE
