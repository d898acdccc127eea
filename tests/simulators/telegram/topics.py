"""The methods of forum topics."""

from __future__ import annotations

from typing import Any

from tests.simulators.telegram.chats import Chat, Topic
from tests.simulators.telegram.errors import bad_request
from tests.simulators.telegram.limits import checked_topic_name
from tests.simulators.telegram.people import User
from tests.simulators.telegram.state import World
from tests.simulators.telegram.wire import Call


def create_forum_topic(world: World, call: Call) -> dict[str, Any]:
    """Opens a topic; its id is that of the service message that tells of it."""
    name = checked_topic_name(call.text("name"))
    chat = _forum(world, call, "create a topic")
    icon = _checked_icon(call.text("icon_custom_emoji_id"))
    return described(open_topic(world, chat, world.bot, name, call.number("icon_color") or 0x6FB9F0, icon))


def open_topic(world: World, chat: Chat, who: User, name: str, colour: int = 0x6FB9F0, icon: str = "") -> Topic:
    """A new topic, whoever opens it."""
    told = {"name": name, "icon_color": colour} | ({"icon_custom_emoji_id": icon} if icon else {})
    message = world.post(chat, who, {"forum_topic_created": told})
    message.thread_id = message.message_id
    topic = chat.topics[message.message_id] = Topic(message.message_id, name, colour, icon)
    return topic


def get_forum_topic_icon_stickers(world: World, call: Call) -> list[dict[str, Any]]:
    """The custom emoji that every bot may use as a topic's icon; some of the real hundred."""
    return [
        {
            "file_id": f"icon-{id}",
            "file_unique_id": f"unique-{id}",
            "type": "custom_emoji",
            "width": 512,
            "height": 512,
            "is_animated": True,
            "is_video": False,
            "emoji": emoji,
            "set_name": "Topics",
            "custom_emoji_id": id,
            "file_size": 7000,
        }
        for emoji, id in ICONS.items()
    ]


def _checked_icon(id: str) -> str:
    if id and id not in ICONS.values():
        raise bad_request("DOCUMENT_INVALID")
    return id


def described(topic: Topic) -> dict[str, Any]:
    """A ForumTopic."""
    told = {"message_thread_id": topic.thread_id, "name": topic.name, "icon_color": topic.icon_color}
    return told | ({"icon_custom_emoji_id": topic.icon} if topic.icon else {})


def edit_forum_topic(world: World, call: Call) -> bool:
    """Another name, another icon, or both; what is not given stays, an empty icon takes it away."""
    chat, topic = _topic(world, call)
    changes: dict[str, Any] = {}
    if (name := call.text("name")) and checked_topic_name(name) != topic.name:
        changes["name"] = topic.name = name
    if "icon_custom_emoji_id" in call.given and (icon := call.text("icon_custom_emoji_id")) != topic.icon:
        changes["icon_custom_emoji_id"] = topic.icon = _checked_icon(icon)
    if not changes:
        raise bad_request("TOPIC_NOT_MODIFIED")
    world.post(chat, world.bot, {"forum_topic_edited": changes}, thread_id=topic.thread_id)
    return True


def close_forum_topic(world: World, call: Call) -> bool:
    """Nobody writes in it until it is opened again."""
    return _set_closed(world, call, closed=True)


def reopen_forum_topic(world: World, call: Call) -> bool:
    """Opens a closed topic again."""
    return _set_closed(world, call, closed=False)


def _set_closed(world: World, call: Call, *, closed: bool) -> bool:
    chat, topic = _topic(world, call)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    told = "forum_topic_closed" if closed else "forum_topic_reopened"
    world.post(chat, world.bot, {told: {}}, thread_id=topic.thread_id)
    return True


def delete_forum_topic(world: World, call: Call) -> bool:
    """Takes a topic away with all that was said in it."""
    chat, topic = _topic(world, call, right="can_delete_messages", to="delete a topic")
    remove_topic(chat, topic)
    return True


def remove_topic(chat: Chat, topic: Topic) -> None:
    """The topic and its messages are gone, whoever does it."""
    topic.deleted = True
    for message in chat.messages:
        if message.thread_id == topic.thread_id:
            message.deleted = True


def _forum(world: World, call: Call, to: str, right: str = "can_manage_topics") -> Chat:
    chat = world.writable_chat(call.text("chat_id"))
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not chat.members[world.bot.id].may(right):
        raise bad_request(f"not enough rights to {to}")
    return chat


def _topic(
    world: World, call: Call, right: str = "can_manage_topics", to: str = "edit the topic"
) -> tuple[Chat, Topic]:
    chat = _forum(world, call, to, right)
    topic = chat.topics.get(call.number("message_thread_id") or 0)
    if topic is None or topic.deleted:
        raise bad_request("TOPIC_ID_INVALID")
    return chat, topic


ICONS = {
    emoji: str(5_300_000_000_000_000_000 + number)
    for number, emoji in enumerate(("📰", "💡", "❗️", "❓", "🔥", "‼️", "💬", "👀", "✅", "🏁", "📁", "⭐️"))
}

METHODS = {
    "getForumTopicIconStickers": get_forum_topic_icon_stickers,
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
}
