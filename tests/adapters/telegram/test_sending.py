"""Calls as the sender makes them, by the real client, and what the simulator then shows."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapter import DeliveryError, Reason
from bot.messages import Button, Desk, Media, Span, Text, styled
from tests.adapters.telegram.little_telegram import BLOBS, LittleTelegram, Make, read_blob
from tests.simulators.telegram import faults
from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.simulator import TelegramSimulator

FIRST, SECOND, ODD = BLOBS
BUTTONS = (Button("Yes", "helped_yes:1"), Button("No", "helped_no:1"), Button("Ask Hana herself", "ask_owner:1"))


@pytest.fixture
def ana(simulator: TelegramSimulator) -> Chat:
    """Ana's chat with the bot, which she has started."""
    chat = simulator.private(simulator.person("Ana"))
    chat.started = True
    return chat


@pytest.fixture
def room(simulator: TelegramSimulator) -> Chat:
    """The owners' forum."""
    return simulator.group()


@pytest.fixture
async def shop(make: Make, room: Chat) -> LittleTelegram:
    """An adapter with that room, which can read blobs."""
    telegram = await make(room_chat_id=str(room.id))
    telegram.adapter._files.read_blob = read_blob
    return telegram


async def test_words_go_out_with_their_formatting_and_buttons(shop: LittleTelegram, ana: Chat) -> None:
    text = Text("🥚 ") + styled("bold", "Fresh <3_*[") + " " + styled("link", "eggs", "https://example.org")
    receipt = await shop.adapter.send(shop.call(ana, text, buttons=BUTTONS))
    sent = ana.from_bot[-1]
    assert (sent.text, str(sent.message_id)) == (text.plain, receipt.message_id)
    assert [(e["type"], e["offset"], e["length"]) for e in sent.entities] == [("bold", 3, 11), ("text_link", 15, 4)]
    assert [button.data for button in sent.buttons] == [button.data for button in BUTTONS]
    assert [len(row) for row in sent.content["reply_markup"]["inline_keyboard"]] == [2, 1]
    assert (receipt.thread_id, receipt.media_ids) == (None, ())


@pytest.mark.parametrize("words", ["can't parse entities: byte offset 3", "ENTITY_BOUNDS_INVALID", "ENTITIES_TOO_LONG"])
async def test_refused_formatting_goes_out_as_bare_words(shop: LittleTelegram, ana: Chat, words: str) -> None:
    shop.simulator.faults.inject("sendMessage", faults.refused(400, f"Bad Request: {words}"))
    await shop.adapter.send(shop.call(ana, styled("bold", "Hello")))
    assert [(m.text, m.entities) for m in ana.from_bot] == [("Hello", [])]


async def test_plain_words_that_are_refused_are_not_tried_again(shop: LittleTelegram, ana: Chat) -> None:
    shop.simulator.faults.inject("sendMessage", faults.refused(400, "Bad Request: can't parse entities"))
    with pytest.raises(DeliveryError, match="parse"):
        await shop.adapter.send(shop.call(ana, "Hello"))


async def test_an_edit_with_refused_formatting_is_made_with_bare_words(shop: LittleTelegram, ana: Chat) -> None:
    receipt = await shop.adapter.send(shop.call(ana, "Before"))
    shop.simulator.faults.inject("editMessageText", faults.refused(400, "Bad Request: can't parse entities"))
    await shop.adapter.send(shop.call(ana, styled("bold", "After"), op="edit", target=receipt.message_id))
    assert (ana.from_bot[-1].text, ana.from_bot[-1].entities) == ("After", [])


async def test_a_quote_is_a_reply_and_a_lost_one_stops_nothing(shop: LittleTelegram, ana: Chat) -> None:
    said = shop.simulator.user_says(ana, text="Do you ship?")
    await shop.adapter.send(shop.call(ana, "Yes", quotes=said.message_id))
    assert ana.from_bot[-1].reply_to is said
    await shop.adapter.send(shop.call(ana, "Yes!", quotes=999))
    assert ana.from_bot[-1].reply_to is None


async def test_a_picture_goes_up_once_and_by_its_id_from_then_on(shop: LittleTelegram, ana: Chat) -> None:
    picture = Media("photo", sha256=FIRST, mime="image/png")
    first = await shop.adapter.send(shop.call(ana, "A hen", media=(picture,), buttons=BUTTONS[:1]))
    again = await shop.adapter.send(shop.call(ana, "A hen", media=(picture,)))
    assert [(m.media, m.text) for m in ana.from_bot] == [("photo", "A hen")] * 2
    assert ana.from_bot[0].buttons
    assert first.media_ids == again.media_ids == (ana.from_bot[0].file_id,)
    assert [call.given["photo"] for call in shop.simulator.calls] == ["<file>", first.media_ids[0]]


