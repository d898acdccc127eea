"""What stands under a story: "tell me more" of an entry or a product that the owner chose, and why somebody got it."""

from __future__ import annotations

import re
from typing import Any

from bot.database import people, talk
from bot.database.blobs import images
from bot.database.tables import Post, Series, Story
from bot.markup import from_markdown
from bot.messages import Button, InboundMessage, OutboundMessage, Outcome, Text, styled
from handlers.context import Context, House
from handlers.stories import live
from handlers.texts import best_language, say

LINE = re.compile(r"(?im)^[ \t]*more:[ \t]*(\S+)[ \t]*$\n?")
"""A line of a story's text that names what its button tells of."""
AT_THE_END = re.compile(r"(?i)\s+more:[ \t]*(\S+)\s*$")
"""The same behind the last words, as it is written on a phone; it counts only where the name is known."""
PAYLOAD = re.compile(r"(more|live_name|asked)-(\d{1,18})")
"""What may follow /start, where a button under a post in public leads into a private chat."""
NOTHING = ("-", "none", "nothing")


def without_line(text: Text, house: House) -> tuple[Text, str]:
    """A story's text without the line `more: ID`, and that id; empty where there is none."""
    found = LINE.search(text.plain)
    if found is None and (at_the_end := AT_THE_END.search(text.plain)) and known_as(at_the_end[1], house):
        found = at_the_end
    if found is None:
        return text, ""
    rest = text.cut(0, found.start()) + text.cut(found.end(), len(text.plain))
    end = len(rest.plain.rstrip())
    return rest.cut(0, end), found[1]


def known_as(id: str, house: House) -> str:
    """The entry or product that an owner means by a name; empty for none that may be told."""
    known = house.knowledge
    entry = known.entries.get(id)
    if entry and entry.mode != "draft":
        return id
    name = id.removeprefix("product:")
    return f"product:{name}" if name in known.products else ""


async def choose(
    series: Series, content: Story, rest: Text, message: InboundMessage, ctx: Context
) -> list[OutboundMessage]:
    """`/story more ID NAME`: of what the button under each post tells; `/story more ID none` takes it away."""
    wanted = rest.plain.strip()
    found = await talk.of_series(ctx.session, series.id)
    if wanted.casefold() in NOTHING:
        found.more = ""
        return [ctx.reply(ctx.say("more_gone", id=str(series.id)))]
    known = known_as(wanted, ctx.house)
    if not known:
        return [ctx.reply(ctx.say("more_unknown", name=wanted[:60]))]
    found.more = known
    return [ctx.reply(ctx.say("more_chosen", id=str(series.id), title=ctx.house.knowledge.title(known)))]


async def keep(series: Series, wanted: str, ctx: Context) -> None:
    """Notes what was chosen while the story was planned, known or not: the preview says which."""
    if wanted:
        (await talk.of_series(ctx.session, series.id)).more = known_as(wanted, ctx.house) or wanted[:60]


async def stays(series: Series, wanted: str, ctx: Context) -> bool:
    """Whether that choice leaves the button under a plan's posts as it is."""
    chosen = known_as(wanted, ctx.house) or wanted[:60]
    return not chosen or chosen == await talk.more_of(ctx.session, series.id)


async def in_words(series: Series, ctx: Context) -> Text:
    """What the preview says of the button; nothing where there is none."""
    chosen = await talk.more_of(ctx.session, series.id)
    if not chosen:
        return Text()
    known = known_as(chosen, ctx.house)
    title = ctx.house.knowledge.title(known) if known else ""
    said = ctx.say("more_plan", title=title) if known else ctx.say("more_unknown", name=chosen)
    return Text("\n") + said


def under(
    house: House, post: Post, chosen: str, pictures: int, *, private: bool, language: str = ""
) -> tuple[Button, ...]:
    """The row of buttons under a copy of a post, of which `chosen` is told more; one in a `private` chat says why it
    came. Albums take none."""
    if pictures > 1:
        return ()
    language, found = best_language(language, *house.shop.languages), []
    if chosen and known_as(chosen, house):
        found.append(Button(say(language, "more_button").plain, f"more:{post.id}", private=True))
    if private:
        found.append(Button(say(language, "why_button").plain, f"why_story:{post.id}"))
    return tuple(found)


async def tell(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The button "tell me more", answered where only they read it, as far as the platform has such a place."""
    post = await ctx.session.get(Post, int(value["id"]))
    chosen = await talk.more_of(ctx.session, post.series_id) if post and post.state == "posted" else ""
    id = known_as(chosen, ctx.house) if chosen else ""
    known = ctx.house.knowledge
    entry = known.entries.get(id)
    if not id or not known.stored(id) or (entry and entry.valid_until and entry.valid_until < ctx.today):
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say("more_over"))]
    text = from_markdown(known.stored(id))
    product = known.products.get(id.removeprefix("product:")) if id not in known.entries else None
    if product and product.owner_note:
        text = text + "\n\n" + styled("italic", product.owner_note) + "\n" + ctx.say("signed")
    ctx.outcome, ctx.conversation.topic = Outcome.answered, id
    return [ctx.reply(text, (), await images(ctx.session, known.images(id)))]


async def started(message: InboundMessage, ctx: Context) -> list[OutboundMessage] | None:
    """What a button in public led to; None where /start came without such a payload."""
    found = PAYLOAD.fullmatch(message.text.plain.strip())
    if found is None or ctx.public:
        return None
    if found[1] == "more":
        return await tell(message, ctx, {"id": found[2]})
    if found[1] == "live_name":
        return await live.named(message, ctx, {"id": found[2]})
    waits = await people.open_ticket(ctx.session, ctx.conversation.id)
    return [ctx.reply(ctx.say("start_asked"))] if waits else None
