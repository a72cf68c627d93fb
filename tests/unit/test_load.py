"""The figures of `make load`: percentiles, what counts as broken, and the page."""

from __future__ import annotations

import json

from load.figures import Figures, at_percent
from load.kept import keep, kept
from load.report import page, write_json
from load.scenarios import SCENARIOS


def figures(**changes) -> Figures:
    values = {
        "events": 10, "accepted": 10, "deliveries": 14, "ack_p50": 5.0, "ack_p95": 20.0, "ack_p99": 40.0,
        "ack_max": 90.0, "late": 1.0, "once": 10, "lost": 0, "twice": 0, "sorry": 0, "unaccepted_answered": 0,
        "deal_p50": 100.0, "deal_p95": 200.0, "question_p50": 100.0, "question_p95": 200.0, "depth": 0, "drained": 1.0,
        "memory": (400.0, 410.0), "processor": 0.5, "seconds": 1.0, "unacked": {},
    }  # fmt: skip
    return Figures(**{**values, **changes})


def test_a_percentile_is_a_value_that_was_measured():
    assert at_percent([], 99) == 0
    assert [at_percent([3.0, 1.0, 2.0, 4.0], percent) for percent in (1, 25, 50, 99, 100)] == [1.0, 1.0, 2.0, 4.0, 4.0]


def test_what_breaks_a_promise_is_named():
    assert figures().broken() == []
    assert figures(lost=1).broken() == ["1 accepted events have no answer"]
    assert figures(ack_p99=250.0).broken() == ["ack p99 250 ms, promised under 250 ms"]
    assert figures(ack_max=2501.0).broken() == ["ack max 2501 ms, promised at most 2500 ms"]
    assert figures(unacked={"operation_timeout": 2}).broken() != []
    assert figures(unacked={"dispatch_failed": 2}, twice=1, kills=1).broken(acks=False) == []
    assert figures(twice=2, kills=1).broken(acks=False) == ["2 events were answered more than once"]


def test_figures_of_runs_beside_each_other_are_added_and_the_worst_time_counts():
    both = Figures.together(
        [figures(kills=3, unacked={"a": 1}), figures(kills=2, lost=1, ack_max=95.0, unacked={"a": 2})]
    )
    assert (both.kills, both.events, both.lost, both.ack_max, both.unacked) == (5, 20, 1, 95.0, {"a": 3})


def test_a_run_becomes_a_page_and_the_documented_json(tmp_path):
    ran = [(scenario, 5, figures()) for scenario in SCENARIOS]
    assert "Every promise held in this run." in page(ran)
    broken = page([*ran, (SCENARIOS[0], 5, figures(lost=1))])
    assert "Not all promises held:" in broken
    assert "- sustained: 1 accepted events have no answer." in broken
    write_json(ran, tmp_path / "load.json")
    data = json.loads((tmp_path / "load.json").read_text(encoding="utf-8"))
    assert set(data) == {"machine", "measures"}
    bound = next(row for row in data["measures"] if row["name"] == "burst: ack_p99")
    assert bound == {
        "name": "burst: ack_p99", "value": 40.0, "unit": "ms", "peer": "the promise", "peer_value": 250.0,
        "ratio": 0.16,
    }  # fmt: skip


def test_what_was_run_before_stays_until_it_is_run_again(tmp_path):
    path = tmp_path / "runs.json"
    assert kept(path) == []
    keep(path, SCENARIOS[5], 200, figures(kills=200))
    keep(path, SCENARIOS[0], 600, figures(depth=3))
    keep(path, SCENARIOS[0], 5, figures(depth=4))
    ran = kept(path)
    assert [(scenario.name, amount) for scenario, amount, _ in ran] == [("sustained", 5), ("kills", 200)]
    assert (ran[0][2], ran[1][2].kills) == (figures(depth=4), 200)
    path.write_text("{", encoding="utf-8")
    assert kept(path) == []
