"""Roles by Slack user group for the command line, which Slack is asked for where there is a bot token."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.bootstrap.core import Core


def ask_for_groups(core: Core) -> tuple[str, ...] | None:
    """Complete the core's people with the roles that groups give. The groups of which Slack did not say who is in them.

    None without a bot token: nobody was asked, and the people are those of the file alone. As in Slack, a group that
    Slack does not tell gives nothing.
    """
    from bot.bootstrap.slack_side import slack_client
    from bot.slack.askers import PATIENCE_SECONDS, Askers
    from bot.slack.client import patience
    from bot.slack.directory import SlackDirectory
    from bot.slack.group_roles import GroupRoles

    token = core.settings.slack_bot_token
    if token is None:
        return None
    file = core.people()
    client = slack_client(token.get_secret_value(), core.settings.slack_api_url)
    askers = Askers(client=client, people=core.people, clock=core.clock)
    directory = SlackDirectory(client=client, askers=askers, clock=core.clock)
    given = GroupRoles(directory=directory, askers=askers, clock=core.clock)
    with patience(PATIENCE_SECONDS):
        core.people.use(given)
        core.people()
        return tuple(group for group in file.groups if directory.users(group) is None)
