"""The figures of a scenario, and which promises they break."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from load.tally import Tally
    from load.traffic import Traffic

ACK_P99_MS = 250.0
ACK_MAX_MS = 2500.0


def at_percent(values: list[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed; 0 where there are none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered), max(1, math.ceil(len(ordered) * percent / 100))) - 1]


@dataclass
class Figures:
    """What one scenario gave. Times in milliseconds, memory in MB; `processor` is cores' worth used by the app."""

    events: int
    accepted: int
    deliveries: int
    ack_p50: float
    ack_p95: float
    ack_p99: float
    ack_max: float
    late: float
    once: int
    lost: int
    twice: int
    sorry: int
    unaccepted_answered: int
    deal_p50: float
    deal_p95: float
    question_p50: float
    question_p95: float
    depth: int
    drained: float
    memory: tuple[float, float]
    processor: float
    seconds: float
    unacked: dict[str, int]
    kills: int = 0
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        tally: Tally,
        traffic: Traffic,
        *,
        seconds: float,
        depth: int,
        drained: float,
        memory: tuple[float, float],
        processor: float,
        kills: int = 0,
    ) -> Figures:
        everything = list(tally.sent.values())
        taken = [sent for sent in everything if sent.accepted]
        acks = [1000 * one for one in tally.acks]
        deals, questions = ([1000 * (s.first - s.at) for s in group if s.first] for group in _groups(tally))
        return cls(
            events=traffic.events,
            accepted=len(taken),
            deliveries=len(tally.acks) + len(tally.unacked),
            ack_p50=statistics.median(acks) if acks else 0.0,
            ack_p95=at_percent(acks, 95),
            ack_p99=at_percent(acks, 99),
            ack_max=max(acks, default=0.0),
            late=1000 * traffic.late,
            once=sum(len(sent.answers) == 1 for sent in taken),
            lost=sum(not sent.answers for sent in taken),
            twice=sum(len(sent.answers) > 1 for sent in everything),
            sorry=sum(sent.sorry for sent in everything),
            unaccepted_answered=sum(bool(s.answers) and not s.accepted for s in everything),
            deal_p50=at_percent(deals, 50),
            deal_p95=at_percent(deals, 95),
            question_p50=at_percent(questions, 50),
            question_p95=at_percent(questions, 95),
            depth=depth,
            drained=drained,
            memory=memory,
            processor=processor,
            seconds=seconds,
            unacked={reason: tally.unacked.count(reason) for reason in sorted(set(tally.unacked))},
            kills=kills,
        )

    @classmethod
    def together(cls, parts: list[Figures]) -> Figures:
        """The figures of runs beside each other: counts are added, times are those of the worst."""
        added = (
            "events",
            "accepted",
            "deliveries",
            "once",
            "lost",
            "twice",
            "sorry",
            "unaccepted_answered",
            "kills",
            "depth",
            "notes",
        )
        whole = replace(parts[0])
        for part in parts[1:]:
            for item in fields(cls):
                mine, theirs = getattr(whole, item.name), getattr(part, item.name)
                if item.name in added:
                    setattr(whole, item.name, mine + theirs)
                elif isinstance(mine, float):
                    setattr(whole, item.name, max(mine, theirs))
                elif isinstance(mine, dict):
                    counts = Counter(mine) + Counter(theirs)
                    setattr(whole, item.name, dict(counts))
        return whole

    @property
    def growth(self) -> float:
        """How many MB the app's memory grew."""
        return self.memory[1] - self.memory[0]

    def shown(self) -> str:
        """The figures in one line."""
        acks = "/".join(f"{value:.0f}" for value in (self.ack_p50, self.ack_p95, self.ack_p99, self.ack_max))
        return (
            f"{self.events} events, {self.accepted} accepted, {self.once} answered once, {self.lost} lost, "
            f"{self.twice} twice, {self.sorry} sorry. "
            f"Ack p50/p95/p99/max {acks} ms (generator late {self.late:.0f} ms). "
            f"Answers p50/p95: deals {self.deal_p50:.0f}/{self.deal_p95:.0f} ms, "
            f"questions {self.question_p50:.0f}/{self.question_p95:.0f} ms. Waiting {self.depth}, drained in "
            f"{self.drained:.0f} s. Memory {self.memory[0]:.0f} to {self.memory[1]:.0f} MB, {self.processor:.2f} cores."
        )

    def broken(self, *, acks: bool = True) -> list[str]:
        """The promises that do not hold, in words. With kills, an ack has no bound: nobody is there to give it."""
        found = []
        if self.lost:
            found.append(f"{self.lost} accepted events have no answer")
        if self.twice > self.kills:
            found.append(f"{self.twice} events were answered more than once")
        if self.sorry:
            found.append(f"{self.sorry} answers say that something went wrong")
        if acks and self.ack_p99 >= ACK_P99_MS:
            found.append(f"ack p99 {self.ack_p99:.0f} ms, promised under {ACK_P99_MS:.0f} ms")
        if acks and self.ack_max > ACK_MAX_MS:
            found.append(f"ack max {self.ack_max:.0f} ms, promised at most {ACK_MAX_MS:.0f} ms")
        if acks and self.unacked:
            found.append(f"deliveries without an ack: {self.unacked}")
        return found


def _groups(tally: Tally) -> tuple[list, list]:  # type: ignore[type-arg]
    return tally.of("command"), tally.of("mention", "direct")
