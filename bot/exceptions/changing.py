"""What can happen to a request: each function gives the request as it stands afterwards, and what the log says of it.

Nothing here looks anything up: who may do what is settled before (`service`), and the time comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.exceptions.model import (
    Choice,
    Decision,
    ExceptionRequest,
    Part,
    PartState,
    Refused,
    Remark,
    Who,
)
from bot.exceptions.plain import plain_decision, plain_part, plain_remark, plain_who
from bot.profile.exceptions_language import Asking, ExceptionsPlan
from bot.store.exceptions import Event, WrittenText

PROGRAM = "dealfit"
"""The actor of what happens by itself: reminders, escalations, ends."""
MOST_REMINDERS = 10

_STATES = {
    Choice.APPROVE: PartState.APPROVED,
    Choice.CONDITIONS: PartState.CONDITIONS,
    Choice.DECLINE: PartState.DECLINED,
}
Changed = tuple[ExceptionRequest, list[Event]]


def opened(part: Part, plan: ExceptionsPlan, now: datetime) -> Part:
    """The part with its authority's turn begun: reminders and escalation are counted from now."""
    remind, escalate = plan.remind_after, plan.escalate_after
    return replace(
        part,
        state=PartState.OPEN,
        opened_at=now,
        remind_at=plan.after(remind, now),
        escalate_at=None if plan.escalate_to in {None, part.escalated_to} else plan.after(escalate, now),
    )


def asked(request: ExceptionRequest) -> list[Event]:
    """What the log says of a new request."""
    subject = request.subject
    body = {
        "deal_key": subject.deal_key,
        "deal_sha256": subject.deal_sha256,
        "profile": {
            "title": subject.profile_title,
            "version": subject.profile_version,
            "sha256": subject.profile_sha256,
        },
        "requester": _nameless(request.requester),
        "why": request.why.mark,
        "gives": request.gives.mark,
        "parts": [
            {"authority": part.authority, "state": part.state.value, "checks": [each.check for each in part.findings]}
            for part in request.parts
        ],
        "replaces": request.replaces,
    }
    beside = {
        "deal": subject.deal,
        "requester": plain_who(request.requester),
        "parts": [plain_part(part) for part in request.parts],
    }
    return [_by(request.requester, "exception.asked", body, beside)]


def decided(request: ExceptionRequest, authority: str, decision: Decision, plan: ExceptionsPlan) -> Changed:
    """One authority has decided. A no ends the whole; a yes may begin the next authority's turn."""
    state = _STATES[decision.choice]
    warn_at = None if decision.until is None else plan.warn_at(decision.until, decision.at)
    request = _with_part(request, authority, lambda p: replace(_closed(p, state), decision=decision, warn_at=warn_at))
    if decision.choice is Choice.DECLINE:
        request = _all(request, lambda p: _closed(p, PartState.SUPERSEDED) if p.state.undecided else p)
    elif request.order is Asking.IN_ORDER:
        request = begun(request, plan, decision.at)
    said = plain_decision(decision)
    body = {"authority": authority, "decision": {**said, "by": _nameless(decision.by)}}
    return request, [_by(decision.by, "exception.decided", body, {"decision": said})]


def begun(request: ExceptionRequest, plan: ExceptionsPlan, now: datetime) -> ExceptionRequest:
    """The request with the turn of the next authority begun, when none is deciding; with all of them, together."""
    if request.order is Asking.TOGETHER:
        return _all(request, lambda p: opened(p, plan, now) if p.state is PartState.WAITING else p)
    if any(part.state is PartState.OPEN for part in request.parts):
        return request
    first = next((part for part in request.parts if part.state is PartState.WAITING), None)
    return request if first is None else _with_part(request, first.authority, lambda p: opened(p, plan, now))


def withdrawn(request: ExceptionRequest, by: Who) -> Changed:
    """The one who asked does not want it any more: what was approved goes with it."""
    keep = {PartState.DECLINED, PartState.EXPIRED, PartState.SUPERSEDED, PartState.WITHDRAWN}
    if all(part.state in keep for part in request.parts):
        raise Refused(f"Exception {request.number} is over: there is nothing to withdraw.")
    request = _all(request, lambda p: p if p.state in keep else _closed(p, PartState.WITHDRAWN))
    return request, [_by(by, "exception.withdrawn", {"by": _nameless(by)}, {"by": plain_who(by)})]


def superseded(request: ExceptionRequest, origin: str, by: Who) -> Changed:
    """Another request for the same deal takes its place. What was approved stays approved."""
    request = _all(request, lambda p: _closed(p, PartState.SUPERSEDED) if p.state.undecided else p)
    event = _by(by, "exception.superseded", {"by": _nameless(by)}, {"by": plain_who(by)})
    return replace(request, replaced_by=origin), [event]


