"""A topic's icon shows how the customer's desk stands. Its name is the customer's, and is never changed."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from bot.adapter import DeliveryError, Reason
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.reasons import is_no_forum, is_unchanged
from bot.messages import ChatRef, Mark

log = structlog.get_logger()

EMOJI: dict[Mark, tuple[str, ...]] = {
    "needs_reply": ("❗", "‼", "❓", "🔥"),
    "waiting": ("💬", "👀", "🗣", "☕"),
    "closed": ("✅", "🏁", "📁"),
}
"""What is looked for among the icons that any bot may use, the best first; they are Telegram's to change."""
VARIATION = "\ufe0f"
OPENS_AS: Mark = "needs_reply"
PASSING = (Reason.limited, Reason.unreachable, Reason.uncertain, Reason.migrated, Reason.thread_gone)
"""What is tried again, or says something of the topic; any other refusal of an icon is for good."""


class Icons:
    """Knows the icons, asked for once, and sets them. Where the bot may not, topics stay as they are, and `doctor`
    tells."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[Mark, str] | None = None
        self._asking = asyncio.Lock()
        self._refused = False

    async def created(self, chat_id: int, name: str) -> Any:
        """A new topic, which bears the icon of a desk that needs a reply: that saves a call. Raises DeliveryError."""
        try:
            icon = (await self._ids()).get(OPENS_AS)
        except DeliveryError:
            icon = None  # a customer's words come before their icon
        given: dict[str, Any] = {"chat_id": chat_id, "name": name}
        try:
            with_icon = given | ({"icon_custom_emoji_id": icon} if icon else {})
            return await self._api.call("createForumTopic", "room", **with_icon)
        except DeliveryError as error:
            if icon is None or error.reason is not Reason.rejected or is_no_forum(error):
                raise
        self._known = {}
        return await self._api.call("createForumTopic", "room", **given)

    async def show(self, topic: ChatRef, mark: Mark) -> None:
        """Sets the icon. Raises DeliveryError for what may pass by itself."""
        icon = None if self._refused else (await self._ids()).get(mark)
        if icon is None or topic.thread_id is None:
            return
        where: dict[str, Any] = {"chat_id": int(topic.chat_id), "message_thread_id": int(topic.thread_id)}
        try:
            await self._api.call("editForumTopic", "room", **where, icon_custom_emoji_id=icon)
        except DeliveryError as error:
            if is_unchanged(error):
                return
            if error.reason in PASSING:
                raise
            self._refused = True
            log.warning("Icons of topics can't be set: give the bot the right Manage Topics", error=str(error))

    async def _ids(self) -> dict[Mark, str]:
        async with self._asking:
            if self._known is None:
                self._known = _chosen(await self._stickers())
            return self._known

    async def _stickers(self) -> list[Any]:
        try:
            found = await self._api.call("getForumTopicIconStickers")
        except DeliveryError as error:
            if error.reason in PASSING:
                raise
            return []
        return found if isinstance(found, list) else []


def _chosen(stickers: list[Any]) -> dict[Mark, str]:
    """The id of the best icon for each standing that has one."""
    ids = {
        str(sticker.get("emoji", "")).replace(VARIATION, ""): str(sticker["custom_emoji_id"])
        for sticker in stickers
        if isinstance(sticker, dict) and sticker.get("custom_emoji_id")
    }
    found = {mark: next((ids[emoji] for emoji in wanted if emoji in ids), "") for mark, wanted in EMOJI.items()}
    return {mark: icon for mark, icon in found.items() if icon}
