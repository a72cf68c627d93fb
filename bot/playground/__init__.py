"""A Slack workspace on your own machine: the part of Slack that an app talks to, and a page where people act.

It knows nothing about deals: any Bolt app can be pointed at `Playground.api_url`. Only loopback is served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.playground.errors import PortInUse
    from bot.playground.server import Playground
    from bot.playground.workspace import Workspace

__all__ = ["Playground", "PortInUse", "Workspace"]

_HOMES = {
    "Playground": "bot.playground.server",
    "PortInUse": "bot.playground.errors",
    "Workspace": "bot.playground.workspace",
}


def __getattr__(name: str) -> Any:
    """Import the public names only when they are asked for, so that importing the package costs nothing."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
