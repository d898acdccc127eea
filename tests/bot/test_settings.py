"""The settings: every name of the contract, every problem at once, never a secret."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[2]
NAMES = """
SHOP_DIR DATABASE_URL OWNERS_ROOM TELEGRAM_BOT_TOKEN TELEGRAM_API_BASE_URL TELEGRAM_OWNER_CHAT_ID
TELEGRAM_STORY_CHAT_IDS TELEGRAM_STORY_HOURS TELEGRAM_STORY_KEEP TELEGRAM_WEBHOOK_URL
TELEGRAM_WEBHOOK_SECRET DISCORD_BOT_TOKEN DISCORD_API_BASE_URL
DISCORD_GATEWAY_URL DISCORD_GUILD_ID DISCORD_OWNER_CHANNEL_ID DISCORD_STORY_CHANNEL_IDS OWNER_IDS HTTP_HOST HTTP_PORT
PACING SEMANTIC_MODEL LOG_FORMAT CONCIERGE_NOW
""".split()
TOKEN = "123:a-real-Token"
LOCAL = {"TELEGRAM_API_BASE_URL": "http://127.0.0.1:8081"}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper() in NAMES:
            monkeypatch.delenv(name)


def env(tmp_path: Path, values: dict[str, str]) -> Path:
    """A `.env` with `values`, one a line, in their order."""
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return file


def problems(tmp_path: Path, values: dict[str, str]) -> list[str]:
    """What is said about a `.env` with `values`, without the file's path."""
    with pytest.raises(SettingsError) as caught:
        load_settings(env(tmp_path, values))
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def test_the_settings_are_those_of_the_contract_and_no_others() -> None:
    assert sorted(name.upper() for name in Settings.model_fields) == sorted(NAMES)


def test_the_example_lists_every_setting_with_a_comment_and_its_default() -> None:
    example = ROOT / ".env.example"
    assert list(dotenv_values(example)) == NAMES
    for block in example.read_text(encoding="utf-8").split("\n\n"):
        names = re.findall(r"^([A-Z_]+)=", block, re.MULTILINE)
        assert not names or (len(names) == 1 and block.startswith("# ")), block
    assert load_settings(example) == load_settings(None)


def test_without_anything_the_defaults_hold() -> None:
    settings = load_settings(None)
    assert settings.shop_dir == Path("shop")
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:///concierge.db"
    assert (settings.http_host, settings.http_port, settings.pacing, settings.log_format) == (
        "127.0.0.1",
        None,
        "platform",
        "auto",
    )
    assert settings.platforms == () and settings.owners_platform is None and settings.concierge_now is None


def test_a_missing_env_file_is_no_problem(tmp_path: Path) -> None:
    assert load_settings(tmp_path / ".env") == load_settings(None)


def test_everything_filled_in_arrives_as_it_was_meant(tmp_path: Path) -> None:
    settings = load_settings(
        env(
            tmp_path,
            {
                "SHOP_DIR": "/srv/shop",
                "DATABASE_URL": "postgresql+asyncpg://u:p@h/db",
                "OWNERS_ROOM": "Discord",
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_BASE_URL": "http://127.0.0.1:8081/",
                "TELEGRAM_OWNER_CHAT_ID": "-1001",
                "TELEGRAM_STORY_CHAT_IDS": "-1002, @hens",
                "TELEGRAM_WEBHOOK_URL": "https://bot.example/hook",
                "TELEGRAM_WEBHOOK_SECRET": "long_word-1",
                "DISCORD_OWNER_CHANNEL_ID": "42",
                "DISCORD_STORY_CHANNEL_IDS": "43,44",
                "OWNER_IDS": "telegram:123,discord:456",
                "HTTP_PORT": "8080",
                "CONCIERGE_NOW": "2026-03-10T09:00:00+01:00",
            },
        )
    )
    assert settings.telegram_api_base_url == "http://127.0.0.1:8081"
    assert settings.telegram_story_chat_ids == ("-1002", "@hens")
    assert settings.discord_story_channel_ids == ("43", "44")
    assert settings.owner_ids == ("telegram:123", "discord:456")
    assert settings.http_port == 8080
    assert settings.concierge_now == datetime(2026, 3, 10, 8, tzinfo=UTC)
    assert settings.platforms == ("telegram",) and settings.real_platforms == ()
    assert settings.owners_platform == "discord"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "9000")
    assert load_settings(env(tmp_path, {"HTTP_PORT": "8000"})).http_port == 9000


def test_all_problems_are_said_at_once_each_with_its_line(tmp_path: Path) -> None:
    said = problems(
        tmp_path,
        {"HTTP_PORT": "x", "LOG_FORMAT": "xml", "PACING": "off", "TELEGRAM_BOT_TOKEN": TOKEN, "OWNER_IDS": "7"},
    )
    assert sorted(line.split()[0] + " " + line.split()[1] for line in said) == [
        ".env:1: HTTP_PORT",
        ".env:2: LOG_FORMAT",
        ".env:3: PACING",
        ".env:5: OWNER_IDS",
    ]


