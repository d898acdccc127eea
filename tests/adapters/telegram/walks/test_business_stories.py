"""An owner's own Telegram stories: connected, planned, posted, changed, taken back; and what happens without leave."""

from __future__ import annotations

import io

import pytest
from PIL import ExifTags, Image

from tests.moving_pictures import as_telegram_wants_it, filmed
from tests.simulators.telegram import business, faults
from tests.simulators.telegram.accounts import Connection, OwnStory
from tests.telegram_stage import TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BUTTON = "Add Telegram stories"
NO_LEAVE = frozenset({"can_reply"})


async def connected(stage: TelegramStage, rights: frozenset[str] = business.USUAL) -> Connection:
    """Hana has written in her room, and connects her account."""
    await stage.room.says("Good morning")
    connection = business.connect(stage.simulator.world, stage.simulator.owner, rights)
    await stage.settle()
    return connection


async def posted(stage: TelegramStage, words: str = "/story now The first chick", **sent: object) -> None:
    """A story that goes to Hana's own stories too, confirmed and gone out."""
    await stage.room.says(words, **(sent or {"photo": True}))
    await confirmed(stage)


async def confirmed(stage: TelegramStage) -> None:
    """What stands in a preview goes to Hana's own stories too."""
    await stage.room.presses(BUTTON)
    await stage.room.presses("Confirm")
    await stage.wait(seconds=40)


def shown(stage: TelegramStage) -> list[OwnStory]:
    """What stands on Hana's account."""
    return stage.simulator.world.accounts.of(stage.simulator.owner)


async def told(stage: TelegramStage) -> str:
    """What is new in the owners' room, in a minute's time."""
    await stage.wait(minutes=1)
    return "\n".join(stage.room.hears())


async def test_a_photo_story_goes_to_the_owners_own_stories_too_and_the_receipt_says_so(stage: TelegramStage) -> None:
    await connected(stage)
    assert "Hana has connected their Telegram account" in stage.room.hears()[-1]
    await stage.room.says("/story tomorrow 9:00 The first chick", photo=True)
    await stage.room.presses(BUTTON)
    assert "the Telegram stories of Hana" in stage.room.log()[-1].text
    await stage.room.presses("Confirm")
    assert "the Telegram stories of Hana" in await told(stage)
    await stage.room.says("/stories")
    assert "Telegram stories too" in await told(stage)
    await stage.restart()
    await stage.wait(days=1, minutes=1)
    (story,) = shown(stage)
    assert (story.caption, story.kind, story.seconds, story.kept) == ("The first chick", "photo", 86400, False)
    assert len(stage.story_channel.visible) == 1
    assert stage.simulator.count("postStory") == 1


async def test_without_an_account_or_without_the_right_own_stories_are_not_offered(stage: TelegramStage) -> None:
    await stage.room.says("/story now The first chick", photo=True)
    assert BUTTON not in stage.room.buttons()
    await stage.room.presses("Cancel")
    await connected(stage, NO_LEAVE)
    assert "I may not post stories there. In Telegram: Settings, Telegram Business, Chatbots" in await told(stage)
    await stage.room.says("/story now The first chick", photo=True)
    assert BUTTON not in stage.room.buttons()
    business.allow(
        stage.simulator.world, next(iter(stage.simulator.world.accounts.connections.values())), business.USUAL
    )
    await stage.settle()
    await stage.room.says("/story now The second chick", photo=True)
    assert BUTTON in stage.room.buttons()


async def test_a_customer_who_connects_their_account_is_thanked_and_left_alone(stage: TelegramStage) -> None:
    stage.simulator.press_start(stage.ana.user)
    await stage.settle()
    stage.ana.hears()
    connection = business.connect(stage.simulator.world, stage.ana.user)
    await stage.settle()
    (thanks,) = stage.ana.hears()
    assert thanks.startswith("Thank you for your trust!")
    business.disconnect(stage.simulator.world, connection)
    await stage.settle()
    assert stage.ana.hears() == [] and await told(stage) == ""
    await stage.room.says("/story now The first chick", photo=True)
    assert BUTTON not in stage.room.buttons()


