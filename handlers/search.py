"""/search WORDS: who said it, when, and the way to their thread."""

from __future__ import annotations

from bot.messages import Found, InboundMessage, OutboundMessage, Text, styled
from handlers.context import Context

SHOWN, WORDS_AT_MOST = 10, 8
AROUND = 70
"""Letters of an excerpt on each side of what was looked for."""


async def search(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/search WORDS: the latest messages of all customers' conversations that hold all of them."""
    said = " ".join((message.fields.get("words") or message.text.plain).split())
    words = said.split()[:WORDS_AT_MOST]
    if not words:
        return [ctx.reply(ctx.say("search_how"))]
    found = await ctx.sent.found(words, SHOWN + 1)
    if not found:
        return [ctx.reply(ctx.say("search_nothing", words=said[:80]))]
    text = ctx.say("search_found")
    for hit in found[:SHOWN]:
        text = text + "\n" + Text("• ") + await _line(hit, words[0], ctx)
    more = Text("\n") + ctx.say("search_more") if len(found) > SHOWN else Text()
    return [ctx.reply(text + more)]


async def _line(hit: Found, word: str, ctx: Context) -> Text:
    when = f"{hit.at.astimezone(ctx.zone):%d.%m.%Y %H:%M}"
    name = await named(hit.conversation_id, hit.customer, ctx)
    words = styled("italic", excerpt(hit.words, word))
    sentence = {"customer": "search_line", "note": "search_line_note"}.get(hit.who, "search_line_owner")
    return ctx.say(sentence, name=name, when=when, words=words, who=hit.name)


async def named(conversation_id: int, name: str, ctx: Context) -> Text:
    """A customer's name, which leads to their thread where there is a way."""
    link = await ctx.sent.desk_link(conversation_id)
    return styled("link", name, link) if link and name else styled("bold", name or "?")


def excerpt(words: str, word: str) -> str:
    """The part of a message around a word, on one line."""
    line = " ".join(words.split())
    at = max(line.casefold().find(word.casefold()), 0)
    begins, ends = max(0, at - AROUND), min(len(line), at + len(word) + AROUND)
    return ("…" if begins else "") + line[begins:ends] + ("…" if ends < len(line) else "")
