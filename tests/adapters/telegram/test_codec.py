from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.codec import Identity, decode, envelope, update_number
from bot.messages import InboundMessage, MessageRef, Sender, Text

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

ME = Identity("7", "our_bot", "-100")
NAMES = {"first_name": "Ana", "last_name": "Díaz", "username": "ana"}
ANA: dict[str, Any] = {"id": 5, "is_bot": False, "language_code": "es", **NAMES}
PRIVATE = {"id": 5, "type": "private", "first_name": "Ana"}
ROOM = {"id": -100, "type": "supergroup", "title": "Owners", "is_forum": True}
PUBLIC = {"id": -200, "type": "supergroup", "title": "Hen friends"}
DATE = 1_770_000_000
FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 9}


def update(kind: str = "message", /, **what: Any) -> dict[str, Any]:
    return {"update_id": 11, kind: what}


def written(text: str = "", chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    words = {"text": text} if text else {}
    return update(message_id=3, date=DATE, chat=chat, **{"from": ANA}, **(words | more))


def read(raw: dict[str, Any], me: Identity = ME) -> InboundMessage:
    return decode(raw, me)


def test_words_of_a_customer_come_with_who_and_when() -> None:
    message = read(written("Do you ship?"))
    assert message.text == Text("Do you ship?")
    assert message.sender == Sender("5", "Ana Díaz", "ana", "es")
    assert (message.platform, message.bot, message.update_id, message.message_id) == ("telegram", "7", "11", "3")
    assert message.received_at == datetime.fromtimestamp(DATE, UTC)
    assert (message.kind, message.chat.chat_id, message.chat.thread_id, message.addressed) == ("text", "5", None, True)


@pytest.mark.parametrize(
    ("words", "action", "rest"),
    [
        ("/start", "start", ""),
        ("/start abc-1", "start", "abc-1"),
        ("/Story daily 09:00\nGood morning", "story", "daily 09:00\nGood morning"),
        ("/close@our_bot now", "close", "now"),
        ("/close@OUR_BOT", "close", ""),
    ],
)
def test_a_command_is_read_with_what_follows_it(words: str, action: str, rest: str) -> None:
    message = read(written(words))
    assert (message.kind, message.action, message.text.plain, message.addressed) == ("command", action, rest, True)


def test_formatting_behind_a_command_moves_with_its_words() -> None:
    message = read(written("/story Hi hens", entities=[{"type": "bold", "offset": 10, "length": 4}]))
    assert message.text.cut(3, 7).plain == "hens"
    assert [(span.start, span.length) for span in message.text.spans] == [(3, 4)]


def test_a_command_in_a_caption_counts() -> None:
    raw = written(caption="/story tomorrow Hi", photo=[{**FILE, "width": 9, "height": 9}])
    message = read(raw)
    assert (message.kind, message.action, message.text.plain) == ("command", "story", "tomorrow Hi")
    assert message.media[0].file_id == "F"


def test_a_command_for_another_bot_is_not_for_us() -> None:
    assert not read(written("/close@other_bot", ROOM)).addressed
    assert read(written("/close@our_bot", ROOM)).addressed


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("@our_bot do you ship?", "do you ship?"),
        ("@OUR_BOT, do you ship?", "do you ship?"),
        ("do you ship, @our_bot", "do you ship"),
        ("ask @our_bot about it", "ask @our_bot about it"),
        ("@our_bottle @other", "@our_bottle @other"),
        ("@our_bot", "@our_bot"),
    ],
)
def test_the_name_by_which_we_are_called_is_no_part_of_the_question(said: str, read_as: str) -> None:
    assert read(written(said, PUBLIC)).text.plain == read_as
    assert read(written(said)).text.plain == said


def test_of_several_reactions_the_latest_counts() -> None:
    emoji = [{"type": "emoji", "emoji": one} for one in ("👍", "❤", "🎉")]
    place = {"chat": PRIVATE, "message_id": 3, "date": DATE, "user": ANA}
    change = {"old_reaction": emoji[::2], "new_reaction": emoji}
    assert read(update("message_reaction", **place, **change)).action == "❤"
    assert read(update("message_reaction", **place, old_reaction=emoji, new_reaction=[])).action == ""


