"""Every kind of event that the gateway tells, as a neutral message."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.discord import codec
from bot.adapters.discord.asking import FORM
from bot.adapters.discord.codec import Identity, decode, envelope, sealed, wanted
from bot.messages import ChatRef, Media, MessageRef, Sender, Text, styled

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

ME = Identity("900", room_chat_id="500", story_chat_ids=("600",))
ANA = {"id": "11", "username": "ana", "global_name": "Ana", "discriminator": "0", "avatar": None}
HANA = {"id": "12", "username": "hana", "global_name": None}
WRITTEN = "2026-03-10T08:00:00.123000+00:00"
PRIVATE = ChatRef("discord", "900", "@11")
ROOM = ChatRef("discord", "900", "500")


def message(content: str = "", **more: Any) -> dict[str, Any]:
    """A message of Ana in her own chat with the bot."""
    return {"id": "1001", "type": 0, "channel_id": "70", "author": ANA, "content": content, "timestamp": WRITTEN} | more


def event(payload: dict[str, Any], name: str = "MESSAGE_CREATE", **beside: Any) -> dict[str, Any]:
    return {"t": name, "d": payload, **beside}


def in_guild(content: str = "", channel: str = "80", **more: Any) -> dict[str, Any]:
    return message(content, guild_id="1", channel_id=channel, member={"nick": None}, **more)


def file(name: str, mime: str | None, **more: Any) -> dict[str, Any]:
    return {"id": "31", "filename": name, "content_type": mime, "size": 5, "url": f"https://cdn/{name}"} | more


def test_a_private_message_is_in_the_chat_that_bears_the_persons_own_id() -> None:
    read = decode(event(message("**Hello**")), ME)
    assert (read.kind, read.chat, read.update_id, read.message_id) == ("text", PRIVATE, "m:1001", "1001")
    assert read.text == styled("bold", "Hello")
    assert read.sender == Sender("11", "Ana", "ana")
    assert read.addressed
    assert read.received_at == datetime(2026, 3, 10, 8, 0, 0, 123000, UTC)


def test_the_owners_room_has_a_general_part_and_threads() -> None:
    general = event(in_guild("hi", "500"))
    thread = event(in_guild("hi", "501"), parent_id="500", general=False)
    desk = event(in_guild("hi", "502"), parent_id="500", general=True)
    assert [decode(raw, ME).chat for raw in (general, thread, desk)] == [
        ROOM,
        ChatRef("discord", "900", "500", "501"),
        ROOM,
    ]
    assert all(decode(raw, ME).addressed for raw in (general, thread, desk))


def test_a_message_in_a_public_channel_is_for_us_when_we_are_mentioned_or_answered() -> None:
    idle = in_guild("any eggs?")
    named = in_guild("<@900> any eggs?", mentions=[{"id": "900", "username": "concierge"}])
    answered = in_guild("yes", type=19, referenced_message={"id": "5", "author": {"id": "900"}})
    assert [decode(event(said), ME).addressed for said in (idle, named, answered)] == [False, True, True]
    assert decode(event(named), ME).text == Text("any eggs?")
    assert decode(event(named), ME).chat == ChatRef("discord", "900", "80")
    assert decode(event(idle, parent_id="79"), ME).chat == ChatRef("discord", "900", "79", "80")


def test_a_name_on_the_server_goes_before_the_name_of_the_account() -> None:
    said = in_guild("hi") | {"member": {"nick": "Ana the Baker"}, "author": ANA}
    assert decode(event(said), ME).sender.name == "Ana the Baker"
    assert decode(event(message("hi", author=HANA)), ME).sender.name == "hana"


def test_who_is_mentioned_is_called_by_name() -> None:
    said = message("ask <@12> or <@!13>, not <@14>", mentions=[HANA, {**ANA, "id": "13"}])
    assert decode(event(said), ME).text.plain == "ask @hana or @Ana, not @someone"


@pytest.mark.parametrize(
    ("attached", "kind"),
    [
        (file("a.png", "image/png"), "photo"),
        (file("a.gif", "image/gif"), "animation"),
        (file("a.mp4", "video/mp4"), "video"),
        (file("a.ogg", "audio/ogg; codecs=opus"), "audio"),
        (file("a.ogg", "audio/ogg", waveform="AA==", duration_secs=2.0), "voice"),
        (file("a.pdf", "application/pdf"), "document"),
        (file("a.psd", "image/vnd.adobe.photoshop"), "document"),
        (file("a", None), "document"),
    ],
)
def test_an_attachment_is_known_by_what_it_holds(attached: dict[str, Any], kind: str) -> None:
    (media,) = decode(event(message("", attachments=[attached])), ME).media
    assert (media.kind, media.file_id, media.origin, media.size) == (kind, "70/1001/31", "discord:900", 5)
    assert media.url == attached["url"]


def test_a_voice_message_is_one_by_the_flag_of_its_message() -> None:
    said = message("", flags=1 << 13, attachments=[file("voice-message.ogg", "audio/ogg")])
    assert decode(event(said), ME).media[0].kind == "voice"


def test_what_somebody_says_of_a_picture_comes_with_it() -> None:
    said = message("", attachments=[file("a.png", "image/png", description="A hen")])
    assert decode(event(said), ME).media[0].alt == "A hen"


def test_several_files_are_one_message_in_order() -> None:
    said = message("all", attachments=[file("a.png", "image/png"), file("b.pdf", "application/pdf", id="32")])
    assert [media.file_id for media in decode(event(said), ME).media] == ["70/1001/31", "70/1001/32"]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (1, Media("sticker", "70/1001/7", name="Hen.png", mime="image/png", alt="Hen")),
        (2, Media("sticker", "70/1001/7", name="Hen.png", mime="image/apng", alt="Hen")),
        (3, Media("sticker", alt="Hen")),
        (4, Media("sticker", "70/1001/7", name="Hen.gif", mime="image/gif", alt="Hen")),
    ],
)
def test_a_sticker_is_a_picture_or_a_word(number: int, told: Media) -> None:
    said = message("", sticker_items=[{"id": "7", "name": "Hen", "format_type": number}])
    (media,) = decode(event(said), ME).media
    assert (media.kind, media.file_id, media.name, media.mime, media.alt) == (
        told.kind,
        told.file_id,
        told.name,
        told.mime,
        told.alt,
    )
    assert bool(media.url) == bool(told.file_id)


def test_a_poll_is_told_in_words() -> None:
    answers = [{"poll_media": {"text": "white"}}, {"poll_media": {"text": "brown", "emoji": {"name": "🥚"}}}]
    said = message("", poll={"question": {"text": "Best egg?"}, "answers": answers})
    assert decode(event(said), ME).media[0] == Media("poll", alt="Best egg?\n• white\n• 🥚 brown", origin="discord:900")


def test_what_is_passed_on_is_quoted_with_its_files() -> None:
    snapshot = {"content": "**old** news", "attachments": [file("a.png", "image/png")]}
    reference = {"type": 1, "channel_id": "9", "message_id": "8"}
    read = decode(event(message("", message_reference=reference, message_snapshots=[{"message": snapshot}])), ME)
    assert read.text.plain == "old news"
    assert {span.kind for span in read.text.spans} == {"quote", "bold"}
    assert read.media[0].file_id == "70/1001/31"
    assert read.reply_to is None


def test_an_answer_quotes_the_message_that_it_answers() -> None:
    said = message("yes", type=19, message_reference={"channel_id": "70", "message_id": "999"})
    assert decode(event(said), ME).reply_to == MessageRef(PRIVATE, "999")
    assert envelope(event(said), ME).reply_to == "999"
    elsewhere = message("yes", message_reference={"channel_id": "71", "message_id": "999"})
    assert decode(event(elsewhere), ME).reply_to is None


def test_a_message_without_words_and_files_is_not_passed_over() -> None:
    assert decode(event(message("")), ME).media[0].alt == "a message that only Discord can show"


@pytest.mark.parametrize(
    ("content", "action", "rest"), [("/close", "close", ""), ("/story daily 9:00 *Hi*", "story", "daily 9:00 Hi")]
)
def test_a_command_that_is_typed_where_we_are_alone_is_one(content: str, action: str, rest: str) -> None:
    for raw in (event(message(content)), event(in_guild(content, "501"), parent_id="500")):
        read = decode(raw, ME)
        assert (read.kind, read.action, read.text.plain) == ("command", action, rest)


@pytest.mark.parametrize("content", ["/shrug", "/Close", "see /close", "//close is a note", "/ close"])
def test_what_only_looks_like_a_command_is_text(content: str) -> None:
    assert decode(event(message(content)), ME).kind == "text"


def test_a_command_typed_in_a_public_channel_is_text() -> None:
    assert decode(event(in_guild("/help")), ME).kind == "text"


def test_an_edit_is_known_by_its_date() -> None:
    read = decode(event(message("new", edited_timestamp=WRITTEN), "MESSAGE_UPDATE"), ME)
    assert (read.kind, read.update_id, read.message_id) == ("edit", f"e:1001:{WRITTEN}", "1001")
    assert read.text == Text("new")


def test_an_update_without_an_edit_means_nothing() -> None:
    previewed = event(message("https://x.example", edited_timestamp=None), "MESSAGE_UPDATE")
    assert not wanted(previewed, ME)
    assert (decode(previewed, ME).kind, decode(previewed, ME).addressed) == ("left", False)


def test_a_message_that_was_taken_back_is_in_the_chat_of_its_person() -> None:
    raw = event({"id": "1001", "channel_id": "70"}, "MESSAGE_DELETE", person_id="11", at=WRITTEN)
    read = decode(raw, ME)
    assert (read.kind, read.chat, read.message_id, read.update_id) == ("delete", PRIVATE, "1001", "d:1001")
    assert read.received_at.year == 2026
    thread = event({"id": "1001", "channel_id": "501", "guild_id": "1"}, "MESSAGE_DELETE", parent_id="500")
    assert decode(thread, ME).chat.thread_id == "501"


def test_a_reaction_tells_how_the_person_now_reacts() -> None:
    payload = {"user_id": "11", "channel_id": "70", "message_id": "1001", "emoji": {"id": None, "name": "👍"}}
    read = decode(event(payload, "MESSAGE_REACTION_ADD", serial=4), ME)
    assert (read.kind, read.action, read.fields, read.update_id) == ("reaction", "👍", {}, "r:1001:11:4")
    assert (read.chat, read.message_id, read.sender.id) == (PRIVATE, "1001", "11")
    back = decode(event(payload, "MESSAGE_REACTION_REMOVE", serial=5), ME)
    assert (back.action, back.fields) == ("", {"removed": "👍"})
    own = payload | {"emoji": {"id": "77", "name": "hen"}}
    assert decode(event(own, "MESSAGE_REACTION_ADD"), ME).action == ":hen:"


def interaction(kind: int, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = {"id": "2001", "type": kind, "channel_id": "70", "data": data, "user": ANA, "locale": "de", "token": "t"}
    return event(said | more, "INTERACTION_CREATE")


def test_a_slash_command_has_fields_words_and_files() -> None:
    options = [
        {"name": "when", "type": 3, "value": "daily 9:00"},
        {"name": "text", "type": 3, "value": "Good *morning*"},
        {"name": "photo", "type": 11, "value": "31"},
        {"name": "loud", "type": 5, "value": True},
    ]
    resolved = {"attachments": {"31": file("a.png", "image/png")}}
    raw = interaction(2, {"type": 1, "name": "story", "options": options, "resolved": resolved})
    read = decode(raw, ME)
    assert (read.kind, read.action, read.update_id, read.message_id) == ("command", "story", "i:2001", "")
    assert read.fields == {"when": "daily 9:00", "text": "Good *morning*", "loud": "true"}
    assert read.text.plain == "Good morning"
    assert [media.name for media in read.media] == ["a.png"]
    assert (read.chat, read.sender.language) == (PRIVATE, "de")
    assert envelope(raw, ME).media == read.media


def test_a_command_on_a_server_knows_who_and_where() -> None:
    place = {"guild_id": "1", "channel_id": "501", "channel": {"id": "501", "type": 11, "parent_id": "500"}}
    raw = interaction(2, {"type": 1, "name": "close"}, **place, member={"user": HANA, "nick": "Hana"}, user=None)
    read = decode(raw, ME)
    assert (read.chat, read.sender.name) == (ChatRef("discord", "900", "500", "501"), "Hana")
    in_category = interaction(
        2, {"type": 1, "name": "help"}, guild_id="1", channel={"type": 0, "parent_id": "3"}, member={"user": HANA}
    )
    assert decode(in_category, ME).chat == ChatRef("discord", "900", "70")


def test_a_press_bears_the_buttons_data_and_its_message() -> None:
    raw = interaction(3, {"custom_id": "ask_owner:7", "component_type": 2}, message={"id": "1500"})
    read = decode(raw, ME)
    assert (read.kind, read.action, read.message_id) == ("button", "ask_owner:7", "1500")
    assert envelope(raw, ME).reply_to == "1500"


def test_an_entry_in_a_messages_menu_is_a_command_about_that_message() -> None:
    raw = interaction(2, {"type": 3, "name": "Take back", "target_id": "1500"}) | {"command": "delete"}
    read = decode(raw, ME)
    assert (read.kind, read.action, read.reply_to) == ("command", "delete", MessageRef(PRIVATE, "1500"))


def test_a_form_that_is_sent_is_the_command_with_its_fields() -> None:
    rows = [
        {"type": 1, "components": [{"type": 4, "custom_id": "when", "value": "daily 9:00"}]},
        {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "Good morning"}},
        {"type": 18, "component": {"type": 19, "custom_id": "photo", "values": ["31"]}},
    ]
    resolved = {"attachments": {"31": file("a.png", "image/png")}}
    read = decode(interaction(5, {"custom_id": f"{FORM}story", "components": rows, "resolved": resolved}), ME)
    assert (read.kind, read.action) == ("command", "story")
    assert read.fields == {"when": "daily 9:00", "text": "Good morning"}
    assert (read.text.plain, len(read.media)) == ("Good morning", 1)


@pytest.mark.parametrize(
    ("raw", "ours"),
    [
        (event(message("hi")), True),
        (event(message("hi", type=19)), True),
        (event(message("hi", type=6)), False),
        (event(message("hi", author={"id": "900", "username": "concierge"})), False),
        (event(message("hi", author={**ANA, "bot": True})), False),
        (event(message("hi", webhook_id="3")), False),
        (event({"user_id": "900", "message_id": "1"}, "MESSAGE_REACTION_ADD"), False),
        (event({"user_id": "11", "message_id": "1"}, "MESSAGE_REACTION_ADD"), True),
        (event({"id": "1"}, "MESSAGE_DELETE"), True),
        (interaction(2, {}), True),
        (interaction(4, {}), False),
        (event({}, "TYPING_START"), False),
        ({}, False),
    ],
)
def test_only_what_people_do_is_for_the_core(raw: dict[str, Any], ours: bool) -> None:
    assert wanted(raw, ME) is ours


def test_an_envelope_has_what_is_needed_to_store_an_event() -> None:
    found = envelope(event(message("hi", attachments=[file("a.png", "image/png")])), ME)
    assert (found.update_id, found.chat, found.sender_id, found.private) == ("m:1001", PRIVATE, "11", True)
    assert (found.message_id, len(found.media)) == ("1001", 1)
    assert envelope(event(in_guild("hi")), ME).private is False


def test_a_sealed_event_keeps_its_name_and_its_words_in_plain_letters() -> None:
    body = event(message("a\x00b \ud800"))
    kept = sealed(envelope(body, ME))
    assert (kept.update_id, kept.chat) == ("m:1001", None)
    assert json.loads(kept.body["unstorable"]) == body
    with pytest.raises(ValueError):
        decode(kept.body, ME)


KEYS = """
    id type channel_id guild_id author content timestamp edited_timestamp member user user_id message_id emoji data name
    options value components component custom_id resolved attachments message_reference message_snapshots message
    mentions poll sticker_items url filename size username nick channel parent_id flags
""".split()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just(WRITTEN)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)
EVENTS = st.fixed_dictionaries(
    {"t": st.sampled_from([*codec._READERS, "OTHER"]) | JSON, "d": JSON},
    optional={"parent_id": JSON, "general": JSON, "person_id": JSON, "serial": JSON, "at": JSON, "command": JSON},
)


@CALM
@given(EVENTS | JSON)
def test_no_event_whatever_breaks_the_reading(raw: Any) -> None:
    found = envelope(raw, ME)
    assert found.update_id
    wanted(found.body, ME)
    with suppress(ValueError):
        decode(found.body, ME)


@CALM
@given(st.sampled_from(sorted(codec._READERS)), st.sampled_from(sorted(message())), JSON)
def test_one_malformed_field_is_a_clear_error_at_the_most(name: str, field: str, value: Any) -> None:
    said = message("hi") | {"user_id": "11", "message_id": "1", "emoji": {"name": "👍"}, "data": {}} | {field: value}
    try:
        decode(event(said, name), ME)
    except ValueError:
        assert envelope(event(said, name), ME).update_id
