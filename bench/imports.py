"""A file of deals into the store: time and peak memory, next to DuckDB and pandas that only read it."""

from __future__ import annotations

import csv
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from bench.report import Report

ROWS = 1_000_000
SMALL = 8_800
HEADER = (
    "id,name,customer,owner,stage,close_date,industry,beds,records_mandate,it_staff,remote_access,offer,managed_option,"
    "service_months,contract_value,discount,margin,payment_days,prepaid,sponsor,monthly_call,reviews_per_year,service_visit"
).split(",")


def measure(report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="dealfit-bench-") as folder:
        for rows in (SMALL, ROWS):
            path = Path(folder) / f"deals-{rows}.csv"
            write(path, rows)
            seconds, peak = ours(path, Path(folder) / f"store-{rows}.db")
            again, _ = ours(path, Path(folder) / f"store-{rows}.db")
            duck = statistics.median(duckdb_reads(path) for _ in range(3))
            name = f"import of {rows:,} deals from CSV"
            report.add(name, seconds, "seconds", "DuckDB, reading it only", duck)
            report.add(f"{name}, again, nothing changed", again, "seconds")
            report.add(f"{name}, peak memory", peak, "MB")
            path.unlink()


def write(path: Path, rows: int) -> None:
    """Deals that a firm might have, the same for every run."""
    pick = random.Random(42)
    first = date(2026, 1, 1)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number in range(rows):
            writer.writerow(
                [
                    f"D-{number}", f"Deal {number}", f"Customer {number % 50_000}", f"Rep {number % 300}",
                    pick.choice(("Proposal", "Negotiation", "Closed Won", "Closed Lost")),
                    (first + timedelta(days=pick.randrange(600))).isoformat(),
                    pick.choice(("hospital", "hospital", "clinic", "university", "other")), pick.randrange(5, 450),
                    pick.choice(("yes", "no")), pick.randrange(30), pick.choice(("yes", "no", "")),
                    pick.choice(("managed services", "project")), pick.choice(("yes", "no")),
                    pick.choice((0, 3, 6, 12, 24, 36)), pick.randrange(5_000, 400_000),
                    f"{pick.uniform(0, 16):.2f}", f"{pick.uniform(10, 70):.1f}", pick.choice((15, 30, 45, 60, 90)),
                    pick.choice(("yes", "no")), pick.choice(("CFO", "CEO", "IT administrator", "none")),
                    pick.choice(("yes", "no")), pick.randrange(5), pick.choice(("yes", "no")),
                ]
            )  # fmt: skip


RUN = """
import re, sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.pipeline.importing import import_deals
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.settings import content_root
from bot.store.database import open_store
from bot.store.urls import sqlite_url
folder = content_root() / "profile"
judge, people = Judge(load_profile(folder / "deal-profile.yaml")), load_people(folder / "people.yaml")
store = open_store(sqlite_url(Path(sys.argv[2])), lambda: datetime.now(UTC))
start = time.perf_counter()
with open(sys.argv[1], "rb") as stream:
    report = import_deals(stream, "deals.csv", judge=judge, store=store, people=people, actor="bench")
seconds = time.perf_counter() - start
assert report.rejected_rows == report.unread_cells == 0, report.notes
store.close()
# Of this program alone: ru_maxrss goes on from the process that started it, and that is a large one.
peak = re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())
print(seconds, int(peak[1]) / 1024 if peak else "nan")
"""


def ours(path: Path, store: Path) -> tuple[float, float]:
    """Seconds and peak MB of a process that imports the file."""
    command = [sys.executable, "-c", RUN, str(path), str(store)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def duckdb_reads(path: Path) -> float:
    import duckdb  # a peer

    start = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE deals AS FROM read_csv(?)", [str(path)]).fetchall()
    return time.perf_counter() - start
