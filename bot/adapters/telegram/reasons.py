"""What Telegram's refusals mean, as one table: the first row that fits says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.adapter import DeliveryError, Reason
from bot.adapters.telegram.transport import Cut, ServerTrouble, TooMany, Unsent

Where = Literal["private", "room", "elsewhere", "stories"]
"""A customer's chat, the owners' room, another group or channel (or no chat at all), or the stories of an account."""


@dataclass(frozen=True)
class Row:
    """An error of this class whose words contain `words` (lower case, a pattern), and what it means."""

    error: type[TelegramError]
    words: str
    reason: Reason
    where: tuple[Where, ...] = ("private", "room", "elsewhere", "stories")

    def fits(self, error: TelegramError, words: str, where: Where) -> bool:
        """Whether it is this row's case."""
        return isinstance(error, self.error) and where in self.where and re.search(self.words, words) is not None


THREAD_GONE = "message thread not found|topic_?_?(deleted|closed|id_invalid|not_found)|topic (was )?(deleted|not found)"
NO_RIGHTS = (
    "not enough rights|have no rights|no write access|need administrator rights|is not a member|was kicked"
    "|chat_admin_required|chat_write_forbidden|chat_send_\\w+_forbidden|is not an? administrator"
)
MENDABLE: tuple[Where, ...] = ("room",)
ALONE: tuple[Where, ...] = ("private",)
STORIES: tuple[Where, ...] = ("stories",)
NO_LEAVE = "business.?connection|business_peer_invalid|not enough rights|premium_account_required|_forbidden"
NOT_A_STORY = (
    "(media|video|photo|file|image)\\w*_(invalid|empty|failed)|wrong file|file is too big|image_process_failed"
    "|(photo|video|story)\\w* (must|has|is)\\b|invalid (photo|video|file|story)"
)

ROWS = (
    Row(ChatMigrated, "", Reason.migrated),
    Row(TooMany, "", Reason.limited),
    Row(InvalidToken, "", Reason.unauthorised),
    # Somebody else polls with our token; that ends by itself, or doctor tells.
    Row(Conflict, "", Reason.unreachable),
    # The stories of somebody's account: they can give the leave back, but the post's time has gone by then.
    Row(Forbidden, "", Reason.blocked, STORIES),
    Row(BadRequest, NO_LEAVE, Reason.blocked, STORIES),
    Row(BadRequest, "stories_too_much|story_send_flood", Reason.full, STORIES),
    Row(BadRequest, "story_id_(invalid|empty)|story (to \\w+ )?not found", Reason.target_gone, STORIES),
    Row(BadRequest, NOT_A_STORY, Reason.unfit, STORIES),
    Row(Forbidden, "blocked by the user|user is deactivated|can't initiate conversation", Reason.blocked),
    Row(Forbidden, "can't send messages to (bots|the user)", Reason.blocked),
    # The owners can put their room right, so its messages wait; elsewhere they are told at once.
    Row(Forbidden, NO_RIGHTS, Reason.unauthorised, MENDABLE),
    Row(Forbidden, "", Reason.blocked, ALONE),
    Row(Forbidden, "", Reason.rejected),
    Row(BadRequest, THREAD_GONE, Reason.thread_gone),
    Row(BadRequest, "message to (edit|delete|react|forward|copy|pin)\\w* not found", Reason.target_gone),
    Row(BadRequest, "message_id_invalid|message not found|message identifier is not specified", Reason.target_gone),
    Row(BadRequest, "message can't be (edited|deleted)", Reason.too_old),
    Row(BadRequest, "(message|caption|text) is too long|caption_too_long|message_too_long", Reason.too_long),
    # Somebody who never pressed Start, or is gone.
    Row(BadRequest, "chat not found|peer_id_invalid|user not found|user_is_blocked|deactivated", Reason.blocked, ALONE),
    Row(BadRequest, f"chat not found|{NO_RIGHTS}", Reason.unauthorised, MENDABLE),
    Row(BadRequest, "", Reason.rejected),
    Row(Unsent, "", Reason.unreachable),
    Row(Cut, "", Reason.uncertain),
    Row(ServerTrouble, "", Reason.uncertain),
    Row(TelegramError, "", Reason.uncertain),
)
"""BadRequest is a NetworkError to the library, so the order matters. The last row is for all that is new."""


def delivery_error(error: TelegramError, where: Where = "elsewhere", scope: str = "chat") -> DeliveryError:
    """The refusal in the house's words; `scope` is what a 429 limits."""
    words = error.message.lower()
    row = next(row for row in ROWS if row.fits(error, words, where))
    return DeliveryError(
        row.reason,
        error.message,
        retry_after_s=error.retry_after_s if isinstance(error, TooMany) else None,
        scope=scope,
        new_chat_id=str(error.new_chat_id) if isinstance(error, ChatMigrated) else "",
    )


def is_unchanged(error: DeliveryError) -> bool:
    """Whether a change was refused because all is like that already: as good as done."""
    return _says(error, "not[ _]modified")


def refuses_formatting(error: DeliveryError) -> bool:
    """Whether it was the formatting that was refused, so that the bare words may pass."""
    return _says(error, "can't parse|entit(y|ies)")


def is_closed_topic(error: DeliveryError) -> bool:
    """Whether the topic is there, but closed."""
    return _says(error, "topic_?closed|topic (is|was) closed")


def is_no_forum(error: DeliveryError) -> bool:
    """Whether a group has no topics at all."""
    return _says(error, "not a forum|not a supergroup|only for supergroups|channel_forum_missing")


def wants_caption(error: DeliveryError) -> bool:
    """Whether a message has a caption, where its text was to be edited."""
    return _says(error, "no text in the message to edit")


def refuses_file(error: DeliveryError) -> bool:
    """Whether a file id is not, or no longer, good."""
    return _says(error, "wrong (remote )?file|file reference|file_reference|wrong type of file|invalid file")


def refuses_picture(error: DeliveryError) -> bool:
    """Whether a file can't be shown as a picture: too large, too long, or of a kind that Telegram doesn't know."""
    return _says(error, "image_process_failed|photo_\\w+_invalid|photo_invalid|photo_ext|file is too big|too large")


def is_conflict(error: DeliveryError) -> bool:
    """Whether somebody else takes this bot's updates."""
    return error.description.lower().startswith("conflict")


def _says(error: DeliveryError, pattern: str) -> bool:
    return re.search(pattern, error.description.lower()) is not None
