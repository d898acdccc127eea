"""Added to a group, the bot says there how to make it the owners' room."""

from __future__ import annotations

from collections.abc import Sequence

from bot.adapter import DeliveryError
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.codec import PRESENT
from bot.messages import RawUpdate

WORDS = "This group's id is {chat_id}. To make it the owners' room, put this line into .env and start me again:\n{line}"


class Introductions:
    """Says it once in each group."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._said: set[str] = set()

    async def make(self, batch: Sequence[RawUpdate], room_chat_id: str) -> None:
        """Introduces the bot in the groups to which a batch says that it was added; what is refused is let be."""
        for chat_id in filter(None, map(_added_to, batch)):
            if chat_id in (room_chat_id, *self._said):
                continue
            self._said.add(chat_id)
            line = f"TELEGRAM_OWNER_CHAT_ID={chat_id}"
            start = len(WORDS.format(chat_id=chat_id, line=""))
            code = [{"type": "code", "offset": start, "length": len(line)}]
            text = WORDS.format(chat_id=chat_id, line=line)
            try:
                await self._api.call("sendMessage", chat_id=int(chat_id), text=text, entities=code)
            except DeliveryError:
                self._said.discard(chat_id)


def _added_to(update: RawUpdate) -> str | None:
    """The group to which an update says that the bot was added."""
    change = update.body.get("my_chat_member")
    if update.chat is None or not isinstance(change, dict):
        return None
    try:
        before, after = (change[name]["status"] in PRESENT for name in ("old_chat_member", "new_chat_member"))
        in_group = change["chat"]["type"] in ("group", "supergroup")
    except (KeyError, TypeError):
        return None
    return update.chat.chat_id if in_group and after and not before else None
