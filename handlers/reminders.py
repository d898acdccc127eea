"""Questions that nobody answers come back to the owners: one line in the room's general part says who waits.

It is told at growing intervals, while the shop is open. The line is edited; only after hours does it stand anew at the
bottom of the room, and then the old one goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import waiting
from bot.database.tables import Conversation, Ticket
from bot.messages import ChatRef, OutboundMessage, Text
from handlers.context import House
from handlers.texts import best_language, say
from knowledge.hours import Hours
from knowledge.shop import Shop

STEPS = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
DAY = timedelta(days=1)
"""After these, once a day."""
ANEW = timedelta(hours=4)
"""A line that is older than this is said again rather than edited, so that somebody sees it."""
DAYTIME = ((8 * 60, 21 * 60),)
"""When owners are reminded whose hours nobody knows."""
NAMED_AT_MOST = 5

Waiting = Sequence[tuple[Ticket, str, datetime]]


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Plans the reminders of who has begun to wait, and tells the owners where one is due; None where nothing is."""
    room = await waiting.room_of(session, house.room) if house.room else None
    if house.room and room is None:
        return None  # somebody else is at it
    rows = await waiting.who_waits(session)
    new = [ticket for ticket, _, _ in rows if ticket.remind_at is None]
    ripe = [ticket for ticket, _, _ in rows if ticket.remind_at and ticket.remind_at <= now]
    for ticket, _, since in rows:
        if ticket in ripe:
            ticket.reminded = (ticket.reminded or 0) + 1
        if ticket in ripe or ticket in new:
            ticket.remind_at = after(since, now, house.shop)
    over = not rows and room is not None and bool(room.digest) and not (room.digest or {})["over"]
    if not (new or ripe or over):
        return None
    return _told(rows, room, house, now) if house.room and room and (ripe or over) else []


def after(since: datetime, now: datetime, shop: Shop) -> datetime:
    """When the owners are next reminded of one who has waited since then: the first of the growing intervals that
    isn't over, moved to where the shop is open."""
    hours = shop.hours if shop.hours.known else Hours(dict.fromkeys(range(7), DAYTIME), {}, shop.zone)
    instants = [since + step for step in STEPS]
    while True:
        at = instants.pop(0) if instants else since + DAY * ((now - since) // DAY + 1)
        open_at = at if hours.is_open(at) else hours.next_opening(at) or at
        if open_at > now:
            return open_at


def _told(rows: Waiting, room: Conversation, house: House, now: datetime) -> list[OutboundMessage]:
    """The line as it is now: edited, or said anew where it is old or said that nobody waits."""
    assert house.room is not None
    text, line = _line(rows, house, now), room.digest
    if line and not line["over"] and (not rows or now - datetime.fromisoformat(line["sent_at"]) < ANEW):
        room.digest = line | {"edits": line["edits"] + 1, "over": not rows}
        key = f"{line['name']}.{line['edits'] + 1}"
        return [OutboundMessage(house.room, key, "notice", "edit", text=text, target=line["name"])]
    name = f"waiting:{room.id}:{now.timestamp():.3f}"
    room.digest = {"name": name, "sent_at": now.isoformat(), "edits": 0, "over": False}
    return [*_gone(line, house.room), OutboundMessage(house.room, name, "notice", text=text)]


def _gone(line: dict[str, Any] | None, room: ChatRef) -> list[OutboundMessage]:
    return [OutboundMessage(room, f"{line['name']}.gone", "notice", "delete", target=line["name"])] if line else []


def _line(rows: Waiting, house: House, now: datetime) -> Text:
    language, time = best_language(*house.shop.languages), f"{now.astimezone(house.shop.zone):%H:%M}"
    if not rows:
        return say(language, "reminder_over", time=time)
    names = ", ".join(name or "?" for _, name, _ in rows[:NAMED_AT_MOST])
    if len(rows) > NAMED_AT_MOST:
        names = say(language, "reminder_more", names=names, count=str(len(rows) - NAMED_AT_MOST)).plain
    oldest = _age(now - min(since for _, _, since in rows), language)
    sentence = "reminder_one" if len(rows) == 1 else "reminder_many"
    return say(language, sentence, count=str(len(rows)), oldest=oldest, names=names, time=time)


def _age(span: timedelta, language: str) -> Text:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return say(language, "age_minutes", count=str(minutes))
    if minutes < 48 * 60:
        return say(language, "age_hours", count=str(minutes // 60))
    return say(language, "age_days", count=str(minutes // (24 * 60)))
