"""The owners' own Telegram stories as a place for a story: whose they are, what goes there, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import accounts, plans
from bot.database.tables import AccountRow, Post, Series, Story
from bot.messages import Button, ChatRef, Media, OutboundMessage, Text
from handlers.context import Context, House
from handlers.stories.telling import is_numbered
from handlers.texts import best_language, say

CAPTION_LETTERS = 2048


async def places(session: AsyncSession, series: Series) -> list[ChatRef]:
    """The stories of owners' accounts to which a plan goes and may go now."""
    return [accounts.place_of(row) for row in await accounts.open_ones(session)] if series.to_stories else []


async def button(series: Series, ctx: Context) -> list[Button]:
    """What takes owners' own stories in or leaves them out; offered where somebody lets the bot post there."""
    if not series.to_stories and not await accounts.open_ones(ctx.session):
        return []
    label = "leave_out_stories_button" if series.to_stories else "take_in_stories_button"
    return [ctx.button(label, "story_own", {"series": series.id})]


async def target(series: Series, ctx: Context) -> list[str]:
    """The place by its name, as it stands in a list of where a story goes."""
    rows = await accounts.open_ones(ctx.session) if series.to_stories else ()
    return [ctx.say("target_own", names=_names(rows)).plain] if rows else []


def _names(rows: Sequence[AccountRow]) -> str:
    return ", ".join(row.name for row in rows)


async def in_words(series: Series, content: Story, ctx: Context) -> Text:
    """How the story will look there, where that has to be said; or why it will not be there."""
    if not series.to_stories:
        return Text()
    open_ones = await places(ctx.session, series)
    if not open_ones:
        return Text("\n") + ctx.say("own_not_open")
    text, media = plans.told(content)
    if is_numbered(series):
        return Text()
    parts = ctx.sent.shape(OutboundMessage(open_ones[0], "post:0:0", "post", text=text, media=media), "telegram")
    if not parts:
        return Text("\n") + ctx.say("own_no_picture")
    lines = Text()
    if len(media) > 1:
        lines = Text("\n") + ctx.say("own_several", count=str(len(parts)), total=str(len(media)))
    if parts[0].text.plain != text.plain:
        lines = lines + "\n" + ctx.say("own_cut", most=str(CAPTION_LETTERS))
    if any(item.spoiler for part in parts for item in part.media):
        lines = lines + "\n" + ctx.say("own_open")
    return lines


async def make_ready(series: Series, media: Sequence[Media], ctx: Context) -> None:
    """Has pictures and videos made fit long before their time, so that their owner hears soon of one that can't be."""
    for place in (await places(ctx.session, series))[:1]:
        await ctx.sent.make_ready(OutboundMessage(place, "post:0:0", "post", media=tuple(media)))


def told_of(house: House, series: Series, post: Post, media: Sequence[Media]) -> list[OutboundMessage]:
    """The owner hears of an episode that has no picture, so that it is not among their own stories."""
    if house.room is None or not is_numbered(series) or any(item.shows for item in media):
        return []
    text = say(best_language(*house.shop.languages), "own_episode_no_picture", what=post.title or series.title)
    return [OutboundMessage(house.room, f"own:{post.id}", "notice", text=text)]


async def remark_due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Tells of one file that could not be made fit, or only in part; None when there is none."""
    found = await accounts.take_remark(session, now)
    if found is None:
        return None
    row, media, series_id = found
    if house.room is None:
        return []
    language = best_language(*house.shop.languages)
    story = say(language, "own_of_story", id=str(series_id)) if series_id else say(language, "own_of_a_story")
    thing = say(language, f"media_{media.kind}").plain
    text = say(language, f"own_{row.why}", story=story, thing=thing, detail=row.detail)
    return [OutboundMessage(house.room, f"remark:{row.id}:{now.timestamp():.3f}", "notice", text=text)]


async def refused(
    session: AsyncSession, house: House, message: OutboundMessage, reason: str, name: str
) -> list[OutboundMessage]:
    """A story could not be posted there: its owner hears what to do, and of a leave that is missing only once."""
    account = await accounts.account_at(session, message.to) if isinstance(message.to, ChatRef) else None
    if house.room is None or (reason == "blocked" and account and not account.posts):
        return []
    if reason == "blocked" and account:
        account.posts = False
    sentence = f"own_refused_{reason}" if reason in ("blocked", "full", "unfit") else "own_refused"
    given = {"names": account.name if account else "?", "reason": reason.replace("_", " ")}
    text = say(best_language(*house.shop.languages), sentence, **given)
    return [OutboundMessage(house.room, name, "notice", text=text)]
