"""Tables in terminals of every width: no figure is cut, and no line is longer than the terminal."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from rich.console import Console

from bot.cli.console import table

WORDS = st.lists(st.sampled_from(["Mercy", "Regional", "hospital", "under", "a", "mandate"]), max_size=5).map(" ".join)
MONEY = st.integers(0, 10**9).map(lambda amount: f"${amount:,}")
ROWS = st.lists(st.tuples(WORDS, MONEY, st.integers(0, 100).map(lambda share: f"{share}.0%")), min_size=1, max_size=4)


def printed(rows: list[tuple[str, str, str]], width: int) -> str:
    made = table("Customer", "Money that fits", "Money in %", right=("Money that fits", "Money in %"))
    for row in rows:
        made.add_row(*row)
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, soft_wrap=True).print(made)
    return stream.getvalue()


@given(rows=ROWS, width=st.integers(24, 120))
def test_every_figure_stands_whole_in_a_terminal_of_any_width(rows: list[tuple[str, str, str]], width: int):
    said = printed(rows, width)
    assert max(map(len, said.splitlines())) <= width
    figures = re.findall(r"[$\d][\d,.]*%?", said)
    assert sorted(figures) == sorted(figure for row in rows for figure in row[1:])


def test_where_there_is_no_room_rows_stand_below_each_other():
    rows = [("Mercy Regional", "$1,018,300", "23.4%"), ("Lakeside", "$24,500", "1.0%")]
    assert printed(rows, 26) == snapshot("""\
Customer
Mercy Regional
  Money that fits
  $1,018,300; Money in %
  23.4%
Lakeside
  Money that fits $24,500;
  Money in % 1.0%
""")
    assert printed(rows, 40) == snapshot("""\
                Money that            \n\
Customer              fits  Money in %
Mercy           $1,018,300       23.4%
Regional                              \n\
Lakeside           $24,500        1.0%
""")
