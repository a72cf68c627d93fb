"""What a person types, as Slack passes it on: escaped, with mentions, channels and links as tokens."""

from __future__ import annotations

import re

from bot.playground.workspace import Workspace

_TOKENS = re.compile(r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+(?:\|[^<>|]*)?)>")
_WORDS = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,;:!?)\]])|(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]*\w)|(?P<name>[@#][\w-]+)"
)
_BROADCASTS = {"@here", "@channel", "@everyone"}


def escape(text: str) -> str:
    """Escape the three characters that Slack gives a meaning."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_sent(text: str, workspace: Workspace) -> str:
    """Return typed text as the app receives it.

    `@Dealfit` and `@dana` become `<@U...>`, `#deals` becomes `<#C...|deals>`, links and addresses become tokens.
    Text that already holds `<@U...>` or `<#C...>` keeps it; every other `<`, `>` and `&` is escaped, so nobody can
    type a live `<!channel>`.
    """
    parts: list[str] = []
    place = 0
    for token in _TOKENS.finditer(text):
        parts += [_typed(text[place : token.start()], workspace), token.group()]
        place = token.end()
    return "".join([*parts, _typed(text[place:], workspace)])


def as_command(text: str, workspace: Workspace) -> str:
    """Return a command's text for an app that asked for tokens: people are named in theirs, as Slack does."""
    return re.sub(
        r"<@([A-Z0-9]+)>",
        lambda found: f"<@{found[1]}|{workspace.users[found[1]].name}>" if found[1] in workspace.users else found[0],
        as_sent(text, workspace),
    )


def _typed(text: str, workspace: Workspace) -> str:
    parts: list[str] = []
    place = 0
    for word in _WORDS.finditer(text):
        parts += [escape(text[place : word.start()]), _word(word, workspace)]
        place = word.end()
    return "".join([*parts, escape(text[place:])])


def _word(word: re.Match[str], workspace: Workspace) -> str:
    if word["url"]:
        return f"<{escape(word['url'])}>"
    if word["mail"]:
        return f"<mailto:{escape(word['mail'])}|{escape(word['mail'])}>"
    name = word["name"]
    if name in _BROADCASTS:
        return f"<!{name[1:]}>"
    bare = name[1:].casefold()
    if name[0] == "@":
        for user in workspace.users.values():
            if bare in (user.name.casefold(), user.real_name.casefold()):
                return f"<@{user.id}>"
    for channel in workspace.channels.values():
        if name[0] == "#" and not channel.is_im and channel.name.casefold() == bare:
            return f"<#{channel.id}|{channel.name}>"
    return escape(name)
