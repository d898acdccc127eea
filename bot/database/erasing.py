"""Forgetting a person: at once in name, then row by row in small transactions, until only counters are left.

`begin` takes name and id away, so that whoever writes from then on is somebody new, and ends what was planned for
them. `go_on` does one small step at a time and finds by itself what is still to be done: a process that dies in between
costs nothing. Words of theirs that stand in the owners' general part are taken out of what is stored of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, Text, delete, func, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import hearsay
from bot.database.belongings import Person, heard, person_of, rules, said
from bot.database.blobs import delete_unnamed, forget_reports
from bot.database.inserts import insert_into
from bot.database.people import fingerprint
from bot.database.tables import (
    Attachment,
    BarredPrint,
    Base,
    Block,
    Conversation,
    Customer,
    DeskRow,
    Erasure,
    InboxRow,
    Lane,
    OutboxRow,
    PostReaction,
    SentPart,
    Ticket,
)
from bot.messages import ChatRef, MessageRef

AT_ONCE = 500
"""Rows that are deleted in one transaction."""
SOON, LATER = timedelta(seconds=2), timedelta(minutes=5)
PATIENCE = timedelta(hours=6)
"""For so long the farewell is tried, and the platform's copies are waited for."""
LIVE = ("waiting", "claimed", "sending")

Step = Literal["waits", "takes_back", "erases", "over"]


@dataclass(frozen=True)
class Done:
    """What a step did. `copies` are the messages in the owners' room that have to go there too; `places` are where
    they stand, and `left` how many the platform keeps."""

    step: Step
    copies: Sequence[MessageRef] = ()
    places: Sequence[ChatRef] = ()
    left: int = 0


def key_of(erasure: Erasure) -> str:
    """Begins the names of all that is said and done in the owners' room for it."""
    return f"erased:{erasure.id}:"


async def begin(
    session: AsyncSession, customer: Customer, by: str, now: datetime, asked_in: int | None = None
) -> Erasure:
    """Takes a person's name and id away, ends what was open or planned, and notes that all else is to follow. A block
    of theirs stays as a fingerprint. What was stored after the update `asked_in` is somebody new's."""
    await session.flush()
    person = await person_of(session, customer, now)
    person = replace(person, last_heard=asked_in or person.last_heard)
    counts = {table.__tablename__: await _count(session, table, where) for table, where in rules(person)}
    waiting = Ticket.closed_at.is_(None) & Ticket.conversation_id.in_(person.conversations)
    counts["open"] = await _count(session, Ticket, waiting)
    desks = (await session.scalars(select(DeskRow).where(DeskRow.conversation_id.in_(person.conversations)))).all()
    places = [[desk.platform, desk.bot, desk.chat_id, desk.thread_id] for desk in desks if desk.platform]
    scope = {
        "platform": person.platform,
        "conversations": person.conversations,
        "last_heard": person.last_heard,
        "last_said": person.last_said,
        "places": places,
        "since": customer.created_at.isoformat(),
    }
    erasure = Erasure(
        by=by, state="asked", customer_id=customer.id, scope=scope, counts=_told(counts), asked_at=now, due_at=now
    )
    session.add(erasure)
    await _claim_unplaced(session, person)
    await _bar(session, customer)
    await forget_reports(session)
    await _end_all(session, person, desks, now)
    await session.flush()
    _unname(customer, erasure, now)
    await session.flush()
    return erasure


async def _claim_unplaced(session: AsyncSession, person: Person) -> None:
    """What names them by their id alone, while that is known: reactions, and updates that no chat could be read of."""
    likes = update(PostReaction).where(PostReaction.person == person.name, PostReaction.customer_id.is_(None))
    await session.execute(likes.values(customer_id=person.customer_id))
    named = cast_to(InboxRow.raw, Text).contains(person.platform_id, autoescape=True)
    unread = update(InboxRow).where(InboxRow.conversation_id.is_(None), InboxRow.state == "failed", named)
    await session.execute(unread.values(customer_id=person.customer_id))


async def _count(session: AsyncSession, table: type[Base], where: Any) -> int:
    return await session.scalar(select(func.count()).select_from(table).where(where)) or 0


def _told(counts: dict[str, int]) -> dict[str, int]:
    kept = {"inbox": "heard", "outbox": "said", "attachments": "files", "tickets": "questions", "notes": "notes"}
    kept["open"] = "open"
    return {name: counts[table] for table, name in kept.items()}


def _unname(customer: Customer, erasure: Erasure, now: datetime) -> None:
    customer.platform_id, customer.name, customer.username, customer.language = f"forgotten:{erasure.id}", "", "", ""
    customer.wants = customer.quiet = customer.timezone = customer.tags = customer.contacted = None
    customer.follows_stories = customer.reachable = customer.complains = False
    customer.stopped_at, customer.blocked_at = now, None


