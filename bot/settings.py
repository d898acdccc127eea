"""The settings: from the environment and `.env`, all problems said at once, no secret ever shown."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import BeforeValidator, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Platform = Literal["telegram", "discord"]
Checked = tuple[tuple[str, ...], str]
"""The names that a problem is about, and the sentence."""

OWN_GATEWAY = "wss://gateway.discord.gg"
_OWN_HOSTS = ("telegram.org", "discord.com", "discordapp.com", "discord.gg")


class SettingsError(Exception):
    """What is wrong with the settings: `problems` are sentences, each with the place and the next step."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _text(check: Callable[[str], object]) -> BeforeValidator:
    """`check` for what comes from outside, which is text; a default passes as it is."""
    return BeforeValidator(lambda value: check(value.strip()) if isinstance(value, str) else value)


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _url(*schemes: str) -> BeforeValidator:
    def check(value: str) -> str:
        if not _is_address(value, schemes):
            raise ValueError(f"must be an address that begins with {' or '.join(f'{s}://' for s in schemes)}")
        return value.rstrip("/")

    return _text(check)


def _matching(pattern: str, problem: str) -> BeforeValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(problem)
        return value

    return _text(check)


def _list_of(pattern: str, problem: str) -> BeforeValidator:
    def check(value: str) -> tuple[str, ...]:
        parts = tuple(part.strip() for part in value.split(",") if part.strip())
        if not all(re.fullmatch(pattern, part) for part in parts):
            raise ValueError(problem)
        return parts

    return _text(check)


def _one_of(*choices: str) -> BeforeValidator:
    def check(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"can be {' or '.join(choices)} only")
        return value.lower()

    return _text(check)


def _database(value: str) -> str:
    """Takes the two drivers that the house runs on. What is said never holds the address: it may hold a password."""
    scheme, separator, _ = value.partition("://")
    if value.startswith("sqlite+aiosqlite:///") or (separator and scheme == "postgresql+asyncpg"):
        return value
    if not separator:
        raise ValueError("is no address: write sqlite+aiosqlite:///concierge.db or postgresql+asyncpg://…")
    if scheme.startswith("sqlite"):
        raise ValueError("must begin with sqlite+aiosqlite:/// (three strokes, four for an absolute path)")
    if scheme.startswith("postgres"):
        raise ValueError("must begin with postgresql+asyncpg:// (the driver that the bot uses); the rest may stay")
    raise ValueError("names a database that is not supported: SQLite and PostgreSQL are")