def test_before_our_name_is_known_a_named_command_counts_as_ours() -> None:
    assert read(written("/close@our_bot", ROOM), Identity("7", "", "-100")).addressed


@pytest.mark.parametrize("words", ["/usr/bin is a path", "/9am", "/", "a /close"])
def test_what_only_looks_like_a_command_is_text(words: str) -> None:
    message = read(written(words))
    assert (message.kind, message.text.plain) == ("text", words)


def test_a_thread_counts_only_in_a_topic() -> None:
    assert read(written("Hi", ROOM, message_thread_id=8, is_topic_message=True)).chat.thread_id == "8"
    assert read(written("Hi", ROOM, message_thread_id=8)).chat.thread_id is None
    assert read(written("Hi", PRIVATE, message_thread_id=8, is_topic_message=True)).chat.thread_id is None


def test_the_root_of_a_topic_is_no_quote() -> None:
    topic = {"message_thread_id": 8, "is_topic_message": True}
    root = {"message_id": 8, "date": DATE, "chat": ROOM}
    assert read(written("Hi", ROOM, reply_to_message=root, **topic)).reply_to is None
    made = {"message_id": 9, "date": DATE, "chat": ROOM, "forum_topic_created": {"name": "Ana", "icon_color": 1}}
    assert read(written("Hi", ROOM, reply_to_message=made, **topic)).reply_to is None


def test_a_quote_names_the_message_and_its_place() -> None:
    quoted = {"message_id": 9, "date": DATE, "chat": ROOM}
    message = read(written("Hi", ROOM, reply_to_message=quoted, message_thread_id=8, is_topic_message=True))
    assert message.reply_to == MessageRef(message.chat, "9")
    assert message.chat.thread_id == "8"


def test_an_anonymous_admin_writes_as_the_group() -> None:
    bot_of_telegram = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    raw = update(message_id=3, date=DATE, chat=ROOM, text="Hi", sender_chat=ROOM, **{"from": bot_of_telegram})
    assert read(raw).sender == Sender("-100", "Owners")
    assert envelope(raw, "7").sender_id == "-100"


@pytest.mark.parametrize(
    ("words", "more", "addressed"),
    [
        ("Good eggs!", {}, False),
        ("@our_bot, do you ship?", {}, True),
        ("@our_bot_too, do you ship?", {}, False),
        ("/help", {}, True),
        ("yes", {"reply_to_message": {"message_id": 1, "date": DATE, "chat": PUBLIC, "from": {"id": 7}}}, True),
        ("yes", {"reply_to_message": {"message_id": 1, "date": DATE, "chat": PUBLIC, "from": {"id": 8}}}, False),
    ],
)
def test_in_a_public_group_only_who_addresses_the_bot_is_heard(
    words: str, more: dict[str, Any], addressed: bool
) -> None:
    assert read(written(words, PUBLIC, **more)).addressed is addressed
    assert read(written(words, ROOM, **more)).addressed is True


SIZES = [{**FILE, "file_id": f"S{n}", "width": n, "height": n} for n in (90, 320, 800)]


@pytest.mark.parametrize(
    ("attached", "kind", "file_id", "name"),
    [
        ({"photo": SIZES}, "photo", "S800", ""),
        ({"video": {**FILE, "mime_type": "video/mp4", "file_name": "hen.mp4"}}, "video", "F", "hen.mp4"),
        ({"video_note": FILE}, "video", "F", "video_note"),
        ({"voice": FILE}, "voice", "F", ""),
        ({"audio": {**FILE, "file_name": "a.mp3"}}, "audio", "F", "a.mp3"),
        ({"document": {**FILE, "file_name": "a.pdf"}}, "document", "F", "a.pdf"),
        ({"sticker": {**FILE, "emoji": "🐔"}}, "sticker", "F", ""),
        ({"animation": FILE, "document": FILE}, "animation", "F", ""),
        ({"location": {"latitude": 1.5, "longitude": -2}}, "location", "", ""),
        ({"contact": {"phone_number": "+49", "first_name": "Ben"}}, "contact", "", "Ben"),
        ({"poll": {"question": "Best?", "options": [{"text": "white"}]}}, "poll", "", ""),
        ({"story": {"id": 1, "chat": PRIVATE}}, "document", "", ""),
    ],
)
def test_what_is_attached_is_read(attached: dict[str, Any], kind: str, file_id: str, name: str) -> None:
    message = read(written(**attached))
    (media,) = message.media
    assert (message.kind, media.kind, media.file_id, media.name) == ("text", kind, file_id, name)


