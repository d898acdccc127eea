"""A broadcast goes out in rounds: the outbox holds a window of it, and a crash goes on at the cursor.

Everybody is asked for at the one door when their turn comes. Who has quiet hours gets it after them; who must not be
written to is left out, with the reason. What the outbox says became of a message is taken over by the next round.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import broadcasts, plans, talk
from bot.database.broadcasts import Became, Recipient
from bot.database.tables import Broadcast, Post, Series, Story
from bot.messages import Button, Media, OutboundMessage, Text
from handlers.broadcasts.telling import finished, line_for_post, progress
from handlers.context import House
from handlers.preferences import WITHIN, Contact, next_contact, obstacle, unasked
from handlers.stories import more
from handlers.stories.telling import composed
from handlers.texts import best_language, say

WINDOW = 600
"""So many people's messages are in the outbox at once: what a platform takes in 20 seconds, and few enough to be taken
back within one."""
ROUND = 100
"""So many are enqueued in one transaction: nobody's reply waits longer for the database than that takes."""
LOOK = timedelta(seconds=1)
LOOKS_AT_MOST = 4
"""Looks that find nothing new become rarer, up to 16 seconds apart."""
NAMED_AT_MOST = 3
"""Of so many that may or may not have arrived the owner is asked one by one; of more, the line tells how many."""


async def begin(
    session: AsyncSession, house: House, post: Post, story: Story, first: int, now: datetime
) -> list[OutboundMessage]:
    """Begins to send a story's post to its followers, whose copies are numbered from `first`; how far that has come is
    told in the room where it takes a while."""
    broadcast = Broadcast(story_id=story.id, post_id=post.id, kind="stories", state="running", cursor=first - 1,
                          looks=0, created_at=now, created_by="", begun_at=now, next_at=now)  # fmt: skip
    session.add(broadcast)
    await session.flush()
    people = await broadcasts.snapshot(session, broadcast, first)
    post.copies = first + people
    if people == 0:
        broadcast.state, broadcast.next_at, broadcast.ended_at = "done", None, now
    return await line_for_post(session, house, broadcast, people, now)


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """One round of a broadcast whose time has come; None when there is none."""
    broadcast = await broadcasts.claim_due(session, now)
    if broadcast is None:
        return None
    post = await session.get(Post, broadcast.post_id) if broadcast.post_id else None
    taken_back = "recalled" if post and post.state == "recalled" else "withdrew"
    settled = await broadcasts.settle(session, broadcast.id, taken_back=taken_back)
    messages, looked_at = list[OutboundMessage](), 0
    queued = await broadcasts.count(session, broadcast.id, "queued")
    if broadcast.state == "running":
        await _end_with_its_post(session, broadcast)
    if broadcast.state == "running" and queued < WINDOW:
        messages, looked_at = await _round(session, house, broadcast, min(ROUND, WINDOW - queued), now)
        queued += len(messages)
    await _plan_next(session, broadcast, queued, looked_at, bool(settled or looked_at), now)
    return messages + await progress(session, house, broadcast, now)


async def _end_with_its_post(session: AsyncSession, broadcast: Broadcast) -> None:
    """What was recalled, or is over, goes to nobody else."""
    if broadcast.post_id is None:
        return
    post = await session.get_one(Post, broadcast.post_id)
    series = await session.get_one(Series, post.series_id)
    if post.state != "posted" or series.gone_at is not None:
        broadcast.state = "stopped"


async def _round(
    session: AsyncSession, house: House, broadcast: Broadcast, most: int, now: datetime
) -> tuple[list[OutboundMessage], int]:
    """The messages of the next few, and how many were looked at."""
    recipients = await broadcasts.take(session, broadcast, now, most)
    content = await _content(session, broadcast)
    said, found = list[OutboundMessage](), list[Became]()
    for recipient in recipients:
        copy, became = _copy(house, broadcast, content, recipient, now)
        said += [copy] if copy else []
        found.append(became)
    await broadcasts.became(session, broadcast.id, found)
    return said, len(recipients)


@dataclass(frozen=True)
class _Content:
    """What it says now; `more` is of what the button under a story's post tells more."""

    text: Text
    media: tuple[Media, ...]
    post: Post | None
    more: str

    def buttons(self, house: House, kind: Contact, broadcast_id: int, language: str) -> tuple[Button, ...]:
        """What stands under one person's copy."""
        if self.post:
            return more.under(house, self.post, self.more, len(self.media), private=True, language=language)
        if len(self.media) > 1:
            return ()
        label = say(best_language(language, *house.shop.languages), "why_button").plain
        return (Button(label, f"why_{'offer' if kind == 'offers' else 'story'}:{broadcast_id}"),)


async def _content(session: AsyncSession, broadcast: Broadcast) -> _Content:
    story = await session.get_one(Story, broadcast.story_id, with_for_update={"read": True})
    if broadcast.post_id is None:
        return _Content(*plans.told(story), None, "")
    post = await session.get_one(Post, broadcast.post_id)
    return _Content(*composed(post, story), post, await talk.more_of(session, post.series_id))


def _copy(
    house: House, broadcast: Broadcast, content: _Content, recipient: Recipient, now: datetime
) -> tuple[OutboundMessage | None, Became]:
    """One person's message, if they may be written to now, and what became of them."""
    kind, customer, number, zone = _kind(broadcast), recipient.customer, recipient.number, house.shop.zone
    why = obstacle(customer, kind, now, zone)
    if why == "quiet" and (later := next_contact(customer, kind, now, zone)):
        if broadcast.post_id and later - (broadcast.begun_at or now) > WITHIN:
            return None, (number, "left_out", "too_late", now, None)
        return None, (number, "later", "quiet", None, later)
    if why:
        return None, (number, "left_out", why, now, None)
    name = f"post:{broadcast.post_id}" if broadcast.post_id else f"broadcast:{broadcast.id}"
    under = content.buttons(house, kind, broadcast.id, customer.language)
    message = OutboundMessage(
        recipient.chat, f"{name}:{number}", text=content.text, media=content.media, buttons=under,
        broadcast_id=broadcast.id,
    )  # fmt: skip
    copy = unasked(message, customer, kind, now, zone)
    assert copy is not None and copy.not_before is None  # nothing stands against it
    return copy, (number, "queued", "", now, None)


def _kind(broadcast: Broadcast) -> Contact:
    return "offers" if broadcast.kind == "offers" else "stories"


async def _plan_next(
    session: AsyncSession, broadcast: Broadcast, queued: int, looked_at: int, is_news: bool, now: datetime
) -> None:
    """When it is looked at again; it is done when nobody is left."""
    broadcast.looks = 0 if is_news else min(broadcast.looks + 1, LOOKS_AT_MOST)
    running = broadcast.state == "running"
    if running and looked_at and queued < WINDOW:
        broadcast.next_at = now
        return
    later = await broadcasts.next_later(session, broadcast.id) if running else None
    look = now + LOOK * 2**broadcast.looks if queued else None
    broadcast.next_at = min((at for at in (look, later) if at), default=None)
    if broadcast.next_at is None:
        finished(broadcast, now)


def is_told_together(message: OutboundMessage, unsure: int) -> bool:
    """Whether the owner hears of a message that may or may not have arrived by the broadcast's line alone."""
    return message.broadcast_id is not None and unsure > NAMED_AT_MOST
