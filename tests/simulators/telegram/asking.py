"""The methods about the bot itself, about chats, and about files."""

from __future__ import annotations

import json
from typing import Any

from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.errors import bad_request
from tests.simulators.telegram.limits import check_commands
from tests.simulators.telegram.people import Member
from tests.simulators.telegram.state import World
from tests.simulators.telegram.wire import Call

NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note".split()
)


def get_me(world: World, call: Call) -> dict[str, Any]:
    """The bot."""
    return world.bot.as_me()


def get_chat(world: World, call: Call) -> dict[str, Any]:
    """All that is told of a chat."""
    chat = world.known_chat(call.text("chat_id"))
    told = chat.as_json() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict(NO_GIFTS)}
    if chat.is_group:
        told["permissions"] = {"can_send_messages": True, "can_send_photos": True, "can_manage_topics": False}
    if chat.discussion:
        told["linked_chat_id"] = chat.discussion.id
    return told


def get_chat_member(world: World, call: Call) -> dict[str, Any]:
    """One user's standing in a chat; whoever was never there has `left`."""
    chat = world.known_chat(call.text("chat_id"))
    user_id = call.number("user_id") or 0
    known = chat.members.get(user_id)
    if known is None and user_id not in world.users:
        raise bad_request("user not found")
    member = known or Member(world.users[user_id], "member" if chat.peer is world.users[user_id] else "left")
    return member.as_json(channel=chat.type == "channel")


def get_chat_administrators(world: World, call: Call) -> list[dict[str, Any]]:
    """The creator and the administrators; other bots are left out, this one is not."""
    chat = _shared(world, call)
    admins = [member for member in chat.members.values() if member.is_admin]
    told = [m for m in admins if not m.user.is_bot or m.user is world.bot]
    return [member.as_json(channel=chat.type == "channel") for member in told]


def get_chat_member_count(world: World, call: Call) -> int:
    """How many are in the chat."""
    chat = world.known_chat(call.text("chat_id"))
    return 2 if chat.type == "private" else sum(member.here for member in chat.members.values())


def leave_chat(world: World, call: Call) -> bool:
    """The bot goes."""
    chat = _shared(world, call)
    chat.members[world.bot.id] = Member(world.bot, "left")
    return True


def _shared(world: World, call: Call) -> Chat:
    chat = world.known_chat(call.text("chat_id"))
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return chat


def send_chat_action(world: World, call: Call) -> bool:
    """`typing` and the like."""
    world.writable_chat(call.text("chat_id"))
    if call.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def get_file(world: World, call: Call) -> dict[str, Any]:
    """Where a file may be downloaded from for an hour."""
    return world.files.get_file(call.text("file_id"))


def set_my_commands(world: World, call: Call) -> bool:
    """The command list of one scope and language."""
    commands = call.json("commands", list) or []
    check_commands(commands)
    world.commands[_scope(world, call)] = commands
    return True


def get_my_commands(world: World, call: Call) -> list[dict[str, str]]:
    """The list of exactly that scope and language, empty when none was set."""
    return world.commands.get(_scope(world, call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    """Takes one list away."""
    world.commands.pop(_scope(world, call), None)
    return True


def _scope(world: World, call: Call) -> str:
    scope = call.json("scope") or {"type": "default"}
    if "chat_id" in scope:
        chat = world.known_chat(scope["chat_id"])
        scope = {**scope, "chat_id": chat.id}
    return scope_key(scope, call.text("language_code"))


def scope_key(scope: dict[str, Any], language: str = "") -> str:
    """The name under which `World.commands` holds a list."""
    return json.dumps([scope, language], sort_keys=True)


def take(world: World, call: Call) -> bool:
    """Methods whose effect nobody here looks at."""
    return True


METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "sendChatAction": send_chat_action,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyDescription": take,
    "setMyShortDescription": take,
}
