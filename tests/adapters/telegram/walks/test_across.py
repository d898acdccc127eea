"""Files between Telegram and another platform: every kind, both ways, by their bytes, or told in words."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import ExifTags, Image
from sqlalchemy import func, select

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.database.tables import Attachment, Blob
from knowledge.shop import Shop, read_shop
from tests.simulators.telegram import faults
from tests.simulators.telegram.chats import Message
from tests.simulators.telegram.files import picture
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.two_platforms import OnPage, RoomOnPage, TwoPlatforms

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def shop(database: Database, clock: Clock, shop_dir: object) -> Shop:
    """The small shop, known to the database."""
    await take_in_shop(database, shop_dir, clock)  # type: ignore[arg-type]
    return read_shop(shop_dir)  # type: ignore[arg-type]


@pytest.fixture
async def house(
    database: Database, clock: Clock, shop: Shop, simulator: TelegramSimulator
) -> AsyncIterator[RoomOnPage]:
    """A house whose owner sits in the playground."""
    house = RoomOnPage(database, clock, shop, simulator, simulator.group())
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def other(
    database: Database, clock: Clock, shop: Shop, simulator: TelegramSimulator
) -> AsyncIterator[TwoPlatforms]:
    """A house whose owner sits on Telegram, with a customer in the playground."""
    house = TwoPlatforms(database, clock, shop, simulator, simulator.group())
    await house.start()
    yield house
    await house.stop()


async def talk(house: RoomOnPage) -> OnPage:
    """Ana and the owner speak; the owner's view of it."""
    await house.ana.says("/human about my order")
    desk = house.desk("Ana")
    await desk.says("Hello Ana")
    house.ana.hears()
    return desk


def data_of(house: TwoPlatforms, message: Message) -> bytes:
    """What is in the file of a message on Telegram."""
    return house.simulator.world.files.data(message.file_id)


async def files(database: Database) -> list[str]:
    """What is known of wanted files."""
    async with database.read() as session:
        return list(await session.scalars(select(Attachment.state).order_by(Attachment.id)))


def with_place(turned: int = 6) -> bytes:
    """A photo that knows where it was taken, and that it is to be turned."""
    held = io.BytesIO()
    taken = Image.new("RGB", (64, 48), "orange")
    exif = taken.getexif()
    exif[ExifTags.Base.Orientation] = turned
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 12.0, 0.0)
    taken.save(held, "JPEG", exif=exif)
    assert places(held.getvalue())
    return held.getvalue()


def places(data: bytes) -> bool:
    """Whether a picture tells where it was taken."""
    with Image.open(io.BytesIO(data)) as shown:
        return ExifTags.Base.GPSInfo in shown.getexif() or b"GPS" in data


SIZES = {"bill": 900_000, "large": 1_500_000}
KINDS = {
    "photo": ("photo", ".jpg"),
    "video": ("video", ".mp4"),
    "voice": ("voice", ".og"),
    "audio": ("audio", ".mp3"),
    "document": ("document", ".bin"),
    "animation": ("animation", ".mp4"),
    "sticker": ("photo", ".webp"),
    "video_note": ("video", ".mp4"),
}


@on_sqlite
@pytest.mark.parametrize("kind", KINDS)
async def test_a_customers_file_reaches_the_owner_elsewhere_by_its_bytes(house: RoomOnPage, kind: str) -> None:
    desk = await talk(house)
    data = picture("red") if kind == "photo" else b"the very bytes of " + kind.encode()
    given = {"photo": data} if kind == "photo" else {"attach": kind, "data": data}
    await house.ana.says("" if kind in ("sticker", "video_note") else "Look", **given)
    shown = desk.shown()[-1]
    (media,) = shown.media
    expected, ending = KINDS[kind]
    assert media.kind == expected
    assert ending in media.name
    assert desk.bytes_of(shown) == [data]
    assert await files(house.database) == ["fetched"]


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "mime", "name"),
    [
        ("photo", "image/jpeg", "eggs.jpg"),
        ("document", "application/pdf", "bill.pdf"),
        ("voice", "audio/ogg", "word.ogg"),
        ("video", "video/mp4", "hens.mp4"),
        ("audio", "audio/mpeg", "song.mp3"),
        ("animation", "image/gif", "hop.gif"),
    ],
)
async def test_an_owners_file_reaches_a_customer_on_telegram(
    house: RoomOnPage, kind: str, mime: str, name: str
) -> None:
    desk = await talk(house)
    data = picture("blue") if kind == "photo" else b"the very bytes of " + name.encode()
    await desk.says("Here", desk.has(kind, name, mime, data))
    (message,) = house.ana.news()
    assert (message.media, message.text) == (kind, "Here")
    assert data_of(house, message) == data


