"""What can be set: every setting with its type, its default and what it means."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""The least and the greatest number of minute, hour, day of the month, month and day of the week."""
_CRON_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?", re.ASCII)

HERE = Path(__file__).resolve().parent


def content_root() -> Path:
    """Where `profile/`, `knowledge/`, `prompts/` and `manifest.json` stand: the checkout, or inside the wheel."""
    checkout = HERE.parent
    return checkout if (checkout / "profile" / "deal-profile.yaml").is_file() else HERE / "content"


def _is_cron(field: str, bounds: tuple[int, int]) -> bool:
    """Whether this is a field of a schedule: *, 5, 1-5, */10 or several of them with commas."""
    parts = [_CRON_PART.fullmatch(part) for part in field.split(",")]
    given = [int(number) for part in parts if part for number in part.group(1, 2) if number]
    return all(parts) and all(bounds[0] <= number <= bounds[1] for number in given)


class SettingsFields(BaseModel):
    """What can be set. Each field's description is what `docs/operating.md` and `dealfit doctor` say of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    profile_dir: Path = Field(
        default_factory=lambda: content_root() / "profile",
        alias="DEALFIT_PROFILE_DIR",
        description="Folder with deal-profile.yaml, people.yaml and cases/.",
    )
    knowledge_dir: Path = Field(
        default_factory=lambda: content_root() / "knowledge",
        alias="DEALFIT_KNOWLEDGE_DIR",
        description="Folder with the playbooks.",
    )
    prompts_dir: Path = Field(
        default_factory=lambda: content_root() / "prompts",
        alias="DEALFIT_PROMPTS_DIR",
        description="Folder with the prompt templates of the model path.",
    )
    data_dir: Path = Field(
        default=Path(".dealfit"),
        alias="DEALFIT_DATA_DIR",
        description="Everything that is written goes here: the database, the index, logs of a run.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        alias="DEALFIT_DATABASE_URL",
        description="Database of decisions and work in progress; SQLite in the data folder unless set. "
        "postgresql://user:password@host/name for several processes.",
    )
    warehouse_url: SecretStr | None = Field(
        default=None,
        alias="DEALFIT_WAREHOUSE_URL",
        description="Where the judged table of all deals is kept for questions: postgresql://user:password@host/name, "
        "or any database that Ibis speaks to. In memory, and as files in the data folder, unless set.",
    )
    chroma_url: str | None = Field(
        default=None,
        alias="DEALFIT_CHROMA_URL",
        repr=False,
        description="A Chroma server (http://host:8000) instead of the embedded one; needed for several processes.",
    )
    proposal_canvas: bool = Field(
        default=False,
        alias="DEALFIT_PROPOSAL_CANVAS",
        description="Make each proposal as a Slack canvas too, which only the person who asked may open.",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        alias="SLACK_API_URL",
        repr=False,
        description="Base URL of Slack's Web API; a stand-in for Slack is named here.",
    )
    slack_bot_token: SecretStr | None = Field(
        default=None, alias="SLACK_BOT_TOKEN", description="Bot token (xoxb-...) of the Slack app."
    )
    slack_app_token: SecretStr | None = Field(
        default=None, alias="SLACK_APP_TOKEN", description="App-level token (xapp-...) for Socket Mode."
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, alias="SLACK_SIGNING_SECRET", description="Signing secret for HTTP mode."
    )
    openai_api_key: SecretStr | None = Field(
        default=None, alias="OPENAI_API_KEY", description="Key of a language model; without it answers are extractive."
    )
    openai_base_url: str | None = Field(
        default=None, alias="OPENAI_BASE_URL", repr=False, description="Any OpenAI-compatible endpoint."
    )
    openai_model: str = Field(default="gpt-4.1-mini", alias="OPENAI_MODEL", description="The model's name there.")
    model_seconds: float = Field(
        default=12.0,
        ge=1,
        le=600,
        alias="DEALFIT_MODEL_SECONDS",
        description="Seconds that the model has for an answer, a second try included; then the playbooks are quoted. "
        "A slow model of your own may need 20. "
        "Over 25, a slow model keeps people waiting for longer than half a minute.",
    )
    embedding_model: str | None = Field(
        default=None,
        alias="DEALFIT_EMBEDDING_MODEL",
        description="An embedding model at an OpenAI-compatible endpoint: the texts of playbooks and questions go "
        "there, and the next refresh makes the index anew. The bundled model unless set.",
    )
    embedding_url: str | None = Field(
        default=None,
        alias="DEALFIT_EMBEDDING_URL",
        repr=False,
        description="Where the embedding model is; OPENAI_BASE_URL unless set. OPENAI_API_KEY is sent there too.",
    )
    model_tokens_per_person: int = Field(
        default=200_000,
        ge=0,
        alias="DEALFIT_MODEL_TOKENS_PER_PERSON",
        description="Tokens, in and out, that a person's questions may take of the model in a day (UTC); 0: no limit.",
    )
    model_tokens_per_day: int = Field(
        default=5_000_000,
        ge=0,
        alias="DEALFIT_MODEL_TOKENS_PER_DAY",
        description="Tokens that all questions together may take of the model in a day (UTC); 0: no limit.",
    )
    model_price_in: Decimal = Field(
        default=Decimal(0),
        ge=0,
        alias="DEALFIT_MODEL_PRICE_IN",
        description="Price of a million tokens that the model reads, to account for its cost.",
    )
    model_price_out: Decimal = Field(
        default=Decimal(0),
        ge=0,
        alias="DEALFIT_MODEL_PRICE_OUT",
        description="Price of a million tokens that the model writes.",
    )
    hubspot_token: SecretStr | None = Field(
        default=None, alias="DEALFIT_HUBSPOT_TOKEN", description="Access token of a HubSpot private app, to sync deals."
    )
    hubspot_url: str = Field(
        default="https://api.hubapi.com", alias="DEALFIT_HUBSPOT_URL", description="Base URL of HubSpot's API."
    )
    hubspot_mapping: Path | None = Field(
        default=None,
        alias="DEALFIT_HUBSPOT_MAPPING",
        description="Mapping file whose columns are HubSpot's property names (docs/data-in.md).",
    )
    hubspot_verdict_field: str | None = Field(
        default=None,
        alias="DEALFIT_HUBSPOT_VERDICT_FIELD",
        description="Deal property that open deals' verdicts are written to; unset: nothing is written.",
    )
    salesforce_url: str | None = Field(
        default=None,
        alias="DEALFIT_SALESFORCE_URL",
        description="The organisation's address (https://name.my.salesforce.com); deals from there.",
    )
    salesforce_token: SecretStr | None = Field(
        default=None, alias="DEALFIT_SALESFORCE_TOKEN", description="An access token of Salesforce; it ends some day."
    )
    salesforce_client_id: str | None = Field(
        default=None,
        alias="DEALFIT_SALESFORCE_CLIENT_ID",
        description="Consumer key of a connected app with the client credentials flow; better than a token.",
    )
    salesforce_client_secret: SecretStr | None = Field(
        default=None, alias="DEALFIT_SALESFORCE_CLIENT_SECRET", description="The connected app's consumer secret."
    )
    salesforce_mapping: Path | None = Field(
        default=None,
        alias="DEALFIT_SALESFORCE_MAPPING",
        description="Mapping file whose columns are Salesforce's field names, such as Amount and Account.Industry.",
    )
    salesforce_verdict_field: str | None = Field(
        default=None,
        alias="DEALFIT_SALESFORCE_VERDICT_FIELD",
        description="Opportunity field that open deals' verdicts are written to; unset: nothing is written.",
    )
    sync_schedule: str | None = Field(
        default=None,
        alias="DEALFIT_SYNC_SCHEDULE",
        description="When `dealfit run` syncs the CRMs: five cron fields, UTC (0 * * * * is every hour). Unset: never.",
    )
    reminder_hour: int = Field(
        default=7,
        ge=0,
        le=23,
        alias="DEALFIT_REMINDER_HOUR",
        description="From which hour of a working day reminders of reviews go out, in each person's time zone.",
    )
    timezone: str = Field(
        default="UTC",
        alias="DEALFIT_TIMEZONE",
        description="Time zone of those for whom people.yaml has no `zone`, such as Europe/Berlin.",
    )
    playground_port: int = Field(
        default=8765,
        ge=0,
        le=65535,
        alias="DEALFIT_PLAYGROUND_PORT",
        description="Port of the playground on 127.0.0.1; 0 takes a free one.",
    )
    http_port: int = Field(
        default=3000, ge=0, le=65535, alias="PORT", description="Port of `dealfit run --http` (0.0.0.0)."
    )
    log_level: str = Field(
        default="INFO",
        alias="DEALFIT_LOG_LEVEL",
        description="DEBUG, INFO, WARNING or ERROR; logs go to standard error.",
    )
    log_format: str = Field(
        default="logfmt",
        pattern="^(logfmt|json)$",
        alias="DEALFIT_LOG_FORMAT",
        description="logfmt (key=value), or json: one object a line.",
    )
    health_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        alias="DEALFIT_HEALTH_PORT",
        description="Port, on all addresses, of /healthz, /readyz and /metrics over Socket Mode; none unless set. "
        "0 takes a free one.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Collector of OpenTelemetry traces (gRPC), such as http://127.0.0.1:4317. Unset: none.",
    )
    exceptions_channel: str | None = Field(
        default=None,
        pattern=r"^[CG][A-Z0-9]{2,20}$",
        alias="DEALFIT_EXCEPTIONS_CHANNEL",
        description="Id of the Slack channel that gets the exceptions of each month on the first of the next.",
    )
    audit_channel: str | None = Field(
        default=None,
        pattern=r"^[CG][A-Z0-9]{2,20}$",
        alias="DEALFIT_AUDIT_CHANNEL",
        description="Id of the Slack channel where the head of the decision log is published each day.",
    )
    post_seconds: float = Field(
        default=1.0,
        ge=0,
        le=60,
        alias="DEALFIT_POST_SECONDS",
        description="Seconds between two messages to one channel. Slack allows one a second.",
    )
    retention_days: int | None = Field(
        default=None,
        ge=30,
        le=36500,
        alias="DEALFIT_RETENTION_DAYS",
        description="After how many days texts beside the decision log are erased, nightly; at least 30. Unset: never",
    )
    workers: int = Field(
        default=4, ge=1, le=64, alias="DEALFIT_WORKERS", description="How many pieces of work one process does at once."
    )

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_a_slash(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        if any(mark in url for mark in "@?#"):
            # It stands in errors and logs, and the client sends a password to nobody: there is a token for that.
            raise ValueError("must be an address alone, without a user name, a password or a query")
        return url if url.endswith("/") else url + "/"

    @field_validator("chroma_url", "openai_base_url", "embedding_url", "otlp_endpoint")
    @classmethod
    def _of_a_server(cls, url: str | None) -> str | None:
        try:
            parts = urlsplit(url or "")
            whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is no number, half a bracket
            whole = False
        if url is not None and not whole:
            raise ValueError("must be an address such as http://host:8000")
        return url

    @field_validator("sync_schedule")
    @classmethod
    def _five_fields(cls, cron: str | None) -> str | None:
        fields = (cron or "").split()
        if cron is not None and not (len(fields) == len(CRON) and all(map(_is_cron, fields, CRON))):
            raise ValueError("must be five cron fields, such as 0 * * * * for every hour")
        return cron

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("must be the name of a time zone, such as Europe/Berlin")
        return name

    @field_validator("hubspot_url", "salesforce_url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        """Tokens go to these addresses: over TLS, or to this machine."""
        parts = urlsplit(url or "")
        if url is None or parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
            return url.rstrip("/") if url else None
        raise ValueError("must start with https:// (http:// to this machine only)")

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return level.upper()
