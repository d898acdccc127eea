"""Logs: to standard error, readable on a terminal, JSON elsewhere, and without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import structlog
from structlog.types import Processor

if TYPE_CHECKING:
    from bot.settings import Settings

# httpx writes the bot's address, which holds its token; the others write a line for each step.
QUIET = ("httpx", "httpcore", "aiosqlite", "alembic", "apscheduler", "asyncio", "aiohttp.access")


def blotted(text: str, secrets: Iterable[str]) -> str:
    """`text` with each of the secrets made unreadable, the longest first."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def secrets_of(settings: Settings) -> list[str]:
    """The words of the settings that may stand in no line that anybody reads."""
    from sqlalchemy.engine import make_url

    url = settings.database_url.get_secret_value()
    given = (settings.telegram_bot_token, settings.telegram_webhook_secret, settings.discord_bot_token)
    password = make_url(url).password
    written = url.partition("://")[2].rpartition("@")[0].partition(":")[2]  # as it stands there, perhaps with %
    words = [*(secret.get_secret_value() for secret in given if secret), str(password or ""), written]
    return [word for word in words if word]


class Redacted(logging.Formatter):
    """Another formatter's lines with each of `secrets` blotted out, wherever it stands (in a traceback too)."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return blotted(self._inner.format(record), self._secrets)


def configure_logs(style: Literal["auto", "console", "json"], secrets: Iterable[str] = ()) -> None:
    """Sends every log line, of structlog and of the libraries, to standard error; `secrets` are never in one."""
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor = structlog.processors.JSONRenderer() if as_json else _console()
    finish: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        finish.append(structlog.processors.format_exc_info)
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*finish, render])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacted(formatter, secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _console() -> Processor:
    """Plain tracebacks: a pretty one shows the values of local names, hence tokens and customers' words."""
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
