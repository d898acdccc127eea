"""A product that is sold out, on Discord: the press, the news, the picture, and what a press of /stop leaves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.curation import import_knowledge
from knowledge.entry import Product
from tests.discord_stage import DiscordStage

CASTELLA = Product("castella", "Plum castella", "A loaf.", Decimal("18.50"), "EUR", 0, image="images/box.png")


async def bring(stage: DiscordStage, url: str, count: int) -> None:
    """An import beside the running house, which it then takes notice of."""
    await import_knowledge(url, [replace(CASTELLA, stock=count)], dry_run=False, progress=lambda done: None)
    await stage.concierge.refresh()


async def test_a_press_is_kept_and_an_import_brings_the_news_once(stage: DiscordStage, database_url: str) -> None:
    await bring(stage, database_url, 0)
    for person in (stage.ana, stage.ben):
        await person.says("How much is the plum castella?")
        assert "18.5 EUR. Sorry, **Plum castella** is sold out just now." in person.hears()[-1]
        await person.presses("Tell me when it is back")
        await person.presses("Tell me when it is back")
        assert "/stop" in person.hears()[-1]
    await stage.ben.says("/stop")
    stage.ben.hears()
    await bring(stage, database_url, 5)
    await stage.restart()
    await stage.wait(seconds=10)
    (news,) = stage.ana.news()
    assert news.content == "You asked me to tell you: **Plum castella** is back at Test Farm."
    assert stage.ben.hears() == []
    await stage.ana.presses("Ask Hana")
    assert "About Plum castella" in stage.thread("Ana").hears()[0]
