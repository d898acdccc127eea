"""`doctor` asks Discord too: what it says of the set-up, beside what it says of everything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Call
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.simulator import DiscordSimulator


@pytest.fixture
def room(discord: DiscordSimulator) -> Channel:
    """The owners' forum, which only they can see."""
    forum = discord.forum("customers")
    forum.private = True
    return forum


@pytest.fixture(autouse=True)
def healthy(shop: Path, discord: DiscordSimulator, room: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, a shop and a Discord with which nothing is wrong."""
    for name, value in {
        "SHOP_DIR": str(shop),
        "DISCORD_BOT_TOKEN": discord.token,
        "DISCORD_API_BASE_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "DISCORD_GUILD_ID": str(discord.guild.id),
        "CONCIERGE_NOW": "2026-03-01T09:00:00Z",
        "DISCORD_OWNER_CHANNEL_ID": str(room.id),
        "DISCORD_STORY_CHANNEL_IDS": str(discord.text_channel("news").id),
    }.items():
        monkeypatch.setenv(name, value)


def told(call: Call, token: str) -> dict[str, tuple[bool, str]]:
    """What `doctor --json` says, by name."""
    done = call("doctor", "--json")
    assert token not in done.out + done.err
    return {check["name"]: (check["ok"], check["what"]) for check in json.loads(done.out)["checks"]}


def test_a_healthy_house_on_discord_ends_with_zero(call: Call, discord: DiscordSimulator) -> None:
    found = told(call, discord.token)
    assert found["discord"] == (True, "takes the token, and the bot may do what it needs to")
    assert found["owners' room"] == (True, "on discord")
    assert call("doctor").out.endswith("Healthy.\n")


def test_a_right_that_is_missing_is_named(call: Call, discord: DiscordSimulator, room: Channel) -> None:
    discord.deny(room, "create_public_threads")
    assert told(call, discord.token)["discord"] == (
        False,
        "The bot lacks rights in the owners' room #customers: Create Public Threads.",
    )
    assert call("doctor").code == 1


def test_a_token_that_was_reset_is_told_and_never_shown(call: Call, discord: DiscordSimulator) -> None:
    before = discord.token
    discord.revoke_token()
    assert told(call, before)["discord"] == (False, "Discord refuses the bot's token.")


def test_both_platforms_are_asked(call: Call, discord: DiscordSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "7:hunter2")
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "http://127.0.0.1:9")
    found = told(call, "hunter2")
    assert found["discord"][0] and not found["telegram"][0]
