"""Who will answer, and when, as opening hours and earlier answers tell: what is usual, never a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from babel.dates import format_date

from bot.database import people, waiting
from bot.messages import OutboundMessage, Text
from handlers.context import Context
from knowledge.hours import Hours

LOOK_BACK = timedelta(days=30)
CASES = 5
"""So many answers must there be before anything is said of how long they take."""
OFTEN, USUALLY = 0.5, 0.9
"""Which share of the answers came within what is called often, and usually."""
SPANS = (*(timedelta(minutes=m) for m in (5, 10, 15, 30)), *(timedelta(hours=h) for h in (1, 2, 3, 4, 6, 8)))
"""The spans of which people speak; what takes longer is told by the day."""
ASKED_AGAIN = timedelta(minutes=10)
"""Who writes again while they wait hears when to expect the owner, but not more often than this."""


@dataclass(frozen=True)
class Usual:
    """Within how much opening time answers often, and usually, came."""

    often: timedelta
    usually: timedelta


async def usual(ctx: Context) -> Usual | None:
    """What was usual of late, told rather too long than too short; None where too few answers are known.

    Whoever has waited for longer than half of the others did counts as well: questions that are left lying must not
    make the owner look quick.
    """
    answered, open_ones = await waiting.answer_times(ctx.session, ctx.now, LOOK_BACK)
    hours = ctx.shop.hours
    took = sorted(hours.open_between(opened, at) for opened, at in answered)
    if len(took) < CASES:
        return None
    middle = took[_place(OFTEN, took)]
    took = sorted(took + [w for at in open_ones if (w := hours.open_between(at, ctx.now)) > middle])
    return Usual(_rounded(took[_place(OFTEN, took)]), _rounded(took[_place(USUALLY, took)]))


def _place(share: float, took: list[timedelta]) -> int:
    return max(0, ceil(share * len(took)) - 1)


def _rounded(span: timedelta) -> timedelta:
    """The next longer span of which people speak; beyond those, whole hours."""
    known = next((each for each in SPANS if span <= each), None)
    return known or timedelta(hours=ceil(span / timedelta(hours=1)))


async def when(ctx: Context) -> Text:
    """One sentence on when to expect the owner."""
    hours, now, known = ctx.shop.hours, ctx.now.astimezone(ctx.zone), await usual(ctx)
    if not hours.known:
        return _within(known, ctx) if known and known.usually <= SPANS[-1] else ctx.say("when_unknown")
    if not hours.is_open(now):
        opening = hours.next_opening(now)
        return _when_closed(opening, known, ctx) if opening else ctx.say("when_unknown")
    until = hours.closes_at(now)
    if known and (until is None or now + known.usually <= until):
        return _within(known, ctx)
    if until is None or until.date() != now.date():
        return ctx.say("when_open_long")
    by = _by(hours, now, known)
    closing = f"{until:%H:%M}"
    return ctx.say("when_later", until=closing, by=day(by, ctx)) if by else ctx.say("when_open", until=closing)


def _within(known: Usual, ctx: Context) -> Text:
    if known.often < known.usually:
        return ctx.say("when_often", often=_span(known.often, ctx), within=_span(known.usually, ctx))
    return ctx.say("when_usual", within=_span(known.usually, ctx))


def _when_closed(opening: datetime, known: Usual | None, ctx: Context) -> Text:
    by = _by(ctx.shop.hours, opening, known)
    if by is None:
        return ctx.say("when_closed", opening=day(opening, ctx))
    if by.date() == opening.date():
        return ctx.say("when_opens", opening=day(opening, ctx), by=f"{by:%H:%M}")
    return ctx.say("when_opens_later", opening=day(opening, ctx), by=day(by, ctx))


def _by(hours: Hours, start: datetime, known: Usual | None) -> datetime | None:
    """When the usual time will have passed, as a half or a full hour."""
    by = hours.after(start, known.usually) if known else None
    if by is None:
        return None
    over = timedelta(minutes=by.minute % 30, seconds=by.second, microseconds=by.microsecond)
    return by + timedelta(minutes=30) - over if over else by


def _span(span: timedelta, ctx: Context) -> Text:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ctx.say("within_minutes", count=str(minutes))
    return ctx.say("within_hour") if minutes == 60 else ctx.say("within_hours", count=str(minutes // 60))


async def asked_again(ctx: Context) -> list[OutboundMessage]:
    """Whoever writes once more while they wait hears that it isn't forgotten, and when to expect the owner."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or ctx.now - (ticket.told_at or ticket.opened_at) < ASKED_AGAIN:
        return []
    ticket.told_at = ctx.now
    return [ctx.reply(ctx.say("asked_still", when=await when(ctx)))]


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
