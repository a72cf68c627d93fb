"""The names that tie the buttons and forms of exceptions to their listeners."""

from __future__ import annotations

ASK = "exception.ask"
WITHDRAW = "exception.withdraw"
APPROVE = "exception.approve"
CONDITIONS = "exception.conditions"
DECLINE = "exception.decline"
ASK_REP = "exception.ask_rep"
ANSWER = "exception.answer"
SHOW = "exception.show"

ASK_FORM = "exception.ask_form"
CONDITIONS_FORM = "exception.conditions_form"
DECLINE_FORM = "exception.decline_form"
QUESTION_FORM = "exception.question_form"
ANSWER_FORM = "exception.answer_form"

WHY, GIVES, WORDS, UNTIL = "why", "gives", "words", "until"
INPUT = "value"
