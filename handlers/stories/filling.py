"""What one morning of a numbered series tells: the next of its queue, or what its owner wants on a missed day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import episodes, plans, posted
from bot.database.tables import Post, Series, Story
from bot.messages import OutboundMessage, Text
from bot.recurrence import resolve
from handlers.context import House
from handlers.stories.telling import bare_title, is_numbered, titled
from handlers.texts import best_language, say

EVENING = 18 * 60
"""At which minute of the day the owner is asked for what is missing tomorrow, where nobody said otherwise."""
REST = timedelta(days=14)
"""A favourite that was posted within these days is not posted again."""
FAVOURITES = 20
"""Among so many a favourite is looked for."""


def evening_before(local_date: date, series: Series) -> datetime:
    """The instant at which the owner is asked for the post of that date, by the series' own clocks."""
    zone, minute = ZoneInfo((series.rule or {})["zone"]), asks_at(series)
    return resolve(datetime.combine(local_date - timedelta(days=1), time(minute // 60, minute % 60)), zone)[0]


def asks_at(series: Series) -> int:
    """At which minute of the day before the owner is asked."""
    return EVENING if series.ask_minute is None else series.ask_minute


async def fill(session: AsyncSession, house: House, series: Series, post: Post, now: datetime) -> Story | None:
    """Takes what the post tells, and notes in it what that is; None for a day that is left out."""
    if story := await episodes.take(session, series.id, post.id):
        series.episodes, series.started_on = series.episodes + 1, series.started_on or post.local_date
        post.number, post.title = series.episodes, titled(series, series.episodes, post.local_date)
        return story
    if series.on_missed == "apologise":
        post.kind = "apology"
        words = series.apology or _say(house, "series_apology", title=bare_title(series)).plain
        return await plans.keep(session, Text(words), (), now)
    return await _favourite(session, house, series, post) if series.on_missed == "repost" else None


async def _favourite(session: AsyncSession, house: House, series: Series, post: Post) -> Story | None:
    """What was liked best and was not seen lately."""
    lately = await posted.shown_lately(session, series.id, post.local_date - REST)
    for before, story, _ in await posted.favourites(session, FAVOURITES, series_id=series.id):
        if story.id not in lately:
            post.kind, post.number = "repost", before.number
            post.title = _say(house, "series_again", title=before.title).plain
            return story
    return None


def told_of(house: House, series: Series, post: Post, told: Story | None) -> list[OutboundMessage]:
    """The owner hears what was posted in the place of an episode that nobody sent."""
    if house.room is None or not is_numbered(series) or (told is not None and post.kind == "story"):
        return []
    sentence = "series_skipped" if told is None else f"series_{post.kind}_posted"
    text = _say(house, sentence, title=bare_title(series), id=str(series.id), what=post.title)
    return [OutboundMessage(house.room, f"empty:{post.id}", "notice", text=text)]


def _say(house: House, sentence: str, **values: str) -> Text:
    values.setdefault("owner", house.shop.owner_name)
    return say(best_language(*house.shop.languages), sentence, **values)