async def test_an_id_that_telegram_no_longer_takes_is_replaced_by_the_bytes(shop: LittleTelegram, ana: Chat) -> None:
    stale = Media("photo", "stale", sha256=FIRST)
    fault = faults.refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
    shop.simulator.faults.inject("sendPhoto", fault)
    await shop.adapter.send(shop.call(ana, "A hen", media=(stale,)))
    assert shop.simulator.calls[-1].given["photo"] == "<file>"


async def test_what_telegram_cannot_show_as_a_picture_goes_as_a_document(shop: LittleTelegram, ana: Chat) -> None:
    await shop.adapter.send(shop.call(ana, "A hen", media=(Media("photo", sha256=ODD),)))
    assert [(m.media, m.text) for m in ana.from_bot] == [("document", "A hen")]
    both = (Media("photo", sha256=ODD), Media("photo", sha256=FIRST))
    await shop.adapter.send(shop.call(ana, "Hens", media=both))
    assert [m.media for m in ana.from_bot[1:]] == ["document", "document"]


async def test_a_picture_from_a_customer_comes_down_and_goes_on_by_id(shop: LittleTelegram, ana: Chat) -> None:
    await shop.start()
    shop.simulator.user_says(ana, text="Is this egg good?", photo=BLOBS[FIRST])
    (said,) = await shop.heard()
    assert said.text.plain == "Is this egg good?"
    assert await shop.adapter.fetch(said.media[0]) == BLOBS[FIRST]
    await shop.adapter.send(shop.call(ana, media=said.media))
    assert ana.from_bot[-1].file_id == said.media[0].file_id


@pytest.mark.parametrize("kind", ["video", "voice", "audio", "document", "sticker", "animation", "video_note"])
async def test_other_files_go_on_by_id_with_their_own_method(shop: LittleTelegram, ana: Chat, kind: str) -> None:
    await shop.start()
    shop.simulator.user_says(ana, attach=kind, data=b"bytes")
    (said,) = await shop.heard()
    await shop.adapter.send(shop.call(ana, media=said.media))
    assert (ana.from_bot[-1].media, ana.from_bot[-1].file_id) == (kind, said.media[0].file_id)


@pytest.mark.parametrize("kind", ["location", "contact"])
async def test_places_and_cards_go_on_as_what_they_are(shop: LittleTelegram, ana: Chat, kind: str) -> None:
    await shop.start()
    told = shop.simulator.user_says(ana, attach=kind)
    (said,) = await shop.heard()
    await shop.adapter.send(shop.call(ana, media=said.media))
    assert ana.from_bot[-1].content[kind] == told.content[kind]


async def test_an_album_is_one_call_with_its_caption_on_the_first(shop: LittleTelegram, ana: Chat) -> None:
    media = (Media("photo", sha256=FIRST, name="a.png"), Media("photo", sha256=SECOND, name="b.png"))
    receipt = await shop.adapter.send(shop.call(ana, styled("bold", "Hens"), media=media))
    assert [(m.media, m.text) for m in ana.from_bot] == [("photo", "Hens"), ("photo", "")]
    assert ana.from_bot[0].entities[0]["type"] == "bold"
    assert receipt.message_id == str(ana.from_bot[0].message_id)
    assert list(receipt.media_ids) == [m.file_id for m in ana.from_bot]
    await shop.adapter.send(shop.call(ana, "Again", media=media))
    assert [m.file_id for m in ana.from_bot[2:]] == list(receipt.media_ids)