async def test_albums_cross_both_ways_and_each_picture_can_be_quoted(house: RoomOnPage) -> None:
    desk = await talk(house)
    sent = await house.ana.sends_album(text="These", caption_on=3, kinds=["photo", "video", "photo"])
    shown = desk.shown()[-1]
    assert (shown.text.plain, [m.kind for m in shown.media]) == ("These", ["photo", "video", "photo"])
    assert desk.bytes_of(shown) == [data_of(house, message) for message in sent]
    await house.ana.says("The last one", reply_to=sent[2])
    assert desk.shown()[-1].quotes == shown.message_id
    blue, red = (desk.has("photo", f"{c}.jpg", "image/jpeg", picture(c)) for c in ("blue", "red"))
    await desk.says("Or these?", blue, red)
    first, second = house.ana.news()
    assert (first.text, data_of(house, second)) == ("Or these?", picture("red"))
    await house.ana.says("This", reply_to=second)
    said = next(shown for shown in reversed(desk.log()) if shown.text.plain == "Or these?")
    assert desk.shown()[-1].quotes == said.message_id


@on_sqlite
async def test_what_has_no_file_crosses_in_words(house: RoomOnPage) -> None:
    desk = await talk(house)
    for kind in ("location", "contact", "poll"):
        await house.ana.says(attach=kind)
    place, contact, poll = desk.shown()[-3:]
    assert "openstreetmap.org/?mlat=48.2&mlon=16.37" in place.text.spans[0].url
    assert contact.text.plain == "👤 Ben +4312345"
    assert poll.text.plain == "📊 Which eggs?\n• white\n• brown"


