"""How a story will look: the very message, and beneath it when and where it goes."""

from __future__ import annotations

from bot.database import people, plans
from bot.database.tables import Series, Story
from bot.messages import Button, OutboundMessage, Text
from bot.recurrence import Occurrence, Rule, occurrences
from handlers.context import Context

SEPARATOR = "\n\n———\n"


async def preview(series: Series, content: Story, ctx: Context) -> OutboundMessage:
    """The story as it will look, and what is planned for it."""
    text, media = plans.told(content)
    return ctx.reply(text + await plan_text(series, ctx), choices(series, ctx), media, "notice")


async def plan_text(series: Series, ctx: Context) -> Text:
    """Beneath the story as it will look: the schedule in words, the next times, and where it goes."""
    lines = Text(SEPARATOR) + ctx.say("story_plan", words=series.phrase)
    if series.phrase != "now":
        nexts = occurrences(Rule.load(series.rule or {}), ctx.now, 3)
        lines = lines + "\n" + ctx.say("story_next", next=", ".join(moment(o, ctx) for o in nexts))
    return lines + "\n" + ctx.say("story_to", targets=await targets(series, ctx))


def moment(occurrence: Occurrence, ctx: Context) -> str:
    """A time as the shop's clocks show it."""
    return f"{occurrence.at.astimezone(ctx.zone):%a %d.%m. %H:%M}"


async def targets(series: Series, ctx: Context) -> str:
    """Where the story goes, in words."""
    names = []
    if series.to_channels and ctx.house.channels:
        names.append(ctx.say("target_channel").plain)
    if series.to_followers:
        count = await people.count_followers(ctx.session)
        names.append(ctx.say("target_followers", count=str(count)).plain)
    return ", ".join(names) or ctx.say("target_nobody").plain


def choices(series: Series, ctx: Context) -> list[Button]:
    """The buttons under a preview."""
    value = {"series": series.id}
    channel = "leave_out_channel_button" if series.to_channels else "take_in_channel_button"
    followers = "leave_out_followers_button" if series.to_followers else "take_in_followers_button"
    return [
        ctx.button("confirm_button", "story_confirm", value),
        ctx.button("change_button", "story_change", value),
        ctx.button("cancel_button", "story_cancel", value),
        ctx.button(channel, "story_channel", value),
        ctx.button(followers, "story_followers", value),
    ]
