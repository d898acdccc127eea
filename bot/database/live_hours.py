"""Live hours and their questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Customer, InboxRow, LiveHour, LiveQuestion, OutboxRow
from bot.messages import MessageRef, dump

HOUR = timedelta(hours=1)
IN_A_ROW = 1000
"""So many people who follow one another are never all forgotten."""
OPEN = ("waiting", "asked")
"""How a question stands that may yet be answered."""


async def begin(session: AsyncSession, title: str, by: str, now: datetime) -> LiveHour:
    """A live hour that is open from now on."""
    hour = LiveHour(title=title, state="open", opened_at=now, opened_by=by, ask_at=now + HOUR)
    session.add(hour)
    await session.flush()
    return hour


async def is_open(session: AsyncSession) -> LiveHour | None:
    """The live hour that is open, held until the transaction ends."""
    wanted = select(LiveHour).filter_by(state="open").order_by(LiveHour.id.desc()).limit(1)
    hour: LiveHour | None = await session.scalar(wanted.with_for_update())
    return hour


async def hold(session: AsyncSession, hour_id: int) -> LiveHour | None:
    """That live hour, held until the transaction ends: whoever asks or answers in it does so in turn."""
    return await session.get(LiveHour, hour_id, with_for_update=True)


async def keep(
    session: AsyncSession,
    hour_id: int,
    inbox_id: int,
    customer_id: int | None,
    place: MessageRef,
    words: str,
    now: datetime,
    *,
    public: bool,
) -> LiveQuestion | None:
    """A question; None for one that is kept already."""
    made = insert_into(session, LiveQuestion).values(
        live_id=hour_id, inbox_id=inbox_id, customer_id=customer_id, place=dump(place), words=words, public=public,
        state="waiting", named=False, at=now,
    )  # fmt: skip
    found = (await session.execute(made.on_conflict_do_nothing().returning(LiveQuestion.id))).scalar()
    return await session.get(LiveQuestion, found) if found is not None else None


async def reworded(session: AsyncSession, platform: str, chat_id: str, message_id: str, words: str) -> None:
    """A question says something else now; one that was taken back is none any more."""
    said = select(InboxRow.id).filter_by(platform=platform, chat_id=chat_id, message_id=message_id)
    for question in await session.scalars(select(LiveQuestion).where(LiveQuestion.inbox_id.in_(said))):
        question.words = words or question.words
        if not words and question.state in OPEN:
            question.state = "skipped"


async def question(session: AsyncSession, question_id: int) -> tuple[LiveQuestion, str] | None:
    """A question, with the name of whoever asked, held until the transaction ends."""
    wanted = select(LiveQuestion, Customer.name).outerjoin(Customer, Customer.id == LiveQuestion.customer_id)
    found = (
        await session.execute(wanted.filter(LiveQuestion.id == question_id).with_for_update(of=LiveQuestion))
    ).first()
    return (found[0], found[1] or "?") if found else None


async def questions(session: AsyncSession, hour_id: int, *states: str) -> Sequence[tuple[LiveQuestion, str]]:
    """The questions of a live hour that stand like that, in order, with the names of those who asked."""
    wanted = select(LiveQuestion, Customer.name).outerjoin(Customer, Customer.id == LiveQuestion.customer_id)
    rows = await session.execute(
        wanted.where(LiveQuestion.live_id == hour_id, LiveQuestion.state.in_(states)).order_by(LiveQuestion.id)
    )
    return [(one, name or "?") for one, name in rows]


async def copies(session: AsyncSession, hour_id: int, first: int, most: int) -> list[OutboxRow]:
    """Of the messages under which questions are gathered, so many from a number on. They are numbered from 0; those of
    people who are forgotten are gone."""
    names = [f"live:{hour_id}:{number}" for number in range(first, first + most)]
    rows = select(OutboxRow).where(OutboxRow.key.in_(names), OutboxRow.op == "send").order_by(OutboxRow.id)
    return list(await session.scalars(rows))


async def has_copies_from(session: AsyncSession, hour_id: int, first: int) -> bool:
    """Whether there are such messages from a number on; a longer run of forgotten people than this is none."""
    names = [f"live:{hour_id}:{number}" for number in range(first, first + IN_A_ROW)]
    return await session.scalar(select(OutboxRow.id).where(OutboxRow.key.in_(names)).limit(1)) is not None


NEXT_ASK_AT = select(func.min(LiveHour.ask_at)).where(LiveHour.state == "open")
"""When the owners are asked next whether a live hour is over."""
