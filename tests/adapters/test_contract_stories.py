"""Stories, asked of every platform and of every pair: preview, edit after posting, recall, series, reactions."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.database.tables import PostReaction
from tests.scenes import Line, Scene
from tests.simulators.discord.files import Upload
from tests.simulators.telegram.files import picture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def posted(scene: Scene, words: str = "Ten boxes left", photo: bytes = b"") -> tuple[Line, Line]:
    """A story that was posted now; its copies in the channel and at Ana's, who follows."""
    await scene.ana.commands("start")
    await scene.ana.presses("Follow the stories")
    scene.ana.news()
    await scene.room.plans_story("now", words, photo)
    await scene.room.presses("Confirm")
    await scene.wait(seconds=5)
    scene.room.news()
    (channel,), (anas,) = scene.channel.news(), scene.ana.news()
    return channel, anas


def bare(line: Line) -> str:
    """The words without Discord's marks."""
    return line.text.replace("**", "")


async def now_says(scene: Scene, words: str) -> list[str]:
    """The last word of the room that contains these words."""
    await scene.wait(seconds=30)
    return [line.text for line in scene.room.log() if words in line.text][-1:]


async def test_an_edit_after_posting_changes_every_copy(scene: Scene) -> None:
    channel, anas = await posted(scene)
    await scene.room.commands("story", "edit 1 Nine boxes left")
    await scene.wait(seconds=5)
    for seat, copy in ((scene.channel, channel), (scene.ana, anas)):
        now = seat.now(copy)
        assert now and now.text == "Nine boxes left"
    assert await now_says(scene, "Changed, in 2 copies too.")
    assert scene.channel.news() == [] and scene.ana.news() == []


async def test_an_edit_of_a_picture_story_keeps_the_picture(scene: Scene) -> None:
    channel, anas = await posted(scene, photo=picture("yellow"))
    assert channel.media == anas.media == ("photo",)
    await scene.room.commands("story", "edit 1 Nine boxes left")
    await scene.wait(seconds=5)
    for seat, copy in ((scene.channel, channel), (scene.ana, anas)):
        now = seat.now(copy)
        assert now and (now.text, now.media) == ("Nine boxes left", ("photo",))


async def test_words_alone_get_a_picture_when_the_owner_changes_them_into_one(scene: Scene) -> None:
    channel, anas = await posted(scene)
    await scene.room.commands("story", "edit 1")
    await scene.room.says("Nine boxes left", photo=picture("yellow"))
    await scene.wait(seconds=5)
    for seat, copy in ((scene.channel, channel), (scene.ana, anas)):
        now = seat.now(copy)
        assert now and (now.text, now.media) == ("Nine boxes left", ("photo",))
    assert scene.channel.news() == [] and scene.ana.news() == []


async def test_a_recall_takes_every_copy_back(scene: Scene) -> None:
    channel, anas = await posted(scene)
    await scene.room.commands("story", "recall 1")
    await scene.wait(seconds=5)
    assert scene.channel.now(channel) is None and scene.ana.now(anas) is None
    assert await now_says(scene, "I'm taking it back: 2 copies.")


async def test_a_recall_names_what_the_platform_lets_go_no_more(scene: Scene) -> None:
    if "telegram" not in {side.platform for side in scene.sides}:
        pytest.skip("only Telegram has a limit: 48 hours")
    channel, anas = await posted(scene)
    await scene.wait(days=3)
    await scene.room.commands("story", "recall 1")
    (told,) = await now_says(scene, "I'm taking it back")
    left = scene.customers if scene.customers.platform == "telegram" else scene.owners
    if left is scene.customers:
        assert "Ana" in told and scene.ana.now(anas) is not None
    if scene.owners.platform == "telegram":
        assert "the story channel (Telegram)" in told and scene.channel.now(channel) is not None
    if scene.owners.platform == "discord":
        assert scene.channel.now(channel) is None


async def test_a_plan_rests_goes_on_is_looked_at_posted_now_and_cancelled(scene: Scene) -> None:
    await scene.room.plans_story("daily 09:00", "Ten boxes left")
    await scene.room.presses("Confirm")
    scene.room.news()
    await scene.room.commands("story", "pause 1")
    paused = scene.room.hears()[-1]
    await scene.wait(days=1)
    assert "1" in paused and scene.channel.news() == []
    await scene.room.commands("story", "resume 1")
    assert "Wed 11.03. 09:00" in scene.room.hears()[-1]
    await scene.room.commands("story", "preview 1")
    (shown, *_), buttons = scene.room.news(), [b for line in scene.room.log() for b in line.buttons]
    assert "Ten boxes left" in shown.text and "Pause 1" in buttons
    await scene.room.commands("story", "now 1")
    await scene.wait(seconds=5)
    assert [post.text for post in scene.channel.news()] == ["Ten boxes left"]
    await scene.room.presses("Cancel 1")
    await scene.wait(days=3)
    assert scene.channel.news() == []
    await scene.room.commands("story", "pause")
    assert "Which" in scene.room.hears()[-1]


