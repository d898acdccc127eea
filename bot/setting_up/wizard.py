"""The set-up from the first question to the files: everything is asked and checked before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.setting_up import discord, env_file, sentence_model, shop_folder, telegram
from bot.setting_up.shop_folder import NewShop
from bot.setting_up.talk import CantSetUp, Talk, Unfit
from bot.settings import load_settings
from knowledge.shop import read_shop

ENV = Path(".env")
PLATFORMS = ("telegram", "discord", "both")
WELCOME = (
    "This sets up your own bot. One question at a time; Enter takes what stands in [brackets]; Ctrl-C ends it, and "
    "nothing is written before the last answer."
)


@dataclass(frozen=True)
class Done:
    """What was written: `backup` is the older `.env`, `made` the shop's new folder; None where there is none."""

    env: Path
    backup: Path | None
    shop: Path
    made: Path | None

    @property
    def lines(self) -> list[str]:
        """What was done and what comes next."""
        found = [f"Written: {self.env}, which only you can read."]
        if self.backup:
            found.append(f"The older one is {self.backup}.")
        if self.made:
            found.append(f"Your shop is in {self.made}: put your own answers into {self.made / 'knowledge'}.")
        found += ["Next: `concierge doctor` looks everything over, then `concierge run` starts the bot."]
        return found


def set_up(talk: Talk, progress: Callable[[int], None], now: datetime, fitting: Sequence[str] = ()) -> Done:
    """Asks, checks, writes. Raises CantSetUp, SettingsError for an `.env` that can't be read, InputError for a shop.

    `progress` is told how many bytes of a model were fetched; `fitting` are the platforms that the options speak of.
    """
    settings, before = load_settings(ENV), env_file.standing(ENV)
    if talk.asks:
        talk.say(WELCOME)
    if before and talk.asks and not talk.agreed(f"There is {ENV} already. Change it? What isn't asked stays as it is."):
        raise CantSetUp(f"{ENV} stays as it is; nothing was written.")
    platforms = _platforms(talk, fitting, before)
    values: dict[str, str] = {}
    if "telegram" in platforms:
        values |= telegram.ask(talk, settings.telegram_api_base_url, before)
    if "discord" in platforms:
        values |= discord.ask(talk, settings.discord_api_base_url, before)
    values["OWNERS_ROOM"] = _owners_room(talk, {**before, **values})
    folder = Path(talk.answer("shop", "Where is your shop's folder, or where shall it be?", _folder, _usual(before)))
    shop = _new_shop(talk, folder)
    values["SHOP_DIR"] = str(folder)
    values["SEMANTIC_MODEL"] = sentence_model.ask(talk, before.get("SEMANTIC_MODEL", ""), progress)
    return _written(_worth_a_line(values, before), folder, shop, now)


def _usual(before: dict[str, str]) -> str:
    return before.get("SHOP_DIR", "./shop")


def _worth_a_line(values: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """What was answered, and what is empty now and wasn't: an empty setting needs no line of its own."""
    return {name: value for name, value in values.items() if value or name in before}


def _platforms(talk: Talk, fitting: Sequence[str], before: dict[str, str]) -> tuple[str, ...]:
    there = fitting or [name for name in PLATFORMS[:2] if f"{name.upper()}_BOT_TOKEN" in before]
    usual = "both" if len(there) > 1 else there[0] if there else "telegram"
    chosen = talk.choice("platform", "Where do your customers write to you?", PLATFORMS, usual)
    return PLATFORMS[:2] if chosen == "both" else (chosen,)


def _owners_room(talk: Talk, values: dict[str, str]) -> str:
    if not (values.get("TELEGRAM_OWNER_CHAT_ID") and values.get("DISCORD_OWNER_CHANNEL_ID")):
        return ""
    question = "You have a room on both platforms. In which one do you answer all customers?"
    return talk.choice("owners-room", question, PLATFORMS[:2], values.get("OWNERS_ROOM") or "telegram")


def _folder(answer: str) -> str:
    folder = Path(answer).expanduser()
    if folder.exists() and not folder.is_dir():
        raise Unfit("is a file, and a shop is a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "shop.toml").is_file():
        raise Unfit("holds files, but no shop.toml: name a shop's folder, or one that isn't there yet")
    return str(folder)


def _new_shop(talk: Talk, folder: Path) -> NewShop | None:
    """What is asked of a shop that isn't there yet; None for one that is, which is read."""
    if (folder / "shop.toml").is_file():
        talk.say(f"The shop there is {read_shop(folder).name}.")
        return None
    return shop_folder.asked(talk)


def _written(values: dict[str, str], folder: Path, shop: NewShop | None, now: datetime) -> Done:
    """Everything is made beside its place and read as the bot will read it; then it is moved, the shop first."""
    with ExitStack() as drafts:
        draft = drafts.enter_context(shop_folder.staged(folder, shop)) if shop else None
        env = drafts.enter_context(env_file.staged(ENV, values))
        if draft:
            shop_folder.put_in_place(draft, folder)
        backup = env_file.put_in_place(env, ENV, now)
    return Done(ENV, backup, folder, folder if shop else None)
