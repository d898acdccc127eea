"""What an owner may put in for a command's argument, while it is being typed. Only reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import owners, plans
from bot.database.promises import open_with_names
from bot.recurrence import Reading, read_when
from handlers.context import House
from handlers.stories import first_words
from handlers.stories.commands import BEGINS, DEEDS
from handlers.stories.month import months
from handlers.texts import best_language, say

AT_MOST = 25
"""Choices that can be shown at once; Discord's limit, and enough anywhere."""
LETTERS = 100
LATELY = 100
"""Stories that are looked through for a number."""
EXAMPLES = ("now", "tomorrow 18:30", "daily 09:00", "every friday 17:00")

Choices = Sequence[tuple[str, str]]
"""Pairs of what is shown and what is put in."""


async def complete(session: AsyncSession, house: House, now: datetime, argument: str, typed: str) -> Choices:
    """Choices for an owner's argument, such as `story when`; none for one that has no choices."""
    if argument == "story when":
        return _times(house, now, typed.strip())
    if argument == "kept promise":
        return await _promised(session, house, now, typed.strip())
    if argument in ("stories cancel", "story id", "queue series"):
        return await _stories(session, house, typed.strip(), argument)
    if argument == "story do":
        return [(deed, deed) for deed in (*DEEDS, BEGINS) if deed.startswith(typed.strip().casefold())]
    if argument == "stories month":
        return months(house, now, typed.strip())
    if argument in ("edit entry", "retire entry", "story more"):
        return (*_entries(house, typed.strip()), *_products(house, typed.strip()))[:AT_MOST]
    if argument in ("snooze until", "block until", "close after"):
        return _stretches(typed.strip())
    if argument in LISTS:
        return _fitting(await LISTS[argument](session), typed.strip())
    return FIXED.get(argument, ())


async def _owners(session: AsyncSession) -> list[tuple[str, str]]:
    return [(owner.name, owner.name) for owner in await owners.everybody(session)]


async def _snippets(session: AsyncSession) -> list[tuple[str, str]]:
    return [(f"{row.name}: {' '.join(row.text.split())}", row.name) for row in await owners.snippets(session)]


async def _tags(session: AsyncSession) -> list[tuple[str, str]]:
    return [(tag, tag) for tag in await owners.tags(session)]


LISTS = {
    "assign owner": _owners,
    "snippet name": _snippets,
    "snippet remove": _snippets,
    "s name": _snippets,
    "tag tag": _tags,
    "untag tag": _tags,
}
FIXED: dict[str, Choices] = {
    "live title": (("stop", "stop"),),
    "broadcast to": (("stories", "stories"), ("offers", "offers")),
    "close silently": (("yes", "yes"),),
    "transcript format": (("HTML", "html"), ("Markdown", "markdown")),
    "transcript notes": (("with notes", "with notes"),),
}
STRETCHES = ("in 2 hours", "tomorrow 09:00", "in 3 days", "monday 09:00")


def _fitting(choices: Sequence[tuple[str, str]], typed: str) -> Choices:
    """Those first that begin with what was typed, then those that hold it."""
    wanted = typed.casefold()
    begin = [choice for choice in choices if choice[1].casefold().startswith(wanted)]
    hold = [choice for choice in choices if choice not in begin and wanted in choice[0].casefold()]
    return [(_cut(shown), put) for shown, put in (*begin, *hold) if len(put) <= LETTERS][:AT_MOST]


def _stretches(typed: str) -> Choices:
    """What is typed, as it stands, and examples; it is read when it is sent."""
    fitting = [each for each in STRETCHES if each.startswith(typed.casefold())] or list(STRETCHES)
    return [(_cut(each), _cut(each)) for each in dict.fromkeys([*([typed] if typed else []), *fitting])]


def _entries(house: House, typed: str) -> Choices:
    """Answers by name, those first whose name begins with what was typed, then those whose question holds it."""
    known, wanted = house.knowledge, typed.casefold()
    begin = [id for id in known.entries if id.casefold().startswith(wanted)]
    hold = [id for id in known.entries if id not in begin and wanted in known.title(id).casefold()]
    able = [id for id in (*begin, *hold) if len(id) <= LETTERS]
    return [(_cut(f"{id}: {known.title(id)}"), id) for id in able[:AT_MOST]]


def _products(house: House, typed: str) -> Choices:
    """Products by what names them in /edit, or by their title."""
    found = [(f"product:{id}", product.title) for id, product in house.knowledge.products.items()]
    wanted = typed.casefold()
    fitting = [(id, title) for id, title in found if wanted in id.casefold() or wanted in title.casefold()]
    return [(_cut(f"{id}: {title}"), id) for id, title in fitting if len(id) <= LETTERS]


def _times(house: House, now: datetime, typed: str) -> Choices:
    """What the phrase means and when that is next; examples before anything is typed, or where it means nothing."""
    zone, language = house.shop.timezone, best_language(*house.shop.languages)
    fitting = [e for e in EXAMPLES if e.startswith(typed.casefold())] or list(EXAMPLES)
    found = []
    for phrase in (typed, *(fitting if not typed or read_when(typed, now, zone, language) is None else ())):
        reading = read_when(phrase, now, zone, language) if phrase else None
        if reading:
            found.append((_cut(_meaning(reading, house)), _cut(phrase)))
    return found[:AT_MOST]


def _meaning(reading: Reading, house: House) -> str:
    if reading.question or not reading.next:
        return reading.question or reading.words
    coming = f"{reading.next[0].at.astimezone(house.shop.zone):%a %d.%m. %H:%M}"
    return say(best_language(*house.shop.languages), "story_choice", words=reading.words, next=coming).plain


async def _stories(session: AsyncSession, house: House, typed: str, argument: str) -> Choices:
    """Stories by id, those first whose id or words begin with what was typed: the planned ones, and where more can be
    done than to cancel, those that were posted."""
    found, wanted = [], typed.casefold()
    rows = await plans.lately(session, LATELY) if argument == "story id" else await plans.planned(session)
    for series, content in rows:
        if argument == "queue series" and not series.title:
            continue
        words = series.title or first_words(content) or say(best_language(*house.shop.languages), "picture").plain
        if str(series.id).startswith(wanted) or wanted in words.casefold():
            found.append((_cut(f"{series.id}: {words}"), str(series.id)))
    return found[:AT_MOST]


async def _promised(session: AsyncSession, house: House, now: datetime, typed: str) -> Choices:
    """The open promises by number, the next one first."""
    found = []
    for one, name in await open_with_names(session):
        line = f"{one.id}: {name}, {one.due_at.astimezone(house.shop.zone):%a %d.%m. %H:%M} {one.text}"
        if typed.casefold() in line.casefold():
            found.append((_cut(line.strip()), str(one.id)))
    return found[:AT_MOST]


def _cut(words: str) -> str:
    return words if len(words) <= LETTERS else words[: LETTERS - 1] + "…"
