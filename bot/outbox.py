"""Messages to be sent, one row a platform call, in lanes.

A lane is (chat or desk, talk | post | first | mark | card); its rows go out in order. A row is waiting, claimed (safe
to give back), sending (committed just before the call), then sent, dead, cancelled, or uncertain: nobody knows whether
it arrived. One whose words go out with another row's call is joined until that has ended (`bot.merging`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, cast

from sqlalchemy import CursorResult, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import desks, merging, turns
from bot.database.inserts import dialect_of, insert_for, plain
from bot.database.tables import DeskRow, Lane, OutboxRow
from bot.messages import CARD, ChatRef, Desk, OutboundMessage, dump, load
from bot.rewriting import Plan, rewritten

FIRST, WORDS = 0, 1
PRIORITY = {"relay": WORDS, "reply": 2, "notice": 3, "note": 4, "edit": 5, "receipt": 6, "offer": 7, "post": 8}
"""Who goes first where a chat's pace is shared: what a person wrote, then the bot's own replies, what it tells, a
change of that, and last what only shows that something arrived; posts when nobody waits for a word."""
AT_MOST_ONCE = ("post", "offer")
WITHDRAWN = "withdrawn"
"""The error of a row that is being sent when whom it is for wants it no more: it is not tried again."""
TALK, POSTS = (FIRST, PRIORITY["offer"] - 1), (PRIORITY["offer"], PRIORITY["post"])
ALL = (FIRST, PRIORITY["post"])
"""What goes first and what goes last, by its place in the line."""


def lane_of(message: OutboundMessage) -> str:
    """The lane in which a message goes; posts and offers never hold up talk, and talk nothing that is urgent. How a
    desk is shown to stand, and a change of its card, hold up nobody."""
    where = f"desk:{message.to.conversation_id}" if isinstance(message.to, Desk) else chat_name(message.to)
    if message.urgent:
        return f"{where}|first"
    if message.op == "mark":
        return f"{where}|mark"
    if _changes_card(message):
        return f"{where}|card"
    return f"{where}|{'post' if message.kind in AT_MOST_ONCE else 'talk'}"


def priority_of(message: OutboundMessage) -> int:
    """The place of a message in the line for its chat's pace; smaller goes first."""
    if message.urgent:
        return FIRST
    if message.kind in AT_MOST_ONCE:
        return PRIORITY[message.kind]
    if message.op in ("react", "mark"):
        return PRIORITY["receipt"]
    if message.copy_of is not None:
        return WORDS
    if _changes_card(message):
        return PRIORITY["receipt"]
    return PRIORITY["edit" if message.op == "edit" and message.kind in ("note", "notice") else message.kind]


def _changes_card(message: OutboundMessage) -> bool:
    return message.op == "edit" and isinstance(message.target, str) and message.target.startswith(CARD)


def chat_name(chat: ChatRef) -> str:
    """A chat as one string, for lanes and budgets."""
    return "/".join((chat.platform, chat.bot, chat.chat_id, chat.thread_id or ""))


def pace_name(chat: ChatRef) -> str:
    """The name under which all threads of a chat share one pace."""
    return "/".join((chat.platform, chat.bot, chat.chat_id))


class Outbox:
    """The table of rows to be sent. `plans` splits a message into one-call parts, for each platform; `room` is where
    desks are opened (without one, what goes to a desk waits)."""

    def __init__(self, plans: Mapping[str, Plan], room: ChatRef | None) -> None:
        self._plans = plans
        self.room = room

    async def enqueue(self, session: AsyncSession, messages: Iterable[OutboundMessage], now: datetime) -> None:
        """Plans the messages and stores a row for each call, in the given order."""
        parts: list[tuple[str, OutboundMessage, ChatRef]] = []
        for message in messages:
            chat = await self._chat_of(session, message)
            plan = self._plans.get(chat.platform)
            for part in await _calls(session, message, plan):
                if not await _absorbed(session, part):
                    parts.append((lane_of(part), part, chat))
        if parts:
            await _hurry(session, {lane for lane, part, _ in parts if _is_words_for_a_desk(part)})
            last = await _reserve(session, Counter(lane for lane, *_ in parts))
            rows = [_row(part, chat, lane, next(last[lane]), now) for lane, part, chat in parts]
            for row, (lane, part, _) in zip(rows, parts, strict=True):
                row["due_at"] = max(row["due_at"], await turns.due(session, part, lane, now))
            await session.execute(_STORING, rows)

    async def adopt(self, session: AsyncSession) -> None:
        """Gives what waited for an owners' room to the room that there is now."""
        if self.room is None:
            return
        await desks.adopt(session, self.room)
        homeless = and_(OutboxRow.platform == "", OutboxRow.state == "waiting")
        values = {"platform": self.room.platform, "chat": pace_name(self.room)}
        await session.execute(update(OutboxRow).where(homeless).values(**values))

    async def _chat_of(self, session: AsyncSession, message: OutboundMessage) -> ChatRef:
        if isinstance(message.to, ChatRef):
            return message.to
        return desks.chat_of(await desks.ensure(session, message.to.conversation_id, self.room))


