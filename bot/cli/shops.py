"""Which shop a command is about, and what that shop knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.endings import say
from bot.examples import sample_shop

if TYPE_CHECKING:
    from bot.settings import Settings
    from knowledge.answers import Knowledge
    from knowledge.meaning import SentenceModel
    from knowledge.reading import Base
    from knowledge.shop import Shop


def chosen(given: Path | None, settings: Settings) -> Path:
    """The folder that was given, else SHOP_DIR where that exists, else the sample shop; said unless it was given."""
    if given is not None:
        return given
    if settings.shop_dir.is_dir():
        say(f"From the shop in {settings.shop_dir}.")
        return settings.shop_dir
    say(f"From the sample shop, because there is no folder {settings.shop_dir}.")
    return sample_shop()


def shop_of(folder: Path) -> Shop:
    """What `shop.toml` says; a folder without one is a shop with every default. Raises InputError."""
    from knowledge.shop import Shop, read_shop

    if folder.is_dir() and not (folder / "shop.toml").exists():
        say(f"{folder} has no shop.toml: the time zone is taken to be UTC.")
        return Shop(name=folder.resolve().name, directory=folder)
    return read_shop(folder)


@dataclass(frozen=True)
class Opened:
    """A shop's folder, read. `now` is the time there."""

    shop: Shop
    base: Base
    now: datetime
    model: SentenceModel | None = None

    @property
    def today(self) -> date:
        """The date there."""
        return self.now.date()

    def knowledge(self) -> Knowledge:
        """What the shop knows, ready to be asked; what was left out of it is said."""
        from knowledge.answers import Knowledge

        for warning in self.base.warnings:
            say(warning)
        shop = self.shop
        return Knowledge(
            self.base.entries, self.base.products, currency=shop.currency, hours=shop.hours, model=self.model
        )


def opened(given: Path | None) -> Opened:
    """Reads the shop that is meant, and opens the sentence model where one is set. Raises InputError, SettingsError."""
    from bot.clock import Clock
    from bot.settings import load_settings
    from knowledge.meaning import open_model
    from knowledge.reading import read_base

    settings = load_settings()
    folder = chosen(given, settings)
    shop, base = shop_of(folder), read_base(folder)
    return Opened(
        shop, base, Clock(settings.concierge_now).now().astimezone(shop.zone), open_model(settings.semantic_model)
    )
