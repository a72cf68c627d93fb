"""Which faults pass by themselves: worth trying again for hours, while every other fault is told at once."""

from __future__ import annotations

TEMPORARY = frozenset(
    {
        "fatal_error",
        "internal_error",
        "ratelimited",
        "rate_limited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
SERVER_ERRORS = 500
TOO_MANY = 429


def is_temporary(error: BaseException) -> bool:
    """Whether Slack, or the way there, is out of order for now; not that Slack understood and refused."""
    from slack_sdk.errors import SlackApiError, SlackRequestError  # loaded with the client

    if isinstance(error, SlackApiError):
        status = int(getattr(error.response, "status_code", 0) or 0)
        return status >= SERVER_ERRORS or status == TOO_MANY or error.response.get("error") in TEMPORARY
    return isinstance(error, SlackRequestError | OSError)
