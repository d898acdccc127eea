"""How a story will look: the very message, and beneath it when and where it goes."""

from __future__ import annotations

from collections.abc import Sequence

from bot.database import people, plans
from bot.database.tables import Series, Story
from bot.messages import Button, ChatRef, Media, OutboundMessage, Text
from bot.recurrence import Occurrence, Rule, occurrences
from handlers.context import Context
from handlers.stories import described, more, own
from handlers.stories.telling import is_numbered, titled, with_title

SEPARATOR = "\n\n———\n"
NOW = "now"
"""The phrase of a plan that is posted at once."""
SHOWN = 3


async def preview(
    series: Series, content: Story, ctx: Context, buttons: Sequence[Button] = ()
) -> list[OutboundMessage]:
    """The story exactly as it will be posted, and what is planned for it: in one message where that changes nothing
    of how the story looks, else in two."""
    text, media = shown(series, content, ctx)
    plan = await plan_text(series, content, ctx)
    whole = ctx.reply(text + SEPARATOR + plan, buttons, media, "notice")
    here = whole.to.platform if isinstance(whole.to, ChatRef) else ctx.conversation.platform
    alone = OutboundMessage(whole.to, "post:0:0", "post", text=text, media=media)
    if len(ctx.sent.shape(alone, here)) == len(ctx.sent.shape(whole, here)) == 1:
        return [whole]
    return [
        OutboundMessage(whole.to, f"{whole.key}:look", "notice", text=text, media=media),
        OutboundMessage(
            whole.to, whole.key, "notice", text=plan, buttons=tuple(buttons), in_answer_to=whole.in_answer_to
        ),
    ]


async def draft_preview(series: Series, content: Story, ctx: Context) -> list[OutboundMessage]:
    """The preview of what is not confirmed yet, with its choices."""
    return await preview(series, content, ctx, await choices(series, ctx))


def shown(series: Series, content: Story, ctx: Context) -> tuple[Text, tuple[Media, ...]]:
    """What the next post will say; of a series whose queue is not asked, its title alone."""
    text, media = plans.told(content)
    if not is_numbered(series):
        return text, media
    return with_title(titled(series, series.episodes + 1, ctx.today), text or ctx.say("series_sample")), media


async def plan_text(series: Series, content: Story, ctx: Context) -> Text:
    """The schedule in words, the next times, where it goes, and how it looks where that differs."""
    lines = ctx.say("story_plan", words=series.phrase)
    if series.phrase != NOW:
        lines = lines + "\n" + ctx.say("story_next", next=next_times(series, ctx))
    lines = lines + "\n" + ctx.say("story_to", targets=await targets(series, ctx)) + await more.in_words(series, ctx)
    lines = lines + described.in_words(plans.told(content)[1], ctx) + await own.in_words(series, content, ctx)
    if is_numbered(series):
        return lines + "\n" + ctx.say(f"series_missed_{series.on_missed}")
    if series.until_at:
        lines = lines + "\n" + ctx.say("story_until", until=f"{series.until_at.astimezone(ctx.zone):%a %d.%m. %H:%M}")
    return lines + await _looks(series, content, ctx)


def next_times(series: Series, ctx: Context, count: int = SHOWN) -> str:
    """The next times of a plan, in the shop's zone."""
    return ", ".join(moment(o, ctx) for o in occurrences(Rule.load(series.rule or {}), ctx.now, count))


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
    names += await own.target(series, ctx)
    return ", ".join(names) or ctx.say("target_nobody").plain


async def _looks(series: Series, content: Story, ctx: Context) -> Text:
    """For each platform that makes more of the story than one plain message, or shows it elsewhere: what it makes."""
    chats = [*(ctx.house.channels if series.to_channels else ())]
    chats += await people.followed_on(ctx.session) if series.to_followers else []
    one_of_each = {chat.platform: chat for chat in reversed(chats)}
    lines = Text()
    for platform in sorted(one_of_each):
        text, media = plans.told(content)
        post = OutboundMessage(one_of_each[platform], "post:0:0", "post", text=text, media=media)
        parts = ctx.sent.shape(post, platform)
        if len(parts) > 1 or any(len(part.media) > 1 for part in parts) or platform != ctx.conversation.platform:
            told = f", {ctx.say('look_then').plain} ".join(_look(part, ctx) for part in parts)
            lines = lines + "\n" + ctx.say("look", platform=platform.capitalize(), parts=told)
    return lines


def _look(part: OutboundMessage, ctx: Context) -> str:
    """One message of a platform, in words."""
    if not part.media:
        return ctx.say("look_words").plain
    count = len(part.media)
    thing = ctx.say(f"media_{part.media[0].kind}") if count == 1 else ctx.say("look_album", count=str(count))
    return ctx.say("look_with" if part.text else "look_alone", thing=thing).plain


async def choices(series: Series, ctx: Context) -> list[Button]:
    """The buttons under the preview of a draft."""
    value = {"series": series.id}
    channel = "leave_out_channel_button" if series.to_channels else "take_in_channel_button"
    followers = "leave_out_followers_button" if series.to_followers else "take_in_followers_button"
    found = [
        ctx.button("confirm_button", "story_confirm", value),
        ctx.button("change_button", "story_change", value),
        ctx.button("cancel_button", "story_cancel", value),
        ctx.button(channel, "story_channel", value),
        ctx.button(followers, "story_followers", value),
        *await own.button(series, ctx),
    ]
    if is_numbered(series):
        found.append(ctx.button(f"missed_{series.on_missed}_button", "story_missed_day", value))
    return found