async def _end_all(session: AsyncSession, person: Person, desks: Sequence[DeskRow], now: datetime) -> None:
    """Nothing is asked, awaited or on its way any more, and the next words open a thread of their own."""
    stopped = update(OutboxRow).where(said(person), OutboxRow.state.in_(("waiting", "claimed", "uncertain")))
    await session.execute(stopped.values(state="cancelled"))
    thoughts = update(InboxRow).where(heard(person), InboxRow.state == "held")
    await session.execute(thoughts.values(state="done", outcome="done"))
    tickets = update(Ticket).where(Ticket.conversation_id.in_(person.conversations), Ticket.closed_at.is_(None))
    await session.execute(tickets.values(closed_at=now))
    for desk in desks:
        desk.state, desk.thread_id, desk.generation, desk.title = "absent", None, desk.generation + 1, "Customer"
    wanted = select(Conversation).where(Conversation.id.in_(person.conversations)).order_by(Conversation.id)
    for row in await session.scalars(wanted.with_for_update(key_share=True)):
        row.state, row.until_word, row.wake_attempts = "bot", False, 0
        for name in _OF_THE_TALK:
            setattr(row, name, None)


_OF_THE_TALK = (
    *("wake_at", "thought_due_at", "handoff_ends_at", "due_at", "last_customer_at", "last_owner_at", "card_due_at"),
    *("mark", "card", "card_shown", "topic", "awaiting", "lately", "digest"),
)


async def _bar(session: AsyncSession, customer: Customer) -> None:
    wanted = select(Block).where(Block.customer_id == customer.id, Block.lifted_at.is_(None))
    if customer.blocked_at and (block := await session.scalar(wanted)):
        name = fingerprint(customer.platform, customer.platform_id)
        made = insert_into(session, BarredPrint).values(fingerprint=name, by=block.by, until=block.until)
        await session.execute(made.on_conflict_do_update(index_elements=["fingerprint"], set_={"until": block.until}))


async def private_chats(session: AsyncSession, customer: Customer) -> list[ChatRef]:
    """Where the person can be told, alone."""
    wanted = select(Conversation.platform, Conversation.bot, Conversation.chat_id).where(
        Conversation.customer_id == customer.id, Conversation.person_id == ""
    )
    return [ChatRef(*row) for row in await session.execute(wanted)]


NEXT_ERASURE_AT = select(func.min(Erasure.due_at)).where(Erasure.state != "done")
"""When the next person's erasing goes on."""


async def next_open(session: AsyncSession, now: datetime) -> Erasure | None:
    """The erasure that is to go on now, held for the caller alone."""
    wanted = select(Erasure).where(Erasure.state != "done", Erasure.due_at <= now).order_by(Erasure.due_at, Erasure.id)
    found: Erasure | None = await session.scalar(wanted.limit(1).with_for_update(skip_locked=True))
    return found


async def go_on(session: AsyncSession, erasure: Erasure, now: datetime) -> Done:
    """One step: waits for what is under way, asks for the copies in the room, deletes a round of rows, or ends it."""
    person, late = _person(erasure), now - erasure.asked_at >= PATIENCE
    if erasure.state == "asked":
        if await _under_way(session, person, late):
            return _wait(erasure, now, SOON)
        erasure.state = "erasing"
        await hearsay.forget_quotes(session, await hearsay.words_of(session, person))
        await hearsay.forget_round_ups(session, person)
        copies = await _copies(session, person, erasure)
        if copies:
            return Done("takes_back", copies)
    if erasure.state == "erasing":
        if await _erase_some(session, person, erasure):
            return Done("erases")
        erasure.state = "taking_back"
    ours = OutboxRow.key.startswith(key_of(erasure), autoescape=True)
    if not late and await session.scalar(select(OutboxRow.id).where(ours, OutboxRow.state.in_(LIVE)).limit(1)):
        return _wait(erasure, now, SOON if now - erasure.asked_at < LATER else LATER)
    return await _end(session, erasure, now)


def _person(erasure: Erasure) -> Person:
    scope = erasure.scope or {}
    return Person(
        erasure.customer_id or 0,
        scope["platform"],
        f"forgotten:{erasure.id}",
        tuple(scope["conversations"]),
        erasure.asked_at,
        scope["last_heard"],
        scope["last_said"],
    )


def _wait(erasure: Erasure, now: datetime, pause: timedelta) -> Done:
    erasure.due_at = now + pause
    return Done("waits")


async def _under_way(session: AsyncSession, person: Person, late: bool) -> bool:
    """Whether something of theirs still goes out; the farewell has its time."""
    if late:
        stopped = update(OutboxRow).where(said(person), OutboxRow.state == "waiting").values(state="cancelled")
        await session.execute(stopped)
    live = select(OutboxRow.id).where(said(person), OutboxRow.state.in_(LIVE)).limit(1)
    return await session.scalar(live) is not None


