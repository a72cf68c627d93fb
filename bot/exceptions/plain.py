"""A request as JSON data and back. What people wrote is not in it: only the marks of their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.exceptions.model import (
    AskedFinding,
    Choice,
    Decision,
    ExceptionRequest,
    Part,
    PartState,
    Remark,
    Subject,
    Who,
)
from bot.profile.exceptions_language import Asking
from bot.store.exceptions import ExceptionRow, WrittenText

Json = dict[str, Any]


def to_row(request: ExceptionRequest) -> ExceptionRow:
    """The request as it is kept."""
    return ExceptionRow(
        origin=request.origin,
        deal_key=request.subject.deal_key,
        requester=request.requester.key,
        state=request.state.value,
        asked_at=request.asked_at,
        due_at=request.due_at,
        body=_body(request),
        number=request.number,
        version=request.version,
    )


def texts_of(request: ExceptionRequest) -> Iterator[WrittenText]:
    """Everything that people wrote in it and that is new: a text that was read back has no salt."""
    decided = (part.decision.words for part in request.parts if part.decision is not None)
    for text in (request.why, request.gives, *decided, *(remark.text for remark in request.talk)):
        if text is not None and text.salt is not None:
            yield text


def from_row(row: ExceptionRow) -> ExceptionRequest:
    """The request that is kept in a row."""
    body, texts = row.body, row.texts
    return ExceptionRequest(
        origin=row.origin,
        subject=_subject(body["subject"]),
        requester=Who(**body["requester"]),
        owner_key=body["owner_key"],
        why=_text(body["why"], texts),
        gives=_text(body["gives"], texts),
        order=Asking(body["order"]),
        asked_at=row.asked_at,
        parts=tuple(_part(each, texts) for each in body["parts"]),
        talk=tuple(_remark(each, texts) for each in body["talk"]),
        replaces=body["replaces"],
        replaced_by=body["replaced_by"],
        number=row.number,
        version=row.version,
        salt=body.get("salt", ""),
        erased=bool(body.get("erased")),
    )


def _body(request: ExceptionRequest) -> Json:
    subject = request.subject
    return {
        "schema": 1,
        "subject": {
            **{name: getattr(subject, name) for name in _SUBJECT},
            "facts": dict(subject.facts),
            "facts_words": [list(pair) for pair in subject.facts_words],
            "offers": list(subject.offers),
            "worth": [list(pair) for pair in subject.worth],
        },
        "requester": plain_who(request.requester),
        "owner_key": request.owner_key,
        "why": request.why.mark,
        "gives": request.gives.mark,
        "order": request.order.value,
        "parts": [plain_part(part) for part in request.parts],
        "talk": [plain_remark(remark) for remark in request.talk],
        "replaces": request.replaces,
        "replaced_by": request.replaced_by,
        # As below: only where there is one, so that earlier requests keep their bytes.
        **({"salt": request.salt} if request.salt else {}),
        **({"erased": True} if request.erased else {}),
    }


_SUBJECT = (
    "deal_key", "deal", "customer", "owner", "currency", "segment", "deal_sha256", "profile_title", "profile_version",
    "profile_sha256",
)  # fmt: skip
_FINDING = ("check", "label", "actual", "limit", "gap", "because", "days", "far")


def plain_who(who: Who) -> Json:
    """A person as JSON data."""
    return {"user": who.user, "key": who.key, "name": who.name, "email": who.email}


def plain_part(part: Part) -> Json:
    """A part as JSON data."""
    decision = part.decision
    return {
        "authority": part.authority,
        "name": part.name,
        "findings": [{name: getattr(finding, name) for name in _FINDING} for finding in part.findings],
        "state": part.state.value,
        "opened_at": _moment(part.opened_at),
        "decision": None if decision is None else plain_decision(decision),
        "remind_at": _moment(part.remind_at),
        "reminders": part.reminders,
        "escalate_at": _moment(part.escalate_at),
        "escalated_to": part.escalated_to,
        # Only where there is one: requests of earlier versions keep their bytes, and so their hash.
        **({} if part.warn_at is None else {"warn_at": _moment(part.warn_at)}),
    }


def plain_decision(decision: Decision) -> Json:
    """A decision as JSON data."""
    return {
        "choice": decision.choice.value,
        "by": plain_who(decision.by),
        "at": _moment(decision.at),
        "as": decision.as_,
        "origin": decision.origin,
        "ends": {check: _moment(end) for check, end in decision.ends.items()},
        "words": None if decision.words is None else decision.words.mark,
    }


def plain_remark(remark: Remark) -> Json:
    """A remark as JSON data."""
    return {
        "authority": remark.authority,
        "by": plain_who(remark.by),
        "at": _moment(remark.at),
        "text": remark.text.mark,
        "asks": remark.asks,
        "origin": remark.origin,
    }


def _subject(data: Json) -> Subject:
    return Subject(
        **{name: data[name] for name in _SUBJECT},
        facts=data["facts"],
        facts_words=tuple((pair[0], pair[1]) for pair in data["facts_words"]),
        offers=tuple(data["offers"]),
        worth=tuple((pair[0], pair[1]) for pair in data["worth"]),
    )


def _part(data: Json, texts: Mapping[str, str | None]) -> Part:
    return Part(
        authority=data["authority"],
        name=data["name"],
        findings=tuple(AskedFinding(**finding) for finding in data["findings"]),
        state=PartState(data["state"]),
        opened_at=_read(data["opened_at"]),
        decision=None if data["decision"] is None else _decision(data["decision"], texts),
        remind_at=_read(data["remind_at"]),
        reminders=data["reminders"],
        escalate_at=_read(data["escalate_at"]),
        escalated_to=data["escalated_to"],
        warn_at=_read(data.get("warn_at")),
    )


def _decision(data: Json, texts: Mapping[str, str | None]) -> Decision:
    return Decision(
        choice=Choice(data["choice"]),
        by=Who(**data["by"]),
        at=datetime.fromisoformat(data["at"]),
        as_=data["as"],
        origin=data["origin"],
        ends={check: datetime.fromisoformat(end) for check, end in data["ends"].items()},
        words=None if data["words"] is None else _text(data["words"], texts),
    )


def _remark(data: Json, texts: Mapping[str, str | None]) -> Remark:
    return Remark(
        authority=data["authority"],
        by=Who(**data["by"]),
        at=datetime.fromisoformat(data["at"]),
        text=_text(data["text"], texts),
        asks=data["asks"],
        origin=data["origin"],
    )


def _text(mark: str, texts: Mapping[str, str | None]) -> WrittenText:
    return WrittenText(mark, texts.get(mark))


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
