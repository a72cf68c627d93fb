"""What kind of question it is, told by its words: about limits and approval, or about how to do or say something."""

from __future__ import annotations

import re

from bot.answers.words import FAINT_WORDS, content_words


def _any_of(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


_DUTY = _any_of(
    r"(?:can|could|may) (?:i|we|they|the customer|a rep|one|a deal|it)|who (?:may|can|must)",
    r"allow(?:ed|s)?|permit(?:ted|s)?|eligible|acceptable|accept(?:ed|s)?|ok|okay|enough|fits?|qualif(?:y|ies)",
    r"approv(?:e|es|ed|al|als|er|ers|ing)|sign(?:s|ed)?[- ]off|signs? (?:it|this|that|a)|exceptions?",
    r"authori(?:ty|ties|[sz]ed?)|rules?|guidelines?|polic(?:y|ies)|(?:deal )?profile|require(?:d|s|ment|ments)?",
    r"must|ha(?:ve|s) to|needed|(?:do|does) .{1,60}\bneed|(?:i|we|they|you) need|should .{1,40} have",
    r"do (?:we|you) (?:sell|serve|take|accept|work|require)|do (?:we|you)(?= (?:decline|pursue|want))",
    r"is .{1,80} (?:possible|fine|too)",
)
_AMOUNT = _any_of(
    r"maximum|max|minimum|min|limits?|threshold|cap|floor|below|above|up to|at (?:most|least)",
    r"(?:high|low|larg|small|long|short|bigg|great)est|how (?:much|many|long|low|high|big|small|large|short|far)",
    r"too (?:much|many|long|low|high|big|small|short)",
    r"what(?:'s| is| are)? (?:the|our|my) (?:standard|usual|normal)|what happens (?:if|when|with|at)",
)
_PLAIN = re.compile(r"^\s*what(?:'s| is| are) (?:the|our|my)\b", re.IGNORECASE)
_HOW = (
    r"how (?:do|should|can|could|would|shall|does|did) (?:i|we|you|one|a rep|the rep)|how to|how come|why",
    r"what (?:do|should|can|could|would|shall) (?:i|we|you|one) (?:say|do|ask|answer|bring|prepare|tell|send|show)",
    r"what (?:do|should|can|could|would|shall) (?:i|we|you|one) (?:write|offer|reply|respond|present|look|listen)",
    r"what to (?:say|do|ask|answer|bring|prepare|tell|send|show)|what (?:now|next|if)|when (?:do|should|shall|can)",
)
_ASKS_HOW = _any_of(*_HOW)
_METHOD = _any_of(
    *_HOW,
    r"what does .{1,60} (?:look|cover|include|mean|take|cost)|who (?:should|must) (?:be|attend|come|join|go)",
    r"explain|agenda|examples?|prepar(?:e|ing)|tips?|advice|help me|words|respond|talk about|compare|convince|persuade",
    r"conversation|objections?|handle|deal with|cares? about|what makes|who (?:takes|attends|goes)|differs?",
)
_BRIEF = 4
_WHY = _any_of("why")
_THIS_DEAL = _any_of(
    r"(?:this|that|the|my|our|his|her|their) (?:deal|proposal|offer|opportunity)", "it", "this", "that"
)
_VERDICT = _any_of(
    r"fits?|pass(?:es)?|fail(?:s|ed|ing)?|approv\w+|sign(?:s|ed)?[- ]off|verdict|reject\w*|refus\w*|judged?",
    r"wrong|missing|miss(?:es)?|problems?|stands? in the way|not? (?:fit|ok|okay)|change|fix|needs?|outside",
    r"open|next|unknown",
)
_MY_DEALS = _any_of(
    r"(?:my|our) (?:own )?(?:\w+ ){0,2}(?:deals?|proposals?|pipeline|opportunit(?:y|ies))",
    r"(?:deals?|proposals?) (?:of mine|(?:that )?i have)|(?:would|will|does|do) .{3,160}\bfit",
)


def about_limits(question: str) -> bool:
    """Whether the question asks what is allowed, required, or decided by whom."""
    return about_duty(question) or bool(_AMOUNT.search(question))


def about_duty(question: str) -> bool:
    """Whether the question asks for a permission or a duty, not only for an amount."""
    return bool(_DUTY.search(question))


def is_brief(question: str) -> bool:
    """Whether the question only names its matter: "payment terms?", "what is our discount policy?"."""
    return len(question.split()) <= _BRIEF or bool(_PLAIN.match(question))


def about_method(question: str) -> bool:
    """Whether the question asks how to do or say something, or why: what playbooks are for."""
    return bool(_METHOD.search(question))


def asks_how(question: str) -> bool:
    """Whether the question asks how to do or say something, or why, in so many words."""
    return bool(_ASKS_HOW.search(question))


def asks_why(question: str) -> bool:
    """Whether the question asks for a reason."""
    return bool(_WHY.search(question))


def about_the_deal(question: str) -> bool:
    """Whether the question asks how the deal at hand stands."""
    if not _VERDICT.search(question):
        return False
    left = [word for word in content_words(_VERDICT.sub(" ", question)) if word not in FAINT_WORDS]
    return bool(_THIS_DEAL.search(question)) or not left


def only_about_the_deal(question: str) -> bool:
    """Whether the question is how a deal stands and about nothing else: "why does it not fit?", "what is missing?"."""
    left = [word for word in content_words(_VERDICT.sub(" ", question)) if word not in FAINT_WORDS]
    return bool(_VERDICT.search(question)) and not left


def without_cues(question: str) -> str:
    """The question without the words that only say what kind of question it is."""
    return _METHOD.sub(" ", _DUTY.sub(" ", _AMOUNT.sub(" ", question)))


def asks_for_a_verdict(question: str) -> bool:
    """Whether the question asks whether a deal that it describes fits, or how the asker's own deals stand."""
    return bool(_MY_DEALS.search(question))