async def test_what_is_written_to_the_owners_account_is_not_even_asked_for(stage: TelegramStage) -> None:
    await connected(stage)
    assert not any(stage.simulator.updates.wants(kind) for kind in ("business_message", "edited_business_message"))
    assert stage.simulator.updates.wants("business_connection")


def taken_lying(place: bool = True) -> bytes:
    """A photo that lies on its side, its red edge on top when it is turned as it says, with the place where it was."""
    picture = Image.new("RGB", (400, 200), "blue")
    picture.paste("red", (0, 0, 60, 200))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (47.0, 4.0, 42.0)
    held = io.BytesIO()
    picture.save(held, "JPEG", exif=exif)
    return held.getvalue()


async def test_a_photo_arrives_whole_upright_and_without_the_place_it_was_taken_at(stage: TelegramStage) -> None:
    await connected(stage)
    await posted(stage, "/story now Look", photo=taken_lying())
    (story,) = shown(stage)
    with Image.open(io.BytesIO(story.data)) as picture:
        assert picture.size == (1080, 1920) and not dict(picture.getexif()) and b"GPS" not in story.data
        above, below = picture.getpixel((540, 10)), picture.getpixel((540, 1900))
    assert isinstance(above, tuple) and isinstance(below, tuple)
    assert above[0] > 150 > above[2] and below[2] > 150 > below[0]


async def test_an_edit_a_farewell_and_a_recall_reach_the_own_story(stage: TelegramStage) -> None:
    await connected(stage)
    await posted(stage)
    (story,) = shown(stage)
    picture = story.data
    await stage.room.says("/story edit 1 The first two chicks")
    await stage.wait(minutes=1)
    assert story.caption == "The first two chicks" and story.data == picture
    assert stage.story_channel.visible[-1].text == "The first two chicks"
    await stage.room.says("/story gone 1")
    await stage.wait(minutes=1)
    assert "The first two chicks" in story.caption and story.caption != "The first two chicks" and story.entities
    stage.room.hears()
    await stage.room.says("/story recall 1")
    assert "2" in await told(stage)
    assert shown(stage) == [] and stage.story_channel.visible == []


async def test_a_story_is_still_changed_after_its_account_was_connected_anew(stage: TelegramStage) -> None:
    connection = await connected(stage)
    await posted(stage)
    business.disconnect(stage.simulator.world, connection)
    await stage.settle()
    await connected(stage)
    await stage.room.says("/story edit 1 Hatched!")
    await stage.wait(minutes=1)
    await stage.room.says("/story recall 1")
    await stage.wait(minutes=1)
    assert stage.simulator.world.accounts.stories[0].before == ["The first chick"] and shown(stage) == []


async def test_each_of_the_first_pictures_of_an_album_is_a_story_and_the_preview_says_how_many(
    stage: TelegramStage,
) -> None:
    await connected(stage)
    stage.simulator.user_sends_album(stage.group, stage.simulator.owner, 7, "/story now Seven chicks")
    await stage.wait(seconds=2)
    await stage.room.presses(BUTTON)
    assert "5 in a row, one for each of the first pictures (of 7 in all)" in stage.room.log()[-1].text
    await stage.room.presses("Confirm")
    await stage.wait(minutes=2)
    assert [story.caption for story in shown(stage)] == ["Seven chicks", "", "", "", ""]
    assert len(stage.story_channel.visible) == 7
    await stage.room.says("/story edit 1 Seven little chicks")
    await stage.wait(minutes=1)
    assert [story.caption for story in shown(stage)] == ["Seven little chicks", "", "", "", ""]
    assert stage.simulator.count("editStory") == 1
    await stage.room.says("/story recall 1")
    await stage.wait(minutes=2)
    assert shown(stage) == []


async def test_words_alone_are_no_story_and_too_many_are_cut_which_the_preview_says(stage: TelegramStage) -> None:
    await connected(stage)
    await stage.room.says("/story now Only words")
    await stage.room.presses(BUTTON)
    assert "those need a picture or a video" in stage.room.log()[-1].text
    await stage.room.presses("Cancel")
    await stage.room.says("/story now Short", photo=True)
    await stage.room.presses("Change")
    await stage.room.says("cluck " * 500)
    await stage.room.presses(BUTTON)
    assert "A Telegram story takes 2048 letters" in stage.room.log()[-1].text
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    (story,) = shown(stage)
    assert story.caption.startswith("cluck cluck") and story.caption.endswith("cluck…") and len(story.caption) > 2000


