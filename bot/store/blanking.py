"""What of a kept request for an exception is personal, and the request without it. Pure: JSON data in, JSON data out.

The layout is that of `bot.exceptions.plain`, which reads what this leaves; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

GONE = "Erased deal"
GRANTED = frozenset({"approved", "approved with conditions"})
WAITING = frozenset({"waiting", "open"})
WITHDRAWN = "withdrawn"
ERASED = "erased"
Json = dict[str, Any]


def in_force(state: str, body: Mapping[str, Any]) -> bool:
    """Whether a request waits for somebody, or an approval of it holds: also one that another request superseded."""
    return state in {"open", "granted"} or any(part["state"] in GRANTED for part in body["parts"])


def without_all(body: Mapping[str, Any]) -> Json:
    """The request without what it says of the deal and of people; who asked and who decided stay by their keys.

    What waited or held is taken back with it: nobody can decide, and nothing can rest, on what is not there any more.
    """
    subject = {
        **body["subject"],
        "deal": GONE,
        "customer": None,
        "owner": None,
        "facts": {},
        "facts_words": [],
        "offers": [],
        "worth": [],
    }
    left = _named(body, None)
    left |= {"subject": subject, "parts": [_part(part) for part in left["parts"]], ERASED: True}
    left.pop("salt", None)  # it kept the hash of what was here from being guessed
    return left


def without_people(body: Mapping[str, Any], names: Collection[str]) -> Json:
    """The request without the names and addresses of these people (keys or account ids); their keys stay."""
    return _named(body, names)


def asked_by(body: Mapping[str, Any], names: Collection[str]) -> bool:
    """Whether one of these people (keys or account ids) asked for it."""
    return _is_one(body["requester"], names)


def _part(part: Mapping[str, Any]) -> Json:
    findings = [{**each, "actual": "", "gap": "", "far": None} for each in part["findings"]]
    left = {**part, "findings": findings}
    if part["state"] in GRANTED | WAITING:
        left |= {"state": WITHDRAWN, "remind_at": None, "escalate_at": None}
        left.pop("warn_at", None)
    return left


def _named(body: Mapping[str, Any], names: Collection[str] | None) -> Json:
    parts = []
    for part in body["parts"]:
        decision = part["decision"]
        decided = None if decision is None else {**decision, "by": _who(decision["by"], names)}
        parts.append({**part, "decision": decided})
    talk = [{**remark, "by": _who(remark["by"], names)} for remark in body["talk"]]
    return {**body, "requester": _who(body["requester"], names), "parts": parts, "talk": talk}


def _who(who: Mapping[str, Any], names: Collection[str] | None) -> Json:
    return {**who, "name": who["key"], "email": ""} if names is None or _is_one(who, names) else dict(who)


def _is_one(who: Mapping[str, Any], names: Collection[str]) -> bool:
    return who["key"] in names or who["user"] in names
