"""The tools of the agent: four ways to look something up, whose results are numbered so that they can be cited."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.answers.evidence import cite
from bot.answers.prompts import as_data, as_line

if TYPE_CHECKING:
    from bot.answers.lookup import Lookup
    from bot.answers.model import Citation
    from bot.answers.verdicts import VerdictEvidence
    from bot.answers.writing import Shown

MOST_FOUND = 3
"""Passages that one search gives."""

MOST_CALLS = 6
"""Tool calls in one answer; further ones get no result."""

NOTHING = "The playbooks that the rep may read say nothing about that."
ENOUGH = "No more can be looked up for this answer. Write it from what you have."
FAILED = "That could not be looked up now."


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: its name, what it does, the one argument it takes (its name and meaning), and how to call it."""

    name: str
    does: str
    argument: str | None
    meaning: str
    call: Callable[[str], str]


class Toolbox:
    """The tools for one answer. What they find is added to `shown`, numbered on. Safe to call from several threads."""

    def __init__(self, lookup: Lookup, shown: Shown) -> None:
        self._lookup = lookup
        self._shown = shown
        self._lock = threading.Lock()
        self.called: list[str] = []
        self.judged: list[int] = []

    @property
    def tools(self) -> tuple[Tool, ...]:
        """What may be called here."""
        found = [
            Tool(
                "search_playbooks",
                "Searches the playbooks for passages that the rep may read.",
                "query",
                "What to look for, in a few words.",
                self._search,
            ),
            Tool(
                "show_rule",
                "Shows one rule of the Deal Profile: its limits, its reason, and who may approve what lies outside.",
                "rule",
                "The rule's name, or what it is about, such as discount.",
                self._rule,
            ),
        ]
        if self._lookup.judges:
            found.append(
                Tool(
                    "judge_deal",
                    "Asks the judge for the verdict on this conversation's deal, or on a deal that the rep described.",
                    "facts",
                    "What the rep said of the deal, in the rep's words; empty for the deal as it stands.",
                    self._judge,
                )
            )
        if self._lookup.shows_deals:
            found.append(Tool("my_deals", "Lists the rep's own open deals with their verdicts.", None, "", self._deals))
        return tuple(found)

    def call(self, tool: Tool, words: str) -> str:
        """The result of a call, as text for the model. Nothing that fails in here reaches the model or the asker."""
        with self._lock:
            if len(self.called) >= MOST_CALLS:
                return ENOUGH
            self.called.append(tool.name)
            try:
                return tool.call(words)
            except Exception:  # noqa: BLE001 - what was found before still makes an answer
                return FAILED

    def _search(self, query: str) -> str:
        hits = self._lookup.passages(query)[:MOST_FOUND]
        known = {one.passage: n for n, one in self._shown.citations.items()}
        parts = [
            f"[{known[hit.passage.id]}] was shown already."
            if hit.passage.id in known
            else self._shows(cite(hit.passage, 0), "Playbook")
            for hit in hits
        ]
        return "\n\n".join(parts) or NOTHING

    def _rule(self, name: str) -> str:
        rule = self._lookup.rule(name)
        if rule is None:
            return "There is no such rule. The rules are:\n" + as_data("\n".join(self._lookup.rule_names))
        known = next((n for n, one in self._shown.citations.items() if one.passage == f"rule:{rule.check}"), None)
        if known is not None:
            return f"[{known}] was shown already."
        text = self._shows(rule.citation(0), "Rule of the Deal Profile")
        number = max(self._shown.citations)
        self._shown.statements[number] = rule.statements
        self._shown.own[number] = rule.statements
        return text

    def _judge(self, words: str) -> str:
        found = self._lookup.judged(words)
        if isinstance(found, str):
            return found
        number, text = self._verdict(found)
        self.judged.append(number)
        return text

    def _deals(self, _: str) -> str:
        found = self._lookup.deals()
        return found if isinstance(found, str) else "\n\n".join(self._verdict(one)[1] for one in found)

    def _verdict(self, found: VerdictEvidence) -> tuple[int, str]:
        for number, one in self._shown.citations.items():
            if one.passage == found.source:
                return number, f"[{number}] was shown already."
        text = self._shows(found.citation(0), "")
        number = max(self._shown.citations)
        self._shown.own[number] = found.statements
        return number, text

    def _shows(self, citation: Citation, what: str) -> str:
        """Number a source, and the text that the model sees of it."""
        number = max(self._shown.citations, default=0) + 1
        self._shown.citations[number] = replace(citation, n=number)
        label = f"{what}: " if what else ""
        return f"[{number}] {label}{as_line(citation.heading)}\n{as_data(citation.text)}"