async def _calls(session: AsyncSession, message: OutboundMessage, plan: Plan | None) -> list[OutboundMessage]:
    if plan is None:
        return [message]
    if message.op in ("edit", "delete") and isinstance(message.target, str):
        message = await merging.as_a_whole(session, message)
    changes = message.op == "edit" and isinstance(message.target, str)
    return await rewritten(session, message, plan) if changes else plan(message)


def _is_words_for_a_desk(part: OutboundMessage) -> bool:
    return isinstance(part.to, Desk) and priority_of(part) == WORDS


async def _hurry(session: AsyncSession, lanes: Collection[str]) -> None:
    """What stands in its lane before a person's words is as urgent as they are: it would hold them up."""
    if lanes:
        slow = and_(OutboxRow.state == "waiting", OutboxRow.priority > WORDS, OutboxRow.not_before.is_(None))
        await session.execute(update(OutboxRow).where(OutboxRow.lane.in_(lanes), slow).values(priority=WORDS))


async def _reserve(session: AsyncSession, wanted: Mapping[str, int]) -> dict[str, Iterator[int]]:
    """Takes as many places of each lane as are wanted, at one go, and counts them off.

    The lanes are locked in one order for everybody: two transactions never wait for each other.
    """
    given = [{"lane": lane, "last_place": wanted[lane]} for lane in sorted(wanted)]
    found = await session.execute(_reserving(dialect_of(session)), given)
    return {lane: count(last - wanted[lane] + 1) for lane, last in found}


@cache
def _reserving(dialect: str) -> Any:
    """Built once: putting a statement together costs more than running it."""
    made = insert_for(dialect, Lane)
    more = Lane.last_place + made.excluded.last_place
    counted = made.on_conflict_do_update(index_elements=["lane"], set_={"last_place": more})
    return counted.returning(Lane.lane, Lane.last_place)


_STORING = insert(plain(OutboxRow))


def _row(part: OutboundMessage, chat: ChatRef, lane: str, place: int, now: datetime) -> dict[str, Any]:
    return {
        "key": part.key,
        "lane": lane,
        "place": place,
        "priority": priority_of(part),
        "kind": part.kind,
        "op": part.op,
        "target": part.target if isinstance(part.target, str) else None,
        "copy_of": part.copy_of,
        "platform": chat.platform,
        "chat": pace_name(chat),
        "conversation_id": part.to.conversation_id if isinstance(part.to, Desk) else None,
        "customer_id": part.customer_id,
        "broadcast_id": part.broadcast_id,
        "message": dump(part),
        "state": "waiting",
        "attempts": 0,
        "error": "",
        "created_at": now,
        "due_at": max(now, part.not_before or now),
        "not_before": part.not_before,
    }


async def _absorbed(session: AsyncSession, change: OutboundMessage) -> bool:
    """Whether a change was worked into rows that have not been sent yet."""
    if change.op == "mark":
        return await _marked(session, change)
    if change.op not in ("edit", "delete") or not isinstance(change.target, str):
        return False
    about = or_(OutboxRow.key == change.target, and_(OutboxRow.target == change.target, OutboxRow.op == "edit"))
    waiting = select(OutboxRow).where(about, OutboxRow.state == "waiting")
    rows = (await session.scalars(waiting.with_for_update())).all()  # else a sender may claim them meanwhile
    if change.op == "delete":
        for row in rows:
            row.state = "cancelled"
        return any(row.op == "send" for row in rows)
    for row in rows:
        before = load(OutboundMessage, row.message)
        row.message = dump(
            replace(
                before,
                text=change.text or before.text,
                buttons=change.buttons,
                media=change.media or before.media,
                copy_of=before.copy_of or change.copy_of,
            )
        )
        row.priority = min(row.priority, priority_of(change))
    return bool(rows)


async def _marked(session: AsyncSession, mark: OutboundMessage) -> bool:
    """Whether a mark that has not been shown yet was replaced by the later one."""
    waits = select(OutboxRow).where(OutboxRow.lane == lane_of(mark), OutboxRow.op == "mark")
    rows = (await session.scalars(waits.where(OutboxRow.state == "waiting").with_for_update())).all()
    for row in rows:
        row.message = dump(replace(load(OutboundMessage, row.message), mark=mark.mark))
    return bool(rows)


