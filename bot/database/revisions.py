"""The history of the knowledge: what was changed when, and taking the last change back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.entries import CHUNK, TABLES, Plain, from_plain, new_revision, put_rows, row_of
from bot.database.inserts import plain
from bot.database.tables import Change, Revision


@dataclass(frozen=True)
class Undone:
    """A change that was taken back: where it came from, when it was made, and how many items that removed, put back
    as they were before, or brought back."""

    source: str
    made_at: datetime
    removed: int
    restored: int
    returned: int


async def remove(session: AsyncSession, kind: str, id: str, source: str, now: datetime) -> Plain | None:
    """Takes an entry or a product out, as a revision; returns it as it was, or None where there is none."""
    latest = select(Change.after).where(Change.kind == kind, Change.item_id == id).order_by(Change.id.desc()).limit(1)
    before: Plain | None = await session.scalar(latest)
    table = TABLES[kind]
    if before is None or await session.get(table, id) is None:
        return None
    revision = await new_revision(session, source, now)
    session.add(Change(revision_id=revision.id, kind=kind, item_id=id, before=before, after=None))
    await session.execute(delete(table).where(table.id == id))
    return before


async def last_standing(session: AsyncSession) -> Revision | None:
    """The newest change that was not taken back."""
    standing = select(Revision).where(Revision.undone_by.is_(None), Revision.undoes.is_(None))
    last: Revision | None = await session.scalar(standing.order_by(Revision.id.desc()).limit(1))
    return last


async def undo_last(session: AsyncSession, now: datetime) -> Undone | None:
    """Takes the newest change that still stands back, as a revision of its own; None where there is none."""
    last = await last_standing(session)
    if last is None:
        return None
    revision = await new_revision(session, f"undo of {last.source}", now)
    revision.undoes, last.undone_by = last.id, revision.id
    counts = [0, 0, 0]
    async for changes in _chunks(session, last.id):
        for kind in TABLES:
            await _take_back(session, revision, kind, [change for change in changes if change.kind == kind])
        counts[0] += sum(change.before is None for change in changes)
        counts[1] += sum(change.before is not None and change.after is not None for change in changes)
        counts[2] += sum(change.after is None for change in changes)
    return Undone(last.source, last.made_at, *counts)


async def _chunks(session: AsyncSession, revision_id: int) -> AsyncIterator[Sequence[Change]]:
    """The changes of a revision, newest first, some at a time."""
    below: int | None = None
    while True:
        wanted = select(Change).where(Change.revision_id == revision_id).order_by(Change.id.desc()).limit(CHUNK)
        found = (await session.scalars(wanted if below is None else wanted.where(Change.id < below))).all()
        if not found:
            return
        yield found
        below = found[-1].id
        for change in found:
            session.expunge(change)


async def _take_back(session: AsyncSession, revision: Revision, kind: str, changes: Sequence[Change]) -> None:
    if not changes:
        return
    table = TABLES[kind]
    before = {change.item_id: change.before for change in changes}
    history = [
        {"revision_id": revision.id, "kind": kind, "item_id": c.item_id, "before": c.after, "after": c.before}
        for c in changes
    ]
    await session.execute(insert(plain(Change)), history)
    gone = [id for id, values in before.items() if values is None]
    if gone:
        await session.execute(delete(table).where(table.id.in_(gone)))
    rows = [row_of(from_plain(kind, values), revision) for values in before.values() if values is not None]
    if rows:
        await put_rows(session, table, rows)
