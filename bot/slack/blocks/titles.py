"""The verdicts by the names that people read."""

from __future__ import annotations

from bot.profile.verdict import Judgement

TITLES = {
    Judgement.FITS: "✅ Fits",
    Judgement.NEEDS_APPROVAL: "🟠 Needs approval",
    Judgement.DOES_NOT_FIT: "⛔ Does not fit",
    Judgement.INCOMPLETE: "❔ Incomplete",
}
