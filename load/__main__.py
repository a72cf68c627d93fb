"""`make load`: the scenarios one after the other; build/load.json, and docs/load.md once all ran at full length."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from load.kept import keep, kept
from load.report import page, write_json
from load.scenarios import SCENARIOS


def main() -> int:
    """Run what is asked for. The exit status is 1 when a promise did not hold."""
    options = _options()
    wanted = [one for one in SCENARIOS if not options.only or one.name in options.only]
    runs = Path(options.json).with_name("load-runs.json")
    broken = 0
    for scenario in wanted:
        asked = options.kills if scenario.unit == "kills" else options.seconds
        amount = scenario.amount if asked is None else min(asked, scenario.amount)
        print(f"{scenario.name}: {scenario.title}, {amount} {scenario.unit} ...", file=sys.stderr, flush=True)
        began = time.monotonic()
        figures = scenario.run(amount)
        keep(runs, scenario, amount, figures)
        print(f"  {time.monotonic() - began:.0f} s in all. {figures.shown()}", flush=True)
        for words in figures.broken(acks=scenario.acks):
            broken += 1
            print(f"  Does not hold: {words}.", flush=True)
        write_json(kept(runs), Path(options.json))
    ran = kept(runs)
    whole = len(ran) == len(SCENARIOS) and all(amount == scenario.amount for scenario, amount, _ in ran)
    if whole or options.page:
        Path(options.page or "docs/load.md").write_text(page(ran), encoding="utf-8")
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m load",
        description="Puts load on the app and measures. Without options every scenario runs at its full length "
        "(about 17 minutes). The newest figures of each are kept beside build/load.json: a run may be made in parts; "
        "docs/load.md is written when all of them are of full length.",
        epilog="Scenarios: " + "; ".join(f"{one.name} ({one.title}, {one.amount} {one.unit})" for one in SCENARIOS),
    )
    names = [one.name for one in SCENARIOS]
    parser.add_argument("only", nargs="*", metavar="SCENARIO", help="run only these")
    parser.add_argument("--seconds", type=int, help="send for at most so many seconds in each scenario")
    parser.add_argument("--kills", type=int, help="kill at most so often")
    parser.add_argument("--json", default="build/load.json", help="where the figures go (default: %(default)s)")
    parser.add_argument("--page", help="write the page there from what is kept")
    options = parser.parse_args()
    unknown = [name for name in options.only if name not in names]
    if unknown:
        parser.error(f"there is no scenario {unknown[0]}. There are: {', '.join(names)}.")
    return options


if __name__ == "__main__":
    sys.exit(main())
