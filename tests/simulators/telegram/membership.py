"""Who comes and goes: what the bot is told when its standing in a chat changes, and when a group moves."""

from __future__ import annotations

from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.people import USUAL_CHANNEL_RIGHTS, USUAL_RIGHTS, Member, Status, User
from tests.simulators.telegram.state import World


def bot_member(world: World, chat: Chat, status: Status, rights: frozenset[str] | None = None) -> Member:
    """The bot's record; an administrator without named rights gets the usual ones."""
    usual = USUAL_CHANNEL_RIGHTS if chat.type == "channel" else USUAL_RIGHTS
    held = (usual if rights is None else rights) if status == "administrator" else frozenset()
    return Member(world.bot, status, held)


def change_bot(world: World, chat: Chat, by: User, new: Member) -> None:
    """Gives the bot another standing in a group or channel, and tells it so."""
    channel = chat.type == "channel"
    old = chat.members.get(world.bot.id, Member(world.bot, "left"))
    chat.members[world.bot.id] = new
    told = {"chat": chat.as_json(), "from": by.as_json(), "date": world.date()}
    told |= {"old_chat_member": old.as_json(channel=channel), "new_chat_member": new.as_json(channel=channel)}
    world.tell("my_chat_member", told)
    if new.here and not old.here and chat.is_group:
        joined = world.post(chat, by, {"new_chat_members": [world.bot.as_json()]})
        world.tell("message", joined.as_json())


def set_blocked(world: World, chat: Chat, *, blocked: bool) -> None:
    """A person blocks the bot, or lets it write again; it is told either way."""
    if chat.blocked == blocked or chat.peer is None:
        return
    before, after = Member(world.bot, "member"), Member(world.bot, "kicked")
    old, new = (before, after) if blocked else (after, before)
    chat.blocked = blocked
    told = {"chat": chat.as_json(), "from": chat.peer.as_json(), "date": world.date()}
    told |= {"old_chat_member": old.as_json(channel=False), "new_chat_member": new.as_json(channel=False)}
    world.tell("my_chat_member", told)


def migrate(world: World, old: Chat, new_id: int, by: User) -> Chat:
    """A basic group becomes a supergroup with another id; both tell of it."""
    new = Chat(new_id, "supergroup", old.title, members=dict(old.members))
    world.chats[new_id] = new
    old.migrated_to = new_id
    world.tell("message", world.post(old, by, {"migrate_to_chat_id": new_id}).as_json())
    world.tell("message", world.post(new, by, {"migrate_from_chat_id": old.id}).as_json())
    return new
