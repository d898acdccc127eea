"""/story and /stories: which life of a story the words, the names or a button mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.database import plans
from bot.database.tables import Series, Story
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers.context import Context
from handlers.stories import asking, listing, live, month, more, once, planning, queueing, series, steering
from handlers.stories.questions import is_awaited

Deed = Callable[[Series, Story, Text, InboundMessage, Context], Awaitable[list[OutboundMessage]]]
Answer = Callable[[InboundMessage, Context, dict[str, Any]], Awaitable[list[OutboundMessage]]]

DEEDS: dict[str, Deed] = {
    "cancel": steering.cancel,
    "edit": once.edit,
    "pause": steering.pause,
    "resume": steering.resume,
    "preview": steering.look,
    "now": steering.now,
    "recall": once.recall,
    "gone": once.gone,
    "until": steering.until,
    "more": more.choose,
    "ask": series.question,
    "missed": series.missed,
}
"""What `/story <word> ID` does; the words after the number go along."""
PRESSED: dict[str, Deed] = {**DEEDS, "undo": steering.undo, "open": steering.look}
TAKES_WORDS = ("edit", "until", "more", "ask", "missed")
"""With these words may follow the number; after the others they make it a story ("now 3 eggs left")."""
ALONE = ("cancel", "edit", "pause", "resume", "preview", "recall", "gone")
"""These ask which story is meant where no number follows."""
BEGINS = "series"
"""`/story series [WHEN] TITLE` begins a numbered series."""

STEPS: dict[str, Answer] = {
    **dict.fromkeys(("what", "content", "when", "change"), planning.answered),
    "edit": once.answered,
    "queue": queueing.answered,
    "live": live.awaited,
}
"""What an answer is about, by the step that was asked."""


async def story(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/story [WHEN] TEXT`, with or without pictures; `/story series …`; `/story <deed> ID`; or each by its name."""
    if message.fields.get("do"):
        return await _by_name(message, ctx)
    if message.fields.get("when") or message.fields.get("text"):
        return await planning.begin_by_names(message, ctx)
    words = message.text.plain.split(maxsplit=2)
    first, second = (word.casefold() for word in (*words[:2], *[""] * (2 - len(words[:2]))))
    if first == BEGINS and second:
        title = planning.rest_of(message.text, message.text.plain.split(maxsplit=1)[1])
        return await planning.begin(message, ctx, title, numbered=True)
    rest = planning.rest_of(message.text, words[2]) if len(words) > 2 else Text()
    is_deed = first in DEEDS and second.isdecimal() and (first in TAKES_WORDS or not (rest or message.media))
    if is_deed and (first != "now" or await _found(second, ctx)):
        return await _do(first, second, rest, message, ctx)
    if first in ALONE and not rest and not message.media and (not second or first == "cancel"):
        return await listing.which(first, ctx)
    return await planning.begin(message, ctx, message.text)


async def _by_name(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`do`, `id` and `text` as they were given apart."""
    verb, id = message.fields["do"].strip().casefold(), message.fields.get("id", "").strip()
    if verb == BEGINS:
        return await planning.begin_by_names(message, ctx, numbered=True)
    if verb not in DEEDS:
        return [ctx.reply(ctx.say("story_no_deed", verb=verb[:40], deeds=", ".join((*DEEDS, BEGINS))))]
    if not id:
        return await listing.which(verb, ctx)
    words = message.text.plain or message.fields.get("text", "") or message.fields.get("when", "")
    return await _do(verb, id, message.text or Text(words), message, ctx)


async def _found(id: str, ctx: Context) -> tuple[Series, Story] | None:
    found = await plans.series_with_story(ctx.session, int(id)) if id.isdecimal() and len(id) < 16 else None
    return found if found and found[0].state != "draft" else None


async def _do(verb: str, id: str, rest: Text, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    found = await _found(id, ctx)
    if found is None:
        return [ctx.reply(ctx.say("story_unknown", id=id[:20]))]
    return await DEEDS[verb](*found, rest, message, ctx)


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A button that does something with one story."""
    found = await plans.series_with_story(ctx.session, int(value["series"]))
    if found is None:
        return [ctx.reply(ctx.say("settled"))]
    return await PRESSED[value["verb"]](*found, Text(), message, ctx)


async def stories(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/stories`: what is planned; `/stories month` as a calendar. `cancel`, given by name, is an id to cancel."""
    if wanted := message.fields.get("cancel", "").strip():
        return await _do("cancel", wanted, Text(), message, ctx)
    first, _, rest = message.text.plain.strip().partition(" ")
    if message.fields.get("month") or first.casefold() == "month":
        return await month.shown(message.fields.get("month", "") or rest, ctx)
    return await listing.listed(ctx)


async def awaited(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The answer to something that the bot has asked about a story."""
    awaiting = ctx.conversation.awaiting or {}
    ctx.conversation.awaiting = None
    return await STEPS[awaiting["step"]](message, ctx, awaiting)


async def quoted(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A message in the room's general part that quotes another: the reply to our question is the story."""
    found = await asking.answered(message, ctx)
    found = await live.answered(message, ctx) if found is None else found
    if found is not None:
        return found
    return await awaited(message, ctx) if is_awaited(message, ctx) else []
