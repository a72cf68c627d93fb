"""The peers that the bench extra brings: each judges the same rules on the same deal, as its makers mean it to be used.

None of them is asked for what the judge gives: they say which rules a deal breaks. zen-engine's decision table also
says, by its trace, on which conditions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.expressions import CEL, RULE_ENGINE, ZEN, plain
from bot.deals.facts import FactValue
from bot.profile.model import Profile

ZEN_COMPILED = "zen-engine, compiled expressions: yes or no"
ZEN_TRACED = "zen-engine, decision table with trace"


@dataclass(frozen=True)
class Engine:
    """One peer: `judge` runs it once on the deal, `broken` names the rules that the deal breaks."""

    name: str
    judge: Callable[[], object]
    broken: Callable[[], set[str]]
    inner: int


def engines(profile: Profile, facts: Mapping[str, FactValue]) -> Iterator[Engine]:
    """The peers that are installed; of the others one line on standard error."""
    context = {name: plain(value) for name, value in facts.items()}
    for make in (_zen, _zen_table, _cel, _rule_engine):
        try:
            yield make(profile, context)
        except ImportError as error:
            print(f"The bench goes without a peer: {error}. Install the extra 'bench'.", file=sys.stderr)


def _of_expressions(name: str, rules: dict[str, Callable[[], Any]], inner: int) -> Engine:
    runs = list(rules.values())
    return Engine(
        name,
        lambda: [run() for run in runs],
        lambda: {check for check, run in rules.items() if run() is not True},
        inner,
    )


def _zen(profile: Profile, context: dict[str, Any]) -> Engine:
    import zen  # a peer may be absent

    def rule(text: str) -> Callable[[], Any]:
        compiled = zen.compile_expression(text)
        return lambda: compiled.evaluate(context)

    rules = {check.id: rule(ZEN.holds(check)) for check in profile.checks}
    return _of_expressions(ZEN_COMPILED, rules, 50)


def _zen_table(profile: Profile, context: dict[str, Any]) -> Engine:
    import zen  # a peer may be absent

    rows = [
        {
            "_id": check.id,
            "in": f"not ({ZEN.holds(check)})",
            "check": json.dumps(check.id),
            "because": json.dumps(check.because),
        }
        for check in profile.checks
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "in", "name": "broken"}],
        "outputs": [{"id": name, "name": name, "field": name} for name in ("check", "because")],
        "rules": rows,
    }
    nodes = [
        {"id": "start", "type": "inputNode", "name": "deal", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": "rules", "content": table, "position": {"x": 1, "y": 0}},
        {"id": "end", "type": "outputNode", "name": "broken", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "start", "targetId": "table"},
        {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "end"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def judge() -> Any:
        return decision.evaluate(context, {"trace": True})

    return Engine(ZEN_TRACED, judge, lambda: {row["check"] for row in judge()["result"]}, 20)


def _cel(profile: Profile, context: dict[str, Any]) -> Engine:
    import cel  # a peer may be absent

    def rule(text: str) -> Callable[[], Any]:
        compiled = cel.compile(text)
        return lambda: compiled.execute(context)

    rules = {check.id: rule(CEL.holds(check)) for check in profile.checks}
    return _of_expressions("CEL (common-expression-language): yes or no", rules, 20)


def _rule_engine(profile: Profile, context: dict[str, Any]) -> Engine:
    import rule_engine  # a peer may be absent

    def rule(text: str) -> Callable[[], Any]:
        compiled = rule_engine.Rule(text)
        return lambda: compiled.matches(context)

    rules = {check.id: rule(RULE_ENGINE.holds(check)) for check in profile.checks}
    return _of_expressions("rule-engine: yes or no", rules, 5)