async def test_leave_that_is_taken_back_before_the_time_is_told_once_and_the_rest_is_posted(
    stage: TelegramStage,
) -> None:
    connection = await connected(stage)
    await stage.room.says("/story daily 09:00 Good morning", photo=True)
    await confirmed(stage)
    stage.room.hears()
    business.allow(stage.simulator.world, connection, NO_LEAVE)
    await stage.settle()
    words = await told(stage)
    assert "I may no longer post stories for Hana" in words and "Manage Stories" in words
    await stage.wait(days=2)
    assert shown(stage) == [] and len(stage.story_channel.visible) == 2
    assert "Telegram stories" not in await told(stage)
    await stage.room.says("/story preview 1")
    assert "Not among your own Telegram stories for now" in await told(stage)
    business.allow(stage.simulator.world, connection, business.USUAL)
    await stage.wait(days=1)
    assert len(shown(stage)) == 1


async def test_leave_that_is_gone_without_a_word_is_told_once_at_the_first_refusal(stage: TelegramStage) -> None:
    connection = await connected(stage)
    await stage.room.says("/story daily 09:00 Good morning", photo=True)
    await confirmed(stage)
    business.allow(stage.simulator.world, connection, NO_LEAVE, quietly=True)
    await stage.wait(days=3)
    words = await told(stage)
    assert words.count("Telegram says that I have no leave") == 1 and len(stage.story_channel.visible) == 3


async def test_an_account_that_takes_no_more_is_told_and_nothing_comes_late(stage: TelegramStage) -> None:
    await connected(stage)
    stage.simulator.world.accounts.most = 0
    await posted(stage)
    assert "takes no more of them from this account for now" in await told(stage)
    stage.simulator.world.accounts.most = 100
    await stage.wait(days=1)
    assert shown(stage) == []


async def test_a_post_that_was_cut_is_asked_about_and_never_posted_twice(stage: TelegramStage) -> None:
    await connected(stage)
    stage.simulator.faults.inject("postStory", faults.cut(after=True))
    await posted(stage)
    assert len(shown(stage)) == 1
    assert "Discard" in stage.room.buttons()
    await stage.restart()
    await stage.wait(hours=1)
    assert len(shown(stage)) == 1 and stage.simulator.count("postStory") == 1
    await stage.room.presses("Discard")
    await stage.wait(hours=1)
    assert len(shown(stage)) == 1


async def test_a_video_without_ffmpeg_is_told_at_once_and_posted_everywhere_else(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    await connected(stage)
    await stage.room.says(
        "/story tomorrow 9:00 They run!", attach="video", data=filmed("avc1", 90, 640, 480), name="run.mp4"
    )
    await stage.room.presses(BUTTON)
    words = await told(stage)
    assert "that video (90 s, 640×480, H.264) can't be among your own Telegram stories as it is" in words
    await stage.room.presses("Confirm")
    await stage.wait(days=1, minutes=1)
    assert shown(stage) == [] and stage.story_channel.visible[-1].media == "video"


async def test_a_video_that_fits_goes_as_it_is_whatever_the_machine_has(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    await connected(stage)
    fits = as_telegram_wants_it()
    await posted(stage, "/story now They run!", attach="video", data=fits, name="run.mp4")
    (story,) = shown(stage)
    assert (story.kind, story.data) == ("video", fits)


async def test_a_post_that_did_not_arrive_is_sent_once_more_as_the_story_stands_by_then(stage: TelegramStage) -> None:
    await connected(stage)
    stage.simulator.faults.inject("postStory", faults.cut())
    await posted(stage)
    assert shown(stage) == []
    await stage.room.says("/story edit 1 Two chicks by now")
    await stage.wait(minutes=1)
    await stage.room.presses("Resend")
    await stage.wait(minutes=1)
    assert [story.caption for story in shown(stage)] == ["Two chicks by now"]
    assert stage.simulator.count("postStory") == 1
