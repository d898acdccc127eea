"""An owner's own Telegram stories: connected, planned, posted, changed, taken back; and what happens without leave."""

from __future__ import annotations

import pytest

from tests.simulators.telegram import business
from tests.simulators.telegram.accounts import Connection, OwnStory
from tests.telegram_stage import TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BUTTON = "Add Telegram stories"


async def connected(stage: TelegramStage, rights: frozenset[str] = business.USUAL) -> Connection:
    """Hana has written in her room, and connects her account."""
    await stage.room.says("Good morning")
    connection = business.connect(stage.simulator.world, stage.simulator.owner, rights)
    await stage.settle()
    return connection


async def planned(stage: TelegramStage, words: str = "/story now The first chick", **more: object) -> None:
    """A story that goes to Hana's own stories too, confirmed; its preview has been read."""
    await stage.room.says(words, **({"photo": True} | more))
    await stage.room.presses(BUTTON)
    await stage.room.presses("Confirm")
    await stage.wait(seconds=30)


def stories(stage: TelegramStage) -> list[OwnStory]:
    """What stands on Hana's account."""
    return stage.simulator.world.accounts.of(stage.simulator.owner)


async def test_a_photo_story_goes_to_the_owners_own_stories_too_and_the_receipt_says_so(stage: TelegramStage) -> None:
    await connected(stage)
    assert "Hana has connected their Telegram account" in stage.room.hears()[-1]
    await stage.room.says("/story now The first chick", photo=True)
    assert BUTTON in stage.room.buttons()
    await stage.room.presses(BUTTON)
    assert "the Telegram stories of Hana" in stage.room.log()[-1].text
    await stage.room.presses("Confirm")
    await stage.wait(seconds=30)
    (story,) = stories(stage)
    assert (story.caption, story.kind, story.seconds, story.kept) == ("The first chick", "photo", 86400, False)
    assert len(stage.story_channel.visible) == 1
    assert any("the Telegram stories of Hana" in words for words in stage.room.hears())
