"""The words that `/pipeline` understands as commands of their own; everything else after it is a question.

A text is a subcommand when its first word is the subcommand's name and what follows fits the subcommand's pattern. So
`/pipeline money` is the command, and `/pipeline money at risk by rep` is a question. Each room adds its own in `ALL`
with one entry; its work is done by the handler of `kind` (see `app.handlers`), whose payload holds the rest as `text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.slack.blocks.elements import inline

NOTHING = re.compile(r"")
A_REP = re.compile(r"(?:\S+(?: \S+){0,3})?")
A_NAME = re.compile(r"\S.{0,199}")
HELP_WORDS = frozenset({"help", "?"})


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One word after `/pipeline`: how it is written, what it does, and the kind of work that does it."""

    name: str
    does: str
    kind: str
    takes: str = ""
    fits: re.Pattern[str] = NOTHING

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/pipeline {self.name}{' ' if self.takes else ''}{self.takes}"


ALL: tuple[Subcommand, ...] = (
    Subcommand("saved", "lists the questions that you have posted weekly, and deletes them.", "pipeline.saved"),
    Subcommand("scorecard", "shows your scorecard, or that of a rep of your team.", "scorecard", "[rep]", A_REP),
    Subcommand("reviews", "shows the calls, reviews and renewals ahead of won deals.", "reviews"),
    Subcommand("agenda", "shows the agenda of a customer's next one.", "reviews.agenda", "<customer>", A_NAME),
    Subcommand("money", "shows where the margin comes from, to those who see every team.", "strategy.money"),
    Subcommand("curve", "sends that as a picture: the best deals first, added up.", "strategy.picture"),
    Subcommand(
        "suggest",
        "says which customers the good deals came from, as segments to copy.",
        "strategy.suggest",
        "[margin|percent|value|won]",
        re.compile(r"(margin|percent|value|won)?"),
    ),
    Subcommand(
        "backtest",
        "says what the live profile, or a candidate for it, would have said of past deals.",
        "strategy.backtest",
        "[candidate]",
        re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}|"),
    ),
    Subcommand(
        "measure",
        "sets results beside fit, over time.",
        "strategy.measure",
        "[month]",
        re.compile(r"(month|quarter)?"),
    ),
)


def subcommand_of(text: str) -> tuple[Subcommand, str] | None:
    """The subcommand that a text is, with what stands behind its name; None where the text is a question."""
    first, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    for one in ALL:
        if first.casefold() == one.name and one.fits.fullmatch(rest):
            return one, rest
    return None


def pipeline_help(question: str = "which deals break the payment terms") -> str:
    """What `/pipeline help` says, in mrkdwn of ours; `question` is one that this firm could ask."""
    lines = [
        "*/pipeline* alone shows how many of your team's open deals fit. *A question after it* gets a table:",
        f"> /pipeline {inline(question)}",
    ]
    lines += [f"*{one.usage}* {one.does}" for one in ALL]
    lines.append("Only you see the answer until you share it.")
    return "\n".join(lines)