def _instant(value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("is no ISO instant: write it as 2026-03-10T09:00:00+01:00") from None
    if instant.tzinfo is None:
        raise ValueError("has no offset: write it as 2026-03-10T09:00:00+01:00")
    return instant


def _port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= 65535:
        raise ValueError("is no port: a number from 1 to 65535, or empty for none")
    return int(value)


_TELEGRAM_CHAT = r"-?[0-9]+|@\w+"
_CHAT_IDS = "must be a list of chat ids such as -1001234567890 or @channel, with commas between"
_CHANNEL_IDS = "must be a list of channel ids (digits), with commas between"
_OWNER_IDS = "must be a list such as telegram:123,discord:456, with commas between"
_ROOM = "must be a number such as -1001234567890: the bot says it when it is added to the group"

_Folder = Annotated[Path, _text(lambda value: Path(value).expanduser())]
_DiscordId = Annotated[str | None, _matching(r"[0-9]+", "must be a number: copy the id in Discord's developer mode")]
_Token = Annotated[
    SecretStr | None, _matching(r"[^\s\"']+", "holds a space or a quotation mark: paste it without them")
]
_WebhookSecret = Annotated[
    SecretStr | None, _matching(r"[A-Za-z0-9_-]{1,256}", "may hold A-Z a-z 0-9 _ - only, 256 of them at most")
]


class Settings(BaseSettings):
    """Every setting of the concierge, named in the environment as here but in capitals. Ids are strings.

    `load_settings` is the way to get one: it adds the checks that concern several settings together.
    """

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, frozen=True, hide_input_in_errors=True)

    shop_dir: _Folder = Path("shop")
    database_url: Annotated[SecretStr, _text(_database)] = SecretStr("sqlite+aiosqlite:///concierge.db")
    owners_room: Annotated[Platform | None, _one_of("telegram", "discord")] = None

    telegram_bot_token: _Token = None
    telegram_api_base_url: Annotated[str, _url("http", "https")] = "https://api.telegram.org"
    telegram_owner_chat_id: Annotated[str | None, _matching(r"-?[0-9]+", _ROOM)] = None
    telegram_story_chat_ids: Annotated[tuple[str, ...], NoDecode, _list_of(_TELEGRAM_CHAT, _CHAT_IDS)] = ()
    telegram_story_hours: Annotated[Literal["6", "12", "24", "48"], _one_of("6", "12", "24", "48")] = "24"
    telegram_story_keep: Annotated[Literal["yes", "no"], _one_of("yes", "no")] = "no"
    telegram_webhook_url: Annotated[str | None, _url("http", "https")] = None
    telegram_webhook_secret: _WebhookSecret = None

    discord_bot_token: _Token = None
    discord_api_base_url: Annotated[str, _url("http", "https")] = "https://discord.com/api/v10"
    discord_gateway_url: Annotated[str, _url("ws", "wss")] = OWN_GATEWAY
    discord_guild_id: _DiscordId = None
    discord_owner_channel_id: _DiscordId = None
    discord_story_channel_ids: Annotated[tuple[str, ...], NoDecode, _list_of(r"[0-9]+", _CHANNEL_IDS)] = ()

    owner_ids: Annotated[tuple[str, ...], NoDecode, _list_of(r"(telegram|discord):[0-9]+", _OWNER_IDS)] = ()
    http_host: str = "127.0.0.1"
    http_port: Annotated[int | None, _text(_port)] = None
    pacing: Annotated[Literal["platform", "off"], _one_of("platform", "off")] = "platform"
    semantic_model: Annotated[Path | None, _text(lambda value: Path(value).expanduser())] = None
    log_format: Annotated[Literal["auto", "console", "json"], _one_of("auto", "console", "json")] = "auto"
    concierge_now: Annotated[datetime | None, _text(_instant)] = None

    @property
    def owners_platform(self) -> Platform | None:
        """Where the owners' room is; None while no room is set."""
        rooms: dict[Platform, str | None] = {
            "telegram": self.telegram_owner_chat_id,
            "discord": self.discord_owner_channel_id,
        }
        return next((name for name, room in rooms.items() if room and self.owners_room in (None, name)), None)

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platforms that have a token, hence are served."""
        tokens: dict[Platform, SecretStr | None] = {
            "telegram": self.telegram_bot_token,
            "discord": self.discord_bot_token,
        }
        return tuple(name for name, token in tokens.items() if token)

    @property
    def real_platforms(self) -> tuple[Platform, ...]:
        """Those of `platforms` that would speak with the platform's own API, not with one given for tests."""
        bases = {"telegram": self.telegram_api_base_url, "discord": self.discord_api_base_url}
        return tuple(name for name in self.platforms if _is_own(bases[name]))


def _is_own(url: str) -> bool:
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return any(host == own or host.endswith(f".{own}") for own in _OWN_HOSTS)


