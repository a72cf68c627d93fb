"""Promise 6: every event has its effect once, however often and wherever it is delivered."""

from __future__ import annotations

import json
import subprocess
import sys

import psycopg
import pytest

from tests.postgres import postgres_url

__all__ = ["postgres_url"]

IDS, COPIES, PROCESSES = 500, 10, 4


@pytest.mark.postgres
def test_500_ids_10_deliveries_4_processes_give_500_effects(postgres_url):
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE effects (ts text, process int)")
    arguments = [sys.executable, "-m", "tests.integration.slack.deliver", postgres_url]
    # Ten deliveries of each id in all, spread over the processes so that each id reaches several of them.
    shares = [3, 3, 2, 2]
    assert sum(shares) == COPIES
    assert len(shares) == PROCESSES
    processes = []
    for seed, share in enumerate(shares):
        process = subprocess.Popen(
            [*arguments, str(seed), str(IDS), str(share)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        if seed == 0:
            assert process.stdout.readline().strip() == "ready"  # the first one makes the tables
    for process in processes[1:]:
        assert process.stdout.readline().strip() == "ready"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    reports = [json.loads(process.stdout.readline()) for process in processes]
    for process in processes:
        process.stdin.close()
        process.wait(120)
        process.stdout.close()
    assert sum(report["acknowledged"] for report in reports) == IDS * COPIES
    assert all(report["failed"] == [] and report["waiting"] == 0 for report in reports)
    with psycopg.connect(postgres_url) as connection:
        total, different = connection.execute("SELECT count(*), count(DISTINCT ts) FROM effects").fetchone()
        sharing = connection.execute("SELECT count(DISTINCT process) FROM effects").fetchone()[0]
    assert (total, different) == (IDS, IDS)
    assert sharing > 1