async def test_a_large_file_goes_up_whole(shop: LittleTelegram, ana: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    large = bytes(range(256)) * 8192
    monkeypatch.setitem(BLOBS, "d" * 64, large)
    await shop.adapter.send(shop.call(ana, media=(Media("document", sha256="d" * 64, name="hens.pdf"),)))
    assert await shop.adapter.fetch(Media("document", ana.from_bot[-1].file_id)) == large


@pytest.mark.parametrize(
    ("words", "reason"), [("file is too big", Reason.too_long), ("wrong file_id", Reason.rejected)]
)
async def test_a_file_that_cannot_be_fetched_is_refused(shop: LittleTelegram, words: str, reason: Reason) -> None:
    shop.simulator.faults.inject("getFile", faults.refused(400, f"Bad Request: {words}"))
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.fetch(Media("video", "large"))
    assert caught.value.reason is reason


async def test_a_file_whose_path_is_gone_is_rejected(shop: LittleTelegram, ana: Chat) -> None:
    await shop.adapter.send(shop.call(ana, media=(Media("photo", sha256=FIRST),)))
    shop.simulator.faults.inject("download", faults.refused(404, "Not Found"))
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.fetch(Media("photo", ana.from_bot[-1].file_id))
    assert caught.value.reason is Reason.rejected


async def test_a_file_that_nobody_has_is_rejected_before_any_call(shop: LittleTelegram, ana: Chat) -> None:
    for media in (Media("photo", sha256="0" * 64), Media("photo")):
        with pytest.raises(DeliveryError) as caught:
            await shop.adapter.send(shop.call(ana, "A hen", media=(media,)))
        assert caught.value.reason is Reason.rejected
    assert shop.simulator.calls == []


async def test_a_picture_that_cannot_be_read_now_is_tried_again(shop: LittleTelegram, ana: Chat) -> None:
    async def broken(sha256: str) -> bytes:
        raise OSError("the disk is busy")

    shop.adapter._files.read_blob = broken
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.send(shop.call(ana, "A hen", media=(Media("photo", sha256=FIRST),)))
    assert caught.value.reason is Reason.unreachable


async def test_an_edit_replaces_words_and_buttons(shop: LittleTelegram, ana: Chat) -> None:
    receipt = await shop.adapter.send(shop.call(ana, "Before", buttons=BUTTONS))
    changed = await shop.adapter.send(shop.call(ana, "After", op="edit", target=receipt.message_id))
    (message,) = ana.from_bot
    assert (message.text, message.buttons, changed.message_id) == ("After", [], receipt.message_id)


async def test_an_edit_without_words_changes_the_buttons_alone(shop: LittleTelegram, ana: Chat) -> None:
    receipt = await shop.adapter.send(shop.call(ana, "Plan it?", buttons=BUTTONS))
    await shop.adapter.send(shop.call(ana, op="edit", target=receipt.message_id))
    assert (ana.from_bot[-1].text, ana.from_bot[-1].buttons) == ("Plan it?", [])


async def test_an_edit_of_a_picture_changes_its_caption_or_the_picture(shop: LittleTelegram, ana: Chat) -> None:
    receipt = await shop.adapter.send(shop.call(ana, "A hen", media=(Media("photo", sha256=FIRST),)))
    await shop.adapter.send(shop.call(ana, "Two hens", op="edit", target=receipt.message_id))
    (message,) = ana.from_bot
    assert (message.media, message.text) == ("photo", "Two hens")
    before = message.file_id
    other = (Media("photo", sha256=SECOND),)
    await shop.adapter.send(shop.call(ana, "Others", op="edit", target=receipt.message_id, media=other))
    assert (message.text, message.file_id == before) == ("Others", False)


async def test_an_edit_that_changes_nothing_counts_as_made(shop: LittleTelegram, ana: Chat) -> None:
    receipt = await shop.adapter.send(shop.call(ana, "Same"))
    again = await shop.adapter.send(shop.call(ana, "Same", op="edit", target=receipt.message_id))
    assert again.message_id == receipt.message_id


async def test_deletes_and_reactions_reach_the_message(shop: LittleTelegram, ana: Chat) -> None:
    said = shop.simulator.user_says(ana, text="Thanks!")
    await shop.adapter.send(shop.call(ana, op="react", reaction="👍", target=said.message_id))
    assert list(said.reactions.values()) == [["👍"]]
    await shop.adapter.send(shop.call(ana, op="react", target=said.message_id))
    assert list(said.reactions.values()) == [[]]
    receipt = await shop.adapter.send(shop.call(ana, "Wrong"))
    await shop.adapter.send(shop.call(ana, op="delete", target=receipt.message_id))
    assert ana.from_bot == []


@pytest.mark.parametrize("op", ["edit", "delete", "react"])
async def test_a_change_of_what_is_not_there_is_target_gone(shop: LittleTelegram, ana: Chat, op: str) -> None:
    for target in (999, None):
        with pytest.raises(DeliveryError) as caught:
            await shop.adapter.send(shop.call(ana, "x", op=op, reaction="👍", target=target))
        assert caught.value.reason is Reason.target_gone


async def test_a_missing_right_to_change_is_not_waited_for(shop: LittleTelegram, room: Chat) -> None:
    said = shop.simulator.user_says(room, text="Hello")
    fault = faults.refused(400, "Bad Request: not enough rights to delete a message")
    shop.simulator.faults.inject("deleteMessage", fault)
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.send(shop.call(room, op="delete", target=said.message_id))
    assert caught.value.reason is Reason.rejected


async def test_an_id_that_is_none_is_rejected(shop: LittleTelegram, ana: Chat) -> None:
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.send(shop.call(ana, "x", op="edit", target="no number"))
    assert caught.value.reason is Reason.rejected


# Topics.


async def test_a_thread_is_a_topic_with_the_first_message_in_it(shop: LittleTelegram, room: Chat) -> None:
    receipt = await shop.adapter.open_thread(shop.ref(room), "Ana", shop.call(room, "Hello", to=Desk(1)))
    topic = room.topic_named("Ana")
    assert topic is not None
    assert receipt.thread_id == str(topic.thread_id)
    assert [m.text for m in room.in_thread(topic.thread_id)] == ["Hello"]
    again = await shop.adapter.send(shop.call(room, "Again", thread=topic.thread_id))
    assert again.thread_id == receipt.thread_id


@pytest.mark.parametrize(("title", "name"), [("🥚" * 100, "🥚" * 64), (" \n ", "Customer"), ("A\nna  B", "A na B")])
async def test_a_title_is_made_to_fit(shop: LittleTelegram, room: Chat, title: str, name: str) -> None:
    await shop.adapter.open_thread(shop.ref(room), title, shop.call(room, "Hello"))
    assert room.topic_named(name) is not None


async def test_a_topic_whose_first_message_failed_is_used_by_the_next_try(shop: LittleTelegram, room: Chat) -> None:
    shop.simulator.faults.inject("sendMessage", faults.limited(1))
    first = shop.call(room, "Hello", to=Desk(1))
    with pytest.raises(DeliveryError):
        await shop.adapter.open_thread(shop.ref(room), "Ana", first)
    receipt = await shop.adapter.open_thread(shop.ref(room), "Ana", first)
    assert len(room.topics) == 1
    assert [m.text for m in room.in_thread(receipt.thread_id)] == ["Hello"]
    other = await shop.adapter.open_thread(shop.ref(room), "Ben", shop.call(room, "Hi", to=Desk(2)))
    assert other.thread_id != receipt.thread_id


async def test_a_topic_that_was_deleted_before_its_first_message_is_opened_anew(
    shop: LittleTelegram, room: Chat
) -> None:
    first = shop.call(room, "Hello", to=Desk(1))
    shop.simulator.faults.inject("sendMessage", faults.limited(1))
    with pytest.raises(DeliveryError):
        await shop.adapter.open_thread(shop.ref(room), "Ana", first)
    shop.simulator.delete_topic(room, next(iter(room.topics)))
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.open_thread(shop.ref(room), "Ana", first)
    assert caught.value.reason is Reason.thread_gone
    receipt = await shop.adapter.open_thread(shop.ref(room), "Ana", first)
    assert [m.text for m in room.in_thread(receipt.thread_id)] == ["Hello"]


@pytest.mark.parametrize("manner", ["unknown", "named"])
async def test_a_deleted_topic_is_thread_gone(shop: LittleTelegram, room: Chat, manner: str) -> None:
    shop.simulator.world.lost_topic = manner  # type: ignore[assignment]
    topic = shop.simulator.open_topic(room, "Ana")
    shop.simulator.delete_topic(room, topic)
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.send(shop.call(room, "Hello", thread=topic.thread_id))
    assert caught.value.reason is Reason.thread_gone


async def test_a_message_that_fell_into_the_general_part_says_so(shop: LittleTelegram, room: Chat) -> None:
    shop.simulator.world.lost_topic = "ignored"
    topic = shop.simulator.open_topic(room, "Ana")
    shop.simulator.delete_topic(room, topic)
    receipt = await shop.adapter.send(shop.call(room, "Hello", thread=topic.thread_id))
    assert receipt.thread_id not in (None, str(topic.thread_id))


async def test_a_closed_topic_is_opened_again_and_the_message_is_there_once(shop: LittleTelegram, room: Chat) -> None:
    topic = shop.simulator.open_topic(room, "Ana")
    receipt = await shop.adapter.send(shop.call(room, "Before", thread=topic.thread_id))
    for call in (
        shop.call(room, "Hello", thread=topic.thread_id),
        shop.call(room, "After", thread=topic.thread_id, op="edit", target=receipt.message_id),
    ):
        shop.simulator.close_topic(room, topic)
        await shop.adapter.send(call)
        assert not topic.closed
    assert [m.text for m in room.in_thread(topic.thread_id)] == ["After", "Hello"]


async def test_a_topic_that_somebody_else_opened_meanwhile_takes_the_message(shop: LittleTelegram, room: Chat) -> None:
    topic = shop.simulator.open_topic(room, "Ana")
    shop.simulator.faults.inject("sendMessage", faults.refused(400, "Bad Request: TOPIC_CLOSED"))
    await shop.adapter.send(shop.call(room, "Hello", thread=topic.thread_id))
    assert [m.text for m in room.in_thread(topic.thread_id)] == ["Hello"]


async def test_a_closed_topic_that_may_not_be_opened_is_thread_gone(shop: LittleTelegram, room: Chat) -> None:
    topic = shop.simulator.open_topic(room, "Ana")
    shop.simulator.close_topic(room, topic)
    shop.simulator.demote_bot(room)
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.send(shop.call(room, "Hello", thread=topic.thread_id))
    assert caught.value.reason is Reason.thread_gone


async def test_without_the_right_to_topics_the_customer_waits(shop: LittleTelegram, room: Chat) -> None:
    shop.simulator.demote_bot(room)
    with pytest.raises(DeliveryError) as caught:
        await shop.adapter.open_thread(shop.ref(room), "Ana", shop.call(room, "Hello", to=Desk(1)))
    assert caught.value.reason is Reason.unauthorised


# A plain group.


async def test_in_a_plain_group_the_message_bears_the_customers_name(make: Make, simulator: TelegramSimulator) -> None:
    group = simulator.group(forum=False)
    shop = await make(room_chat_id=str(group.id))
    for words in ("Hello", "Are you there?"):
        receipt = await shop.adapter.open_thread(shop.ref(group), "Ana", shop.call(group, words, to=Desk(1)))
        assert receipt.thread_id is None
        assert receipt.message_id == str(group.from_bot[-1].message_id)
    assert [m.text for m in group.from_bot] == ["Ana:\nHello", "Ana:\nAre you there?"]
    assert group.from_bot[0].entities == [{"type": "bold", "offset": 0, "length": 4}]
    assert len(simulator.server.refusals) == 1, "that it is no forum is asked once"


async def test_a_name_that_no_longer_fits_goes_before_the_message(make: Make, simulator: TelegramSimulator) -> None:
    group = simulator.group(forum=False)
    shop = await make(room_chat_id=str(group.id))
    long = shop.call(group, "x" * 4096, to=Desk(1), buttons=BUTTONS)
    receipt = await shop.adapter.open_thread(shop.ref(group), "Ana", long)
    assert [(m.text, len(m.buttons)) for m in group.from_bot] == [("Ana:", 0), ("x" * 4096, 3)]
    assert receipt.message_id == str(group.from_bot[1].message_id)


async def test_a_plain_group_that_becomes_a_forum_gets_topics(make: Make, simulator: TelegramSimulator) -> None:
    group = simulator.group(forum=False)
    shop = await make(room_chat_id=str(group.id))
    await shop.adapter.open_thread(shop.ref(group), "Ana", shop.call(group, "Hello", to=Desk(1)))
    group.is_forum = True
    await shop.start()
    simulator.user_says(group, text="Now with topics")
    await shop.heard()
    receipt = await shop.adapter.open_thread(shop.ref(group), "Ana", shop.call(group, "Again", to=Desk(1)))
    assert receipt.thread_id


async def test_many_go_out_at_once(shop: LittleTelegram, simulator: TelegramSimulator) -> None:
    chats = [simulator.private(simulator.person(f"P{n}")) for n in range(70)]
    for chat in chats:
        chat.started = True
    gate = faults.stalled()
    simulator.faults.inject("sendMessage", gate, times=70)
    sending = [asyncio.create_task(shop.adapter.send(shop.call(chat, "Hello"))) for chat in chats]
    async with asyncio.timeout(5):
        while len(simulator.faults.met) < 64:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    gate.release()
    await asyncio.gather(*sending)
    assert all(len(chat.from_bot) == 1 for chat in chats)


def test_each_chat_has_its_budget_beside_the_bots(shop: LittleTelegram) -> None:
    (bot, person), (same, group), (_, other) = (shop.adapter.budgets(chat) for chat in ("5", "-100", "6"))
    assert bot == same
    assert [(b.count, b.per_s) for b in (bot, person, group)] == [(30, 1.0), (1, 1.0), (20, 60.0)]
    assert len({bot.name, person.name, group.name, other.name}) == 4


async def test_formatting_beyond_a_hundred_pieces_does_not_stop_a_message(shop: LittleTelegram, ana: Chat) -> None:
    many = Text("x" * 150, tuple(Span("bold", n, 1) for n in range(150)))
    await shop.adapter.send(shop.call(ana, many))
    assert len(ana.from_bot[-1].entities) == 100
