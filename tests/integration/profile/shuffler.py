"""Judges the deals of the cases many times with their facts in changing order, and prints the hash of all the bytes.

Run as a program by the test beside it, under another hash seed, locale and time zone each time.
"""

from __future__ import annotations

import hashlib
import locale
import random
import sys
from pathlib import Path

from bot.deals.deal import Deal
from bot.profile.cases import load_cases
from bot.profile.judge import Judge
from bot.profile.loading import load_profile


def main(folder: Path, runs: int, seed: int) -> None:
    locale.setlocale(locale.LC_ALL, "")
    order = random.Random(seed)
    profile = load_profile(folder / "deal-profile.yaml")
    cases = load_cases(profile, folder / "cases")
    judge = Judge(profile)
    first: dict[str, bytes] = {}
    for run in range(runs):
        if run % 500 == 0:
            judge = Judge(load_profile(folder / "deal-profile.yaml"))
        case = cases[run % len(cases)]
        facts = list(case.facts.items())
        order.shuffle(facts)
        deal = Deal(case.name, dict(facts))
        fully = run // len(cases) % 2 == 0
        data = (judge.judge_fully(deal) if fully else judge.judge(deal)).to_bytes()
        name = f"{case.name} {fully}"
        if first.setdefault(name, data) != data:
            sys.exit(f"{case.name} came out otherwise in run {run}")
    digest = hashlib.sha256()
    for name in sorted(first):
        digest.update(first[name])
    sys.stdout.write(f"{len(first)} {digest.hexdigest()}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
