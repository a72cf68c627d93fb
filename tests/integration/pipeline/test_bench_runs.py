"""The bench that writes the pipeline's own files must know each column: not missed until somebody measures."""

from __future__ import annotations

from bench.pipeline_questions import made
from bench.report import Report
from bot.checking.asker import OPERATOR


def test_the_benchs_files_are_those_that_the_tables_read():
    with made(500, Report()) as (service, _, _):
        assert service.overview(OPERATOR).fit.split.total.deals > 200
