"""Which verdicts one answer alone could settle: what makes a question worth asking first."""

from __future__ import annotations

from collections.abc import Mapping

from bot.deals.deal import Deal
from bot.profile.judge import Judge
from bot.profile.replies import Replies, conditions_of
from bot.profile.verdict import Judgement, Verdict


class Settling:
    """Tries answers under one judge's profile. Made once; safe to use from several threads."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._replies = Replies(judge.profile, conditions_of(judge.profile))

    def by_one_answer(self, deal: Deal, verdict: Verdict) -> Mapping[str, tuple[Judgement, ...]]:
        """For each question of an incomplete verdict, the verdicts that some answer to it alone would settle."""
        if verdict.judgement is not Judgement.INCOMPLETE:
            return {}
        facts = self._judge.complete(deal.facts)
        found = {}
        for question in verdict.ask:
            values = self._replies.values(question.fact, facts)
            reached = {self._judge.judge(deal.with_facts({question.fact: value})).judgement for value in values}
            settled = tuple(judgement for judgement in Judgement if judgement in reached - {Judgement.INCOMPLETE})
            if settled:
                found[question.fact] = settled
        return found
