"""The methods that change, delete or mark messages that are there."""

from __future__ import annotations

from typing import Any

from tests.simulators.telegram import limits
from tests.simulators.telegram.chats import MEDIA_KINDS, Message
from tests.simulators.telegram.errors import bad_request
from tests.simulators.telegram.sending import _item, caption_of
from tests.simulators.telegram.state import World
from tests.simulators.telegram.wire import Call

SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETE_WITHIN_S = 48 * 3600
QUERY_LIVES_S = 60.0
"""How long after a press a callback query may be answered."""
EMOJI = frozenset(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)
"""What a bot may react with, each a single code point (a heart's variation selector aside)."""


def edit_message_text(world: World, call: Call) -> dict[str, Any]:
    """Another text. A keyboard that is not sent again is taken away."""
    limits.refuse_parse_mode(call)
    text = limits.checked_text(call.text("text"))
    entities = limits.checked_entities(call.json("entities", list), text)
    message = _own(world, call)
    if message.media:
        raise bad_request("there is no text in the message to edit")
    return _replace(world, message, {"text": text, "entities": entities} | limits.checked_markup(call))


def edit_message_caption(world: World, call: Call) -> dict[str, Any]:
    """Another caption under the same media."""
    caption = caption_of(call)
    message = _own(world, call)
    if message.media not in MEDIA_KINDS:
        raise bad_request("there is no caption in the message to edit")
    kept = {key: value for key, value in message.content.items() if key in MEDIA_KINDS}
    return _replace(world, message, kept | caption | limits.checked_markup(call))


def edit_message_media(world: World, call: Call) -> dict[str, Any]:
    """Another file, with its own caption."""
    content = _item(world, call, call.json("media") or {})
    return _replace(world, _own(world, call), content | limits.checked_markup(call))


def edit_message_reply_markup(world: World, call: Call) -> dict[str, Any]:
    """Other buttons, or none."""
    message = _own(world, call)
    kept = {key: value for key, value in message.content.items() if key != "reply_markup"}
    return _replace(world, message, kept | limits.checked_markup(call))


def _own(world: World, call: Call) -> Message:
    """The message to be edited: the bot's own, or a channel's where the bot may edit."""
    chat = world.writable_chat(call.text("chat_id"))
    message = chat.find(call.number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    may_edit = chat.type == "channel" and chat.members[world.bot.id].may("can_edit_messages")
    if message.is_service or message.forwarded_from or not (message.by_bot or may_edit):
        raise bad_request("message can't be edited")
    topic = chat.topics.get(message.thread_id or 0)
    if topic and topic.closed:
        raise bad_request("TOPIC_CLOSED")
    return message


def _replace(world: World, message: Message, content: dict[str, Any]) -> dict[str, Any]:
    content = {key: value for key, value in content.items() if value not in ([], "")}
    if content == {key: value for key, value in message.content.items() if value not in ([], "")}:
        raise bad_request(SAME)
    message.versions.append(message.content)
    message.content = content
    message.edit_date = world.date()
    return message.as_json()


def delete_message(world: World, call: Call) -> bool:
    """Takes one message away, for everyone, within 48 hours."""
    chat = world.known_chat(call.text("chat_id"))
    message = chat.find(call.number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _delete(world, message)
    return True


def delete_messages(world: World, call: Call) -> bool:
    """Takes up to 100 messages away; those that are not there are passed over."""
    chat = world.known_chat(call.text("chat_id"))
    wanted = call.json("message_ids", list) or []
    if not 1 <= len(wanted) <= 100:
        raise bad_request("message identifiers must be 1 to 100")
    for message in [found for number in wanted if (found := chat.find(int(number)))]:
        _delete(world, message)
    return True


def _delete(world: World, message: Message) -> None:
    may_delete = message.chat.type == "private" or message.by_bot
    may_delete = may_delete or message.chat.members[world.bot.id].may("can_delete_messages")
    if message.is_service or not may_delete:
        raise bad_request("message can't be deleted")
    if world.date() - message.date > DELETE_WITHIN_S:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True


def set_message_reaction(world: World, call: Call) -> bool:
    """The bot's own reaction, one at most; an empty list takes it away."""
    chat = world.writable_chat(call.text("chat_id"))
    message = chat.find(call.number("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    given = [str(reaction.get("emoji", "")) for reaction in call.json("reaction", list) or []]
    if len(given) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(emoji.rstrip("\ufe0f") not in EMOJI for emoji in given):
        raise bad_request("REACTION_INVALID")
    message.reactions[world.bot.id] = given
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    """What the person who pressed a button sees at once; must come soon after the press."""
    query = world.queries.get(call.text("callback_query_id"))
    if limits.units(call.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    if query is None or world.seconds() - query.since > QUERY_LIVES_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    query.answers.append(dict(call.given))
    return True


def pin_message(world: World, call: Call) -> bool:
    """Pins or unpins; only the right to do so and the message are checked."""
    chat = world.writable_chat(call.text("chat_id"))
    if chat.type != "private" and not chat.members[world.bot.id].may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    if call.text("message_id") and chat.find(call.number("message_id")) is None:
        raise bad_request("message to pin not found")
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "setMessageReaction": set_message_reaction,
    "answerCallbackQuery": answer_callback_query,
    "pinChatMessage": pin_message,
    "unpinChatMessage": pin_message,
}
