"""Who carries what: albums as several messages and as one, found both ways."""

from __future__ import annotations

from typing import Any

import pytest

from bot import inbox
from bot.adapter import Capabilities
from bot.clock import Clock
from bot.copies import copied_by, copies_of
from bot.database import Database
from bot.messages import ChatRef, Media, MessageRef, OutboundMessage, RawUpdate, Receipt, Text
from bot.sent import Sent
from tests.bot.road import Road, Wire, chat, message

BEN = chat("ben")


class Albums(Wire):
    """A wire that makes a message of each picture, or one of all where `as_one`."""

    as_one = False

    async def send(self, call: Any) -> Receipt:
        receipt = await super().send(call)
        if self.as_one or len(call.message.media) < 2:
            return receipt
        parts = tuple(f"{receipt.message_id}-{number}" for number in range(len(call.message.media)))
        return Receipt(parts[0], receipt.thread_id, (), parts)


def written(number: int, album: str = "") -> RawUpdate:
    body = {"n": number, "chat": "ana", "thread": None, "text": "hello"}
    return RawUpdate("wire", "w", str(number), chat("ana"), "p-ana", body, message_id=f"m{number}", album=album)


def ref(place: ChatRef, message_id: str) -> MessageRef:
    return MessageRef(place, message_id)


@pytest.fixture
async def road(database: Database, clock: Clock) -> Road:
    """A road on whose other end albums become messages."""
    return Road(database, clock, Albums(capabilities=Capabilities(reuses_files=True)))


def relay(*inbox_ids: int, copy_of: int | None = None, key: str = "album") -> OutboundMessage:
    media = tuple(Media("photo", f"f{number}", inbox_id=number) for number in inbox_ids)
    return OutboundMessage(BEN, key, "relay", text=Text("look"), media=media, copy_of=copy_of or inbox_ids[0])


async def named(road: Road, message_id: str) -> list[str | MessageRef]:
    async with road.database.read() as session:
        return await copies_of(session, ref(chat("ana"), message_id))


async def original(road: Road, message_id: str) -> MessageRef | None:
    async with road.database.read() as session:
        copied = await copied_by(session, ref(BEN, message_id))
        return await inbox.written_in(session, copied) if copied else None


async def test_the_third_picture_of_an_album_is_found_on_either_side(road: Road) -> None:
    await road.accept(written(1, "a"), written(2, "a"), written(3, "a"))
    await road.enqueue(relay(1, 2, 3, copy_of=2))
    await road.send()
    assert await named(road, "m3") == [ref(BEN, "r1-2")]
    assert await named(road, "m1") == [ref(BEN, "r1-0")]
    assert await original(road, "r1-2") == ref(chat("ana"), "m3")


async def test_an_album_that_was_not_sent_yet_goes_by_its_key(road: Road) -> None:
    await road.accept(written(1, "a"), written(2, "a"))
    await road.enqueue(relay(1, 2))
    assert await named(road, "m2") == ["album"]


async def test_an_album_that_became_one_message_goes_by_its_key(road: Road) -> None:
    assert isinstance(road.wire, Albums)
    road.wire.as_one = True
    await road.accept(written(1, "a"), written(2, "a"))
    await road.enqueue(relay(1, 2))
    await road.send()
    assert await named(road, "m2") == ["album"]
    assert await original(road, "r1") == ref(chat("ana"), "m1")


async def test_one_message_that_became_several_goes_by_all_of_them(road: Road) -> None:
    await road.accept(written(1))
    media = (Media("photo", "f1"), Media("photo", "f2"))
    await road.enqueue(
        OutboundMessage(BEN, "key", "relay", media=media, copy_of=1),
        OutboundMessage(BEN, "key/2", "relay", text=Text("the rest"), copy_of=1),
    )
    await road.send()
    assert await named(road, "m1") == [ref(BEN, "r1-0"), ref(BEN, "r1-1"), "key/2"]
    assert await original(road, "r1-1") == ref(chat("ana"), "m1")


async def test_an_album_in_two_calls_is_found_in_the_call_that_carries_the_picture(road: Road) -> None:
    await road.accept(*(written(number, "a") for number in (1, 2, 3, 4)))
    await road.enqueue(relay(1, 2), relay(3, 4, copy_of=1, key="album/2"))
    assert await named(road, "m3") == ["album/2"]
    await road.send()
    assert await named(road, "m3") == [ref(BEN, "r2-0")]
    assert await named(road, "m1") == [ref(BEN, "r1-0")]


async def test_what_is_no_copy_alone_can_be_quoted_and_is_never_changed(road: Road, clock: Clock) -> None:
    await road.accept(written(1, "a"))
    card = OutboundMessage(BEN, "card", "note", text=Text("Ana asks:"), media=(Media("photo", "f1", inbox_id=1),))
    await road.enqueue(card)
    await road.send()
    assert await named(road, "m1") == []
    async with road.database.read() as session:
        sent = Sent(session, clock.now(), {})
        assert await sent.other_side(ref(chat("ana"), "m1")) == "card"
        assert await sent.other_side(ref(BEN, "r1")) == ref(chat("ana"), "m1")


async def test_the_copies_of_a_message_are_found_by_the_platforms_name_for_it(road: Road) -> None:
    await road.accept(written(1))
    road.to_say["hello"] = [message("copy", "ben", copy_of=1), message("other", "ben")]
    await road.work()
    assert await named(road, "m1") == ["copy"]
    async with road.database.read() as session:
        assert await copies_of(session, ref(BEN, "m1")) == []
