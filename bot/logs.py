"""Structured logs on standard error, without message texts, and with every secret blotted out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Collection
from typing import TextIO

import structlog

BLOT = "[secret]"
TOKENS = re.compile(
    r"\b(?:xox[a-z]|xapp|xwfp|sk)-[A-Za-z0-9_-]{8,}"
    r"|\bhooks\.slack\.com/[^\s\"'<>]+"  # whoever has a response URL may post with it
    r"|(?<=://)[^\s:/@]+:[^\s/@]+(?=@)"
)
QUIET = (
    "alembic",
    "bm25s",
    "chromadb",
    "dbos",
    "dealfit.bolt",
    "httpx",
    "httpx2",
    "openai",
    "slack_bolt",
    "slack_sdk",
    "uvicorn",
    "uvicorn.access",
    "uvicorn.error",
    "watchfiles",
)


class Redacting(logging.Formatter):
    """Formats as another formatter does, then blots out what is secret: known values, and what looks like a token."""

    def __init__(self, inner: logging.Formatter, secrets: Collection[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted((s for s in secrets if len(s) >= 6), key=len, reverse=True)  # noqa: PLR2004 shorter would blot out words

    def format(self, record: logging.LogRecord) -> str:
        """The line, safe to keep."""
        return redact(self._inner.format(record), self._secrets)


def redact(text: str, secrets: Collection[str]) -> str:
    """The text without the secrets."""
    for secret in secrets:
        text = text.replace(secret, BLOT)
    return TOKENS.sub(BLOT, text)


def configure(level: str, secrets: Collection[str], stream: TextIO | None = None, *, form: str = "logfmt") -> None:
    """Send every log, structured or not, through one redacting handler, as `logfmt` or as `json`, one line each."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    inner = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _renderer(form),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Redacting(inner, secrets))
    handler.setLevel(level)  # some libraries set their own loggers to DEBUG when they are imported
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, getattr(logging, level)))


def _renderer(form: str) -> structlog.typing.Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False)
