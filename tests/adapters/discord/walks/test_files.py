"""Pictures and other files go both ways on Discord, by their bytes, though their links expire."""

from __future__ import annotations

import pytest

from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord import faults
from tests.simulators.discord.files import Upload
from tests.simulators.telegram.files import picture

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def talk(stage: DiscordStage) -> Person:
    """Ana and the owner are speaking; the thread in which they do."""
    await stage.ana.says("I want to speak to a human about my order")
    for person in (stage.ana, stage.thread("Ana")):
        person.hears()
    return stage.thread("Ana")


@on_sqlite
async def test_pictures_with_their_words_go_both_ways(stage: DiscordStage) -> None:
    thread = await talk(stage)
    green, yellow = (Upload(f"{name}.png", picture(name), "image/png") for name in ("green", "yellow"))
    await stage.ana.says("Like these?", attachments=[green, yellow])
    await stage.wait(minutes=1)
    (copy,) = thread.news()
    assert copy.content == "Like these?" and [file.mime for file in copy.attachments] == ["image/png"] * 2
    await thread.says("Rather like this one", attachments=[yellow])
    await stage.wait(minutes=1)
    (copy,) = stage.ana.news()
    assert copy.content == "Rather like this one" and len(copy.attachments) == 1


@on_sqlite
async def test_a_link_that_has_expired_is_asked_for_anew(stage: DiscordStage) -> None:
    thread = await talk(stage)
    stage.simulator.faults.inject("GET /attachments/*", faults.refused(404, 0, "404: Not Found"))
    await stage.ana.says("Like this?", attachments=[Upload("green.png", picture("green"), "image/png")])
    await stage.wait(minutes=1)
    (copy,) = thread.news()
    assert len(copy.attachments) == 1 and stage.simulator.faults.met
