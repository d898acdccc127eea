"""Business accounts and their stories: what was really uploaded is looked at, and leave is what the account says."""

from __future__ import annotations

import pytest
from telegram import Bot, InputStoryContentPhoto, InputStoryContentVideo
from telegram.error import BadRequest, Forbidden

from tests.moving_pictures import as_telegram_wants_it, filmed
from tests.simulators.telegram import business
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.meeting import meeting

STORY = picture("blue", 1080, 1920)


async def refusal(
    bot: Bot, leave: str, content: InputStoryContentPhoto | InputStoryContentVideo, **more: object
) -> str:
    """The words with which a story is refused."""
    given = {"active_period": 86400} | more
    with pytest.raises((BadRequest, Forbidden)) as refused:
        await bot.post_story(leave, content, **given)  # type: ignore[arg-type]
    return str(refused.value)


async def test_a_picture_must_have_the_size_of_a_story_and_be_uploaded() -> None:
    async with meeting() as (simulator, bot):
        leave = business.connect(simulator.world, simulator.owner).id
        assert "dimensions" in (await refusal(bot, leave, InputStoryContentPhoto(picture("red", 1080, 1919)))).lower()
        assert "process" in (await refusal(bot, leave, InputStoryContentPhoto(b"no picture"))).lower()
        assert "must be uploaded" in await refusal(bot, leave, InputStoryContentPhoto("AgAC-known"))
        assert simulator.world.accounts.stories == []


@pytest.mark.parametrize(
    "video",
    [
        filmed("avc1", 10, 720, 1280),
        filmed("hvc1", 61, 720, 1280),
        filmed("hvc1", 10, 1280, 720),
        filmed("hvc1", 10, 720, 1280, index_first=False),
        b"no video",
    ],
)
async def test_a_video_must_be_as_telegram_wants_it(video: bytes) -> None:
    async with meeting() as (simulator, bot):
        leave = business.connect(simulator.world, simulator.owner).id
        assert "video" in (await refusal(bot, leave, InputStoryContentVideo(video))).lower()
        story = await bot.post_story(leave, InputStoryContentVideo(as_telegram_wants_it(60)), 21600, caption="Run")
        (there,) = simulator.world.accounts.of(simulator.owner)
        assert (there.id, there.kind, there.seconds, there.caption) == (story.id, "video", 21600, "Run")


async def test_without_leave_nothing_is_posted_changed_or_deleted() -> None:
    async with meeting() as (simulator, bot):
        connection = business.connect(simulator.world, simulator.owner)
        photo = InputStoryContentPhoto(STORY)
        story = await bot.post_story(connection.id, photo, 86400)
        with pytest.raises(BadRequest, match=r"(?i)story_id_invalid"):
            await bot.delete_story(connection.id, story.id + 1)
        with pytest.raises(BadRequest, match=r"(?i)story_not_modified"):
            await bot.edit_story(connection.id, story.id, photo)
        business.allow(simulator.world, connection, frozenset({"can_reply"}))
        with pytest.raises(Forbidden):
            await bot.delete_story(connection.id, story.id)
        business.disconnect(simulator.world, connection)
        assert "connection not found" in (await refusal(bot, connection.id, photo)).lower()
        assert len(simulator.world.accounts.of(simulator.owner)) == 1


async def test_a_wrong_time_too_many_words_and_too_many_stories_are_refused() -> None:
    async with meeting() as (simulator, bot):
        leave, photo = business.connect(simulator.world, simulator.owner).id, InputStoryContentPhoto(STORY)
        assert "period" in (await refusal(bot, leave, photo, active_period=3600)).lower()
        assert "caption" in (await refusal(bot, leave, photo, caption="a" * 2049)).lower()
        simulator.world.accounts.most = 0
        assert "stories_too_much" in (await refusal(bot, leave, photo)).lower()
