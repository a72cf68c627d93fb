from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse

from bot.slack.outages import is_temporary


def refusal(error: str, status: int = 200) -> SlackApiError:
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": False, "error": error},
        headers={},
        status_code=status,
    )
    return SlackApiError(error, response)


@pytest.mark.parametrize(
    "error",
    [
        refusal("ratelimited", 429),
        refusal("internal_error"),
        refusal("anything", 503),
        TimeoutError(),
        ConnectionResetError(),
        SlackRequestError("no answer"),
    ],
)
def test_what_passes_by_itself_is_tried_again(error):
    assert is_temporary(error)


@pytest.mark.parametrize("error", [refusal("invalid_blocks"), refusal("not_in_channel"), ValueError(), KeyError("x")])
def test_what_slack_or_we_refuse_is_not(error):
    assert not is_temporary(error)
