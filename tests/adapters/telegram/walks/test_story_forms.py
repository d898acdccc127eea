"""How a story looks on Telegram and elsewhere: veiled pictures stay veiled, words for the blind are no caption."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from knowledge.shop import read_shop
from tests.moving_pictures import filmed
from tests.simulators.telegram import business
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.telegram_stage import TelegramStage
from tests.two_platforms import RoomOnPage, opened

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_veiled_picture_is_posted_veiled_alone_and_in_an_album(stage: TelegramStage) -> None:
    await stage.room.says("/story now Guess what hatched", photo=True, veiled=True)
    await stage.room.presses("Confirm")
    stage.simulator.user_sends_album(stage.group, stage.simulator.owner, 2, "/story now Guess", veiled=True)
    await stage.wait(seconds=5)
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    assert [m.content.get("has_media_spoiler") for m in stage.story_channel.visible] == [True] * 3
    await stage.room.says("/story now And that one", photo=True)
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    assert "has_media_spoiler" not in stage.story_channel.visible[-1].content


async def test_an_own_story_hides_nothing_which_the_preview_says(stage: TelegramStage) -> None:
    await stage.room.says("Good morning")
    business.connect(stage.simulator.world, stage.simulator.owner)
    await stage.settle()
    await stage.room.says("/story now Guess what hatched", photo=True, veiled=True)
    await stage.room.presses("Add Telegram stories")
    assert "it is shown openly there" in stage.room.log()[-1].text


async def test_words_for_those_who_can_not_see_a_picture_are_no_part_of_its_caption(stage: TelegramStage) -> None:
    await stage.room.says("/story now Look at her!\nalt: a hen on a fence", photo=True)
    assert "For those who can't see it (on Discord): a hen on a fence" in stage.room.log()[-1].text
    await stage.room.presses("Change")
    await stage.room.says("Look at Frieda!\nAlt: Frieda on a fence")
    assert "Frieda on a fence" in stage.room.log()[-1].text
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    assert stage.story_channel.visible[-1].text == "Look at Frieda!"
    await stage.room.says("/story now Alt: here we say old")
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    assert stage.story_channel.visible[-1].text == "Alt: here we say old"


async def test_a_video_from_elsewhere_tells_nobody_where_it_was_taken(
    database: Database, clock: Clock, shop_dir: Path, simulator: TelegramSimulator
) -> None:
    await take_in_shop(database, shop_dir, clock)
    house = await opened(RoomOnPage, database, clock, read_shop(shop_dir), simulator)
    film = filmed("avc1", 12, place=True)
    await house.owner.says("/story now They run!", house.owner.has("video", "run.mp4", "video/mp4", film))
    await house.owner.presses("Confirm")
    await house.wait(seconds=5)
    (posted,) = house.channel.news()
    data = simulator.world.files.data(posted.content["video"]["file_id"])
    assert len(data) == len(film) and b"35.6895" in film and b"35.6895" not in data
    await house.stop()
