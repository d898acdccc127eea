"""Broadcasts and their recipients: who was meant, who is next, and what the outbox says became of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, delete, exists, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.database.inserts import plain
from bot.database.tables import Broadcast, BroadcastRecipient, Conversation, Customer, OutboxRow, Post, Series
from bot.database.tables.base import Instant
from bot.messages import ChatRef

ON_THE_WAY = ("waiting", "claimed", "sending", "joined")
AFTER_ALL = ("uncertain", "dead", "cancelled", "sent")
"""What a message of several parts came to: the first of these that one of its parts came to."""
OUTCOMES = {"sent": "sent", "uncertain": "uncertain", "dead": "failed", "cancelled": "left_out"}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MANY = 500
"""Recipients whose rows are changed by one statement."""
Counts = Counter[tuple[str, str]]
"""How many recipients are in each state, for each reason."""


@dataclass(frozen=True)
class Recipient:
    """One person whose turn has come, and their private chat."""

    number: int
    customer: Customer
    chat: ChatRef


NEXT_AT = select(func.min(Broadcast.next_at)).where(Broadcast.state != "errand")
"""When the next round of any broadcast is due."""


async def claim_due(session: AsyncSession, now: datetime) -> Broadcast | None:
    """A broadcast whose next round is due, held until the transaction ends; its plan and its post are held before it,
    as whoever changes them holds them."""
    due = select(Broadcast.id, Broadcast.post_id).where(Broadcast.next_at <= now, Broadcast.state != "errand")
    found = (await session.execute(due.order_by(Broadcast.next_at).limit(1))).first()
    if found is None:
        return None
    if found[1]:
        await held_post(session, found[1])
    held = select(Broadcast).where(Broadcast.id == found[0], Broadcast.next_at <= now)
    broadcast: Broadcast | None = await session.scalar(
        held.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    )
    return broadcast


async def held_post(session: AsyncSession, post_id: int) -> tuple[Post, Series]:
    """A post and its plan, held until the transaction ends, the plan first."""
    of = select(Series).join(Post, Post.series_id == Series.id).where(Post.id == post_id)
    series = (await session.scalars(of.with_for_update(of=Series))).one()
    return await session.get_one(Post, post_id, with_for_update=True), series


async def held(session: AsyncSession, broadcast_id: int) -> Broadcast | None:
    """A broadcast, held until the transaction ends."""
    wanted = select(Broadcast).filter_by(id=broadcast_id).with_for_update()
    found: Broadcast | None = await session.scalar(wanted.execution_options(populate_existing=True))
    return found


async def latest(session: AsyncSession) -> Broadcast | None:
    """The broadcast that began last."""
    begun = select(Broadcast).where(Broadcast.line.is_not(None), Broadcast.begun_at.is_not(None))
    found: Broadcast | None = await session.scalar(begun.order_by(Broadcast.id.desc()).limit(1))
    return found


def _said_yes(kind: str) -> Any:
    return Customer.follows_stories if kind == "stories" else Customer.wants[kind].as_boolean().is_(True)


def _subscribers(kind: str, *columns: Any) -> Any:
    """Who said yes to that kind and has a private chat; of several chats the oldest."""
    chats = select(Conversation.customer_id, func.min(Conversation.id).label("id"))
    chat = chats.where(Conversation.person_id == "", Conversation.kind == "customer")
    private = chat.group_by(Conversation.customer_id).subquery()
    found = select(*columns, private.c.id).join(private, private.c.customer_id == Customer.id)
    return found.where(_said_yes(kind))


async def snapshot(session: AsyncSession, broadcast: Broadcast, first: int = 0) -> int:
    """Writes down who gets it, in the order of their ids, numbered from `first`: whoever says yes later gets the next
    one. Returns how many they are."""
    number = func.row_number().over(order_by=Customer.id) + (first - 1)
    columns = (literal(broadcast.id), number, Customer.id, literal("planned"), literal(""))
    names = ["broadcast_id", "number", "customer_id", "state", "reason", "conversation_id"]
    await session.execute(insert(plain(BroadcastRecipient)).from_select(names, _subscribers(broadcast.kind, *columns)))
    mine = select(func.count()).select_from(BroadcastRecipient).filter_by(broadcast_id=broadcast.id)
    return await session.scalar(mine) or 0


async def alike(
    session: AsyncSession, kind: str, after: int, most: int
) -> tuple[int | None, list[tuple[Customer, int]]]:
    """The next subscribers behind an id, at most so many, counted by all that decides whether they may be written to:
    one that stands for each sort, with how many they are. Those that stand for others are no rows. Before them the id
    of the last, or None where nobody follows."""
    stopped, blocked = Customer.stopped_at.is_not(None), Customer.blocked_at.is_not(None)
    sorts = (
        *(Customer.reachable, Customer.complains, stopped, blocked, Customer.paused_until, Customer.timezone),
        *(Customer.most_a_week, cast(Customer.quiet, String), cast(Customer.contacted, String)),
    )
    private = (Conversation.customer_id == Customer.id, Conversation.person_id == "", Conversation.kind == "customer")
    next_ones = select(*sorts, Customer.id.label("who")).where(_said_yes(kind), exists().where(*private))
    people = next_ones.where(Customer.id > after).order_by(Customer.id).limit(most).subquery()
    keys = list(people.c)[: len(sorts)]
    rows = (await session.execute(select(*keys, func.count(), func.max(people.c.who)).group_by(*keys))).all()
    is_full = sum(row[-2] for row in rows) >= most
    return max(row[-1] for row in rows) if is_full else None, [(_stand_in(kind, row), row[-2]) for row in rows]


def _stand_in(kind: str, row: Any) -> Customer:
    reachable, complains, stopped, blocked, paused_until, zone, most, quiet, contacted, *_ = row
    return Customer(
        reachable=bool(reachable), complains=bool(complains), paused_until=paused_until, timezone=zone,
        stopped_at=_LONG_AGO if stopped else None, blocked_at=_LONG_AGO if blocked else None, most_a_week=most,
        quiet=json.loads(quiet or "null"), contacted=json.loads(contacted or "null"),
        follows_stories=kind == "stories", wants={kind: True},
    )  # fmt: skip


async def others(session: AsyncSession, kind: str) -> int:
    """How many customers never said yes to that kind, or no longer do."""
    everybody = await session.scalar(select(func.count()).select_from(Customer)) or 0
    return everybody - (await session.scalar(select(func.count()).select_from(Customer).where(_said_yes(kind))) or 0)


async def take(session: AsyncSession, broadcast: Broadcast, now: datetime, most: int) -> list[Recipient]:
    """Those whose turn it is, at most so many: first who were put off until now, then who stand behind the cursor,
    which moves on. Their rows are held for the caller, who counts what they are told."""
    r = BroadcastRecipient
    mine = select(r.number).where(r.broadcast_id == broadcast.id)
    put_off = mine.where(r.state == "later", r.later_at <= now).order_by(r.number).limit(most)
    numbers = list(await session.scalars(put_off))
    behind = mine.where(r.number > broadcast.cursor, r.state == "planned").order_by(r.number)
    fresh = list(await session.scalars(behind.limit(most - len(numbers)))) if len(numbers) < most else []
    broadcast.cursor = fresh[-1] if fresh else broadcast.cursor
    rows = await session.execute(
        select(r.number, Customer, Conversation.platform, Conversation.bot, Conversation.chat_id)
        .join(Customer, Customer.id == r.customer_id)
        .join(Conversation, Conversation.id == r.conversation_id)
        .where(r.broadcast_id == broadcast.id, r.number.in_(numbers + fresh))
        .order_by(Customer.id)
        .with_for_update(of=Customer)
        .execution_options(populate_existing=True)
    )
    return [Recipient(number, who, ChatRef(*chat)) for number, who, *chat in rows]


Became = tuple[int, str, str, datetime | None, datetime | None]
"""Of a recipient the number, and what became of them: state, reason, when, and until when they are put off."""
_BECAME = (
    update(plain(BroadcastRecipient))
    .where(BroadcastRecipient.broadcast_id == bindparam("of"), BroadcastRecipient.number == bindparam("who"))
    .values(
        state=bindparam("now_is"),
        reason=bindparam("why"),
        at=bindparam("when", type_=Instant),
        later_at=bindparam("later", type_=Instant),
    )
)


async def became(session: AsyncSession, broadcast_id: int, found: Iterable[Became]) -> None:
    """Writes down what became of recipients."""
    names = ("who", "now_is", "why", "when", "later")
    rows = [{"of": broadcast_id, **dict(zip(names, each, strict=True))} for each in found]
    if rows:
        await session.execute(_BECAME, rows)


async def settle(
    session: AsyncSession, broadcast_id: int, states: Sequence[str] = ("queued",), taken_back: str = "withdrew"
) -> int:
    """Takes over from the outbox what became of those whose messages have all ended; returns how many they were.
    `taken_back` is the reason for those whose message was cancelled before it went."""
    r, o, other = BroadcastRecipient, OutboxRow, aliased(OutboxRow)
    on_its_way = exists().where(
        other.broadcast_id == broadcast_id,
        other.customer_id == r.customer_id,
        other.op == "send",
        other.state.in_(ON_THE_WAY),
    )
    rows = await session.execute(
        select(r.number, r.at, o.state, o.error, o.sent_at)
        .join(o, and_(o.broadcast_id == broadcast_id, o.customer_id == r.customer_id))
        .where(r.broadcast_id == broadcast_id, r.state.in_(states), o.op == "send", ~on_its_way)
        .order_by(r.number)
    )
    parts: dict[int, list[Any]] = {}
    for row in rows:
        parts.setdefault(row[0], []).append(row)
    ended = [_outcome(number, its, taken_back) for number, its in parts.items()]
    changed = [each for each in ended if each[1] not in states]
    await became(session, broadcast_id, changed)
    return len(changed)


def _outcome(number: int, rows: Sequence[Any], taken_back: str) -> Became:
    last = min(rows, key=lambda row: AFTER_ALL.index(row[2]))
    state, why = OUTCOMES[last[2]], str(last[3]).partition(":")[0]
    if state == "failed" and why == "blocked":
        return number, "unreachable", why, last[1], None
    reason = {"left_out": taken_back, "failed": why}.get(state, "")
    return number, state, reason, last[4] or last[1], None


async def count(session: AsyncSession, broadcast_id: int, state: str) -> int:
    """How many recipients are in that state."""
    of = {"broadcast_id": broadcast_id, "state": state}
    return await session.scalar(select(func.count()).select_from(BroadcastRecipient).filter_by(**of)) or 0


async def counts(session: AsyncSession, broadcast_id: int) -> Counts:
    """How many recipients are in each state, for each reason."""
    r = BroadcastRecipient
    rows = await session.execute(
        select(r.state, r.reason, func.count()).where(r.broadcast_id == broadcast_id).group_by(r.state, r.reason)
    )
    return Counter({(state, reason): many for state, reason, many in rows})


async def next_later(session: AsyncSession, broadcast_id: int) -> datetime | None:
    """When the first of those who were put off may be written to."""
    later = select(func.min(BroadcastRecipient.later_at)).filter_by(broadcast_id=broadcast_id, state="later")
    at: datetime | None = await session.scalar(later)
    return at


async def withdraw(session: AsyncSession, broadcast: Broadcast, now: datetime) -> int:
    """Takes back what is queued and of which nothing has begun, so that it can be enqueued again; it counts for nobody
    any more. Returns how many people that were. Customers are held before their rows, as by whoever says /stop."""
    r, o = BroadcastRecipient, OutboxRow
    queued = r.broadcast_id == broadcast.id, r.state == "queued"
    people = select(r.number, Customer, r.at).join(Customer, Customer.id == r.customer_id).where(*queued)
    found = {
        who.id: (number, who, at)
        for number, who, at in await session.execute(people.order_by(Customer.id).with_for_update(of=Customer))
    }
    waiting = select(o.id, o.customer_id).where(o.broadcast_id == broadcast.id, o.state == "waiting")
    rows = (await session.execute(waiting.order_by(o.id).with_for_update())).all()
    mine = select(o.customer_id).join(r, and_(r.customer_id == o.customer_id, *queued))
    has_begun = mine.where(o.broadcast_id == broadcast.id, o.state != "waiting")
    left = set(found) - set(await session.scalars(has_begun))
    taken = [row_id for row_id, who in rows if who in left]
    for first in range(0, len(taken), _MANY):
        await session.execute(delete(o).where(o.id.in_(taken[first : first + _MANY])))
    back = {who for _, who in rows if who in left}
    for _, customer, at in (found[who] for who in back):
        customer.contacted = [each for each in customer.contacted or () if at is None or each != at.isoformat()]
    await became(session, broadcast.id, [(found[who][0], "later", "", None, now) for who in back])
    return len(back)


async def page(session: AsyncSession, broadcast_id: int, after: int, most: int) -> Sequence[Any]:
    """Of the next recipients number, name, platform, state, reason, when it was so, and until when they are put off."""
    r = BroadcastRecipient
    rows = await session.execute(
        select(r.number, Customer.name, Customer.platform, r.state, r.reason, r.at, r.later_at)
        .join(Customer, Customer.id == r.customer_id)
        .where(r.broadcast_id == broadcast_id, r.number > after)
        .order_by(r.number)
        .limit(most)
    )
    return rows.all()


async def private_chat(session: AsyncSession, platform: str, person_id: str) -> ChatRef | None:
    """The private chat of somebody who can be reached, an owner who tries out a message."""
    found = await session.execute(
        select(Conversation.platform, Conversation.bot, Conversation.chat_id)
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(Customer.platform == platform, Customer.platform_id == person_id, Customer.reachable)
        .where(Conversation.person_id == "", Conversation.kind == "customer")
        .order_by(Conversation.id)
        .limit(1)
    )
    row = found.first()
    return ChatRef(*row) if row else None


async def unsure(session: AsyncSession, broadcast_id: int) -> int:
    """How many messages of a broadcast may or may not have arrived."""
    uncertain = select(func.count()).select_from(OutboxRow).filter_by(broadcast_id=broadcast_id, state="uncertain")
    return await session.scalar(uncertain) or 0
