"""Who the app is, and where its socket opens."""

from __future__ import annotations

from bot.playground.api.call import Call, Method
from bot.playground.errors import Refused
from bot.playground.model import Json


def auth_test(call: Call) -> Json:
    """Answer `auth.test`."""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.example/",
        "team": workspace.team_name,
        "user": workspace.app.name.lower(),
        "team_id": workspace.team_id,
        "user_id": workspace.app.user_id,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """Answer `apps.connections.open` with an address that opens one socket, once."""
    return {"url": call.context.socket_url()}


def team_info(call: Call) -> Json:
    """Answer `team.info`."""
    workspace = call.workspace
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.team_name,
            "domain": workspace.domain,
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


def bots_info(call: Call) -> Json:
    """Answer `bots.info`."""
    app = call.workspace.app
    if call.text("bot") not in ("", app.bot_id):
        error = "bot_not_found"
        raise Refused(error)
    return {
        "bot": {
            "id": app.bot_id,
            "deleted": False,
            "name": app.name,
            "updated": 1764000000,
            "app_id": app.app_id,
            "user_id": app.user_id,
            "icons": {},
        }
    }


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "team.info": team_info,
    "bots.info": bots_info,
}
