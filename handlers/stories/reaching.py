"""How a change reaches every copy of a post: the first page at once, the others by an errand, a page at a time.

A crowd of copies would hold the database for long if all were written in one commit, and everybody's replies would wait
behind them. Each page says what the story says when its turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import errands, posted, talk
from bot.database.posted import UNSURE, PostCopy
from bot.database.tables import Broadcast, Post, Story
from bot.messages import OutboundMessage, Span, Text
from handlers.broadcasts import dry_run, reports
from handlers.context import House
from handlers.stories import live_pages, more
from handlers.stories.telling import composed
from handlers.texts import best_language, say

PAGE = 200
"""So many copies are changed in one commit."""
WINDOW = 600
"""No further page is enqueued while so many posts and changes are on their way."""
PAUSE, TOLD_EVERY = timedelta(seconds=1), timedelta(seconds=10)


@dataclass(frozen=True)
class Change:
    """What is done to the copies of a post: `verb` is change, gone, again or recall, `stamp` names this one time.
    `new_media` changes the picture too; `over` says that the story is."""

    verb: str
    stamp: str
    new_media: bool = False
    over: bool = False


async def reach(
    session: AsyncSession, house: House, post: Post, story: Story, change: Change, now: datetime
) -> tuple[list[OutboundMessage], int]:
    """The messages that change the first page of copies, and how many copies there are to change in all."""
    copies = await posted.copies(session, post, 0, PAGE)
    first, last = await posted.waiting(session, post, PAGE) or (0, -1)  # else they would go out as they are meanwhile
    copies += await posted.copies(session, post, first, last - first + 1)
    said = await said_to(session, house, post, story, change, copies)
    if post.copies <= PAGE:
        recalled = change.verb == "recall"
        return said, sum(copy.is_sure if recalled else copy.state != UNSURE for copy in copies)
    channels = sum(copy.customer_id is None and copy.is_sure for copy in copies)
    total = channels + await posted.reachable(session, post)
    about = {"verb": change.verb, "stamp": change.stamp, "new_media": change.new_media, "over": change.over,
             "told_at": now.isoformat(), "done": [first, last]}  # fmt: skip
    await errands.begin(session, "change", story.id, post.id, PAGE, about, now)
    return said, total


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """The next page of an errand; None where none is due."""
    errand = await errands.claim_due(session, now)
    if errand is None or errand.line is None:
        return None
    if errand.kind == dry_run.COUNTS:
        return await dry_run.go_on(session, house, errand, now)
    if errand.kind == reports.REPORTS:
        return await reports.go_on(session, house, errand, now)
    if await errands.on_their_way(session) >= WINDOW:
        errand.next_at = now + PAUSE
        return []
    if errand.kind in (live_pages.BEGINS, live_pages.ENDS):
        return await live_pages.go_on(session, house, errand, now)
    assert errand.post_id is not None
    post, about = await session.get_one(Post, errand.post_id), errand.line
    change = Change(about["verb"], about["stamp"], about["new_media"], about["over"])
    copies = await posted.copies(session, post, errand.cursor, PAGE, before=errand.created_at)
    first, last = about["done"]
    copies = [copy for copy in copies if not first <= copy.number <= last]
    story = await session.get_one(Story, errand.story_id)
    said = await said_to(session, house, post, story, change, copies)
    errand.cursor, errand.next_at = min(errand.cursor + PAGE, post.copies), now
    said += _told(house, errand, post, now)
    if errand.cursor >= post.copies:
        await session.delete(errand)
    return said


def _told(house: House, errand: Broadcast, post: Post, now: datetime) -> list[OutboundMessage]:
    """How far it has come, in one line that is edited now and then."""
    line, done = errand.line or {}, errand.cursor >= post.copies
    begun = "key" in line
    if house.room is None or not (begun if done else now - datetime.fromisoformat(line["told_at"]) >= TOLD_EVERY):
        return []
    text = say(best_language(*house.shop.languages), "copies_progress", done=str(errand.cursor), count=str(post.copies))
    key = line.get("key") or f"copies:{errand.id}:{now.timestamp():.0f}"
    errand.line = line | {"key": key, "told_at": now.isoformat()}
    if not begun:
        return [OutboundMessage(house.room, key, "notice", text=text)]
    return [OutboundMessage(house.room, f"{key}:{errand.cursor}", "notice", "edit", text=text, target=key)]


async def said_to(
    session: AsyncSession, house: House, post: Post, story: Story, change: Change, copies: Sequence[PostCopy]
) -> list[OutboundMessage]:
    """What makes these copies say what the story says now, or takes them back."""
    if change.verb == "recall":
        return [gone for copy in copies for gone in _deletes(post, copy, change.stamp)]
    text, media = composed(post, story)
    chosen = "" if change.over else await talk.more_of(session, post.series_id)
    if change.over:
        text = _struck(text) + say(best_language(*house.shop.languages), "gone_mark")
    pictures = media if change.new_media else ()
    return [
        OutboundMessage(
            copy.to, f"{change.verb}:{post.id}:{change.stamp}:{copy.number}", "post", "edit", text=text,
            media=pictures, target=copy.key, customer_id=copy.customer_id,
            buttons=more.under(house, post, chosen, len(media), private=copy.customer_id is not None),
        )
        for copy in copies
        if copy.state != UNSURE
    ]  # fmt: skip


def _struck(text: Text) -> Text:
    struck = replace(text, spans=(*text.spans, Span("strike", 0, len(text.plain)))) if text else text
    return struck + ("\n\n" if text else "")


def _deletes(post: Post, copy: PostCopy, stamp: str) -> list[OutboundMessage]:
    name = f"recall:{post.id}:{stamp}:{copy.number}"
    return [
        OutboundMessage(copy.to, f"{name}.{number}", "post", "delete", target=target, customer_id=copy.customer_id)
        for number, (target, state) in enumerate(copy.messages)
        if state != UNSURE
    ]
