"""What the Slack side needs of proposals, reviews and scorecards, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.pipeline.proposals.service import ProposalService
from bot.pipeline.reviews.service import ReviewService
from bot.pipeline.scorecard.service import ScorecardService


@dataclass(frozen=True, slots=True)
class Selling:
    """The services; `canvases` says whether a proposal is made as a canvas too."""

    proposals: ProposalService
    reviews: ReviewService
    scorecards: ScorecardService
    canvases: bool = False
