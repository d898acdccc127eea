"""One story in each platform's form, asked of every platform and of every pair."""

from __future__ import annotations

import pytest

from tests.scenes import Scene
from tests.simulators.telegram.files import picture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_words_that_are_too_long_for_a_caption_come_whole_in_the_next_message(scene: Scene) -> None:
    await scene.room.plans_story("now", "Short", picture("yellow"))
    await scene.room.presses("Change")
    long = " ".join(f"hen{number}" for number in range(330))
    assert 1024 < len(long) < 4096
    await scene.room.says(long)
    await scene.room.presses("Confirm")
    await scene.wait(minutes=1)
    lines = scene.channel.news()
    assert lines[0].media == ("photo",) and all(not line.media for line in lines[1:])
    assert " ".join(line.text for line in lines).split() == long.split()


async def test_a_description_goes_to_discord_beside_the_picture_and_nowhere_into_the_words(scene: Scene) -> None:
    await scene.room.plans_story("now", "Look at her!\nalt: a hen on a fence", picture("yellow"))
    await scene.room.presses("Confirm")
    await scene.wait(minutes=1)
    (line,) = scene.channel.news()
    assert (line.text, line.media) == ("Look at her!", ("photo",))
    if scene.channel.side.platform == "discord":
        assert [file.description for file in line.message.attachments] == ["a hen on a fence"]
