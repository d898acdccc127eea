"""What belongs to one person, table by table: the one list by which they are told, exported and forgotten.

Every table stands here: in `rules`, by which rows of it are a person's, or in `NOBODYS`, with the reason why it holds
none. A test holds that, and that a rule looks at every column that leads to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import plain
from bot.database.tables import (
    Attachment,
    Base,
    Block,
    BroadcastRecipient,
    ButtonRow,
    Consent,
    Conversation,
    Customer,
    DeskRow,
    HeldWords,
    InboxRow,
    Lane,
    LiveQuestion,
    Note,
    OutboxRow,
    Phrasing,
    PostReaction,
    PostReply,
    Promise,
    Rating,
    RestockWish,
    SentPart,
    Ticket,
)

NOBODYS = {
    "accounts": "owners' own accounts, which they have connected themselves",
    "alerts": "an id and an instant; who complained stands in their tickets, the words in the room's messages",
    "barred": "the fingerprint of an id, and nothing else, while a block of somebody forgotten goes on",
    "blobs": "bytes; those that no attachment names any more are deleted with a person's attachments",
    "broadcasts": "what owners tell to many; to whom stands in its recipients",
    "changes": "versions of the shop's own entries and products",
    "chat_moves": "ids of groups, the owners' and public ones",
    "entries": "what the shop answers, in the owners' words",
    "episodes": "an owner's queue",
    "erasures": "counters; whose rows have to go only until they are gone",
    "file_remarks": "an owner's file that could not be made fit for a place, until the owner is told",
    "file_ids": "names of bytes, which go with them",
    "images": "pictures of entries, products and stories",
    "live_hours": "an owner's hour of questions, by its title",
    "owners": "owners, by the name that they have in their room",
    "posts": "what was posted",
    "products": "the catalogue",
    "revisions": "when the shop's knowledge was changed, and from which file",
    "series": "an owner's plans",
    "snippets": "owners' canned replies",
    "stories": "what owners tell",
    "story_talks": "of what an owner's button tells, and the receipt with its counts",
    "table_mappings": "how a table of products was read",
}
"""Tables in which no row is a customer's, and why."""


@dataclass(frozen=True)
class Person:
    """Whose rows: one customer, and of their conversations what came up to an instant and up to the last ids in inbox
    and outbox that are theirs. What came later is somebody new."""

    customer_id: int
    platform: str
    platform_id: str
    conversations: tuple[int, ...]
    until: datetime
    last_heard: int
    last_said: int

    @property
    def name(self) -> str:
        """What they are called where platforms are mixed, such as telegram:123."""
        return f"{self.platform}:{self.platform_id}"


async def person_of(session: AsyncSession, customer: Customer, now: datetime) -> Person:
    """The customer with all that is theirs at this instant."""
    theirs = select(Conversation.id).where(Conversation.customer_id == customer.id).order_by(Conversation.id)
    heard, said = (
        await session.scalar(select(func.max(InboxRow.id))),
        await session.scalar(select(func.max(OutboxRow.id))),
    )
    ids = tuple(await session.scalars(theirs))
    return Person(customer.id, customer.platform, customer.platform_id, ids, now, heard or 0, said or 0)


def heard(person: Person) -> ColumnElement[bool]:
    """The stored updates of a person's conversations: their words, and the owners' to them."""
    here = InboxRow.conversation_id.in_(person.conversations) & (InboxRow.id <= person.last_heard)
    return or_(InboxRow.customer_id == person.customer_id, here)


def said(person: Person) -> ColumnElement[bool]:
    """The calls that were or will be made for them: to them, and into their thread."""
    here = OutboxRow.conversation_id.in_(person.conversations) & (OutboxRow.id <= person.last_said)
    carried = OutboxRow.copy_of.in_(select(InboxRow.id).where(heard(person)))
    return or_(OutboxRow.customer_id == person.customer_id, here, carried)


