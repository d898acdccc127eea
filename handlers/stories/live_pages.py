"""The post of a live hour in many chats, a page at a time: that it begins, and that it is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import errands, live_hours, people, plans
from bot.database.tables import Broadcast, LiveHour
from bot.messages import OutboundMessage, Text, load
from handlers.context import House
from handlers.preferences import may_contact, unasked
from handlers.texts import best_language, say

PAGE = 200
"""So many people are looked at in one commit."""
BEGINS, ENDS = "live", "live_over"
"""The kinds of errands that are run here."""


def in_channels(hour: LiveHour, house: House, text: Text) -> list[OutboundMessage]:
    """The post in the channels."""
    return [OutboundMessage(chat, f"live:{hour.id}:{n}", "post", text=text) for n, chat in enumerate(house.channels)]


async def begin(
    session: AsyncSession, house: House, hour: LiveHour, first: int, now: datetime
) -> tuple[list[OutboundMessage], int]:
    """The post with the first of the followers, numbered from `first`, and how many more will be looked at."""
    said, last, looked_at = await _with_followers(session, house, hour, 0, first, now)
    if looked_at < PAGE:
        return said, 0
    await _send_on(session, house, hour, BEGINS, last, {"number": first + len(said)}, now)
    return said, await people.count_followers(session) - looked_at


async def _with_followers(
    session: AsyncSession, house: House, hour: LiveHour, after: int, number: int, now: datetime
) -> tuple[list[OutboundMessage], int, int]:
    """The post with those of the next followers who may be written to at this very time; the id of the last, and how
    many were looked at."""
    text, found = _begins(house, hour), list[OutboundMessage]()
    looked_at = await people.followers(session, after, PAGE)
    for customer, chat in looked_at:
        if may_contact(customer, "stories", now, house.shop.zone):
            copy = OutboundMessage(chat, f"live:{hour.id}:{number + len(found)}", "post", text=text)
            mine = unasked(copy, customer, "stories", now, house.shop.zone)
            found += [mine] if mine else []
    return found, looked_at[-1][0].id if looked_at else after, len(looked_at)


async def end(session: AsyncSession, house: House, hour: LiveHour, now: datetime) -> list[OutboundMessage]:
    """The first of the posts say that it is over; the others follow."""
    said, is_full = await _over(session, house, hour, 0)
    if is_full:
        await _send_on(session, house, hour, ENDS, PAGE, {}, now)
    return said


async def _over(session: AsyncSession, house: House, hour: LiveHour, first: int) -> tuple[list[OutboundMessage], bool]:
    text = _begins(house, hour) + "\n\n" + say(best_language(*house.shop.languages), "live_closed")
    edits = list[OutboundMessage]()
    for row in await live_hours.copies(session, hour.id, first, PAGE):
        to, number = load(OutboundMessage, row.message).to, row.key.rpartition(":")[2]
        key, whose = f"liveover:of-{hour.id}:{number}", row.customer_id
        edits.append(OutboundMessage(to, key, "post", "edit", text=text, target=row.key, customer_id=whose))
    return edits, await live_hours.has_copies_from(session, hour.id, first + PAGE)


def _begins(house: House, hour: LiveHour) -> Text:
    shop = house.shop
    known = {"owner": shop.owner_name, "shop": shop.name}
    return say(best_language(*shop.languages), "live_begins", title=hour.title, **known)


async def _send_on(
    session: AsyncSession, house: House, hour: LiveHour, kind: str, cursor: int, about: dict[str, int], now: datetime
) -> None:
    story = await plans.keep(session, _begins(house, hour), (), now)
    await errands.begin(session, kind, story.id, None, cursor, {"live": hour.id} | about, now)


async def go_on(session: AsyncSession, house: House, errand: Broadcast, now: datetime) -> list[OutboundMessage]:
    """The next page; the errand is deleted with the last."""
    about = errand.line or {}
    hour = await session.get_one(LiveHour, about["live"], with_for_update=True)
    if errand.kind == BEGINS and hour.state == "open":
        said, errand.cursor, count = await _with_followers(session, house, hour, errand.cursor, about["number"], now)
        errand.line, is_full = about | {"number": about["number"] + len(said)}, count == PAGE
    elif errand.kind == BEGINS:
        said, is_full = [], False  # it is over: nobody else need hear of it
    else:
        said, is_full = await _over(session, house, hour, errand.cursor)
        errand.cursor += PAGE
    errand.next_at = now
    if not is_full:
        await session.delete(errand)
    return said
