"""docs/discord.md names only what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from bot.adapters.discord import client, front_desk
from bot.adapters.discord.inspection import INVITED_WITH, RIGHTS
from bot.cli import app
from bot.commands import COMMANDS
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/discord.md").read_text(encoding="utf-8")
SPOKEN = re.compile(r"“([^”]+)”")


def test_every_setting_that_it_names_exists() -> None:
    names = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", GUIDE)) - {"APPLICATION_ID"}
    assert {"DISCORD_BOT_TOKEN", "DISCORD_GUILD_ID", "DISCORD_OWNER_CHANNEL_ID", "OWNERS_ROOM"} <= names
    assert {name for name in names if name.lower() not in Settings.model_fields} == set()


def test_every_command_line_that_it_names_exists() -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"`concierge ([a-z]+)", GUIDE))
    assert {"run", "doctor"} <= named <= known


def test_every_command_of_the_chat_that_it_names_is_built() -> None:
    built = {command.name for command in COMMANDS if command.built}
    ours = set(re.findall(r"`/(waiting|story|stories|close|reopen|teach|help|settings|delete)\b", GUIDE))
    assert ours >= {"waiting", "story", "close", "help"}
    assert ours <= built


def test_the_invitation_asks_for_the_rights_that_doctor_looks_for_and_no_more() -> None:
    assert re.findall(r"permissions=(\d+)", GUIDE) == [str(INVITED_WITH)]
    assert [name for name in RIGHTS.values() if name not in GUIDE] == []
    assert "scope=bot+applications.commands" in GUIDE


@pytest.mark.parametrize("words", SPOKEN.findall(GUIDE))
def test_what_it_quotes_from_the_log_is_what_the_bot_says(words: str) -> None:
    source = Path(client.__file__).read_text(encoding="utf-8")
    assert words in source


def test_the_names_that_the_bot_gives_are_the_guides() -> None:
    assert f"`{front_desk.NAME}`" in GUIDE
    for tag in ("needs reply", "waiting", "closed"):
        assert f"*{tag}*" in GUIDE


def test_every_file_that_it_names_is_there() -> None:
    assert (ROOT / "bot/examples/egg-farm").is_dir() and (ROOT / ".env.example").is_file()
    assert "bot/examples/egg-farm" in GUIDE and ".env.example" in GUIDE
    assert (ROOT / "docs/telegram.md").is_file() and "(telegram.md)" in GUIDE
