"""Telegram's own stories: posted, changed and deleted for an owner whose business account lets the bot do so.

https://core.telegram.org/bots/api#poststory. A story is one picture or video with a caption. It can be uploaded only,
never sent again by an id, and an edit brings its picture anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telegram import InputStoryContent, InputStoryContentPhoto, InputStoryContentVideo

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.telegram import reasons
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.entities import to_entities
from bot.adapters.telegram.files import Files
from bot.messages import STORIES, STORY_FORM, ChatRef, Desk, Media, OutboundMessage, Receipt, Text
from bot.splitting import split_text, utf16_units

CAPTION_UNITS = 2048
AT_MOST = 5
"""Stories that one album becomes: whoever follows its owner taps through each of them."""
MORE = "…"


def is_place(to: ChatRef | Desk) -> bool:
    """Whether that is the stories of somebody's account."""
    return isinstance(to, ChatRef) and to.chat_id.startswith(STORIES)


def plan(message: OutboundMessage) -> list[OutboundMessage]:
    """A story for each of the first pictures and videos, the words under the first; nothing where there is neither."""
    if message.op == "delete":
        return [message]
    if message.op not in ("send", "edit"):
        return []
    media = [item for item in map(_as_story, message.media) if item][:AT_MOST]
    if message.op == "edit":
        return [replace(message, text=_caption(message.text), media=tuple(media[:1]), buttons=())]
    bare = replace(message, buttons=(), quotes=None)
    return [
        replace(
            bare,
            key=f"{message.key}/{number}" if number > 1 else message.key,
            text=_caption(message.text) if number == 1 else Text(),
            media=(item,),
        )
        for number, item in enumerate(media, start=1)
    ]


def _as_story(media: Media) -> Media | None:
    """What can be made a story of; None for what is neither picture nor video."""
    can_be_had = media.file_id or media.sha256 or media.url
    return replace(media, kind=media.shows, form=STORY_FORM) if media.shows and can_be_had else None


def _caption(text: Text) -> Text:
    """As much of the words as a story takes; what is left out stands in the other copies."""
    if utf16_units(text.plain) <= CAPTION_UNITS:
        return text
    return split_text(text, CAPTION_UNITS - len(MORE), utf16_units)[0] + MORE


class OwnStories:
    """Makes the calls. A story is in the account's feed for `hours`, and `keep` leaves it on its page after that."""

    def __init__(self, api: Api, files: Files, hours: int = 24, keep: bool = False) -> None:
        self._api = api
        self._files = files
        self._seconds = hours * 3600
        self._keep = keep

    async def make(self, call: Call) -> Receipt:
        """Posts, edits or deletes one story. Raises DeliveryError."""
        message = call.message
        here: dict[str, Any] = {"business_connection_id": call.chat.chat_id.removeprefix(STORIES)}
        if message.op == "send":
            given = here | await self._content(message)
            period = {"active_period": self._seconds, "post_to_chat_page": self._keep}
            return Receipt(_story_id(await self._call("postStory", **given, **period)))
        if call.target is None:
            raise DeliveryError(Reason.target_gone, "nothing is named that could be changed")
        here |= {"story_id": int(call.target.message_id)}
        try:
            if message.op == "delete":
                await self._call("deleteStory", **here)
            else:
                await self._call("editStory", **here, **await self._content(message))
        except DeliveryError as error:
            if not reasons.is_unchanged(error):
                raise
        return Receipt(call.target.message_id)

    async def may_post(self, place: ChatRef) -> bool:
        """Whether the account's owner lets the bot post there now, as Telegram says."""
        try:
            found = await self._call(
                "getBusinessConnection", business_connection_id=place.chat_id.removeprefix(STORIES)
            )
        except DeliveryError:
            return False
        rights = found.get("rights") if isinstance(found, dict) and found.get("is_enabled") else None
        return isinstance(rights, dict) and rights.get("can_manage_stories") is True

    async def _call(self, method: str, **given: Any) -> Any:
        return await self._api.call(method, "stories", **given)

    async def _content(self, message: OutboundMessage) -> dict[str, Any]:
        """Picture or video with its caption."""
        if not message.media:
            raise DeliveryError(Reason.unfit, "there is no picture or video that could be a story")
        media, entities = message.media[0], to_entities(message.text)
        file = await self._files.upload(media)
        content: InputStoryContent = (
            InputStoryContentVideo(file) if media.kind == "video" else InputStoryContentPhoto(file)
        )
        caption = {"caption": message.text.plain} if message.text else {}
        return {"content": content, **caption} | ({"caption_entities": entities} if entities else {})


def _story_id(answer: Any) -> str:
    number = answer.get("id") if isinstance(answer, dict) else None
    if number is None:
        raise DeliveryError(Reason.uncertain, "Telegram names no story")
    return str(number)
