"""`setup`: the real command over simulated platforms; what it asks, checks, writes, and never leaves half written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.settings import load_settings
from knowledge.reading import read_base
from knowledge.shop import read_shop
from tests.bot.cli.conftest import Call, Called
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.telegram.simulator import TelegramSimulator

SHOP = ("--shop-from", "empty", "--name", 'Hana\'s "Eggs"', "--zone", "Asia/Tokyo", "--languages", "en,ja")
MORE = ("--currency", "jpy", "--owner", "Hana", "--hours", "mon-fri 09:00-18:00; sat 09:00-12:00, 13:00-15:00")


@pytest.fixture
def at_telegram(telegram: TelegramSimulator, monkeypatch: pytest.MonkeyPatch) -> TelegramSimulator:
    """Telegram, at which the command asks."""
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", telegram.url)
    return telegram


@pytest.fixture
def at_discord(discord: DiscordSimulator, monkeypatch: pytest.MonkeyPatch) -> DiscordSimulator:
    """Discord, at which the command asks."""
    monkeypatch.setenv("DISCORD_API_BASE_URL", discord.api_url)
    return discord


def files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unasked(call: Call, *options: str) -> Called:
    """The command with every answer as an option."""
    return call("setup", "--no-input", *options)


def test_with_every_answer_as_an_option_it_writes_what_run_and_doctor_need(
    call: Call, at_telegram: TelegramSimulator, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, channel = at_telegram.group(), at_telegram.channel("News", username="hennews")
    options = ("--telegram-token", at_telegram.token, "--telegram-group", str(group.id))
    done = unasked(call, *options, "--telegram-channels", "@hennews", *SHOP, *MORE)
    assert done.code == 0, done
    assert "concierge doctor" in done.out and "concierge run" in done.out
    assert at_telegram.token not in done.out + done.err
    assert stat.S_IMODE((alone / ".env").stat().st_mode) == 0o600
    settings = load_settings()
    assert settings.telegram_bot_token and settings.telegram_bot_token.get_secret_value() == at_telegram.token
    assert (settings.telegram_owner_chat_id, settings.telegram_story_chat_ids) == (str(group.id), ("@hennews",))
    shop = read_shop(settings.shop_dir)
    assert (shop.name, shop.timezone, shop.languages) == ('Hana\'s "Eggs"', "Asia/Tokyo", ("en", "ja"))
    assert (shop.currency, shop.owner.name, sorted(shop.hours.weekly)) == ("JPY", "Hana", [0, 1, 2, 3, 4, 5])
    assert read_base(settings.shop_dir).entries == ()
    assert sorted(path.name for path in alone.iterdir()) == [".env", "shop"]
    assert channel.id and call("doctor").code == 0


def test_the_sample_shop_is_copied_under_ones_own_name(call: Call, at_telegram: TelegramSimulator, alone: Path) -> None:
    done = unasked(call, "--telegram-token", at_telegram.token, "--name", "Mei's Bees", "--zone", "Europe/Berlin")
    assert done.code == 0, done
    assert read_shop(alone / "shop").name == "Mei's Bees"
    assert len(read_base(alone / "shop").entries) > 5
    assert not (alone / "shop" / "conversations").exists()


def test_what_is_not_asked_stays_and_the_older_file_is_kept(
    call: Call, at_telegram: TelegramSimulator, shop: Path, alone: Path
) -> None:
    before = f"# mine\nHTTP_PORT=8080\nTELEGRAM_BOT_TOKEN=1:old\n\nSHOP_DIR={shop}\nMY_OWN='a # b'\n"
    (alone / ".env").write_text(before, encoding="utf-8")
    (alone / ".env").chmod(0o644)
    done = unasked(call, "--telegram-token", at_telegram.token)
    assert done.code == 0, done
    assert (alone / ".env").read_text(encoding="utf-8") == before.replace("1:old", at_telegram.token)
    (backup,) = alone.glob(".env.*.backup")
    assert backup.read_text(encoding="utf-8") == before and str(backup.name) in done.out
    assert {stat.S_IMODE(path.stat().st_mode) for path in (backup, alone / ".env")} == {0o600}


REFUSED: list[tuple[tuple[str, ...], str]] = [
    ((), "--telegram-token is missing"),
    (("--telegram-token", "nonsense"), "no token"),
    (("--telegram-token", "7:AAwrong"), "refused by Telegram"),
    (("--platform", "icq"), "telegram or discord or both"),
    (("--telegram-token", "{token}"), "--name is missing"),
    (("--telegram-token", "{token}", "--telegram-group", "Hana"), "no group's id"),
    (("--telegram-token", "{token}", "--telegram-channels", "my shop"), "no list of channels"),
    (("--telegram-token", "{token}", "--name", "A", "--zone", "Mars/Base"), "no time zone"),
    (("--telegram-token", "{token}", "--name", "A", "--currency", "euros"), "no currency code"),
    (("--telegram-token", "{token}", "--name", "A", "--languages", "english!"), "language codes"),
    (("--telegram-token", "{token}", "--name", "A", "--hours", "mon 9-18"), "09:00-18:00"),
    (("--telegram-token", "{token}", "--name", "A", "--hours", "funday 09:00-18:00"), "no day"),
    (("--telegram-token", "{token}", "--name", "A", "--model", "nowhere"), "neither none nor download"),
    (("--telegram-token", "{token}", "--shop", "notes.txt"), "a shop is a folder"),
    (("--telegram-token", "{token}", "--shop", "."), "no shop.toml"),
    (("--telegram-token", "{token}", "--shop", "${{HOME}}", "--name", "A"), "SHOP_DIR can't be kept"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_bad_input_is_one_sentence_and_nothing_is_written(
    call: Call, at_telegram: TelegramSimulator, alone: Path, options: tuple[str, ...], said: str
) -> None:
    (alone / "notes.txt").write_text("mine", encoding="utf-8")
    done = unasked(call, *(option.format(token=at_telegram.token) for option in options))
    assert said in done.refused() and "AAwrong" not in done.err
    assert files(alone) == {"notes.txt": b"mine"}
    assert [path.name for path in alone.iterdir()] == ["notes.txt"]


def test_a_telegram_that_is_away_is_said_and_nothing_is_written(
    call: Call, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", "http://127.0.0.1:9")
    assert "can't be reached" in unasked(call, "--telegram-token", "7:AAsome").refused()
    assert files(alone) == {}


def test_settings_that_dont_go_together_leave_all_as_it_was(
    call: Call, at_telegram: TelegramSimulator, alone: Path
) -> None:
    before = "TELEGRAM_OWNER_CHAT_ID=-5\nOWNERS_ROOM=telegram\n"
    (alone / ".env").write_text(before, encoding="utf-8")
    done = unasked(call, "--telegram-token", at_telegram.token, "--telegram-group", "-", "--name", "A")
    assert done.code == 0, done  # the room is taken out, and with it the word where it is
    assert load_settings().owners_platform is None
    (alone / ".env").write_text("HTTP_PORT=none\n", encoding="utf-8")
    assert "HTTP_PORT" in unasked(call, "--telegram-token", at_telegram.token).refused()
    assert (alone / ".env").read_text(encoding="utf-8") == "HTTP_PORT=none\n"


def test_on_discord_the_channels_are_listed_and_taken_by_name(
    call: Call, at_discord: DiscordSimulator, alone: Path
) -> None:
    forum, news = at_discord.forum("customers"), at_discord.text_channel("news")
    forum.private = True
    token = ("--discord-token", at_discord.token)
    done = unasked(call, *token, "--discord-channel", "#customers", "--discord-story-channels", "news", "--name", "A")
    assert done.code == 0, done
    settings = load_settings()
    assert settings.discord_guild_id == str(at_discord.guild.id)
    assert settings.discord_owner_channel_id == str(forum.id)
    assert settings.discord_story_channel_ids == (str(news.id),)
    assert "none of the list" in unasked(call, *token, "--discord-channel", "kitchen").err


def test_on_discord_a_list_is_shown_and_its_number_is_enough(
    call: Call, at_discord: DiscordSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_discord.text_channel("news")
    forum = at_discord.forum("customers")
    typed = f"discord\n{at_discord.token}\n1\n\n\nempty\nBees\nUTC\n\n\n\n\n\n"
    done = call("setup", given=typed.encode())
    assert done.code == 0, done
    assert "  1. #customers (forum)\n  2. #news (text)" in done.err
    assert load_settings().discord_owner_channel_id == str(forum.id)
    # What Discord itself says of the channel is told at once, with what to do.
    assert "To mend: Everybody on the server can read the owners' room #customers." in done.err


def test_a_bot_on_no_server_gets_the_link_that_invites_it(
    call: Call, at_discord: DiscordSimulator, alone: Path
) -> None:
    at_discord.guild.bot_is_in = False
    said = unasked(call, "--discord-token", at_discord.token).refused()
    assert f"client_id={at_discord.bot.id}" in said and "permissions=326417615936" in said
    assert files(alone) == {}


@pytest.mark.usefixtures("at_telegram", "at_discord")
def test_rooms_on_both_platforms_need_a_word_which_is_meant(
    call: Call, telegram: TelegramSimulator, discord: DiscordSimulator
) -> None:
    group, forum = telegram.group(), discord.forum("customers")
    tokens = ("--telegram-token", telegram.token, "--discord-token", discord.token)
    rooms = ("--telegram-group", str(group.id), "--discord-channel", str(forum.id))
    assert unasked(call, *tokens, *rooms, "--name", "A", "--owners-room", "discord").code == 0
    assert load_settings().owners_platform == "discord"


def test_a_question_is_asked_again_until_the_answer_fits(call: Call, at_telegram: TelegramSimulator) -> None:
    typed = ["telegram", "wrong", "7:AAwrong", at_telegram.token, "Owners", "-", "", "", "empty", "", "Bees", "Mars"]
    typed += ["Europe/Berlin", "de", "eur", "Mei", "mon 9", "mon-sun 10:00-12:00", "none"]
    done = call("setup", given="\n".join([*typed, ""]).encode())
    assert done.code == 0, done
    for said in ("is no token", "is refused by Telegram", "is no group's id", "This one is needed", "is no time zone"):
        assert said in done.err
    assert read_shop(load_settings().shop_dir).languages == ("de",)


def test_answers_that_end_early_write_nothing(call: Call, at_telegram: TelegramSimulator, alone: Path) -> None:
    done = call("setup", given=f"telegram\n{at_telegram.token}\n-\n".encode())
    assert done.code == 2 and "nothing was written" in done.err
    assert files(alone) == {}


def test_an_env_that_is_there_is_not_changed_without_a_yes(call: Call, alone: Path) -> None:
    (alone / ".env").write_text("HTTP_PORT=8080\n", encoding="utf-8")
    assert call("setup", given=b"no\n").code == 2
    assert files(alone) == {".env": b"HTTP_PORT=8080\n"}


@pytest.fixture
def readable(alone: Path) -> Iterator[Path]:
    """A folder in which nothing can be made; it is given back afterwards."""
    alone.chmod(0o500)
    yield alone
    alone.chmod(0o700)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said(call: Call, at_telegram: TelegramSimulator, readable: Path) -> None:
    assert "Permission denied" in unasked(call, "--telegram-token", at_telegram.token, "--name", "A").refused()


@pytest.mark.parametrize("value", ["a b", "it's", 'say "no"', "back\\slash", "#hash", "plain"])
def test_whatever_is_written_into_env_is_read_back(value: str, alone: Path) -> None:
    from dotenv import dotenv_values

    from bot.setting_up.env_file import changed

    (alone / ".env").write_text(changed("A=1\n# b\nexport C=3\nA=2\n", {"A": value, "D": value}), encoding="utf-8")
    found: dict[str, Any] = dotenv_values(alone / ".env")
    assert found == {"A": value, "C": "3", "D": value}