def test_places_and_cards_keep_what_they_say() -> None:
    place = {"latitude": 52.5, "longitude": 13.25}
    venue = {"location": place, "title": "Farm", "address": "Lane 1"}
    (farm,) = read(written(venue=venue, location=place)).media
    assert (farm.url, farm.alt) == ("geo:52.5,13.25", "Farm, Lane 1")
    (card,) = read(written(contact={"phone_number": "+49 30", "first_name": "Ben", "last_name": "Li"})).media
    assert (card.url, card.name) == ("tel:+49 30", "Ben Li")


def test_the_parts_of_an_album_name_it() -> None:
    assert read(written(photo=SIZES, media_group_id="A1")).album == "A1"


def test_dice_are_their_emoji() -> None:
    assert read(written(dice={"emoji": "🎲", "value": 3})).text.plain == "🎲"


def test_an_edit_brings_the_whole_new_text() -> None:
    words = {"text": "/new", "date": DATE, "edit_date": DATE + 60}
    raw = update("edited_message", message_id=3, chat=PRIVATE, **{"from": ANA}, **words)
    message = read(raw)
    assert (message.kind, message.text.plain, message.message_id) == ("edit", "/new", "3")
    assert message.received_at == datetime.fromtimestamp(DATE + 60, UTC)


def test_a_moving_live_location_is_quiet() -> None:
    place = {"latitude": 1, "longitude": 2}
    raw = update("edited_message", message_id=3, date=DATE, chat=PRIVATE, location=place, **{"from": ANA})
    assert (read(raw).kind, read(raw).addressed) == ("left", False)


def test_a_press_brings_the_buttons_data_and_its_message() -> None:
    under = {"message_id": 9, "date": DATE, "chat": ROOM, "message_thread_id": 8, "is_topic_message": True}
    message = read(update("callback_query", id="q", data="close:1", message=under, chat_instance="c", **{"from": ANA}))
    assert (message.kind, message.action, message.message_id) == ("button", "close:1", "9")
    assert (message.chat.chat_id, message.chat.thread_id, message.sender.id) == ("-100", "8", "5")


def test_a_press_without_its_message_belongs_to_who_pressed() -> None:
    message = read(update("callback_query", id="q", data="close:1", chat_instance="c", **{"from": ANA}))
    assert (message.chat.chat_id, message.message_id) == ("5", "")


@pytest.mark.parametrize(("new", "emoji"), [([{"type": "emoji", "emoji": "👍"}], "👍"), ([], "")])
def test_a_reaction_is_its_emoji(new: list[dict[str, Any]], emoji: str) -> None:
    raw = update("message_reaction", message_id=3, date=DATE, chat=PRIVATE, user=ANA, old_reaction=[], new_reaction=new)
    assert (read(raw).kind, read(raw).action, read(raw).message_id) == ("reaction", emoji, "3")


@pytest.mark.parametrize(
    ("before", "after", "kind", "addressed"),
    [
        ("left", "member", "joined", True),
        ("member", "kicked", "left", True),
        ("member", "administrator", "joined", False),
    ],
)
def test_coming_and_going_is_told(before: str, after: str, kind: str, addressed: bool) -> None:
    change = {"old_chat_member": {"status": before}, "new_chat_member": {"status": after}}
    message = read(update("my_chat_member", date=DATE, chat=PRIVATE, **{"from": ANA}, **change))
    assert (message.kind, message.addressed) == (kind, addressed)


@pytest.mark.parametrize(
    "raw",
    [
        written(pinned_message={"message_id": 1}),
        written(forum_topic_closed={}),
        update("poll_answer", poll_id="1", user=ANA, option_ids=[0]),
        update("inline_query", id="1", query="x", offset="", **{"from": ANA}),
        update("channel_post", message_id=3, date=DATE, chat={"id": -300, "type": "channel"}, text="hi"),
    ],
)
def test_an_update_that_nobody_needs_is_quiet(raw: dict[str, Any]) -> None:
    assert (read(raw).kind, read(raw).addressed) == ("left", False)


