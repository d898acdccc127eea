"""What an owner does with a plan by its number: cancel, pause, resume, preview, post now, undo, another time."""

from __future__ import annotations

from bot.database import plans, posted
from bot.database.tables import Series, Story
from bot.messages import InboundMessage, OutboundMessage, Text
from bot.recurrence import Reading, read_when
from handlers.context import Context
from handlers.stories import listing, planning
from handlers.stories.posting import plan_next, times
from handlers.stories.preview import next_times, preview
from handlers.stories.questions import ask


async def cancel(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story cancel ID`."""
    if series.state not in plans.LIVE:
        return [ctx.reply(ctx.say("story_unknown", id=str(series.id)))]
    return [await planning.cancelled(series, ctx)]


async def undo(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """Takes a confirmation back: nothing more is posted. What was posted since is taken back by /story recall."""
    if series.state not in (*plans.LIVE, "done"):
        return [ctx.reply(ctx.say("settled"))]
    was_posted = await posted.last(ctx.session, series.id) is not None
    await plans.cancel(ctx.session, series)
    return [ctx.reply(ctx.say("story_undone_posted" if was_posted else "story_undone", id=str(series.id)))]


async def pause(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story pause ID`: nothing is posted until /story resume."""
    if series.state != "planned":
        return [ctx.reply(ctx.say("story_not_planned", id=str(series.id)))]
    series.state = "paused"
    if post := await plans.next_post(ctx.session, series.id):
        post.state = "paused"
    return [ctx.reply(ctx.say("story_paused", id=str(series.id)))]


async def resume(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story resume ID`: it goes on with the next time that is still to come."""
    if series.state != "paused":
        return [ctx.reply(ctx.say("story_not_paused", id=str(series.id)))]
    if not await _plan_anew(series, ctx):
        return ask(ctx.say("story_over"), "edit", series.id, message.sender.id, ctx)
    return [ctx.reply(ctx.say("story_resumed", id=str(series.id), next=next_times(series, ctx, 1)))]


async def _plan_anew(series: Series, ctx: Context) -> bool:
    """Gives the plan its next time from now on; the row that waits for one is moved there."""
    waiting = await plans.next_post(ctx.session, series.id) or await plans.next_post(ctx.session, series.id, "paused")
    if waiting:
        found = await plans.move_post(ctx.session, waiting, times(series, ctx.now, ctx.now))
    else:
        found = await plan_next(ctx.session, series, ctx.now, ctx.now)
    if found:
        series.state = "planned"
    return found


async def look(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story preview ID`: how the next post will look, and what is planned."""
    return await preview(series, content, ctx, listing.deeds(series, ctx))


async def now(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story now ID`: the next occurrence is due now; one that was posted before goes out once more, once a day."""
    post = await plans.next_post(ctx.session, series.id) or await plans.next_post(ctx.session, series.id, "paused")
    if post:
        post.state, post.due_at = "planned", ctx.now
    elif not await plans.plan_post(ctx.session, series, [(ctx.today, ctx.now, None)]):
        return [ctx.reply(ctx.say("story_today_already", id=str(series.id)))]
    return [ctx.reply(ctx.say("story_now", id=str(series.id)))]


async def moved(
    series: Series, content: Story, reading: Reading, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """Another time for a plan; one that is over is planned again."""
    before = series.rule, series.phrase
    if planning.schedule(series, reading, ctx):
        series.rule, series.phrase = before
        return await now(series, content, Text(), message, ctx)
    if not await _plan_anew(series, ctx):
        return ask(ctx.say("story_over"), "edit", series.id, message.sender.id, ctx)
    return [ctx.reply(ctx.say("story_moved", id=str(series.id), words=series.phrase, next=next_times(series, ctx, 3)))]


async def until(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story until ID WHEN`: from then on every copy says that it is over."""
    reading = read_when(rest.plain.strip(), ctx.now, ctx.shop.timezone, ctx.language) if rest else None
    if reading is None or reading.question or reading.rule is None or reading.rule.moment is None:
        asked = reading.question if reading and reading.question else ctx.say("story_until_how", id=str(series.id))
        return [ctx.reply(asked if isinstance(asked, Text) else Text(asked))]
    series.until_at = reading.next[0].at
    local = f"{series.until_at.astimezone(ctx.zone):%a %d.%m. %H:%M}"
    return [ctx.reply(ctx.say("story_until_set", id=str(series.id), until=local))]
