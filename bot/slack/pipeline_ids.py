"""The names that tie the pipeline's buttons, selects and forms to their listeners."""

from __future__ import annotations

CHIP = "pipe.chip"
"""A chip that can be changed: a select, `pipe.chip.<place>`, whose values are places among the alternatives."""
NEAR = "pipe.near"
"""A word that was perhaps meant, or an answer to what was asked back: the whole question stands in the value."""
DRILL = "pipe.drill"
"""The deals behind a figure: a select whose values are marks of questions."""
DEAL = "pipe.deal"
"""A deal's card: a select whose values are deals (see `deal_value`)."""
PAGE = "pipe.page"
"""Other rows of the same answer: `mark|first row`."""
SHARE = "pipe.share"
CSV = "pipe.csv"
PICTURE = "pipe.picture"
SAVE = "pipe.save"
GLANCE = "pipe.glance"
FORGET = "pipe.forget"
"""Delete a saved question: its id."""
SAVED = "pipe.saved"
SAVE_FORM = "pipe.save_form"

WHOLE = "glance"
"""The mark of the picture at a glance, which no question stands behind."""

FORM_TITLE, FORM_CHANNEL, FORM_DAY, FORM_HOUR = "title", "channel", "day", "hour"