def rules(person: Person) -> Sequence[tuple[type[Base], ColumnElement[bool]]]:
    """Which rows of which table are a person's; in an order in which they can be deleted, whatever points to what."""
    who, here = person.customer_id, person.conversations
    words, calls = select(InboxRow.id).where(heard(person)), select(OutboxRow.id).where(said(person))
    asked = _theirs(Ticket, person) | (Ticket.conversation_id.in_(here) & (Ticket.opened_at <= person.until))
    tickets = select(Ticket.id).where(asked)
    promised = Promise.conversation_id.in_(here) & (Promise.made_at <= person.until)
    return (
        (SentPart, SentPart.outbox_id.in_(calls) | SentPart.inbox_id.in_(words)),
        (
            HeldWords,
            _theirs(HeldWords, person)
            | HeldWords.inbox_id.in_(words)
            | (HeldWords.conversation_id.in_(here) & (HeldWords.held_at <= person.until)),
        ),
        (BroadcastRecipient, _theirs(BroadcastRecipient, person) | BroadcastRecipient.conversation_id.in_(here)),
        (OutboxRow, said(person)),
        (Attachment, _theirs(Attachment, person) | Attachment.inbox_id.in_(words)),
        (Rating, _theirs(Rating, person) | Rating.ticket_id.in_(tickets)),
        (Promise, _theirs(Promise, person) | Promise.ticket_id.in_(tickets) | promised),
        (Consent, _theirs(Consent, person)),
        (Note, _theirs(Note, person)),
        (Block, _theirs(Block, person)),
        (RestockWish, _theirs(RestockWish, person) | _while(RestockWish, RestockWish.asked_at, person)),
        (Phrasing, _theirs(Phrasing, person)),
        (PostReaction, _theirs(PostReaction, person) | _unclaimed(person)),
        (PostReply, _theirs(PostReply, person) | PostReply.inbox_id.in_(words)),
        (LiveQuestion, _theirs(LiveQuestion, person) | LiveQuestion.inbox_id.in_(words)),
        (Ticket, asked),
        (ButtonRow, _while(ButtonRow, ButtonRow.created_at, person)),
        (InboxRow, heard(person)),
        (DeskRow, DeskRow.conversation_id.in_(_abandoned(person))),
        (Lane, _lanes(person)),
        (Conversation, Conversation.id.in_(_abandoned(person)) & _theirs(Conversation, person)),
        (Customer, Customer.id == who),
    )


def _theirs(table: Any, person: Person) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.customer_id == person.customer_id
    return found


def _unclaimed(person: Person) -> ColumnElement[bool]:
    """Reactions that tell the person by the platform's id alone."""
    return and_(PostReaction.customer_id.is_(None), PostReaction.person == person.name)


def _while(table: Any, at: Any, person: Person) -> ColumnElement[bool]:
    """What belongs to one of their conversations since before they were forgotten."""
    return and_(table.conversation_id.in_(person.conversations), at <= person.until)


def _abandoned(person: Person) -> Any:
    """Those of their conversations in which nobody new writes."""
    new = select(InboxRow.conversation_id).where(InboxRow.conversation_id.in_(person.conversations))
    later = new.where(InboxRow.id > person.last_heard)
    return select(Conversation.id).where(Conversation.id.in_(person.conversations), Conversation.id.not_in(later))


def _lanes(person: Person) -> ColumnElement[bool]:
    """The counters of their chat and their desk, where nothing stands in line any more."""
    desks = [Lane.lane.startswith(f"desk:{id}|", autoescape=True) for id in person.conversations]
    where = Conversation.platform + "/" + Conversation.bot + "/" + Conversation.chat_id + "/"
    chats = (
        select(Lane.lane)
        .join(Conversation, Lane.lane.startswith(where))
        .where(Conversation.id.in_(person.conversations), Conversation.person_id == "")
    )
    empty = Lane.lane.not_in(select(OutboxRow.lane))
    return or_(false(), *desks, Lane.lane.in_(chats)) & empty


async def exported(session: AsyncSession, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Every row that is a person's, by table, as plain JSON values; instants are UTC. Files are told by their
    fingerprint."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, where in rules(person):
        columns = plain(table).columns
        rows = await session.execute(select(*columns).where(where).order_by(*plain(table).primary_key))
        found[table.__tablename__] = [
            {column.name: _as_json(value) for column, value in zip(columns, row, strict=True)} for row in rows
        ]
    return {name: rows for name, rows in found.items() if rows}


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
