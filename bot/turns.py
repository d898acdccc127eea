"""A customer's turn: lines that follow one another within seconds stand together in one message of their thread.

The first line goes out at once. The next one is held back until the customer pauses, and goes out with all that came
meanwhile (`bot.merging`). A row that waits is all that a turn is: a death, a refusal, an edit or a delete meets nothing
that it would not meet in a row that waits for its pace.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import OutboxRow
from bot.merging import NAME, is_line
from bot.messages import Desk, OutboundMessage

WITHIN_S = 4.0
"""So soon after the last line a further one belongs to the same turn; 0 leaves each line alone."""
PAUSE_S = 2.0
"""So long without a further line ends a turn."""
AT_MOST_S = 6.0
"""No line is held back longer."""
RECENT = 20
"""Messages to a desk that are looked through for one that is held back."""


async def due(session: AsyncSession, part: OutboundMessage, lane: str, now: datetime) -> datetime:
    """When a message that is about to stand last in a lane may go.

    Only the first line of what is held back waits by itself, what comes later waits behind it. A further line gives it
    more time; anything else, such as a picture or the bot's own words, ends the turn.
    """
    if not WITHIN_S or not isinstance(part.to, Desk) or not lane.endswith("|talk"):
        return now
    above = await _recent(session, part.to, lane)
    held = [row for row in above if _is_held(row, now)]
    if not is_line(part):
        for row in held:
            row.due_at = now
        return now
    if held:
        head = held[-1]
        head.due_at = min(now + timedelta(seconds=PAUSE_S), head.created_at + timedelta(seconds=AT_MOST_S))
        return now
    return now + timedelta(seconds=PAUSE_S) if _of_one_turn(above, now) else now


def is_of_a_turn(row: OutboxRow) -> bool:
    """Whether a claimed row takes along what waits behind it, although no pace held it back."""
    return bool(WITHIN_S) and _is_theirs(row)


async def _recent(session: AsyncSession, desk: Desk, lane: str) -> Sequence[OutboxRow]:
    """What was last put into the lane, the latest first."""
    here = select(OutboxRow).filter_by(conversation_id=desk.conversation_id, lane=lane)
    rows = await session.scalars(here.order_by(OutboxRow.id.desc()).limit(RECENT))
    return [row for row in rows if not row.key.startswith(NAME)]


def _is_theirs(row: OutboxRow) -> bool:
    return row.kind == "relay" and row.op == "send" and row.copy_of is not None


def _is_held(row: OutboxRow, now: datetime) -> bool:
    fresh = row.state == "waiting" and not row.attempts and row.not_before is None
    return fresh and _is_theirs(row) and row.due_at > now


def _of_one_turn(above: Sequence[OutboxRow], now: datetime) -> bool:
    """Whether a line of theirs was the last to be said, just now, and is there or on its way."""
    if not above or above[0].state == "waiting" or not _is_theirs(above[0]):
        return False
    return now - above[0].created_at <= timedelta(seconds=WITHIN_S)