def test_a_problem_in_the_environment_names_no_line_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PORT", "http")
    assert problems(tmp_path, {"HTTP_PORT": "80"})[0].startswith("HTTP_PORT is no port")


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"HTTP_PORT": "0"}, "HTTP_PORT is no port"),
    ({"HTTP_PORT": "65536"}, "HTTP_PORT is no port"),
    ({"DATABASE_URL": "postgresql://u:p@h/db"}, "must begin with postgresql+asyncpg://"),
    ({"DATABASE_URL": "postgres://u:p@h/db"}, "must begin with postgresql+asyncpg://"),
    ({"DATABASE_URL": "sqlite:///x.db"}, "must begin with sqlite+aiosqlite:///"),
    ({"DATABASE_URL": "mysql://u:p@h/db"}, "not supported"),
    ({"DATABASE_URL": "concierge.db"}, "is no address"),
    ({"TELEGRAM_API_BASE_URL": "127.0.0.1:80"}, "must be an address that begins with http:// or https://"),
    ({"TELEGRAM_API_BASE_URL": "http://[::1"}, "must be an address"),
    ({"DISCORD_GATEWAY_URL": "http://h/gateway"}, "must be an address that begins with ws:// or wss://"),
    ({"TELEGRAM_OWNER_CHAT_ID": "@owners"}, "must be a number such as -100"),
    ({"DISCORD_GUILD_ID": "my server"}, "must be a number"),
    ({"TELEGRAM_STORY_CHAT_IDS": "-1,my channel"}, "must be a list"),
    ({"OWNER_IDS": "telegram:123,456"}, "must be a list such as telegram:123"),
    ({"OWNERS_ROOM": "slack"}, "can be telegram or discord only"),
    ({"CONCIERGE_NOW": "yesterday"}, "is no ISO instant"),
    ({"CONCIERGE_NOW": "2026-03-10T09:00:00"}, "has no offset"),
    ({"SEMANTIC_MODEL": "/nowhere"}, "a folder with model.onnx"),
    ({"TELEGRAM_OWNER_CHAT_ID": "-1", "DISCORD_OWNER_CHANNEL_ID": "2"}, "OWNERS_ROOM must say telegram or discord"),
    ({"TELEGRAM_OWNER_CHAT_ID": "-1", "OWNERS_ROOM": "discord"}, "only the other platform's room is set"),
    ({"TELEGRAM_WEBHOOK_URL": "https://x.example", "TELEGRAM_WEBHOOK_SECRET": "s"}, "needs HTTP_PORT"),
    ({"TELEGRAM_WEBHOOK_SECRET": "s"}, "needs HTTP_PORT"),
    ({"TELEGRAM_WEBHOOK_URL": "https://x.example", "HTTP_PORT": "1"}, "needs TELEGRAM_WEBHOOK_SECRET"),
    ({"TELEGRAM_BOT_TOKEN": TOKEN, "PACING": "off"}, "can't be off with Telegram's own API"),
    ({"DISCORD_BOT_TOKEN": TOKEN, "PACING": "off", **LOCAL}, "can't be off with Discord's own API"),
    (
        {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": "https://API.telegram.org:443/", "PACING": "off"},
        "can't be off with Telegram's own API",
    ),
    ({"TELEGRAM_BOT_TOKEN": TOKEN, "CONCIERGE_NOW": "2026-03-10T09:00Z"}, "refused with Telegram's own API"),
]


@pytest.mark.parametrize(("values", "said"), REFUSED, ids=lambda value: "" if isinstance(value, dict) else value)
def test_what_cannot_be_meant_is_refused_in_one_sentence(tmp_path: Path, values: dict[str, str], said: str) -> None:
    found = problems(tmp_path, values)
    assert len(found) == 1 and said in found[0] and found[0].endswith("."), found


ALLOWED: list[dict[str, str]] = [
    {"TELEGRAM_BOT_TOKEN": TOKEN, "PACING": "off", "CONCIERGE_NOW": "2026-03-10T09:00Z", **LOCAL},
    {"PACING": "off", "CONCIERGE_NOW": "2026-03-10T09:00Z"},
    {"TELEGRAM_BOT_TOKEN": TOKEN},
    {"TELEGRAM_BOT_TOKEN": TOKEN, "OWNERS_ROOM": "telegram"},
    {"TELEGRAM_OWNER_CHAT_ID": "-1", "DISCORD_OWNER_CHANNEL_ID": "2", "OWNERS_ROOM": "telegram"},
    {"HTTP_PORT": "65535"},
]


@pytest.mark.parametrize("values", ALLOWED, ids=str)
def test_what_can_be_meant_is_taken(tmp_path: Path, values: dict[str, str]) -> None:
    load_settings(env(tmp_path, values))


SECRETS = {
    "DATABASE_URL": "postgresql+asyncpg://shop:hunter2-hunter2@h/db",
    "TELEGRAM_BOT_TOKEN": "hunter2-hunter2",
    "DISCORD_BOT_TOKEN": "hunter2-hunter2",
    "TELEGRAM_WEBHOOK_SECRET": "hunter2-hunter2",
}


def test_no_secret_is_in_what_the_settings_look_like(tmp_path: Path) -> None:
    settings = load_settings(env(tmp_path, {**SECRETS, "HTTP_PORT": "80"}))
    assert settings.discord_bot_token and settings.discord_bot_token.get_secret_value() == "hunter2-hunter2"
    for shown in (repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())):
        assert "hunter2" not in shown


@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_in_what_is_said_of_it(tmp_path: Path, name: str) -> None:
    """Whatever a token is pasted into, it isn't repeated."""
    file = env(tmp_path, {name: "'hunter2 hunter2\"'", "HTTP_PORT": "no", "OTHER LINE": "hunter2"})
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "hunter2" not in str(caught.value) + repr(caught.value)


def test_a_line_that_is_none_is_named_with_its_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\n\n\nHTTP_PORT=80\nthis is no setting\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert caught.value.problems == [f"{file}:5: is not of the form NAME=value: mend or remove the line."]
    assert not caplog.records


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("HTTP_PORT=80\n# Käse\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env:2: is not UTF-8 text"):
        load_settings(file)


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        load_settings(tmp_path)
