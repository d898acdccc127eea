"""Which rows of the outbox go next: the first of each lane, most urgent first, then who has waited longest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.database.tables import OutboxRow
from bot.database.tables.base import Instant
from bot.outbox import ALL

LIVE_STATES = ("waiting", "claimed", "sending")
MayGo = Callable[[AsyncSession, OutboxRow], Awaitable[bool]]


async def claim(
    session: AsyncSession,
    now: datetime,
    limit: int,
    platforms: Collection[str],
    may_go: MayGo | None = None,
    priorities: tuple[int, int] = ALL,
) -> Sequence[OutboxRow]:
    """The first row of each lane that may go now, most urgent first and then oldest first, claimed for the caller; of
    these priorities alone, from the first to the last.

    A chat for which `may_go` says no is passed over for this time; a platform that takes nothing more may be taken out
    of `platforms` meanwhile, so that not every chat of it is asked about.
    """
    claimed, full = list[OutboxRow](), set[str]()
    while len(claimed) < limit and platforms:
        known = len(full)
        for row in await _heads(session, now, limit - len(claimed), platforms, full, priorities):
            if row.chat not in full and (may_go is None or await may_go(session, row)):
                row.state = "claimed"
                claimed.append(row)
            else:
                full.add(row.chat)
        if len(full) == known:
            break  # whoever could go has been claimed
    return claimed


async def _heads(
    session: AsyncSession,
    now: datetime,
    limit: int,
    platforms: Iterable[str],
    full: Collection[str],
    priorities: tuple[int, int],
) -> Sequence[OutboxRow]:
    first, last = priorities
    given = {"now": now, "most": limit, "platforms": list(platforms), "full": list(full), "first": first, "last": last}
    return (await session.scalars(_HEADS, given)).all()


def _first_of_lanes() -> Any:
    """Built once, like every statement that each message needs."""
    now, earlier = bindparam("now", type_=Instant), aliased(OutboxRow)
    # In the words of the index of live rows: else SQLite looks through all that waits, for each row that waits.
    live: Any = bindparam("live", LIVE_STATES, expanding=True, literal_execute=True)
    blocks = and_(
        earlier.state.in_(live),
        earlier.lane == OutboxRow.lane,
        earlier.place < OutboxRow.place,
        or_(
            earlier.state.in_(("claimed", "sending")),
            and_(
                earlier.state == "waiting",
                or_(earlier.attempts > 0, earlier.not_before.is_(None), earlier.not_before <= now),
            ),
        ),
    )
    return (
        select(OutboxRow)
        .where(OutboxRow.platform.in_(bindparam("platforms", expanding=True)))
        .where(OutboxRow.chat.not_in(bindparam("full", expanding=True)), ~exists().where(blocks))
        .where(OutboxRow.state == "waiting", OutboxRow.due_at <= now)
        .where(OutboxRow.priority.between(bindparam("first", type_=Integer), bindparam("last", type_=Integer)))
        .order_by(OutboxRow.priority, OutboxRow.created_at, OutboxRow.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


_HEADS = _first_of_lanes()


async def claim_these(session: AsyncSession, row_ids: Sequence[int]) -> None:
    """Claims rows that a claim had found, but whose transaction broke."""
    found = update(OutboxRow).where(OutboxRow.id.in_(row_ids), OutboxRow.state == "waiting")
    await session.execute(found.values(state="claimed"))
