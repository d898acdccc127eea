"""/find, /edit, /retire, /undo: what is written down, looked up and put right in the chat."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from bot.database.entries import entry_of, store
from bot.database.revisions import last_standing, remove, undo_last
from bot.markup import from_markdown, quoted
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers.context import Context
from handlers.curate import goods
from knowledge.entry import Entry
from knowledge.values import parse_date

SHOWN = 5
_SHORT = 140
NEVER = ("never", "-", "none")


async def find(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/find WORDS: the entries and products that come nearest, with their names."""
    words = (message.text.plain or message.fields.get("words", "")).strip()
    known = ctx.house.knowledge
    if not words:
        counts = {"entries": str(len(known.entries)), "products": str(len(known.products))}
        return [ctx.reply(ctx.say("find_how", **counts))]
    found = [words] if words in known.entries else []
    found += [one.entry for one in ctx.ask(words).candidates if one.score > 0 and one.entry not in found]
    if not found:
        return [ctx.reply(ctx.say("find_nothing", words=words))]
    text = ctx.say("find_found")
    for id in found[:SHOWN]:
        kept = " ".join(from_markdown(known.stored(id)).plain.split())[:_SHORT]
        text = text + "\n• " + ctx.say("find_line", id=id, title=known.title(id), answer=kept) + _flags(id, ctx)
    return [ctx.reply(text + "\n" + ctx.say("find_next"))]


def _flags(id: str, ctx: Context) -> Text:
    entry = ctx.house.knowledge.entries.get(id)
    if entry and entry.valid_until and entry.valid_until < ctx.today:
        return Text(" ") + ctx.say("find_expired", until=entry.valid_until.isoformat())
    return Text(" ") + ctx.say("find_draft") if entry and entry.mode == "draft" else Text()


async def edit(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/edit ID shows an entry; with words behind it, it changes: + and - phrasings, until a date, else the answer.

    A product's stock, price and note change by their names.
    """
    id, change = _named(message)
    if goods.is_product(id):
        return await goods.edit(*goods.named(message.text.plain.strip() or f"{id} {change}", ctx), ctx)
    if not id:
        return [ctx.reply(ctx.say("edit_how") + " " + ctx.say("edit_how_product"))]
    entry = await entry_of(ctx.session, id)
    if entry is None:
        return [ctx.reply(_unknown(id, ctx))]
    if not change:
        return [ctx.reply(_whole(entry, ctx))]
    changed = _changed(entry, change)
    if isinstance(changed, str):
        return [ctx.reply(ctx.say(changed, id=id))]
    report = await store(ctx.session, [changed], f"/edit {id}", ctx.now)
    said = "edit_done" if report.changed else "edit_same"
    return [ctx.reply(ctx.say(said, id=id) + "\n\n" + _whole(changed, ctx))]


def _named(message: InboundMessage) -> tuple[str, str]:
    """The entry and what follows it, by name or in the words."""
    words = message.text.plain.strip()
    if not words:
        return message.fields.get("entry", "").strip(), message.fields.get("change", "").strip()
    id, _, rest = words.partition("\n") if "\n" in words.split(" ")[0] else words.partition(" ")
    return id, rest.strip()


def _changed(entry: Entry, change: str) -> Entry | str:
    """The entry with the change, or the name of the sentence that says why not."""
    sign, rest = change[0], " ".join(change[1:].split())
    if sign in "+-" and not rest:
        return "edit_how"
    if sign == "+":
        return entry if rest in entry.questions else replace(entry, questions=(*entry.questions, rest))
    if sign == "-":
        fewer = tuple(q for q in entry.questions if q.casefold() != rest.casefold())
        if len(fewer) == len(entry.questions):
            return "edit_no_phrasing"
        return replace(entry, questions=fewer) if fewer else "edit_last_phrasing"
    word, _, day = change.partition(" ")
    if word.casefold() != "until" or "\n" in day.strip() or len(day.split()) != 1:
        return replace(entry, answer=change)
    if day.strip().casefold() in NEVER:
        return replace(entry, valid_until=None)
    try:
        return replace(entry, valid_until=parse_date(day.strip()))
    except ValueError:
        return "edit_date"


def _whole(entry: Entry, ctx: Context) -> Text:
    text = ctx.say("edit_shown", id=entry.id)
    for question in entry.questions:
        text = text + "\n• " + question
    text = text + "\n" + quoted(from_markdown(entry.answer))
    if entry.valid_until:
        text = text + "\n" + ctx.say("teach_until", until=entry.valid_until.isoformat())
    return text + "\n\n" + ctx.say("edit_how")


def _unknown(id: str, ctx: Context) -> Text:
    near = get_close_matches(id, [*ctx.house.knowledge.entries], n=1)
    return ctx.say("entry_near", id=id, near=near[0]) if near else ctx.say("entry_unknown", id=id)


async def retire(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/retire ID takes an entry or a product out."""
    id, _ = _named(message)
    if not id:
        return [ctx.reply(ctx.say("retire_how"))]
    kind, plain = ("product", id.removeprefix("product:")) if id.startswith("product:") else ("entry", id)
    if await remove(ctx.session, kind, plain, f"/retire {id}", ctx.now) is None:
        return [ctx.reply(_unknown(id, ctx))]
    return [ctx.reply(ctx.say("retired", id=id))]


async def undo(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/undo takes the last change back; one that was not made in the chat, such as an import, is asked about first."""
    last = await last_standing(ctx.session)
    if last is None:
        return [ctx.reply(ctx.say("undo_nothing"))]
    if last.source.startswith("/"):
        return await _undone(ctx)
    when = f"{last.made_at.astimezone(ctx.zone):%d.%m. %H:%M}"
    button = ctx.labelled(ctx.say("undo_button").plain, "undo_confirm", {"revision": last.id})
    return [ctx.reply(ctx.say("undo_sure", source=last.source, when=when), [button])]


async def undo_pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner is sure; a change that was made since is not what they meant."""
    last = await last_standing(ctx.session)
    if last is None or last.id != value["revision"]:
        return [ctx.reply(ctx.say("undo_other"))]
    return await _undone(ctx)


async def _undone(ctx: Context) -> list[OutboundMessage]:
    undone = await undo_last(ctx.session, ctx.now)
    assert undone is not None
    counts = {"removed": undone.removed, "restored": undone.restored, "returned": undone.returned}
    return [ctx.reply(ctx.say("undone", source=undone.source, **{name: str(n) for name, n in counts.items()}))]