@on_sqlite
async def test_a_moving_sticker_crosses_as_its_emoji(house: RoomOnPage, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await talk(house)
    house.simulator.world.files.moving_stickers = True
    await house.ana.says(attach="sticker")
    assert desk.shown()[-1].text.plain == "🥚 (sticker)"


@on_sqlite
async def test_a_file_that_is_too_large_is_told_at_once_with_its_name_and_size(house: RoomOnPage) -> None:
    desk = await talk(house)
    house.simulator.world.files.claimed_size = 34_000_000
    await house.ana.says("My film", attach="video", name="film.mp4")
    assert desk.shown()[-1].text.plain == (
        "My film\n\n🎬 film.mp4 (34 MB) could not be carried over: larger than 20 MB."
    )
    assert house.simulator.count("getFile") == 0


@on_sqlite
async def test_what_a_platform_would_not_take_is_told_in_words(
    house: RoomOnPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await talk(house)
    monkeypatch.setattr(house.adapter, "capabilities", replace(house.adapter.capabilities, upload_at_most=1_000_000))
    bill, large = (desk.has("document", f"{name}.pdf", "application/pdf", bytes(size)) for name, size in SIZES.items())
    await desk.says("Both", bill, large)
    await house.wait(seconds=2)
    (message,) = house.ana.news()
    assert message.text == "Both\n\n📄 large.pdf (2 MB) could not be carried over: larger than 1 MB."
    assert data_of(house, message) == bytes(SIZES["bill"])


@on_sqlite
async def test_words_about_a_missing_file_that_do_not_fit_come_after_it(house: RoomOnPage) -> None:
    desk = await talk(house)
    house.simulator.world.files.claimed_size = 34_000_000
    words = "x" * 1020
    await house.ana.says(words, attach="video", name="film.mp4")
    assert desk.shown()[-1].text.plain.startswith(words)
    assert "could not be carried over" in desk.shown()[-1].text.plain


@on_sqlite
async def test_a_file_that_is_not_given_out_is_told_in_words(house: RoomOnPage) -> None:
    desk = await talk(house)
    house.simulator.faults.inject("getFile", faults.refused(400, "Bad Request: wrong file_id"))
    await house.ana.says("My list", attach="document", name="list.txt")
    await house.wait(seconds=2)
    assert desk.shown()[-1].text.plain.startswith("My list\n\n📄 list.txt")
    assert "could not be carried over" in desk.shown()[-1].text.plain


@on_sqlite
async def test_what_can_not_be_fetched_now_is_tried_again_and_the_words_wait_in_order(house: RoomOnPage) -> None:
    desk = await talk(house)
    for _ in range(3):
        house.simulator.faults.inject("download", faults.refused(500, "Internal Server Error"))
    before = len(desk.shown())
    house.ana.writes("Look", photo=picture("green"))
    house.ana.writes("And then?")
    await house.settle()
    assert len(desk.shown()) == before
    await house.wait(seconds=20)
    look, then = desk.shown()[before:]
    assert (look.text.plain, desk.bytes_of(look), then.text.plain) == ("Look", [picture("green")], "And then?")


async def test_what_was_stored_and_not_fetched_yet_is_fetched_after_a_restart(house: RoomOnPage) -> None:
    desk = await talk(house)
    house.ana.writes("Look", photo=picture("green"))
    await house.stored()
    assert await files(house.database) == ["wanted"]
    await house.restart()
    await house.settle()
    assert desk.bytes_of(desk.shown()[-1]) == [picture("green")]


@on_sqlite
async def test_a_picture_as_the_very_first_contact_crosses(house: RoomOnPage) -> None:
    await house.ana.says(photo=picture("green"))
    await house.wait(seconds=3)
    desk = house.desk("Ana")
    assert desk.bytes_of(desk.shown()[1]) == [picture("green")]


@on_sqlite
async def test_bytes_go_up_once_and_by_their_id_from_then_on_also_after_a_restart(house: RoomOnPage) -> None:
    for person in (house.ana, house.ben):
        await person.says("Do you ship to Germany?")
    first, second = (person.log()[-1] for person in (house.ana, house.ben))
    assert first.file_id == second.file_id
    await house.restart()
    await house.ana.says("Do you ship to Germany?")
    await house.wait(seconds=2)
    assert house.ana.log()[-1].file_id == first.file_id
    house.simulator.world.files.by_id.clear()
    await house.ben.says("Do you ship to Germany?")
    await house.wait(seconds=2)
    assert house.ben.log()[-1].file_id not in ("", first.file_id)


@on_sqlite
async def test_a_story_tells_nobody_where_its_photo_was_taken(house: RoomOnPage) -> None:
    photo = house.owner.has("photo", "hens.jpg", "image/jpeg", with_place())
    await house.owner.says("/story now Three hens", photo)
    await house.owner.presses("Confirm")
    await house.wait(seconds=2)
    on_page = house.board.shown()[-1]
    (posted,) = house.channel.news()
    for data in (*house.board.bytes_of(on_page), data_of(house, posted)):
        assert not places(data)
        with Image.open(io.BytesIO(data)) as shown:
            assert shown.size == (48, 64)  # it stands upright


@on_sqlite
async def test_a_photo_that_an_owner_sends_as_a_file_is_posted_without_its_place(other: TwoPlatforms) -> None:
    other.room.writes("/story now Three hens", attach="document", data=with_place(), name="hens.jpg")
    await other.settle()
    await other.room.presses("Confirm")
    await other.wait(seconds=3)
    (posted,) = other.channel.news()
    assert posted.media == "document"
    assert not places(data_of(other, posted))
    assert not any(places(data) for data in other.board.bytes_of(other.board.shown()[-1]))


@on_sqlite
async def test_a_customers_own_picture_is_relayed_as_it_is(other: TwoPlatforms) -> None:
    mine = with_place()
    await other.mei.says("/human")
    await other.mei.says("Look", other.mei.has("document", "egg.jpg", "image/jpeg", mine))
    (copy,) = [m for m in other.thread("Mei").log() if m.media]
    assert data_of(other, copy) == mine
    await other.thread("Mei").says("Here", photo=picture("red"))
    assert other.mei.bytes_of(other.mei.shown()[-1]) == [picture("red")]


@on_sqlite
async def test_a_picture_of_more_than_ten_megabytes_goes_as_a_file(other: TwoPlatforms) -> None:
    large = picture("red") + bytes(11_000_000)
    await other.mei.says("/human")
    await other.mei.says("Look", other.mei.has("photo", "egg.jpg", "image/jpeg", large))
    (copy,) = [m for m in other.thread("Mei").log() if m.media]
    assert (copy.media, copy.text, data_of(other, copy)) == ("document", "Look", large)


async def test_old_files_of_customers_are_deleted_and_stories_keep_theirs(house: RoomOnPage) -> None:
    desk = await talk(house)
    await house.ana.says("Look", photo=picture("green"))
    await house.owner.says("/story daily 09:00 Hens", house.owner.has("photo", "h.jpg", "image/jpeg", picture("red")))
    await house.owner.presses("Confirm")

    async def blobs() -> int:
        async with house.database.read() as session:
            return await session.scalar(select(func.count()).select_from(Blob)) or 0

    before = await blobs()
    await house.concierge.tidy()
    assert await blobs() == before
    house.clock.move_to(house.clock.now() + timedelta(days=366))
    await house.concierge.tidy()
    assert await blobs() == before - 1
    assert await files(house.database) == ["failed", "fetched"]
    assert desk.bytes_of(desk.shown()[-1]) == [picture("green")]  # what was shown there stays there
