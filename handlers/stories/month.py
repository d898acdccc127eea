"""/stories month: what was posted, what waits and where nothing does, as a picture, and in words beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_skeleton

from bot.calendar_page import Kind, Mark, Page, can_write, draw
from bot.database import blobs, episodes, plans, posted
from bot.database.tables import Series, Story
from bot.messages import Media, OutboundMessage
from bot.recurrence import Rule, occurrences
from handlers.context import Context, House
from handlers.stories.telling import bare_title, is_numbered, named

AHEAD = 40
"""Occurrences of one plan that are looked at; a month has no more days."""
OFFERED = 12
STATES: dict[str, Kind] = {"posted": "posted", "missed": "missed", "skipped": "missed"}
KINDS: tuple[Kind, ...] = ("posted", "queued", "empty", "missed")

A_MONDAY = date(2026, 3, 9)

Days = dict[date, list[Mark]]


async def shown(which: str, ctx: Context) -> list[OutboundMessage]:
    """The month that is named (`2026-12`, `december`, `next`), or this one."""
    language = str(ctx.shop.languages[0]) if ctx.shop.languages else "en"
    first = month_named(which, ctx.today, language)
    if first is None:
        return [ctx.reply(ctx.say("month_which", which=which[:40]))]
    days = await marks(first, ctx)
    locale, title = _locale(language), _title(first, language)
    data = draw(_page(first, days, locale, title, ctx))
    name = f"stories-{first:%Y-%m}.png"
    sha256 = await blobs.keep(ctx.session, name, data, ctx.now, "image/png")
    counts = Counter(mark.kind for found in days.values() for mark in found)
    text = ctx.say("month", month=title, **{kind: str(counts[kind]) for kind in KINDS})
    empty = ", ".join(str(day.day) for day in sorted(days) if any(mark.kind == "empty" for mark in days[day]))
    text = text + ("\n" + ctx.say("month_gaps", days=empty).plain if empty else "")
    told = "; ".join(
        f"{day.day}: " + ", ".join(f"{ctx.say(f'month_{mark.kind}').plain} {mark.label}" for mark in days[day])
        for day in sorted(days)
    )
    picture = Media(
        "photo", sha256=sha256, name=name, mime="image/png", size=len(data), alt=f"{text.plain} {told}"[:1000]
    )
    return [ctx.reply(text, (), [picture])]


async def marks(first: date, ctx: Context) -> Days:
    """What is on each day of the month that begins with `first`."""
    last, days = _last(first), Days()
    for post, series, story in await posted.between(ctx.session, first, last):
        if kind := STATES.get(post.state):
            label = f"{post.number}. {bare_title(series)}" if post.number else _label(series, story, ctx)
            days.setdefault(post.local_date, []).append(Mark(kind, label))
    for series, story in await plans.planned(ctx.session, ("planned",)):
        await _coming(series, story, first, last, days, ctx)
    return days


async def _coming(series: Series, story: Story, first: date, last: date, days: Days, ctx: Context) -> None:
    """The days to come of one plan; those of a series are filled as far as its queue reaches."""
    post = await plans.next_post(ctx.session, series.id)
    if post is None:
        return
    rule = Rule.load(series.rule or {})
    further = [o.local.date() for o in occurrences(rule, max(post.due_at, ctx.now), AHEAD) if o.local.date() <= last]
    waiting = len(await episodes.queue(ctx.session, series.id)) if is_numbered(series) else AHEAD + 1
    for number, day in enumerate([post.local_date, *(d for d in further if d != post.local_date)]):
        if first <= day <= last:
            mark = Mark("queued" if number < waiting else "empty", _label(series, story, ctx))
            days.setdefault(day, []).append(mark)


def _label(series: Series, story: Story | None, ctx: Context) -> str:
    if is_numbered(series) or story is None:
        return bare_title(series) or str(series.id)
    return named(series, story, ctx.say("picture").plain)


def _page(first: date, days: Days, locale: Locale, title: str, ctx: Context) -> Page:
    """The page in the shop's language, as far as a font here can write it."""
    names = [format_date(A_MONDAY + timedelta(days=day), "EEE", locale=locale) for day in range(7)]
    if not can_write("".join(names) + title):
        locale, names = Locale("en"), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        title = f"{first:%Y-%m}"
    begin = locale.first_week_day
    last = _last(first)
    return Page(
        title,
        [names[(begin + column) % 7] for column in range(7)],
        (first.weekday() - begin) % 7,
        [days.get(first + timedelta(days=number), ()) for number in range(last.day)],
        {kind: ctx.say(f"month_{kind}").plain for kind in KINDS},
        ctx.today.day if first <= ctx.today <= last else None,
    )


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, LookupError):
        return Locale("en")


def _title(first: date, language: str) -> str:
    return str(format_skeleton("yMMMM", first, locale=_locale(language)))


def _last(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _following(first: date) -> date:
    return _last(first) + timedelta(days=1)


def month_named(which: str, today: date, language: str) -> date | None:
    """The first day of a month that is named; this month's where nothing is. None for what names none."""
    said, this = which.strip().casefold(), today.replace(day=1)
    if said in ("", "month", "this"):
        return this
    if said == "next":
        return _following(this)
    if said == "last":
        return (this - timedelta(days=1)).replace(day=1)
    try:
        return datetime.strptime(said, "%Y-%m").date()
    except ValueError:
        pass
    number = int(said) if said.isdecimal() and len(said) <= 2 else _number_of(said, language)
    if not number or not 1 <= number <= 12:
        return None
    found = this.replace(month=number)
    return found if found >= this else found.replace(year=found.year + 1)


def _number_of(said: str, language: str) -> int | None:
    """Which month a name is, in the shop's language or in English."""
    for locale in (_locale(language), Locale("en")):
        for number in range(1, 13):  # not "LLLL": with Babel 2.18 those are of whichever language was asked first
            name = format_date(date(2026, number, 1), "MMMM", locale=locale)
            if len(said) >= 3 and name.casefold().startswith(said):
                return number
    return None


def months(house: House, now: datetime, typed: str) -> Sequence[tuple[str, str]]:
    """Months to choose from, this one first."""
    language = str(house.shop.languages[0]) if house.shop.languages else "en"
    first, found = now.astimezone(house.shop.zone).date().replace(day=1), list[tuple[str, str]]()
    for _ in range(OFFERED):
        name = _title(first, language)
        if typed.casefold() in name.casefold() or f"{first:%Y-%m}".startswith(typed):
            found.append((name, f"{first:%Y-%m}"))
        first = _following(first)
    return found
