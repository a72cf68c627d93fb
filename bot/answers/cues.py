"""What kind of question it is, told by its words: about limits and approval, or about how to do or say something."""

from __future__ import annotations

import re


def _any_of(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


_LIMIT = _any_of(
    r"may (?:i|we|they|a rep|one)|(?:can|could|may) (?:i|we|they|you|the customer|a rep|one|a deal|it)",
    r"allow(?:ed|s)?|permit(?:ted|s)?|eligible|acceptable|accept(?:ed|s)?|ok|okay|enough|fits?|qualif(?:y|ies)",
    r"maximum|max|minimum|min|limits?|threshold|cap|floor|below|above|up to|at (?:most|least)",
    r"(?:high|low|larg|small|long|short|bigg|great)est|how (?:much|many|long|low|high|big|small|large|short|far)",
    r"too (?:much|many|long|low|high|big|small|short)|is .{1,80} (?:possible|fine|too)",
    r"approv(?:e|es|ed|al|als|er|ers|ing)|sign(?:s|ed)?[- ]off|signs? (?:it|this|that|a)|exceptions?",
    r"authori(?:ty|ties|[sz]ed?)|rules?|guidelines?|polic(?:y|ies)|(?:deal )?profile|require(?:d|s|ment|ments)?",
    r"must|ha(?:ve|s) to|needed|(?:do|does) .{1,60}\bneed|(?:i|we|they|you) need|should .{1,40} (?:have|be)",
    r"what(?:'s| is| are)? (?:the|our|my) (?:standard|usual|normal|smallest|largest|maximum|minimum)",
    r"do (?:we|you) (?:sell|serve|take|accept|work)",
)
_METHOD = _any_of(
    r"how (?:do|should|can|could|would|shall|does|did) (?:i|we|you|one|a rep|the rep)|how to|how come|why",
    r"what (?:do|should|can|could|would|shall) (?:i|we|you|one) (?:say|do|ask|answer|bring|prepare|tell|send|show|write|"
    r"offer|reply|respond|present|look|listen)",
    r"what to (?:say|do|ask|answer|bring|prepare|tell|send|show)|what (?:now|next|if)|when (?:do|should|shall|can)",
    r"explain|agenda|examples?|prepar(?:e|ing)|tips?|advice|help me|words|respond|talk about|compare|convince|persuade",
    r"conversation|objections?|handle|deal with|cares? about",
)
_WHY = _any_of("why")
_THIS_DEAL = _any_of(
    r"(?:this|that|the|my|our|his|her|their) (?:deal|proposal|offer|opportunity)", "it", "this", "that"
)
_VERDICT = _any_of(
    r"fits?|pass(?:es)?|fail(?:s|ed|ing)?|approv\w+|sign(?:s|ed)?[- ]off|verdict|reject\w*|refus\w*|judged?",
    r"wrong|missing|miss(?:es)?|problems?|stands? in the way|not? (?:fit|ok|okay)|change|fix|needs?|outside",
    r"open|next|unknown",
)


def about_limits(question: str) -> bool:
    """Whether the question asks what is allowed, required, or decided by whom."""
    return bool(_LIMIT.search(question))


def about_method(question: str) -> bool:
    """Whether the question asks how to do or say something, or why: what playbooks are for."""
    return bool(_METHOD.search(question))


def asks_why(question: str) -> bool:
    """Whether the question asks for a reason."""
    return bool(_WHY.search(question))


def about_the_deal(question: str) -> bool:
    """Whether the question asks how the deal at hand stands."""
    return bool(_THIS_DEAL.search(question)) and bool(_VERDICT.search(question))


def without_cues(question: str) -> str:
    """The question without the words that only say what kind of question it is."""
    return _METHOD.sub(" ", _LIMIT.sub(" ", question))
