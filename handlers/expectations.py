"""When the owner will answer, as far as the opening hours tell: never a promise."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_date

from bot.messages import Text
from handlers.context import Context


def when(ctx: Context) -> Text:
    """One sentence on when to expect the owner."""
    hours, now = ctx.shop.hours, ctx.now.astimezone(ctx.zone)
    if not hours.known:
        return ctx.say("when_unknown")
    if hours.is_open(now):
        until = hours.closes_at(now)
        if until and until.date() == now.date():
            return ctx.say("when_open", until=f"{until:%H:%M}")
        return ctx.say("when_open_long")
    opening = hours.next_opening(now)
    return ctx.say("when_closed", opening=day(opening, ctx)) if opening else ctx.say("when_unknown")


def day(at: datetime, ctx: Context) -> Text:
    """An instant in the shop's time, as people say it: today, tomorrow, on Friday, on 24 December."""
    local, today = at.astimezone(ctx.zone), ctx.now.astimezone(ctx.zone).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return ctx.say("day_today", time=time)
    if local.date() == today + timedelta(days=1):
        return ctx.say("day_tomorrow", time=time)
    near = local.date() - today < timedelta(days=7)
    shape = "EEEE" if near else "EEEE d MMMM"
    return ctx.say("day_other", day=format_date(local.date(), shape, locale=ctx.language), time=time)
