"""The story so far: what was liked best, else what is latest, for those who are new."""

from __future__ import annotations

from typing import Any

from bot.database import plans, posted
from bot.messages import Button, InboundMessage, OutboundMessage, Text, styled
from handlers.context import Context
from handlers.stories.telling import composed

TOLD = 5
"""So many posts make the story so far."""
LETTERS = 280
"""Of each post; what is longer is cut."""
IN_ALBUM = ("photo", "video")


async def button(ctx: Context) -> list[Button]:
    """For those who follow: what there is to catch up with, if anything was posted."""
    follows = ctx.customer is not None and ctx.customer.follows_stories
    if not follows or not await _best(ctx):
        return []
    return [ctx.button("sofar_button", "story_so_far")]


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The button."""
    return await so_far(message, ctx)


async def so_far(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/sofar: the best of it in the order in which it was posted, with its pictures, in one answer."""
    best = sorted(await _best(ctx), key=lambda told: (told[0].local_date, told[0].id))
    if not best:
        return [ctx.reply(ctx.say("sofar_nothing"))]
    text, pictures = ctx.say("sofar"), []
    for post, story, _ in best:
        words, _ = plans.told(story)
        title = post.title or f"{post.local_date:%d.%m.%Y}"
        text = text + "\n\n" + styled("bold", title) + (Text("\n") + _cut(words) if words else Text())
        pictures += [media for media in composed(post, story)[1] if media.kind in IN_ALBUM][:1]
    return [ctx.reply(text, (), pictures)]


async def _best(ctx: Context) -> list[posted.Told]:
    follows = ctx.customer is not None and ctx.customer.follows_stories
    return await posted.favourites(ctx.session, TOLD, public=not follows)


def _cut(words: Text) -> Text:
    return words if len(words.plain) <= LETTERS else words.cut(0, LETTERS - 1) + "…"
