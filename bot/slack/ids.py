"""The names that tie a button to its listener: action ids, callback ids, block ids."""

from __future__ import annotations

CHECK_DEAL = "deal.check"
EDIT_DEAL = "deal.edit"
SHARE_DEAL = "deal.share"
SHOW_FINDINGS = "deal.findings"
APPLY_OFFER = "deal.apply"
SHOW_WORTH = "deal.worth"
KEEP_CHANGE = "deal.keep"
OPEN_PASSAGE = "passage.open"
ASK_AGAIN = "question.ask"
FEEDBACK = "answer.feedback"
PIPELINE = "pipeline.show"
DEAL_FORM = "deal.form"
CHECK_MESSAGE = "deal.from_message"

DEAL_NAME = "deal_name"
DEAL_CUSTOMER = "deal_customer"
INPUT = "value"
FACT = "fact."
NOT_KNOWN = "__not_known__"