def test_a_group_that_became_a_supergroup_names_its_new_id() -> None:
    basic = {"id": -9, "type": "group", "title": "Owners"}
    assert read(written(chat=basic, migrate_to_chat_id=-1009)).fields == {"migrated_to": "-1009"}
    assert envelope(written(chat=basic, migrate_to_chat_id=-1009), "7").moved_to == "-1009"
    assert read(written(chat=ROOM, migrate_from_chat_id=-9)).fields == {"migrated_from": "-9"}


def test_an_envelope_names_the_place_and_leaves_the_body_alone() -> None:
    raw = written("Hi", ROOM, message_thread_id=8, is_topic_message=True)
    before = copy.deepcopy(raw)
    stored = envelope(raw, "7")
    assert stored.chat is not None
    assert (stored.update_id, stored.chat.chat_id, stored.chat.thread_id) == ("11", "-100", "8")
    assert (stored.sender_id, stored.private, stored.body) == ("5", False, before)
    assert envelope(written("Hi"), "7").private


def test_an_envelope_names_the_message_that_is_answered() -> None:
    plain = {"id": -100, "type": "group", "title": "Owners"}
    quoted = {"message_id": 9, "date": DATE, "chat": plain}
    assert envelope(written("Hi", plain, reply_to_message=quoted), "7").reply_to == "9"
    pressed = update("callback_query", id="q", data="close:1", message=quoted, **{"from": ANA})
    assert envelope(pressed, "7").reply_to == "9"
    assert envelope(written("Hi", plain), "7").reply_to == ""


def test_an_update_without_a_number_gets_a_name_that_stays_the_same() -> None:
    first, again, other = (envelope({"message": {"text": word}}, "7") for word in ("a", "a", "b"))
    assert first.update_id == again.update_id != other.update_id
    assert first.chat is None


@pytest.mark.parametrize("body", [None, 3, "x", [], {}, {"update_id": 4}, {"update_id": 4, "message": {"chat": 3}}])
def test_what_is_no_update_gets_an_envelope_all_the_same(body: object) -> None:
    assert envelope(body, "7").chat is None
    assert update_number(body) in (None, 4)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
GOOD = (
    written("Hi 🥚 @our_bot", PUBLIC, entities=[{"type": "bold", "offset": 0, "length": 2}]),
    written(caption="/story x", photo=SIZES, media_group_id="A", reply_to_message={"message_id": 1, "from": ANA}),
    update("edited_message", message_id=3, date=DATE, chat=ROOM, text="b", is_topic_message=True, message_thread_id=4),
    update("callback_query", id="q", data="a:1", message={"message_id": 9, "date": 0, "chat": ROOM}, **{"from": ANA}),
    update("message_reaction", message_id=3, date=DATE, chat=PRIVATE, user=ANA, new_reaction=[{"type": "emoji"}]),
    update("my_chat_member", date=DATE, chat=ROOM, old_chat_member={"status": "left"}, new_chat_member={"status": "x"}),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A good update of which one place was lost or replaced."""
    body = copy.deepcopy(draw(st.sampled_from(GOOD)))
    *way, last = draw(st.sampled_from(places(body)[1:]))
    inner: Any = body
    for key in way:
        inner = inner[key]
    if draw(st.booleans()):
        del inner[last]
    else:
        inner[last] = draw(JSON)
    return body


@CALM
@given(JSON | spoilt() | st.dictionaries(st.sampled_from(("update_id", "message", "callback_query")), JSON))
def test_whatever_comes_is_read_or_refused_with_a_value_error(body: Any) -> None:
    assert envelope(body, "7").platform == "telegram"
    try:
        message = decode(body, ME)
    except ValueError:
        return
    assert message.kind in ("text", "command", "button", "edit", "reaction", "joined", "left")


@CALM
@given(st.text(min_size=1))
def test_reading_keeps_every_word(words: str) -> None:
    message = read(written(words))
    if message.kind == "command":
        assert words.startswith("/") and words.endswith(message.text.plain)
    else:
        assert message.text.plain == words
