"""`/pipeline money`, `suggest`, `backtest`, `measure`: for those who see every team, and only to the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.pipeline.strategy.periods import Length
from bot.pipeline.strategy.service import NoCandidate
from bot.pipeline.view import AccessDenied
from bot.profile.columns.names import ColumnError
from bot.slack.blocks import strategy as drawing
from bot.slack.blocks.elements import Block, context, inline, section
from bot.slack.durable import PATIENT, Handler, Steps
from bot.slack.private_files import Delivery, Upload, send_one_by_one, send_privately
from bot.slack.replies import Place

if TYPE_CHECKING:
    from bot.checking.asker import Asker
    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.service import StrategyService
    from bot.pipeline.strategy.suggesting import Suggestion
    from bot.slack.services import Services

Message = dict[str, Any]
ALTERNATIVE = 1000
LOOKING = (
    "I am looking for rules, and try them on customers that they have not seen. The answer comes here in a minute."
)
BEGUN = "I am judging every closed deal anew. This takes from a few seconds to a minute; the answer comes here."


class StrategyWork:
    """The handlers of a strategist's questions."""

    def __init__(self, services: Services, strategy: StrategyService) -> None:
        self._services = services
        self._strategy = strategy

    def handlers(self) -> dict[str, Handler]:
        """All of them, by kind of work."""
        return {
            "strategy.money": self.money,
            "strategy.backtest": self.backtest,
            "strategy.measure": self.measure,
            "strategy.suggest": self.suggest,
            "strategy.picture": self.picture,
            "strategy.file": self.file,
        }

    def money(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Where the money comes from."""
        self._answer(payload, steps, self._money)

    def measure(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Fit against results."""
        length = Length.MONTH if str(payload.get("text") or "").strip().casefold() == "month" else Length.QUARTER
        self._answer(payload, steps, lambda asker: self._measured(asker, length))

    def backtest(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """What the live profile, or a candidate against it, would have said of past deals."""
        name = str(payload.get("text") or "").strip()
        self._slowly(
            payload, steps, BEGUN, lambda asker: self._backtest(asker, name), lambda: self._files(payload, name)
        )

    def suggest(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Which customers to look for, as profile language in the message and in a file."""
        by = str(payload.get("text") or "").strip().casefold()
        self._slowly(
            payload, steps, LOOKING, lambda asker: self._suggestion(asker, by), lambda: self._segments(payload, by)
        )

    def file(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Every figure of an answer as CSV, to the person alone."""
        told = steps("send", lambda: self._sheet(payload), attempts=PATIENT)
        if told:
            steps("post", lambda: self._send(Place.of(payload), _said(told)), attempts=PATIENT)

    def _slowly(
        self,
        payload: Mapping[str, Any],
        steps: Steps,
        begun: str,
        compute: Callable[[Asker], Message],
        files: Callable[[], list[Upload]],
    ) -> None:
        """Say that it has begun, answer, and send the files."""
        place = Place.of(payload)
        refusal = steps("allowed", lambda: self._refusal(payload))
        if refusal is None:
            steps("begun", lambda: self._send(place, _said(begun)), attempts=PATIENT)
            self._answer(payload, steps, compute)
            told = _where(*send_one_by_one(steps, files, lambda file: self._give(payload, file)))
            if told:
                steps("told", lambda: self._send(place, {"text": told, "blocks": [context(told)]}), attempts=PATIENT)
        else:
            steps("refused", lambda: self._send(place, _said(refusal)), attempts=PATIENT)

    def picture(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The curve as a PNG, to the person alone."""
        told = steps("send", lambda: self._picture(payload), attempts=PATIENT)
        if told:
            steps("post", lambda: self._send(Place.of(payload), _said(told)), attempts=PATIENT)

    def _answer(self, payload: Mapping[str, Any], steps: Steps, compute: Callable[[Asker], Message]) -> None:
        message = steps("compute", lambda: self._computed(payload, compute))
        steps("post", lambda: self._send(Place.of(payload), message), attempts=PATIENT)

    def _computed(self, payload: Mapping[str, Any], compute: Callable[[Asker], Message]) -> Message:
        from bot.pipeline.strategy.backtest import NothingClosed  # takes a second to load
        from bot.pipeline.strategy.sources import Unreadable  # the same

        try:
            return compute(self._asker(payload))
        except (AccessDenied, NoCandidate, NothingClosed, ColumnError, Unreadable) as error:
            return _said(str(error))

    def _money(self, asker: Asker) -> Message:
        found = self._strategy.money(asker)
        return {"text": f"Where the {found.measure.value} comes from", "blocks": drawing.money_blocks(found)}

    def _measured(self, asker: Asker, length: Length) -> Message:
        found = self._strategy.measure(asker, length=length)
        return {"text": "Fit against results", "blocks": drawing.measured_blocks(found)}

    def _backtest(self, asker: Asker, name: str) -> Message:
        found = self._looked_back(asker, name)
        return {"text": f"Backtest of version {found.profile.version}", "blocks": drawing.backtest_blocks(found)}

    def _suggestion(self, asker: Asker, by: str) -> Message:
        found = self._found(asker, by)
        return {"text": "Which customers to look for", "blocks": drawing.suggestion_blocks(found)}

    def _found(self, asker: Asker, by: str) -> Suggestion:
        from bot.pipeline.strategy.labels import Good  # takes a second to load

        return self._strategy.suggest(asker, by=Good(by) if by else None)

    def _looked_back(self, asker: Asker, name: str) -> Backtest:
        if not name:
            return self._strategy.backtest(asker)
        return self._strategy.backtest(asker, self._strategy.candidate(name), against=self._strategy.profile)

    def _refusal(self, payload: Mapping[str, Any]) -> str | None:
        try:
            self._strategy.may_ask(self._asker(payload))
        except AccessDenied as error:
            return str(error)
        return None

    def _files(self, payload: Mapping[str, Any], name: str) -> list[Upload]:
        """The picture and the tables."""
        from bot.pipeline.strategy.backtest import NothingClosed  # takes a second to load
        from bot.pipeline.strategy.backtest_chart import backtest_alternative, backtest_png  # the same
        from bot.pipeline.strategy.rows import deal_sheet  # the same
        from bot.pipeline.strategy.sheets import backtest_sheet  # the same

        try:
            found = self._looked_back(self._asker(payload), name)
        except (AccessDenied, NoCandidate, NothingClosed, ColumnError):
            return []  # said already
        day = self._services.clock().date().isoformat()
        shown = backtest_alternative(found)
        return [
            _file(f"backtest-{day}.png", backtest_png(found), "Backtest, rule by rule", shown),
            _file(f"backtest-{day}.csv", deal_sheet(found.judged, found.before), "Backtest, deal by deal"),
            _file(f"backtest-rules-{day}.csv", backtest_sheet(found), "Backtest, all rules"),
        ]

    def _segments(self, payload: Mapping[str, Any], by: str) -> list[Upload]:
        """The suggested segments as a file."""
        from bot.pipeline.strategy.sources import Unreadable  # takes a second to load

        try:
            found = self._found(self._asker(payload), by)
        except (AccessDenied, ColumnError, Unreadable):
            return []  # said already
        name = f"suggested-segments-{self._services.clock().date().isoformat()}.yaml"
        return [_file(name, found.segments.encode(), "Suggested segments")] if found.segments else []

    def _sheet(self, payload: Mapping[str, Any]) -> str | None:
        from bot.pipeline.strategy.sheets import measured_sheet, money_sheet  # takes a second to load

        what, _, length = str(payload.get("value") or "").partition(" ")
        day = self._services.clock().date().isoformat()
        try:
            asker = self._asker(payload)
            if what == "measure":
                by = Length.MONTH if length == "month" else Length.QUARTER
                data, title = measured_sheet(self._strategy.measure(asker, length=by)), "Fit against results"
            else:
                what, data, title = "money", money_sheet(self._strategy.money(asker)), "Where the money comes from"
        except (AccessDenied, ColumnError) as error:
            return str(error)
        return _where(self._give(payload, _file(f"{what}-{day}.csv", data, title)))

    def _picture(self, payload: Mapping[str, Any]) -> str | None:
        from bot.pipeline.strategy.whale_chart import alternative, whale_png  # takes a second to load

        try:
            found = self._strategy.money(self._asker(payload))
        except AccessDenied as error:
            return str(error)
        if not found.deals.count:
            return f"No {found.scope} deal with a known {found.measure.value}: there is nothing to draw yet."
        name = f"money-{self._services.clock().date().isoformat()}.png"
        title = f"Where the {found.measure.value} comes from"
        return _where(self._give(payload, _file(name, whale_png(found), title, alternative(found))))

    def _give(self, payload: Mapping[str, Any], file: Upload) -> Delivery:
        return send_privately(self._services.client, Place.of(payload), **asdict(file))

    def _asker(self, payload: Mapping[str, Any]) -> Asker:
        return self._services.askers.of(str(payload["user"]))

    def _send(self, place: Place, message: Message) -> None:
        self._services.replies.send(place, text=message["text"], blocks=message["blocks"])


def _file(name: str, data: bytes, title: str, alt: str = "") -> Upload:
    shown = alt if len(alt) <= ALTERNATIVE else alt[: ALTERNATIVE - 1] + "…"
    return Upload(name, data, title, comment=title, alt=shown)


def _said(text: str) -> Message:
    blocks: list[Block] = [section(inline(text, 1500))]
    return {"text": inline(text, 300), "blocks": blocks}


def _where(*sent: Delivery) -> str | None:
    """What has to be said of files that were sent; None where they stand beside the answer."""
    problems = list(dict.fromkeys(each.problem for each in sent if each.problem is not None))
    if problems:
        return f"I could not give you the files: {'; '.join(problems)}."
    if all(each.here for each in sent):
        return None
    return "The files are in your direct message with me." if len(sent) > 1 else "It is in your direct message with me."
