"""What the Bot API refuses about a message's own form: lengths in UTF-16 units, entities, buttons, albums."""

from __future__ import annotations

import re
from typing import Any

from tests.simulators.telegram.errors import bad_request
from tests.simulators.telegram.wire import Call

MOST_TEXT, MOST_CAPTION = 4096, 1024
MOST_ENTITIES = 100
MOST_CALLBACK_BYTES = 64
MOST_BUTTONS = 100
MOST_TOPIC_NAME = 128
ALBUM = range(2, 11)
ENTITY_TYPES = frozenset(
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler "
    "blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time".split()
)
COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked_text(text: str) -> str:
    """A message's text. Raises ApiError when it is empty, blank or over 4096 units."""
    if not text.strip():
        raise bad_request("message text is empty")
    if units(text) > MOST_TEXT:
        raise bad_request("message is too long")
    return text


def checked_caption(caption: str) -> str:
    """A caption, which may be empty. Raises ApiError over 1024 units."""
    if units(caption) > MOST_CAPTION:
        raise bad_request("message caption is too long")
    return caption


def refuse_parse_mode(call: Call) -> None:
    """The house sends entities and never markup, so markup is not imitated here."""
    if call.text("parse_mode"):
        raise bad_request("unsupported parse_mode")


def checked_entities(given: list[dict[str, Any]] | None, text: str) -> list[dict[str, Any]]:
    """The formatting of a text. Raises ApiError for too many, unknown kinds, and offsets that fit no character."""
    entities = given or []
    if len(entities) > MOST_ENTITIES:
        raise bad_request("ENTITIES_TOO_LONG")
    edges = _edges(text)
    for entity in entities:
        _check_entity(entity, edges)
    return entities


def _check_entity(entity: dict[str, Any], edges: set[int]) -> None:
    start, length = entity.get("offset"), entity.get("length")
    if entity.get("type") not in ENTITY_TYPES or not isinstance(start, int) or not isinstance(length, int):
        raise bad_request("can't parse entities: can't parse MessageEntity")
    if length <= 0 or start < 0 or start + length > max(edges):
        raise bad_request("ENTITY_BOUNDS_INVALID")
    if start not in edges:
        raise bad_request(f"can't parse entities: entity begins in a middle of a UTF-16 symbol at offset {start}")
    if start + length not in edges:
        raise bad_request(
            f"can't parse entities: entity ends in a middle of a UTF-16 symbol at offset {start + length}"
        )
    if entity["type"] == "text_link" and not entity.get("url"):
        raise bad_request("can't parse entities: text_link needs a url")


def _edges(text: str) -> set[int]:
    """The offsets, in UTF-16 units, at which characters begin, and the end of the text."""
    at, edges = 0, {0}
    for character in text:
        at += 2 if ord(character) > 0xFFFF else 1
        edges.add(at)
    return edges


def checked_markup(call: Call) -> dict[str, Any]:
    """The keyboard of a message, empty for none. Raises ApiError for buttons that Telegram refuses."""
    markup: dict[str, Any] = call.json("reply_markup") or {}
    rows = markup.get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        _check_button(button)
    kept = [row for row in rows if row]
    return {"reply_markup": {"inline_keyboard": kept}} if kept else {}


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be a non-empty String')
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 1 <= size <= MOST_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif not button.get("url"):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def checked_topic_name(name: str) -> str:
    """A topic's name of 1 to 128 characters."""
    if not name.strip() or len(name) > MOST_TOPIC_NAME:
        raise bad_request("TOPIC_TITLE_INVALID")
    return name


def check_commands(commands: list[dict[str, str]]) -> None:
    """A command list: at most 100, names of a-z 0-9 _, descriptions of 1 to 256 characters."""
    if len(commands) > 100:
        raise bad_request("too many commands")
    for command in commands:
        if not COMMAND.fullmatch(command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
