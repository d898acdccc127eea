"""The playground keeps the promises of a platform."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapter import Adapter, Core, DeliveryError, Reason
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.world import Place
from bot.messages import Button, Media, MessageRef, OutboundMessage, RawUpdate, Text, dump, load, styled
from tests.adapters.playground.little_core import NINE, LittleCore, call, chat, no_blob

ANA, ROOM = Place("ana"), Place("room")


def texts(core: LittleCore, place: Place) -> list[str]:
    return [shown.text.plain for shown in core.adapter.world.log(place)]


async def test_a_customer_asks_and_the_answer_stands_below(core: LittleCore) -> None:
    await core.adapter.customer_says("ana", "ship")
    assert texts(core, ANA) == ["ship", "Yes, **we do**:\nto Germany too"]
    assert texts(core, Place("ben")) == []


async def test_what_was_said_is_decoded_with_its_sender_place_and_time(core: LittleCore) -> None:
    first = await core.adapter.customer_says("ben", "hello")
    await core.adapter.customer_says("ben", "again", reply_to="1")
    message, again = core.told
    assert (message.kind, message.text, message.update_id) == ("text", Text("hello"), first)
    assert (message.sender.id, message.sender.name) == ("ben", "Ben")
    assert (message.chat, message.message_id, message.received_at) == (chat("ben"), "1", NINE)
    assert again.reply_to == MessageRef(chat("ben"), "1")


@pytest.mark.parametrize(
    ("said", "command", "rest"),
    [
        ("/help", "help", ""),
        ("/Story daily 09:00\nGood morning", "story", "daily 09:00\nGood morning"),
        ("/start\npayload ", "start", "payload "),
    ],
)
async def test_a_slash_and_a_name_is_a_command(core: LittleCore, said: str, command: str, rest: str) -> None:
    await core.adapter.owner_says(said)
    assert [(m.kind, m.action, m.text.plain) for m in core.told] == [("command", command, rest)]


@pytest.mark.parametrize("said", ["// a note", "/etc/passwd", "/ help", "say /help", "/1", ""])
async def test_other_slashes_are_plain_text(core: LittleCore, said: str) -> None:
    await core.adapter.owner_says(said)
    assert [(m.kind, m.text.plain) for m in core.told] == [("text", said)]


async def test_a_command_in_a_caption_carries_its_photo(core: LittleCore) -> None:
    photo = Media("photo", core.adapter.world.upload("day-7.png", "image/png", b"png"), name="day-7.png")
    await core.adapter.owner_says("/story now Look", media=[photo])
    told = replace(photo, origin="playground:playground")
    assert (core.told[0].action, core.told[0].media) == ("story", (told,))
    assert await core.adapter.fetch(photo) == b"png"


async def test_only_customers_chats_are_private(core: LittleCore) -> None:
    bodies: list[RawUpdate] = []

    async def keep(updates: Sequence[RawUpdate]) -> None:
        bodies.extend(updates)

    await core.adapter.start(Core(keep, no_blob))
    await core.adapter.customer_says("mei", "hi")
    await core.adapter.owner_says("hi")
    assert [(raw.private, raw.sender_id, raw.update_id) for raw in bodies] == [(True, "mei", "1"), (False, "hana", "2")]
    assert all(load(RawUpdate, json.loads(json.dumps(dump(raw)))) == raw for raw in bodies)


async def test_a_press_names_the_message_and_the_data(core: LittleCore) -> None:
    await core.adapter.owner_says("/story now Good morning")
    await core.adapter.press("room", "2", "press:Confirm")
    pressed = core.told[-1]
    assert (pressed.kind, pressed.action, pressed.message_id) == ("button", "press:Confirm", "2")
    assert texts(core, Place("channel")) == ["Good morning from the hens"]


async def test_somebody_else_can_try_to_press_with_forged_data(core: LittleCore) -> None:
    await core.adapter.owner_says("/story now Good morning")
    await core.adapter.press("room", "2", "story_confirm:1", by="ben")
    assert (core.told[-1].sender.id, core.told[-1].action) == ("ben", "story_confirm:1")


async def test_an_edit_keeps_both_versions_and_a_delete_keeps_the_words(core: LittleCore) -> None:
    await core.adapter.customer_says("ana", "3 boxes")
    await core.adapter.customer_edits("ana", "1", "4 boxes")
    await core.adapter.customer_deletes("ana", "1")
    shown = core.adapter.world.message(ANA, "1")
    assert (shown.text.plain, shown.versions, shown.deleted) == ("4 boxes", (Text("3 boxes"),), True)
    assert [(m.kind, m.text.plain, m.message_id) for m in core.told[1:]] == [
        ("edit", "4 boxes", "1"),
        ("delete", "", "1"),
    ]


async def test_the_owner_edits_and_deletes_her_own_words_alone(core: LittleCore) -> None:
    await core.adapter.owner_says("hello")
    await core.adapter.owner_says("/help")
    await core.adapter.owner_edits("1", "hello!")
    await core.adapter.owner_deletes("1")
    assert [m.kind for m in core.told] == ["text", "command", "edit", "delete"]
    bots = core.adapter.world.log(ROOM)[-1].message_id
    with pytest.raises(KeyError):
        await core.adapter.owner_edits(bots, "never said that")


async def test_what_cannot_be_accepted_is_handed_over_again_in_order(core: LittleCore) -> None:
    async def broken(updates: Sequence[RawUpdate]) -> None:
        raise ConnectionError("no database")

    await core.adapter.start(Core(broken, no_blob))
    for words in ("one", "two"):
        with pytest.raises(ConnectionError):
            await core.adapter.customer_says("ana", words)
    await core.adapter.start(Core(core.accept, no_blob))
    assert [m.text.plain for m in core.told] == ["one", "two"]


async def test_what_is_said_while_the_bot_is_down_waits_for_it(core: LittleCore) -> None:
    await core.adapter.stop()
    await core.adapter.customer_says("ana", "anybody there?")
    assert core.told == []
    await core.adapter.start(Core(core.accept, no_blob))
    assert [m.text.plain for m in core.told] == ["anybody there?"]


async def test_fifty_at_once_arrive_once_each_and_in_order(core: LittleCore) -> None:
    await asyncio.gather(*(core.adapter.customer_says("mei", str(n)) for n in range(50)))
    assert [m.text.plain for m in core.told] == [str(n) for n in range(50)]
    assert len({m.update_id for m in core.told}) == 50


async def test_a_thread_is_opened_with_its_first_message(core: LittleCore) -> None:
    receipt = await core.adapter.open_thread(chat("room"), "Ana", call(chat("room"), "Ana asks"))
    thread = core.adapter.world.thread("Ana")
    assert (receipt.thread_id, receipt.message_id) == (thread.thread_id, "1")
    assert texts(core, Place("room", thread.thread_id)) == ["Ana asks"]
    with pytest.raises(DeliveryError):
        await core.adapter.open_thread(chat("channel"), "Ana", call(chat("channel"), "Ana asks"))


async def test_a_first_message_that_nobody_can_send_opens_no_thread(core: LittleCore) -> None:
    with pytest.raises(DeliveryError):
        await core.adapter.open_thread(chat("room"), "Ana", call(chat("room"), " "))
    assert core.adapter.world.threads() == []


async def test_a_message_to_a_deleted_thread_is_refused_as_such(core: LittleCore) -> None:
    receipt = await core.adapter.open_thread(chat("room"), "Ana", call(chat("room"), "Ana asks"))
    core.adapter.world.delete_thread(str(receipt.thread_id))
    with pytest.raises(DeliveryError) as refused:
        await core.say(chat("room", receipt.thread_id), "hello")
    assert refused.value.reason is Reason.thread_gone


async def test_the_bot_edits_reacts_to_and_deletes_a_message(core: LittleCore) -> None:
    receipt = await core.say(chat("ana"), "Plan?", "Confirm")
    target = MessageRef(chat("ana"), receipt.message_id)
    await core.adapter.send(call(chat("ana"), op="edit", target=target, buttons=(Button("Undo", "undo:1"),)))
    await core.adapter.send(call(chat("ana"), op="react", reaction="👍", target=target))
    shown = core.adapter.world.message(ANA, receipt.message_id)
    assert (shown.text.plain, [b.label for b in shown.buttons], shown.reactions) == ("Plan?", ["Undo"], ("👍",))
    assert shown.versions == ()
    await core.adapter.send(call(chat("ana"), "Planned", op="edit", target=target))
    await core.adapter.send(call(chat("ana"), op="react", target=target))
    await core.adapter.send(call(chat("ana"), op="delete", target=target))
    shown = core.adapter.world.message(ANA, receipt.message_id)
    assert (shown.text.plain, shown.versions, shown.buttons) == ("Planned", (Text("Plan?"),), ())
    assert (shown.reactions, shown.deleted) == ((), True)


async def test_a_target_that_is_not_there_is_gone(core: LittleCore) -> None:
    await core.adapter.customer_says("ana", "mine")
    for op in ("edit", "delete", "react"):
        with pytest.raises(DeliveryError) as refused:
            await core.adapter.send(call(chat("ana"), "x", op=op, target=MessageRef(chat("ana"), "99")))
        assert refused.value.reason is Reason.target_gone
    with pytest.raises(DeliveryError) as refused:
        await core.adapter.send(call(chat("ana"), "x", op="edit", target=MessageRef(chat("ana"), "1")))
    assert refused.value.reason is Reason.rejected


@pytest.mark.parametrize(
    ("to", "text", "reason"),
    [
        ("nobody", "hi", Reason.rejected),
        ("ana", " ", Reason.rejected),
        ("ana", "🥚" * 2049, Reason.too_long),
        ("ben", "hi", Reason.blocked),
    ],
)
async def test_a_platform_refuses_with_its_reason(core: LittleCore, to: str, text: str, reason: Reason) -> None:
    core.adapter.world.blocked.add("ben")
    with pytest.raises(DeliveryError) as refused:
        await core.say(chat(to), text)
    assert refused.value.reason is reason


async def test_a_stored_photo_is_read_and_gets_a_file_id(core: LittleCore) -> None:
    async def read_blob(sha256: str) -> bytes:
        return {"abc": b"egg"}[sha256]

    await core.adapter.start(Core(core.accept, read_blob))
    photo = Media("photo", sha256="abc", mime="image/png", alt="An egg")
    receipt = await core.adapter.send(call(chat("channel"), media=(photo,)))
    assert await core.adapter.fetch(Media("photo", file_id=receipt.media_ids[0])) == b"egg"
    again = await core.adapter.send(call(chat("ana"), media=(Media("photo", file_id=receipt.media_ids[0]),)))
    assert again.media_ids == receipt.media_ids


async def test_a_quote_is_kept_where_its_message_still_stands(core: LittleCore) -> None:
    await core.adapter.customer_says("ana", "hello?")
    for quoted, expected in (("1", "1"), ("77", None)):
        receipt = await core.adapter.send(call(chat("ana"), "yes", quotes=MessageRef(chat("ana"), quoted)))
        assert core.adapter.world.message(ANA, receipt.message_id).quotes == expected


async def test_an_explanation_stands_by_the_question(core: LittleCore) -> None:
    update_id = await core.adapter.customer_says("ana", "ship")
    core.adapter.explain(update_id, {"outcome": "answered"})
    core.adapter.explain("99", {"outcome": "answered"})
    assert core.adapter.world.message(ANA, "1").explanation == {"outcome": "answered"}


async def test_a_long_message_is_planned_in_parts_with_media_first_and_buttons_last(core: LittleCore) -> None:
    text = styled("bold", "word " * 1700)
    buttons, media = (Button("Close", "close:1"),), (Media("photo", "f1"),)
    message = OutboundMessage(chat("ana"), "k", text=text, buttons=buttons, media=media, quotes="q")
    parts = core.adapter.plan(message)
    assert [(p.key, p.op, p.buttons, p.media, p.quotes) for p in parts] == [
        ("k", "send", (), media, "q"),
        ("k/2", "send", (), (), None),
        ("k/3", "send", buttons, (), None),
    ]
    assert " ".join(p.text.plain for p in parts) == text.plain.strip()
    assert all(p.text.spans[0].length == len(p.text.plain) for p in parts)


async def test_a_short_message_is_planned_as_it_is(core: LittleCore) -> None:
    message = OutboundMessage(chat("ana"), "k", text=Text("hi"), buttons=(Button("Close", "close:1"),))
    assert core.adapter.plan(message) == [message]


async def test_an_edit_that_grew_too_long_goes_on_in_new_messages(core: LittleCore) -> None:
    message = OutboundMessage(chat("ana"), "k", op="edit", target="t", text=Text("egg " * 2000))
    assert [(p.key, p.op, p.target) for p in core.adapter.plan(message)] == [("k", "edit", "t"), ("k/2", "send", None)]


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["update_id", "kind", "at", "chat", "sender", "media", "text", "id", "data", "x"]), inner
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["update_id", "kind", "at", "chat", "sender", "media", "text"]), JSON))
def test_an_unreadable_update_is_a_value_error_and_nothing_else(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="unreadable playground update"):
        PlaygroundAdapter(lambda: NINE).decode({"kind": "message", **raw})


def test_it_is_an_adapter() -> None:
    adapter: Adapter = PlaygroundAdapter(lambda: NINE, owner_name="Hana")
    assert (adapter.platform, adapter.bot) == ("playground", "playground")
