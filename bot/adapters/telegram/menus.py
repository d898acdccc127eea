"""The lists of commands that Telegram shows, set for each audience where they have changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.adapters.telegram.api import Api

Menus = Mapping[str, Sequence[tuple[str, str]]]
"""Names and descriptions for "customer" and "owner"."""
NAME = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION_AT_MOST = 256


async def set_menus(api: Api, menus: Menus, room_chat_id: str) -> int:
    """Sets what differs from what Telegram has, and returns how many lists that were. Raises DeliveryError."""
    scopes: list[tuple[str, dict[str, Any]]] = [("customer", {"type": "all_private_chats"})]
    if room_chat_id:
        scopes.append(("owner", {"type": "chat", "chat_id": int(room_chat_id)}))
    changed = 0
    for audience, scope in scopes:
        wanted = commands(menus.get(audience, ()))
        if audience in menus and wanted != await api.call("getMyCommands", scope=scope):
            await api.call("setMyCommands", scope=scope, commands=wanted)
            changed += 1
    return changed


def commands(menu: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """A menu as Telegram wants it; what it would refuse is left out, and one name stands once."""
    shown = {
        name: description.strip()[:DESCRIPTION_AT_MOST]
        for name, description in reversed(menu)
        if NAME.fullmatch(name) and description.strip()
    }
    return [{"command": name, "description": shown[name]} for name in reversed(shown)]