def remarked(request: ExceptionRequest, remark: Remark) -> Changed:
    """An approver asked the one who asks, or got an answer. A question gives the authority its time anew."""
    kind = "exception.question" if remark.asks else "exception.answer"
    body = {**plain_remark(remark), "by": _nameless(remark.by)}
    return replace(request, talk=(*request.talk, remark)), [_by(remark.by, kind, body, {"by": plain_who(remark.by)})]


def waiting_again(request: ExceptionRequest, authority: str, plan: ExceptionsPlan, now: datetime) -> ExceptionRequest:
    """The request with the authority's time counted from now: it waited for an answer."""
    return _with_part(request, authority, lambda p: opened(p, plan, now) if p.state is PartState.OPEN else p)


def pursued(request: ExceptionRequest, plan: ExceptionsPlan, now: datetime) -> Changed:
    """What the time demands by now: reminders, escalations, ends of approvals. Nothing, when nothing is due."""
    events: list[Event] = []
    for part in request.parts:
        changed, what = _pursued(part, plan, now)
        if what:
            request = _with_part(request, part.authority, lambda _, changed=changed: changed)  # type: ignore[misc]
            events.append(Event(f"exception.{what}", PROGRAM, {"authority": part.authority, **_said(changed, what)}))
    return request, events


def _pursued(part: Part, plan: ExceptionsPlan, now: datetime) -> tuple[Part, str]:
    if part.state.granted and part.decision is not None and part.decision.ends:
        if max(part.decision.ends.values()) <= now:
            return _closed(part, PartState.EXPIRED), "expired"
        due = part.warn_at is not None and part.warn_at <= now
        return (replace(part, warn_at=None), "warned") if due else (part, "")
    if part.state is not PartState.OPEN:
        return part, ""
    if part.escalate_at is not None and part.escalate_at <= now and plan.escalate_to is not None:
        return replace(part, escalated_to=plan.escalate_to, escalate_at=None, remind_at=_again(plan, now)), "escalated"
    if part.remind_at is not None and part.remind_at <= now:
        more = part.reminders + 1
        again = _again(plan, now) if more < MOST_REMINDERS else None
        return replace(part, reminders=more, remind_at=again), "reminded"
    if part.escalate_at is not None and part.escalate_at <= now:
        return replace(part, escalate_at=None), "not escalated"
    return part, ""


def _again(plan: ExceptionsPlan, now: datetime) -> datetime | None:
    return plan.after(plan.remind_after, now)


def _said(part: Part, what: str) -> dict[str, Any]:
    return {"to": part.escalated_to} if what == "escalated" else {}


def ends_of(part: Part, now: datetime, until: datetime | None) -> Mapping[str, datetime]:
    """When each approval of the part ends: after the profile's days, or earlier where the approver says so.

    Raises Refused for an end that is over, or later than the profile allows.
    """
    latest = {finding.check: now + timedelta(days=finding.days) for finding in part.findings}
    if until is None:
        return latest
    if until <= now:
        raise Refused("That day is over. Choose a later one, or none.")
    if until.date() > max(latest.values()).date():
        last = max(latest.values()).date()
        raise Refused(f"The Deal Profile lets an approval hold until {last} at the latest. Choose an earlier day.")
    return {check: min(end, until) for check, end in latest.items()}


def written(text: str, author: Who, *, least: int, most: int, what: str) -> WrittenText:
    """What somebody wrote, within its limits. Raises Refused."""
    words = text.strip()
    if len(words) < least:
        raise Refused(f"{what} is missing." if not words else f"{what} is too short to be understood.")
    if len(words) > most:
        raise Refused(f"{what} has {len(words)} characters; {most} is the most.")
    return WrittenText.new(words, author.key)


def _by(who: Who, kind: str, body: Mapping[str, Any], beside: Mapping[str, Any]) -> Event:
    """Something that a person did: the log holds their key and account, and beside it stand names and texts."""
    return Event(kind, who.user, body, beside, who.key)


def _nameless(who: Who) -> dict[str, str]:
    return {"user": who.user, "key": who.key}


def _closed(part: Part, state: PartState) -> Part:
    return replace(part, state=state, remind_at=None, escalate_at=None, warn_at=None)


def _all(request: ExceptionRequest, change: Callable[[Part], Part]) -> ExceptionRequest:
    return replace(request, parts=tuple(change(part) for part in request.parts))


def _with_part(request: ExceptionRequest, authority: str, change: Callable[[Part], Part]) -> ExceptionRequest:
    return _all(request, lambda part: change(part) if part.authority == authority else part)
