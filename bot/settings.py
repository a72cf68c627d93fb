"""Every setting, typed and documented. The one place that reads the environment; unknown names are refused.

A value comes from the environment, else from a `.env` file in the current folder, else from the default here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from rapidfuzz import process

from bot.settings_fields import HERE, LOOPBACK, SettingsFields, content_root

PREFIX = "DEALFIT_"
FOREIGN = (
    "SLACK_API_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "PORT",
)
"""Settings under the names that Slack, OpenAI and hosting platforms gave them."""

__all__ = ["HERE", "LOOPBACK", "Settings", "SettingsError", "content_root", "passwords_in", "shown_url"]


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and the remedy."""


class Settings(SettingsFields):
    """The settings of one run, and what follows from them."""

    @property
    def profile_path(self) -> Path:
        """The Deal Profile itself."""
        return self.profile_dir / "deal-profile.yaml"

    @property
    def people_path(self) -> Path:
        """Who is who."""
        return self.profile_dir / "people.yaml"

    @property
    def index_dir(self) -> Path:
        """Where the index of the playbooks stands."""
        return self.data_dir / "index"

    @property
    def store_url(self) -> str:
        """The database's URL, with its password: never to be printed."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return self.sqlite_url("dealfit.db")

    def sqlite_url(self, name: str) -> str:
        """The URL of a database file in the data folder, whatever characters the folder's name holds: ? and % too."""
        from bot.store.urls import sqlite_url  # SQLAlchemy takes a while to load

        return sqlite_url((self.data_dir / name).resolve())

    @property
    def has_slack(self) -> bool:
        """Whether tokens for a real workspace over Socket Mode are set."""
        return self.slack_bot_token is not None and self.slack_app_token is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value that is set, for logs to blot out; never to be printed."""
        values = [getattr(self, name) for name in type(self).model_fields]
        secret = [v.get_secret_value() for v in values if isinstance(v, SecretStr)]
        urls = [v for v in (*secret, *values) if isinstance(v, str) and "://" in v]
        return (*(v for v in secret if "://" not in v), *(found for url in urls for found in passwords_in(url)))

    @classmethod
    def load(cls, environ: dict[str, str] | None = None, env_file: Path | None = Path(".env")) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a value is wrong, or a name that starts with DEALFIT_ is not a setting.
        """
        try:
            file = {k: v for k, v in dotenv_values(env_file).items() if v is not None} if env_file else {}
        except (UnicodeDecodeError, OSError) as error:
            raise SettingsError(f"{env_file} cannot be read ({error}). Save it as UTF-8, or remove it.") from None
        merged = {**file, **(dict(os.environ) if environ is None else environ)}
        known = {str(field.alias) for field in cls.model_fields.values()}
        mine = {k: v for k, v in merged.items() if (k.startswith(PREFIX) or k in FOREIGN) and v.strip() != ""}
        unknown = sorted(set(mine) - known)
        if unknown:
            raise SettingsError("\n".join(_unknown(name, known) for name in unknown))
        try:
            return cls.model_validate(mine)
        except ValidationError as error:
            lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}. Mend it or unset it." for e in error.errors()]
            raise SettingsError("\n".join(lines)) from None


def passwords_in(url: str) -> tuple[str, ...]:
    """The passwords in a URL, as it writes them and as they are, whatever characters they hold."""
    rest = url.partition("://")[2]
    before, _, query = rest.partition("?")
    given = [text.rpartition("@")[0].partition(":")[2] for text in (rest, before)]
    given += [value for name, _, value in (pair.partition("=") for pair in query.split("&")) if "password" in name]
    return tuple({form for password in given if password for form in (password, unquote(password))})


def shown_url(url: str) -> str:
    """A URL for people: whatever stands before the host is left out."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def _unknown(name: str, known: set[str]) -> str:
    match = process.extractOne(name, sorted(known), score_cutoff=80)
    hint = f" Did you mean {match[0]}?" if match else " `dealfit doctor --settings` lists those there are."
    return f"{name} is not a setting.{hint}"