async def test_what_is_over_says_so_in_every_copy(scene: Scene) -> None:
    channel, anas = await posted(scene)
    await scene.room.commands("story", "gone 1")
    await scene.wait(seconds=5)
    for seat, copy in ((scene.channel, channel), (scene.ana, anas)):
        now = seat.now(copy)
        assert now and "Ten boxes left" in now.text and "This is over." in now.text


async def test_an_album_is_previewed_and_posted_as_an_album(scene: Scene) -> None:
    if scene.owners.platform != "telegram":
        pytest.skip("albums are Telegram's")
    simulator, group = scene.owners.simulator, scene.owners.group  # type: ignore[attr-defined]
    simulator.user_sends_album(group, simulator.owner, 2, "/story now Two of them")
    await scene.wait(seconds=3)
    looks = [line for line in scene.room.log() if line.by_bot]
    assert [line.media for line in looks[-3:]] == [("photo",), ("photo",), ()]
    assert "On Telegram: an album of 2 with its words." in looks[-1].text
    await scene.room.presses("Confirm")
    await scene.wait(seconds=5)
    assert [(post.text, post.media) for post in scene.channel.news()] == [("Two of them", ("photo",)), ("", ("photo",))]
    await scene.room.commands("story", "recall 1")
    await scene.wait(seconds=10)
    assert scene.channel.log() == []


async def test_a_series_is_filled_with_pictures_in_the_room_and_asks_the_evening_before(scene: Scene) -> None:
    await scene.room.commands("story", "series daily 08:00 | Chick diary, day {n}")
    assert "Chick diary, day 1" in "\n".join(scene.room.hears())
    await scene.room.presses("Confirm")
    await scene.room.says("The first egg", photo=picture("yellow"))
    assert scene.room.hears()[-1] == "Thank you! Number 1 of Chick diary comes Tue 10.03. 08:00."
    await scene.wait(hours=32)
    (post,) = scene.channel.news()
    assert (bare(post), post.media) == ("Chick diary, day 1\nThe first egg", ("photo",))
    (question,) = scene.room.news()
    assert "Chick diary, day 2" in question.text
    await scene.room.says("The second egg", photo=picture("brown"), quotes=question)
    assert "Number 2 of Chick diary comes Wed 11.03. 08:00." in scene.room.hears()[-1]
    await scene.wait(days=1)
    (post,) = scene.channel.news()
    assert (bare(post), post.media) == ("Chick diary, day 2\nThe second egg", ("photo",))


async def test_the_owner_edits_what_was_sent_for_a_series_and_the_copy_follows(scene: Scene) -> None:
    await scene.room.commands("story", "series daily 08:00 | Chick diary, day {n}")
    await scene.room.presses("Confirm")
    sent = await scene.room.says("The frist egg", photo=picture("yellow"))
    await scene.wait(days=1)
    (post,) = scene.channel.news()
    await scene.room.edits(sent, "The first egg")
    await scene.wait(seconds=5)
    now = scene.channel.now(post)
    assert now and (bare(now), now.media) == ("Chick diary, day 1\nThe first egg", ("photo",))


async def test_reactions_to_a_post_are_counted(scene: Scene) -> None:
    channel, _ = await posted(scene)
    if scene.owners.platform == "playground":
        pytest.skip("nobody reacts in the playground's scenes")
    await scene.channel.reacts(channel, "👍")

    async def count() -> int:
        async with scene.database.read() as session:
            return int(await session.scalar(select(func.sum(PostReaction.count))) or 0)

    assert await count() == 1
    await scene.channel.reacts(channel, "")
    assert await count() == 0
    assert scene.room.news() == []
    assert "failed" not in await scene.outcomes()


async def test_the_month_comes_as_a_picture(scene: Scene) -> None:
    await posted(scene)
    await scene.room.commands("stories", "month")
    (page,) = scene.room.news()
    assert page.media == ("photo",) and page.text.startswith("March 2026: 1 posted")
    if scene.owners.platform == "discord":
        (attachment,) = page.message.attachments
        assert "9: posted Ten boxes left" in attachment.description


async def test_a_customer_catches_up_with_the_story_so_far(scene: Scene) -> None:
    await posted(scene, photo=picture("yellow"))
    await scene.ben.commands("sofar")
    await scene.wait(seconds=5)
    (answer,) = scene.ben.news()
    assert answer.media == ("photo",) and "Ten boxes left" in answer.text


async def test_the_queue_is_filled_by_a_command_with_a_picture(scene: Scene) -> None:
    await scene.room.commands("story", "series daily 08:00 | Chick diary, day {n}")
    await scene.room.presses("Confirm")
    if scene.owners.platform == "discord":
        file = Upload("egg.png", picture("brown"), "image/png")
        simulator, desk = scene.owners.simulator, scene.room.chat.channel  # type: ignore[attr-defined]
        simulator.user_commands(desk, scene.room.who, "queue", series="1", text="By command", photo=file)
        await scene.settle()
    else:
        await scene.room.says("/queue 1 By command", photo=picture("brown"))
    assert "Number 1 of Chick diary" in scene.room.hears()[-1]
    await scene.wait(days=1)
    assert [(bare(post), post.media) for post in scene.channel.news()] == [
        ("Chick diary, day 1\nBy command", ("photo",))
    ]
