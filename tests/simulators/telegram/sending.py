"""The methods that put messages into chats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulators.telegram import limits
from tests.simulators.telegram.chats import MEDIA_KINDS, Chat, Message
from tests.simulators.telegram.errors import bad_request
from tests.simulators.telegram.files import MOST_PHOTO, MOST_UPLOAD
from tests.simulators.telegram.state import World
from tests.simulators.telegram.wire import Call, Upload

CONTACT_FIELDS = ("phone_number", "first_name", "last_name", "vcard")


def send_message(world: World, call: Call) -> dict[str, Any]:
    """Text with entities and buttons."""
    limits.refuse_parse_mode(call)
    text = limits.checked_text(call.text("text"))
    content = {"text": text, "entities": limits.checked_entities(call.json("entities", list), text)}
    return _put(world, call, content).as_json()


def sender_of(kind: str) -> Callable[[World, Call], dict[str, Any]]:
    """The method that sends one kind of file, such as sendPhoto."""

    def send(world: World, call: Call) -> dict[str, Any]:
        content = attached(world, kind, call.given.get(kind), call.files.get(kind))
        content |= {"has_media_spoiler": True} if call.flag("has_spoiler") else {}
        takes_caption = kind not in ("sticker", "video_note")
        return _put(world, call, content | (caption_of(call) if takes_caption else {})).as_json()

    return send


def attached(world: World, kind: str, given: Any, upload: Upload | None) -> dict[str, Any]:
    """The part of a message that tells of a file: one that is uploaded now, or known by its id."""
    if upload is None:
        if not given:
            raise bad_request(f"there is no {kind} in the request")
        return world.files.reuse(kind, str(given))
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > (MOST_PHOTO if kind == "photo" else MOST_UPLOAD):
        raise bad_request("file is too big")
    return world.files.keep(kind, upload.data, upload.name, upload.mime)


def caption_of(call: Call) -> dict[str, Any]:
    """The caption with its entities, both absent where there is none."""
    limits.refuse_parse_mode(call)
    caption = limits.checked_caption(call.text("caption"))
    entities = limits.checked_entities(call.json("caption_entities", list), caption)
    return {"caption": caption, "caption_entities": entities} if caption else {}


def send_location(world: World, call: Call) -> dict[str, Any]:
    """A place on the map."""
    try:
        place = {"latitude": float(call.text("latitude")), "longitude": float(call.text("longitude"))}
    except ValueError:
        raise bad_request("latitude and longitude must be numbers") from None
    return _put(world, call, {"location": place}).as_json()


def send_contact(world: World, call: Call) -> dict[str, Any]:
    """Somebody's card."""
    card = {name: call.text(name) for name in CONTACT_FIELDS if call.text(name)}
    if not {"phone_number", "first_name"} <= set(card):
        raise bad_request("phone number and first name must be non-empty")
    return _put(world, call, {"contact": card}).as_json()


def send_poll(world: World, call: Call) -> dict[str, Any]:
    """A question with 2 to 12 answers."""
    asked = call.json("options", list) or []
    options = [option["text"] if isinstance(option, dict) else str(option) for option in asked]
    question = call.text("question")
    if not question or limits.units(question) > 300:
        raise bad_request("poll question must be of 1 to 300 characters")
    if not 2 <= len(options) <= 12:
        raise bad_request("poll must have at least 2 option" if len(options) < 2 else "poll can't have more options")
    return _put(world, call, {"poll": poll(world, question, options)}).as_json()


def poll(world: World, question: str, options: list[str]) -> dict[str, Any]:
    """A poll as it stands in a message."""
    return {
        "id": str(5_000_000 + world.serial()),
        "question": question,
        "options": [{"persistent_id": str(n), "text": t, "voter_count": 0} for n, t in enumerate(options, 1)],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }


