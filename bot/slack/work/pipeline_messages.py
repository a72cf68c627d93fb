"""Pipeline answers as messages, drawn for one person with what they may see at this moment."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.checking.asker import Asker
from bot.pipeline.changing import Chip
from bot.pipeline.query import Query, Select, WordFilter
from bot.pipeline.service import AccessDenied, Overview, PipelineAnswer
from bot.pipeline.validating import QueryError
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import Block, inline, section
from bot.slack.blocks.pipeline import Choice, Shown, answer_blocks, answer_words
from bot.slack.blocks.pipeline_glance import Glance, glance_blocks, glance_words
from bot.slack.blocks.pipeline_parts import DIGEST, OPTION_VALUE
from bot.slack.services import Services
from bot.slack.work.pipeline_figures import asked_body, glance_of

Message = dict[str, Any]
_FIGURES = re.compile(r"\d")
_MOST_SLIPS = 2
"""Words that were not understood, in as many places, of which a follow-up is asked back as one."""

GONE = "The buttons of this answer do not work any more: it is too old, or the Deal Profile has changed. Ask again."
WHOLE_QUERY = Query(select=Select(what="fit"), filters=(WordFilter(by="status", any_of=("open",)),))
"""The question behind the picture at a glance: what follow-ups in its thread narrow down."""


def said(text: str) -> Message:
    """A message of one sentence."""
    blocks: list[Block] = [section(inline(text, 2500))]
    return {"text": inline(text, 500), "blocks": blocks, "mark": "", "ok": False}


class PipelineMessages:
    """Draws glances and answers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def glance(self, asker: Asker, *, shared: bool = False, title: str = "") -> Message:
        """The picture at a glance."""
        try:
            overview = self._services.pipeline.overview(asker)
        except AccessDenied as error:
            return said(str(error))
        glance = self.glance_of(overview, asker)
        blocks = glance_blocks(glance, shared_by=asker.name if shared else None, title=title)
        return {"text": glance_words(glance), "blocks": blocks, "mark": ids.WHOLE, "ok": not glance.empty}

    def glance_of(self, overview: Overview, asker: Asker) -> Glance:
        """The picture with a mark at each figure."""
        day = self._services.clock().date()
        return glance_of(overview, day=day, whose=whose(asker), keep=self._services.store.asked.keep_all)

    def ask(self, question: str, asker: Asker) -> Message:
        """The answer to a question in words."""
        try:
            return self.answer(self._services.pipeline.ask(question, asker), asker)
        except AccessDenied as error:
            return said(str(error))

    def change(self, body: Mapping[str, Any] | None, value: str, asker: Asker) -> Message:
        """The answer with one part of the question changed to what the option with this value says."""
        path, _, key = value.partition("|")
        if body is None:
            return said(GONE)
        if value == ids.AS_IT_IS:
            return self.run(body, asker)
        try:
            query = query_of(body)
            if key.startswith(DIGEST):
                key = self._key_of(query, value, path, asker)
            return self.answer(self._services.pipeline.change(query, path, key, asker), asker)
        except AccessDenied as error:
            return said(str(error))
        except (QueryError, ValueError):
            return said(GONE)

    def _key_of(self, query: Query, value: str, path: str, asker: Asker) -> str:
        """The key behind a digest: one of the options that the same part has for the same person.

        Raises:
            ValueError: none of them has it.
        """
        chips = self._services.pipeline.run(query, asker).understood
        keys = (option.key for chip in chips if chip.path == path for option in chip.options)
        found = next((key for key in keys if option_value(path, key) == value), None)
        if found is None:
            raise ValueError(value)
        return found

    def follow(self, text: str, previous: Mapping[str, Any], asker: Asker, *, surely: bool = False) -> Message | None:
        """The answer to words that change the question before them; None where they are about something else.

        Words that were not understood but are near to known ones are asked back, and so are a day or a figure that may
        mean several things. With `surely` any words are answered.
        """
        try:
            answer = self._services.pipeline.ask(text, asker, previous=query_of(previous))
        except (AccessDenied, QueryError, ValueError):
            return None
        about_it = answer.query is not None and not answer.unknown and any(chip.words for chip in answer.understood)
        slips = 0 < len(answer.unknown) <= _MOST_SLIPS and all(each.near for each in answer.unknown)
        which = bool(answer.asks) and not answer.unknown and all(_FIGURES.search(ask.words) for ask in answer.asks)
        if not (about_it or slips or which or surely):
            return None
        return self.answer(answer, asker, previous=self._services.store.asked.keep(previous))

    def again(self, text: str, mark: str, asker: Asker) -> Message:
        """The question with words that were perhaps meant; with a `mark`, as a change of the question that it finds."""
        previous = self._services.store.asked.get(mark) if mark else None
        if mark and previous is None:
            return said(GONE)
        if previous is None:
            return self.ask(text, asker)
        return self.follow(text, previous, asker, surely=True) or said(GONE)

    def run(
        self, body: Mapping[str, Any] | None, asker: Asker, *, first: int = 0, shared: bool = False, title: str = ""
    ) -> Message:
        """The answer to a question that was kept, as things stand now."""
        if body is None:
            return said(GONE)
        try:
            answer = self._services.pipeline.run(query_of(body), asker, question=str(body.get("question") or ""))
        except AccessDenied as error:
            return said(str(error))
        except (QueryError, ValueError):
            return said(GONE)
        return self.answer(answer, asker, first=first, shared=shared, title=title)

    def answer(
        self,
        answer: PipelineAnswer,
        asker: Asker,
        *,
        first: int = 0,
        shared: bool = False,
        title: str = "",
        previous: str = "",
    ) -> Message:
        """An answer as a message. `previous` finds the question that the words were to change."""
        if answer.query is None or answer.table is None:
            blocks = answer_blocks(answer, Shown("", previous=previous))
            return {"text": answer_words(answer), "blocks": blocks, "mark": "", "ok": False}
        queries = answer.table.drill
        asked = answer.question or ", ".join(chip.text for chip in answer.understood)
        bodies: list[Mapping[str, Any]] = [asked_body(asked, answer.query)]
        bodies += [asked_body("", query) for query in queries if query is not None]
        mark, *rest = self._services.store.asked.keep_all(bodies)
        marks = iter(rest)
        shown = Shown(
            mark=mark,
            choices=tuple(_choice(chip) for chip in answer.understood),
            first=max(0, min(first, len(answer.table.rows) - 1)) if answer.table.rows else 0,
            row_marks=tuple(None if query is None else next(marks) for query in queries),
            title=title,
            shared_by=asker.name if shared else None,
            previous=previous,
        )
        return {"text": answer_words(answer), "blocks": answer_blocks(answer, shown), "mark": mark, "ok": True}


def _choice(chip: Chip) -> Choice:
    return Choice(chip.text, tuple((option.label, option_value(chip.path, option.key)) for option in chip.options))


def option_value(path: str, key: str) -> str:
    """What stands in an option for a part and what it becomes; where that is too long, a digest stands for the key."""
    value = f"{path}|{key}"
    if len(value) <= OPTION_VALUE and not key.startswith(DIGEST):
        return value
    return f"{path}|{DIGEST}{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def query_of(body: Mapping[str, Any]) -> Query:
    """The typed query of a kept question.

    Raises:
        ValueError: it is none of this version's.
    """
    try:
        return Query.model_validate_json(json.dumps(body.get("query")))
    except ValidationError as error:
        raise ValueError(str(error)) from None


def whose(asker: Asker) -> str:
    """Whose deals an asker sees, in words."""
    if asker.sees_all:
        return "all deals"
    team = asker.person.team if asker.person is not None and asker.person.roles else None
    return f"team {team}, seen by {asker.name}" if team else f"deals that {asker.name} sees"
