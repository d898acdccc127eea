"""Buttons: an opaque token that only this shop can read."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import ButtonRow
from bot.messages import Button


def remember(
    session: AsyncSession, label: str, action: str, conversation_id: int, value: dict[str, Any], now: datetime
) -> Button:
    """A button whose meaning is stored; `<action>:<token>` stays under the 64 bytes that Telegram allows."""
    token = secrets.token_urlsafe(9)
    session.add(ButtonRow(token=token, action=action, conversation_id=conversation_id, value=value, created_at=now))
    return Button(label, f"{action}:{token}")


async def recall(session: AsyncSession, data: str, conversation_id: int) -> tuple[str, dict[str, Any]] | None:
    """What a pressed button means; None for a forged one, or one of another conversation's."""
    action, _, token = data.partition(":")
    row = await session.get(ButtonRow, token)
    if row is None or row.action != action or row.conversation_id != conversation_id:
        return None
    return action, row.value