def send_media_group(world: World, call: Call) -> list[dict[str, Any]]:
    """An album of 2 to 10 photos and videos, of documents, or of audio files. It takes no buttons."""
    items = call.json("media", list) or []
    if len(items) not in limits.ALBUM:
        raise bad_request("too many messages to send as an album" if items else "there are no messages to send")
    if call.text("reply_markup"):
        raise bad_request("an album takes no reply_markup")
    kinds = {item.get("type") for item in items}
    if not (kinds <= {"photo", "video"} or kinds in ({"document"}, {"audio"})):
        raise bad_request("can't mix those kinds in one album")
    contents = [_item(world, call, item) for item in items]
    group = str(13_000_000_000 + world.serial())
    return [_put(world, call, content, media_group_id=group).as_json() for content in contents]


def _item(world: World, call: Call, item: dict[str, Any]) -> dict[str, Any]:
    """The content of one part of an album, or of editMessageMedia's new media."""
    named = str(item.get("media", ""))
    upload = call.files.get(named.removeprefix("attach://")) if named.startswith("attach://") else None
    content = attached(world, str(item["type"]), named, upload)
    content |= {"has_media_spoiler": True} if item.get("has_spoiler") else {}
    told = {key: item[key] for key in ("caption", "caption_entities", "parse_mode") if item.get(key)}
    return content | caption_of(Call(call.method, told))


def copy_message(world: World, call: Call) -> dict[str, Any]:
    """The same content again, without a link to where it came from."""
    source = _source(world, call)
    content = {key: value for key, value in source.content.items() if key != "reply_markup"}
    if "caption" in call.given and source.media in MEDIA_KINDS:
        content = {k: v for k, v in content.items() if not k.startswith("caption")} | caption_of(call)
    return {"message_id": _put(world, call, content).message_id}


def forward_message(world: World, call: Call) -> dict[str, Any]:
    """The same content again, naming where it came from."""
    source = _source(world, call)
    content = {key: value for key, value in source.content.items() if key != "reply_markup"}
    return _put(world, call, content, forwarded_from=source).as_json()


def _source(world: World, call: Call) -> Message:
    chat = world.known_chat(call.text("from_chat_id"))
    found = chat.find(call.number("message_id"))
    if found is None:
        raise bad_request(f"message to {'copy' if call.method == 'copyMessage' else 'forward'} not found")
    if found.is_service:
        raise bad_request("message can't be copied")
    return found


def _put(world: World, call: Call, content: dict[str, Any], **more: Any) -> Message:
    markup = limits.checked_markup(call)
    chat = world.writable_chat(call.text("chat_id"))
    thread_id = thread_for(world, chat, call.number("message_thread_id"))
    reply_to = _quoted(chat, call)
    return world.post(chat, world.bot, content | markup, thread_id=thread_id, reply_to=reply_to, **more)


def thread_for(world: World, chat: Chat, thread_id: int | None) -> int | None:
    """The topic that a message goes to. Raises ApiError for one that is unknown, deleted or closed."""
    if thread_id is None:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None or topic.deleted:
        if topic and world.lost_topic == "ignored":
            return None
        raise bad_request("TOPIC_DELETED" if topic and world.lost_topic == "named" else "message thread not found")
    if topic.closed:
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def _quoted(chat: Chat, call: Call) -> Message | None:
    asked = call.json("reply_parameters") or {}
    if not asked:
        return None
    if str(asked.get("chat_id", chat.id)) not in (str(chat.id), f"@{chat.username}"):
        raise bad_request("messages of another chat can't be replied to here")
    found = chat.find(int(asked["message_id"]))
    if found is None and not asked.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return found


METHODS = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendContact": send_contact,
    "sendPoll": send_poll,
    "sendMediaGroup": send_media_group,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "sendPhoto": sender_of("photo"),
    "sendVideo": sender_of("video"),
    "sendVoice": sender_of("voice"),
    "sendAudio": sender_of("audio"),
    "sendDocument": sender_of("document"),
    "sendSticker": sender_of("sticker"),
    "sendAnimation": sender_of("animation"),
    "sendVideoNote": sender_of("video_note"),
}