async def _copies(session: AsyncSession, person: Person, erasure: Erasure) -> list[MessageRef]:
    """Everything that stands in their threads: what the bot put there, and what the owners wrote."""
    found: dict[MessageRef, None] = {}
    for place in (erasure.scope or {})["places"]:
        chat = ChatRef(*place)
        here = {"platform": chat.platform, "chat_id": chat.chat_id}
        ours = select(OutboxRow.message_id, OutboxRow.thread_id).filter_by(**here, op="send", state="sent")
        parts = (
            select(SentPart.message_id, OutboxRow.thread_id)
            .join(OutboxRow)
            .where(SentPart.platform == chat.platform, SentPart.chat_id == chat.chat_id, said(person))
        )
        theirs = select(InboxRow.message_id, InboxRow.thread_id).filter_by(**here).where(heard(person))
        told = OutboxRow.key.startswith(key_of(erasure), autoescape=True)
        for wanted in (ours.where(said(person), ~told), parts, theirs):
            for message_id, thread_id in await session.execute(wanted):
                if message_id:
                    found[MessageRef(replace(chat, thread_id=thread_id), message_id)] = None
    return list(found)


async def _erase_some(session: AsyncSession, person: Person, erasure: Erasure) -> bool:
    """Deletes some rows of the first table that has any; False when nothing is left but their names."""
    for place in (erasure.scope or {})["places"]:
        await hearsay.leave_bare(session, ChatRef(*place), person)
    for table, where in rules(person):
        if table in (DeskRow, Lane, Conversation, Customer):
            continue
        if await _delete_round(session, table, where):
            return True
    since = datetime.fromisoformat((erasure.scope or {})["since"]).astimezone(UTC)
    return await hearsay.forget_some(session, person, since, AT_ONCE)


async def _delete_round(session: AsyncSession, table: type[Base], where: Any) -> int:
    keys = list(table.__table__.primary_key)
    rows = (await session.execute(select(*keys).where(where).limit(AT_ONCE))).all()
    if not rows:
        return 0
    if table is PostReaction:
        await _count_unnamed(session, where)
    hashes = list(await session.scalars(select(Attachment.sha256).where(where))) if table is Attachment else []
    one = keys[0].in_([row[0] for row in rows])
    gone = cast("CursorResult[Any]", await session.execute(delete(table).where(one, where)))
    await delete_unnamed(session, {sha256 for sha256 in hashes if sha256})
    return gone.rowcount


async def _count_unnamed(session: AsyncSession, where: Any) -> None:
    """What they liked stays counted, without a name."""
    for row in (await session.scalars(select(PostReaction).where(where))).all():
        made = insert_into(session, PostReaction).values(
            post_id=row.post_id, copy=row.copy, person="", emoji=row.emoji, count=row.count
        )
        keys = ["post_id", "copy", "person", "emoji"]
        more = {"count": PostReaction.count + row.count}
        await session.execute(made.on_conflict_do_update(index_elements=keys, set_=more))


async def _end(session: AsyncSession, erasure: Erasure, now: datetime) -> Done:
    """Deletes the names, and what came up meanwhile in conversations in which nobody new writes; counters stay."""
    person = _person(erasure)
    ids = select(Conversation.id).where(Conversation.id.in_(person.conversations)).order_by(Conversation.id)
    held = (await session.scalars(ids.with_for_update(key_share=False))).all()
    new = select(InboxRow.conversation_id).where(InboxRow.conversation_id.in_(held), InboxRow.id > person.last_heard)
    talks = set(await session.scalars(new))
    left_alone = tuple(id for id in held if id not in talks)
    last = await session.scalar(select(func.max(OutboxRow.id))) or 0
    whole = replace(person, conversations=left_alone, until=now, last_said=last)
    await session.execute(
        update(Conversation).where(Conversation.id.in_(talks), Conversation.customer_id == person.customer_id)
        .values(customer_id=None)
    )  # fmt: skip
    ours = OutboxRow.key.startswith(key_of(erasure), autoescape=True)
    failed = ours & (OutboxRow.op == "delete") & (OutboxRow.state != "sent")
    left = await _count(session, OutboxRow, failed)
    await session.execute(delete(OutboxRow).where(ours))
    for table, where in rules(whole):
        await session.execute(delete(table).where(where))
    places = [ChatRef(*place) for place in (erasure.scope or {})["places"]]
    erasure.state, erasure.done_at, erasure.customer_id, erasure.scope = "done", now, None, None
    erasure.counts = {**erasure.counts, "left": left}
    return Done("over", places=places, left=left)