def _together(settings: Settings) -> Iterator[Checked]:
    """What is wrong with several settings together."""
    rooms = ("OWNERS_ROOM", "TELEGRAM_OWNER_CHAT_ID", "DISCORD_OWNER_CHANNEL_ID")
    set_rooms = bool(settings.telegram_owner_chat_id) + bool(settings.discord_owner_channel_id)
    if set_rooms == 2 and settings.owners_room is None:
        yield (
            rooms,
            "must say telegram or discord, because TELEGRAM_OWNER_CHAT_ID and DISCORD_OWNER_CHANNEL_ID are both set",
        )
    if set_rooms == 1 and settings.owners_platform is None:
        yield rooms, f"is {settings.owners_room}, but only the other platform's room is set: change one of the two"
    if settings.telegram_webhook_url and not settings.http_port:
        yield ("TELEGRAM_WEBHOOK_URL", "HTTP_PORT"), "needs HTTP_PORT, the port on which Telegram's calls arrive"
    if settings.telegram_webhook_url and not settings.telegram_webhook_secret:
        yield (
            ("TELEGRAM_WEBHOOK_URL", "TELEGRAM_WEBHOOK_SECRET"),
            "needs TELEGRAM_WEBHOOK_SECRET: without it anybody could call the bot in Telegram's name",
        )
    if settings.telegram_webhook_secret and not settings.telegram_webhook_url and not settings.http_port:
        yield ("TELEGRAM_WEBHOOK_SECRET", "HTTP_PORT"), "needs HTTP_PORT, the port on which Telegram's calls arrive"
    model = settings.semantic_model
    if model and not all((model / name).is_file() for name in ("model.onnx", "tokenizer.json")):
        yield ("SEMANTIC_MODEL",), "must be a folder with model.onnx and tokenizer.json, or empty for none"
    yield from _for_tests_only(settings)


def _for_tests_only(settings: Settings) -> Iterator[Checked]:
    """What must never meet a platform's own API."""
    for name in settings.real_platforms:
        base = f"{name.upper()}_API_BASE_URL"
        if settings.pacing == "off":
            yield (
                ("PACING", base),
                f"can't be off with {name.capitalize()}'s own API, which would block the bot: leave it empty",
            )
        if settings.concierge_now:
            yield (
                ("CONCIERGE_NOW", base),
                f"is for tests and refused with {name.capitalize()}'s own API: leave it empty",
            )


def _lines_of(env_file: Path) -> tuple[dict[str, int], list[str]]:
    """On which line of `.env` each name stands, and what can't be read there."""
    lines: dict[str, int] = {}
    problems = []
    try:
        text = env_file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = env_file.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsError([f"{env_file}:{line}: is not UTF-8 text: save the file as UTF-8."]) from None
    except OSError as error:
        raise SettingsError([f"{env_file}: can't be read ({error.strerror}): check the file's permissions."]) from None
    for binding in parse_stream(StringIO(text)):
        start = binding.original.string
        line = binding.original.line + start[: len(start) - len(start.lstrip())].count("\n")
        if binding.error:
            problems.append(f"{env_file}:{line}: is not of the form NAME=value: mend or remove the line.")
        elif binding.key:
            lines[binding.key.upper()] = line
    return lines, problems


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of the environment and, below it, of `env_file` where that exists.

    Raises SettingsError with every problem at once. A setting that is refused counts as empty for the checks that
    concern several, so that one mistake is reported once.
    """
    env_file = env_file if env_file and env_file.exists() else None
    lines, problems = _lines_of(env_file) if env_file else ({}, [])
    # What it would log is reported above, with the file's name.
    logging.getLogger("dotenv.main").setLevel(logging.ERROR)
    refused: dict[str, str] = {}
    options: dict[str, Any] = {"_env_file": env_file, "_env_file_encoding": "utf-8"}
    try:
        settings = Settings(**options)
    except ValidationError as error:
        refused = {str(e["loc"][0]).upper(): str(e.get("ctx", {}).get("error", e["msg"])) for e in error.errors()}
        empty = {name.lower(): Settings.model_fields[name.lower()].default for name in refused}
        settings = Settings(**options, **empty)
    found: list[Checked] = [((name,), problem) for name, problem in refused.items()]
    found += [(names, problem) for names, problem in _together(settings) if not refused.keys() & set(names)]
    for names, problem in found:
        line = None if any(names[0] == name.upper() for name in os.environ) else lines.get(names[0])
        problems.append(f"{f'{env_file}:{line}: ' if line else ''}{names[0]} {problem}.")
    if problems:
        raise SettingsError(problems) from None
    return settings
