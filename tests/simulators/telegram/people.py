"""Who is there: people, the bot, and what each may do in a chat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
"""Rights that every administrator's record names, as true or false."""

CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")
GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics")
PERMISSIONS = tuple(
    f"can_{what}"
    for what in (
        *("send_messages", "send_audios", "send_documents", "send_photos", "send_videos", "send_video_notes"),
        *("send_voice_notes", "send_polls", "send_other_messages", "add_web_page_previews", "react_to_messages"),
        *("edit_tag", "change_info", "invite_users", "pin_messages", "manage_topics"),
    )
)
"""What a restricted member's record names; here such a member may do nothing."""

USUAL_RIGHTS = frozenset({"can_manage_chat", "can_delete_messages", "can_manage_topics", "can_pin_messages"})
USUAL_CHANNEL_RIGHTS = frozenset({"can_manage_chat", "can_post_messages", "can_edit_messages", "can_delete_messages"})


@dataclass(eq=False)
class User:
    """A person or a bot. `deactivated`: the account is gone."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    deactivated: bool = False
    can_read_all_group_messages: bool = False
    """For bots: privacy mode is off."""

    def as_json(self) -> dict[str, Any]:
        """The user as it stands in messages."""
        told = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        return told | _given(last_name=self.last_name, username=self.username, language_code=self.language_code)

    def as_me(self) -> dict[str, Any]:
        """The bot as getMe tells it."""
        return self.as_json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": self.can_read_all_group_messages,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }


@dataclass
class Member:
    """One user's standing in one chat."""

    user: User
    status: Status = "member"
    rights: frozenset[str] = field(default_factory=frozenset)
    is_anonymous: bool = False

    @property
    def here(self) -> bool:
        """Whether the user is in the chat now."""
        return self.status not in ("left", "kicked")

    @property
    def is_admin(self) -> bool:
        """Whether the user is an administrator, or the creator."""
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        """Whether an administrator's right is held."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    def as_json(self, *, channel: bool) -> dict[str, Any]:
        """The record as getChatMember and my_chat_member tell it."""
        told: dict[str, Any] = {"status": self.status, "user": self.user.as_json()}
        if self.status == "creator":
            return told | {"is_anonymous": self.is_anonymous}
        if self.status == "administrator":
            named = ADMIN_RIGHTS + (CHANNEL_RIGHTS if channel else GROUP_RIGHTS)
            told |= {"can_be_edited": False, "is_anonymous": self.is_anonymous}
            return told | {right: right in self.rights for right in named}
        if self.status == "restricted":
            told |= {"is_member": True} | dict.fromkeys(PERMISSIONS, False)
        return told | ({"until_date": 0} if self.status in ("kicked", "restricted") else {})


def _given(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
