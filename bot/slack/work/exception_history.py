"""`/deal-check history`: one person's deals, their exceptions with until when they hold, and what they decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.checking.access import GUEST
from bot.checking.asker import Asker
from bot.deals.wording import counted
from bot.exceptions.model import ExceptionRequest, RequestState
from bot.profile.verdict import Judgement
from bot.slack.blocks.elements import Block, divider, header, inline, section, sections
from bot.slack.blocks.exception_lists import line_of, own_block, to_decide_block
from bot.slack.blocks.exception_parts import day
from bot.slack.blocks.titles import TITLES
from bot.slack.durable import PATIENT, Handler, Steps
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.store.records import SavedDeal

MOST = 100
"""The latest of each; what one message does not hold goes on in the next."""
NOTHING_ASKED = (
    "None yet. A verdict that needs approval has the button *Ask for an exception*: it goes to whoever may approve it, "
    "and this list shows where it stands and until when it holds."
)


class ExceptionHistory:
    """The handler of the command."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def handlers(self) -> dict[str, Handler]:
        """By kind of work."""
        return {"exception.history": self.history}

    def history(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Everything of one person."""
        asker = self._services.askers.of(str(payload["user"]))
        blocks = [section(GUEST)] if asker.guest else steps("draw", lambda: self.blocks(asker))
        place, text = Place.of(payload), GUEST if asker.guest else "Your deals and exceptions"
        steps("post", lambda: self._services.replies.send(place, text=text, blocks=blocks), attempts=PATIENT)

    def blocks(self, asker: Asker) -> list[Block]:
        """The message."""
        service, services = self._services.exceptions, self._services
        blocks: list[Block] = [header("Your deals and exceptions")]
        waiting = service.to_decide(asker)
        if waiting:
            blocks.append(section(f"*{counted(len(waiting), 'waits', 'wait')} for your decision*"))
            blocks += [to_decide_block(each) for each in waiting]
            blocks.append(divider())
        blocks += _asked(service.mine(asker, MOST))
        decided = service.decided_by(asker)
        if decided:
            lines = [line_of(each.request) for each in decided]
            blocks += [divider(), section("*Exceptions you decided*"), *(section(line) for line in lines)]
        blocks += [divider(), section("*Your deals*")]
        deals = services.desk.mine(asker, limit=MOST)
        words = covered_words(services, deals)
        lines = [_deal_line(saved, words.get(saved.key)) for saved in deals]
        blocks += sections(lines or ["None yet. `/deal-check` checks one."])
        return blocks


def _asked(mine: Sequence[ExceptionRequest]) -> list[Block]:
    """What somebody asked for: what waits first, then what holds and until when, then what is over."""
    if not mine:
        return [section("*Exceptions you asked for*"), section(NOTHING_ASKED)]
    open_ = [each for each in mine if each.state is RequestState.OPEN]
    holds = [each for each in mine if each.state is RequestState.GRANTED]
    over = [each for each in mine if each not in open_ and each not in holds]
    blocks: list[Block] = []
    for title, some in (("Exceptions that wait", open_), ("Exceptions that hold", holds), ("Over", over)):
        if some:
            blocks += [section(f"*{title}*"), *(own_block(request) for request in some)]
    return blocks


def covered_words(services: Services, deals: Sequence[SavedDeal]) -> dict[str, str]:
    """What approvals say of saved deals, by key: those that fit with exception."""
    judge = services.desk.judge
    found: dict[str, str] = {}
    for saved in deals:
        if saved.judgement is Judgement.NEEDS_APPROVAL:
            deal = services.desk.deal_of(saved)
            words = services.exceptions.coverage(saved.key, deal, judge.judge(deal)).words
            if words is not None:
                found[saved.key] = words
    return found


def _deal_line(saved: SavedDeal, covered: str | None) -> str:
    verdict = TITLES[saved.judgement] if saved.judgement is not None else "not judged"
    return " · ".join(filter(None, (f"*{inline(saved.name)}*: {verdict}", covered, day(saved.updated_at))))
