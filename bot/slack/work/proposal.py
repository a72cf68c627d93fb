"""Proposals: from the button on a verdict card to a Word document for one person, and a canvas where that is set."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import structlog

from bot.pipeline.proposals.service import Made, NoProposal, NoSuchDeal, ProposalService
from bot.pipeline.proposals.texts import TextsError
from bot.pipeline.view import AccessDenied
from bot.slack.blocks import proposal as drawing
from bot.slack.blocks.elements import Block, context, inline, section
from bot.slack.durable import PATIENT, Steps
from bot.slack.outages import is_temporary
from bot.slack.private_files import Delivery, send_privately
from bot.slack.replies import Place
from bot.slack.work.deals import GONE

if TYPE_CHECKING:
    from bot.slack.services import Services

ELSEWHERE = "The Word document is in your direct messages with me: a file in a channel would be for everybody."
BROKEN = "The standing texts of proposals cannot be read; whoever runs Dealfit finds the reason in the log."


class ProposalWork:
    """The handler of the button "Proposal"."""

    def __init__(self, services: Services, proposals: ProposalService, *, canvases: bool) -> None:
        self._services = services
        self._proposals = proposals
        self._canvases = canvases

    def make(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Make the proposal once, send the document, and say what is open."""
        place = Place.of(payload)
        made = steps("make", lambda: self._make(payload))
        if "document" not in made:
            self._post(place, made["text"], made["blocks"], steps)
            return
        sent = steps("upload", lambda: self._upload(place, made), attempts=PATIENT)
        canvas: dict[str, Any] = {}
        if self._canvases:
            canvas = steps("canvas", lambda: self._canvas(made), attempts=3)
            if "id" in canvas:
                canvas = steps("open the canvas", lambda: self._opened(str(canvas["id"]), place.user), attempts=3)
        blocks = [*made["blocks"]]
        blocks[1] = self._where(sent, canvas)
        self._post(place, made["text"], blocks, steps)

    def start(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The first day of service was picked: keep it, and make the proposal again."""
        place = Place.of(payload)
        kept = steps("keep", lambda: self._keep(payload))
        if kept is not None:
            self._post(place, kept, [section(kept)], steps)
            return
        self.make(payload, steps)

    def _keep(self, payload: Mapping[str, Any]) -> str | None:
        """None when it was kept; else why not."""
        asker = self._services.askers.of(str(payload["user"]))
        try:
            self._proposals.start_on(str(payload["value"]), asker, date.fromisoformat(str(payload["on"])))
        except NoSuchDeal:
            return GONE
        except AccessDenied as error:
            return str(error)
        except TextsError:
            structlog.get_logger("dealfit.proposals").exception("proposal texts cannot be used")
            return BROKEN
        return None

    def _make(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        services = self._services
        asker, key = services.askers.of(str(payload["user"])), str(payload["value"])
        try:
            made = self._proposals.of_key(key, asker)
        except NoSuchDeal:
            return {"text": GONE, "blocks": [section(GONE)]}
        except AccessDenied as error:
            return {"text": str(error), "blocks": [section(inline(str(error)))]}
        except NoProposal as refusal:
            saved = services.desk.find(key, asker)
            name = saved.name if saved else "this deal"
            blocks = drawing.refusal_blocks(name, refusal, key)
            return {"text": f"No proposal for {inline(name, 100)}", "blocks": blocks}
        except TextsError:
            structlog.get_logger("dealfit.proposals").exception("proposal texts cannot be used")
            return {"text": BROKEN, "blocks": [section(BROKEN)]}
        return self._message(made)

    def _message(self, made: Made) -> dict[str, Any]:
        return {
            "text": drawing.proposal_notification(made.proposal),
            "blocks": drawing.proposal_blocks(made, where=ELSEWHERE),
            "title": made.proposal.title,
            "name": made.name,
            "markdown": made.markdown,
            # The queue keeps what a step gives as JSON; the document must not change between two tries.
            "document": base64.b64encode(made.docx).decode("ascii"),
        }

    def _upload(self, place: Place, made: Mapping[str, Any]) -> dict[str, Any]:
        delivery = send_privately(
            self._services.client,
            place,
            name=made["name"],
            data=base64.b64decode(made["document"]),
            title=made["title"],
            comment=made["text"],
            alt=f"{made['title']}, a Word document",
        )
        return {"here": delivery.here, "problem": delivery.problem}

    def _where(self, sent: Mapping[str, Any], canvas: Mapping[str, Any]) -> Block:
        delivery = Delivery(**sent)
        text = "The Word document is here beside this message." if delivery.here else ELSEWHERE
        if delivery.problem is not None:
            text = f"The Word document could not be sent: {inline(delivery.problem)}. Here is what it says."
        if "url" in canvas:
            text += f" <{canvas['url']}|Open it as a canvas>."
        elif "problem" in canvas:
            text += f" There is no canvas: {inline(canvas['problem'])}."
        return context(text)

    def _canvas(self, made: Mapping[str, Any]) -> dict[str, Any]:
        """A canvas of its own, which nobody may open yet."""
        content = {"type": "markdown", "markdown": made["markdown"]}
        return _tried(
            lambda: {
                "id": str(
                    self._services.client.canvases_create(title=made["title"], document_content=content)["canvas_id"]
                )
            }
        )

    def _opened(self, canvas: str, user: str) -> dict[str, Any]:
        """The canvas, for this person alone, and where it is."""

        def do() -> dict[str, Any]:
            client = self._services.client
            client.canvases_access_set(canvas_id=canvas, access_level="write", user_ids=[user])
            home = client.auth_test()
            return {"url": f"{home['url']}docs/{home['team_id']}/{canvas}"}

        return _tried(do)

    def _post(self, place: Place, text: str, blocks: list[Block], steps: Steps) -> None:
        steps("post", lambda: self._services.replies.send(place, text=text, blocks=blocks), attempts=PATIENT)


def _tried(do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What it gives, or the problem in words. What passes by itself is raised, to be tried again."""
    from slack_sdk.errors import SlackApiError  # loaded with the client

    try:
        return do()
    except SlackApiError as error:
        if is_temporary(error):
            raise
        return {"problem": f"Slack refused it ({error.response.get('error')})"}