async def recover(session: AsyncSession, platforms: Iterable[str]) -> Sequence[OutboxRow]:
    """Sorts out what a stopped process left behind; returns the rows of which nobody knows whether they arrived.

    Claimed rows go back. Of those being sent, talk is sent again (at least once); posts and offers (at most once) are
    returned, for the caller to end as uncertain.
    """
    ours = OutboxRow.platform.in_(list(platforms))
    at_most_once = and_(OutboxRow.kind.in_(AT_MOST_ONCE), OutboxRow.op == "send")
    left = or_(OutboxRow.state == "claimed", and_(OutboxRow.state == "sending", ~at_most_once))
    await session.execute(update(OutboxRow).where(ours, left).values(state="waiting"))
    await session.execute(update(DeskRow).where(DeskRow.state == "opening").values(state="absent"))
    return (await session.scalars(select(OutboxRow).where(ours, OutboxRow.state == "sending"))).all()


async def something_opens(session: AsyncSession, conversation_id: int) -> bool:
    """Whether a message is on its way that opens the desk's thread."""
    live = OutboxRow.state.in_(("waiting", "claimed", "sending"))
    opens = select(OutboxRow.id).where(OutboxRow.conversation_id == conversation_id, OutboxRow.op == "send", live)
    return await session.scalar(opens.limit(1)) is not None


async def on_its_way(session: AsyncSession, key: str) -> bool:
    """Whether the message of that name has yet to be sent."""
    live = OutboxRow.state.in_(("waiting", "claimed", "sending"))
    found = await session.scalar(select(OutboxRow.id).where(OutboxRow.key == key, live).limit(1))
    return found is not None


async def last_words(session: AsyncSession, chat: ChatRef) -> tuple[str, str, str, datetime] | None:
    """Of the last message to a person's chat its kind, its state, the reason of its last refusal, and since when it is
    there."""
    wanted = select(OutboxRow.kind, OutboxRow.state, OutboxRow.error, OutboxRow.created_at).where(
        OutboxRow.chat == pace_name(chat), OutboxRow.op == "send", OutboxRow.kind.in_(("relay", "reply"))
    )
    row = (await session.execute(wanted.order_by(OutboxRow.id.desc()).limit(1))).first()
    return (row[0], row[1], row[2].partition(":")[0], row[3]) if row else None


async def by_key(session: AsyncSession, key: str) -> OutboxRow | None:
    """The row of that name."""
    row: OutboxRow | None = await session.scalar(select(OutboxRow).filter_by(key=key))
    return row


async def resend(session: AsyncSession, key: str, now: datetime) -> bool:
    """Sends an uncertain row after all, with new patience; False when it is uncertain no longer."""
    return await _settle(session, key, {"state": "waiting", "due_at": now, "created_at": now, "attempts": 0})


async def discard(session: AsyncSession, key: str) -> bool:
    """Leaves an uncertain row unsent; False when it is uncertain no longer."""
    return await _settle(session, key, {"state": "cancelled"})


async def _settle(session: AsyncSession, key: str, values: dict[str, Any]) -> bool:
    statement = update(OutboxRow).where(OutboxRow.key == key, OutboxRow.state == "uncertain").values(**values)
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount > 0


async def cancel_for(session: AsyncSession, customer_id: int, kinds: Sequence[str] = AT_MOST_ONCE) -> int:
    """Cancels a customer's waiting messages of these kinds, posts and offers; returns how many there were. One whose
    call is just being made can't be held back, but it is not tried again."""
    theirs = OutboxRow.customer_id == customer_id, OutboxRow.kind.in_(kinds)
    waiting = update(OutboxRow).where(*theirs, OutboxRow.state.in_(("waiting", "claimed"))).values(state="cancelled")
    under_way = update(OutboxRow).where(*theirs, OutboxRow.state == "sending").values(error=WITHDRAWN)
    await session.execute(under_way)
    return cast("CursorResult[Any]", await session.execute(waiting)).rowcount


def put_back(row: OutboxRow, at: datetime) -> None:
    """A row whose call was refused waits for another try; one that its customer wants no more is cancelled."""
    row.state, row.due_at = "cancelled" if row.error == WITHDRAWN else "waiting", at


async def next_due(session: AsyncSession, now: datetime) -> datetime | None:
    """When the next row that waits for its time may go."""
    later = select(func.min(OutboxRow.due_at)).where(OutboxRow.state == "waiting", OutboxRow.due_at > now)
    due: datetime | None = await session.scalar(later)
    return due
