"""A post whose time has come: claimed once, a message for each chat; much too late the owner is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import buttons, chats, episodes, plans, talk
from bot.database.plans import Occurring
from bot.database.tables import Post, Series, Story
from bot.messages import InboundMessage, OutboundMessage
from bot.recurrence import Rule, occurrences
from handlers.broadcasts import rounds
from handlers.context import Context, House
from handlers.stories import filling, more, own
from handlers.stories.telling import composed, is_numbered
from handlers.texts import best_language, say

MAX_LATENESS = timedelta(hours=1)
"""A post that is later than this is missed, and the owner is asked; it is never posted late by surprise."""
COUNTED = 400
"""So many times that were slept through are counted: a year of days."""
DATES_TO_TRY = 10
"""A date that has its post already is passed over; so many in a row are more than any plan has."""


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Claims one post whose time has come and returns its messages; None when no post is due."""
    post = await plans.claim_due(session, now, MAX_LATENESS)
    if post is None:
        return None
    found = await plans.series_with_story(session, post.series_id)
    assert found is not None
    series, content = found
    after = max(post.due_at, now - MAX_LATENESS)
    if series.state == "planned" and not await plan_next(session, series, after, now):
        series.state = "done"
    if post.state == "missed":
        return await _missed(session, series, post, house, now, after)
    return await publish(session, house, series, content, post, now)


def times(series: Series, after: datetime, now: datetime) -> list[Occurring]:
    """The next occurrences after an instant, each with the evening at which the owner is asked for a series."""
    coming = occurrences(Rule.load(series.rule or {}), after, DATES_TO_TRY)
    asks = is_numbered(series)
    return [
        (o.local.date(), o.at, max(filling.evening_before(o.local.date(), series), now) if asks else None)
        for o in coming
    ]


async def plan_next(session: AsyncSession, series: Series, after: datetime, now: datetime) -> bool:
    """Stores the next occurrence after an instant; False when there is none."""
    return await plans.plan_post(session, series, times(series, after, now)) is not None


async def publish(
    session: AsyncSession, house: House, series: Series, content: Story, post: Post, now: datetime
) -> list[OutboundMessage]:
    """A message for each channel, a broadcast to the followers, and a word to the owner where a series had nothing to
    tell."""
    told: Story | None = content
    if is_numbered(series):
        told = await filling.fill(session, house, series, post, now)
    said = filling.told_of(house, series, post, told)
    if told is None:
        post.state = "skipped"
        return said
    text, media = composed(post, told)
    buttons_under = more.under(house, post, await talk.more_of(session, series.id), len(media), private=False)
    channels = house.channels if series.to_channels else ()
    copies = [
        OutboundMessage(chat, f"post:{post.id}:{number}", "post", text=text, media=media, buttons=buttons_under)
        for number, chat in enumerate(channels)
    ]
    if shown_in := await own.places(session, series):
        said += own.told_of(house, series, post, media)
        copies += [
            OutboundMessage(place, f"post:{post.id}:{number}", "post", text=text, media=media)
            for number, place in enumerate(shown_in, len(copies))
        ]
    post.story_id, post.copies = told.id, len(copies)
    if series.to_followers:
        copies += await rounds.begin(session, house, post, told, len(copies), now)
    return copies + said


async def _missed(
    session: AsyncSession, series: Series, post: Post, house: House, now: datetime, after: datetime
) -> list[OutboundMessage]:
    """Asks the owner what to do with a post that was slept through; names those that came `after` it and fell into the
    same sleep."""
    if house.room is None:
        return []
    language, room_id = best_language(*house.shop.languages), await chats.room_conversation(session, house.room)
    local = f"{post.due_at.astimezone(house.shop.zone):%d.%m. %H:%M}"
    text = say(language, "story_missed", id=str(series.id), due=local)
    if more := _left_out(series, post, after):
        last = f"{more[-1].astimezone(house.shop.zone):%d.%m. %H:%M}"
        text = text + " " + say(language, "story_missed_more", count=str(len(more)), last=last)
    labels = {"post": "post_now_button", "skip": "skip_post_button"}
    choices = tuple(
        buttons.remember(session, say(language, label).plain, "story_missed", room_id, {"post": post.id, "do": do}, now)
        for do, label in labels.items()
    )
    return [OutboundMessage(house.room, f"missed:{post.id}", "notice", text=text, buttons=choices)]


def _left_out(series: Series, post: Post, until: datetime) -> list[datetime]:
    """When a plan was due after a post that was missed, and so long ago that none of these is posted either."""
    if series.state != "planned":
        return []
    coming = occurrences(Rule.load(series.rule or {}), post.due_at, COUNTED)
    return [o.at for o in coming if o.at <= until]


async def settle(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner says what becomes of a missed post: it is posted after all, or left."""
    after = "posted" if value["do"] == "post" else "skipped"
    found = await episodes.post_at(ctx.session, int(value["post"]))
    if found is None or not await plans.change_state(ctx.session, found[0].id, "missed", after, ctx.now):
        return [ctx.reply(ctx.say("settled"))]
    post, series = found
    await ctx.session.refresh(post)
    bare = OutboundMessage(ctx.here, ctx.key(), "notice", "edit", target=ctx.ref(message))
    if after == "skipped":
        return [ctx.reply(ctx.say("story_left")), bare]
    content = await ctx.session.get_one(Story, series.story_id)
    posts = await publish(ctx.session, ctx.house, series, content, post, ctx.now)
    return [ctx.reply(ctx.say("story_now", id=str(series.id))), bare, *posts]
