"""What a post says: the story, with the title of its episode above."""

from __future__ import annotations

from datetime import date

from bot.database import plans
from bot.database.tables import Post, Series, Story
from bot.messages import Media, Text, styled

NUMBER, DAY = "{n}", "{day}"
"""In a series' title: which episode it is, and which day since the first."""
FIRST_LETTERS = 60
BETWEEN = " ,:;#–—-("
"""What stands between a title and its number."""


def is_numbered(series: Series) -> bool:
    """Whether the plan is a series of episodes, each with a content of its own."""
    return bool(series.title)


def titled(series: Series, number: int, local_date: date) -> str:
    """The title of one episode; one that says neither number nor day gets its number."""
    title = series.title if NUMBER in series.title or DAY in series.title else f"{series.title} #{NUMBER}"
    day = (local_date - (series.started_on or local_date)).days + 1
    return title.replace(NUMBER, str(number)).replace(DAY, str(day))


def bare_title(series: Series) -> str:
    """The title without a number: what comes before the first placeholder."""
    begin = min((at for mark in (NUMBER, DAY) if (at := series.title.find(mark)) >= 0), default=None)
    if begin is None:
        return series.title
    return series.title[:begin].rstrip(BETWEEN).removesuffix(" day").rstrip(BETWEEN) or series.title


def composed(post: Post, story: Story) -> tuple[Text, tuple[Media, ...]]:
    """The words and pictures of a post."""
    text, media = plans.told(story)
    return with_title(post.title, text), media


def with_title(title: str, text: Text) -> Text:
    """Words beneath their title."""
    if not title:
        return text
    return styled("bold", title) + (Text("\n") + text if text else Text())


def first_words(content: Story) -> str:
    """How a story begins, on one line; empty for a picture without words."""
    return short(plans.told(content)[0])


def short(text: Text) -> str:
    """How a text begins, on one line."""
    return " ".join(text.plain.split())[:FIRST_LETTERS]


def named(series: Series, content: Story, picture: str) -> str:
    """A plan in a few words: the title of a series, else how its story begins; `picture` for one without words."""
    return series.title or first_words(content) or picture
