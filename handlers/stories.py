"""The owner arranges a story by chat: /story, preview, confirm; /stories lists and cancels; `due` posts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import people, plans
from bot.database.tables import Series, Story
from bot.messages import Button, ChatRef, InboundMessage, OutboundMessage, Text
from bot.recurrence import Occurrence, Reading, Rule, occurrences, read_beginning, read_when
from handlers.context import Context, House
from handlers.texts import best_language, say

MAX_LATENESS = timedelta(hours=1)
"""A post that is later than this is missed, and the owner is asked; it is never posted late by surprise."""
PATIENCE = timedelta(minutes=10)
"""How long a question about a story waits for its answer; later words are not taken for one."""
DATES_TO_TRY = 10
"""A date that has its post already is passed over; so many in a row are more than any plan has."""
SEPARATOR = "\n\n———\n"


async def story(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/story [WHEN] TEXT`, with or without pictures, and `/story cancel ID`; or each by its name."""
    if message.fields.get("when") or message.fields.get("text"):
        return await _story_by_names(message, ctx)
    words = message.text.plain.strip().split()
    if words and words[0].casefold() == "cancel" and len(words) <= 2 and not message.media:
        return await cancel_by_id(words[1] if len(words) == 2 else "", ctx)
    found = read_beginning(message.text.plain, ctx.now, ctx.shop.timezone)
    reading, text = (found[0], _rest(message.text, found[1])) if found else (None, _rest(message.text, None))
    series, content = await plans.draft(ctx.session, text, message.media, message.sender.id, ctx.now)
    return await _go_on(series, content, reading, message.sender.id, ctx)


async def _story_by_names(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A time and a text that were given apart: neither is looked for in the other."""
    when = message.fields.get("when", "").strip()
    text = _rest(message.text or Text(message.fields.get("text", "")), None)
    reading = read_when(when, ctx.now, ctx.shop.timezone, ctx.language) if when else None
    series, content = await plans.draft(ctx.session, text, message.media, message.sender.id, ctx.now)
    if when and reading is None:
        return _ask(ctx.say("story_when_again", phrase=when[:60]), "when", series, message.sender.id, ctx)
    return await _go_on(series, content, reading, message.sender.id, ctx)


def _rest(text: Text, rest: str | None) -> Text:
    """The part of a text after its schedule, or all of it, with its formatting."""
    rest = text.plain.strip() if rest is None else rest.strip()
    start = text.plain.rfind(rest) if rest else len(text.plain)
    return text.cut(start, start + len(rest))


async def _go_on(
    series: Series, content: Story, reading: Reading | None, asker: str, ctx: Context
) -> list[OutboundMessage]:
    """Shows the preview when all is known, else asks for what is missing."""
    if reading and not reading.question:
        _schedule(series, reading, ctx)
    text, media = plans.told(content)
    if not text and not media:
        return _ask(ctx.say("story_what"), "content", series, asker, ctx)
    if reading and reading.question:
        return _ask(Text(reading.question), "when", series, asker, ctx)
    if series.rule is None:
        return _ask(ctx.say("story_when"), "when", series, asker, ctx)
    return [await _preview(series, content, ctx)]


def _schedule(series: Series, reading: Reading, ctx: Context) -> None:
    assert reading.rule is not None
    at_once = bool(reading.next) and reading.next[0].at <= ctx.now
    series.rule, series.phrase = reading.rule.dump(), "now" if at_once else reading.words


def _ask(text: Text, step: str, series: Series, asker: str, ctx: Context) -> list[OutboundMessage]:
    ctx.conversation.awaiting = {"step": step, "series": series.id, "by": asker, "since": ctx.now.isoformat()}
    return [ctx.reply(text)]


def is_awaited(message: InboundMessage, ctx: Context) -> bool:
    """Whether the message is the answer to a question about a story, by the one who was asked."""
    awaiting = ctx.conversation.awaiting
    return (
        message.kind == "text"
        and awaiting is not None
        and awaiting["by"] == message.sender.id
        and ctx.now - datetime.fromisoformat(awaiting["since"]) <= PATIENCE
    )


async def awaited(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The answer to "what?", "when?" or "change it how?"."""
    awaiting = ctx.conversation.awaiting or {}
    ctx.conversation.awaiting = None
    found = await plans.series_with_story(ctx.session, awaiting["series"])
    if found is None or found[0].state != "draft":
        return [ctx.reply(ctx.say("settled"))]
    series, content = found
    reading = None if message.media else read_when(message.text.plain.strip(), ctx.now, ctx.shop.timezone, ctx.language)
    if awaiting["step"] == "when" and reading is None and not message.media:
        text = ctx.say("story_when_again", phrase=message.text.plain[:60])
        return _ask(text, "when", series, message.sender.id, ctx)
    if awaiting["step"] == "content" or reading is None:
        reading = None
        _retell(content, message)
    return await _go_on(series, content, reading, message.sender.id, ctx)


def _retell(content: Story, message: InboundMessage) -> None:
    """A picture keeps the old words unless it brings its own; words keep the old picture."""
    text, media = plans.told(content)
    plans.tell(content, message.text or text, message.media or media)


async def _preview(series: Series, content: Story, ctx: Context) -> OutboundMessage:
    text, media = plans.told(content)
    return ctx.reply(text + await _plan_text(series, ctx), _choices(series, ctx), media, "notice")


async def _plan_text(series: Series, ctx: Context) -> Text:
    """Beneath the story as it will look: the schedule in words, the next times, and where it goes."""
    lines = Text(SEPARATOR) + ctx.say("story_plan", words=series.phrase)
    if series.phrase != "now":
        nexts = occurrences(Rule.load(series.rule or {}), ctx.now, 3)
        lines = lines + "\n" + ctx.say("story_next", next=", ".join(_moment(o, ctx) for o in nexts))
    return lines + "\n" + ctx.say("story_to", targets=await _targets(series, ctx))


def _moment(occurrence: Occurrence, ctx: Context) -> str:
    return f"{occurrence.at.astimezone(ctx.zone):%a %d.%m. %H:%M}"


async def _targets(series: Series, ctx: Context) -> str:
    names = []
    if series.to_channels and ctx.house.channels:
        names.append(ctx.say("target_channel").plain)
    if series.to_followers:
        count = await people.count_followers(ctx.session)
        names.append(ctx.say("target_followers", count=str(count)).plain)
    return ", ".join(names) or ctx.say("target_nobody").plain


def _choices(series: Series, ctx: Context) -> list[Button]:
    value = {"series": series.id}
    channel = "leave_out_channel_button" if series.to_channels else "take_in_channel_button"
    followers = "leave_out_followers_button" if series.to_followers else "take_in_followers_button"
    return [
        ctx.button("confirm_button", "story_confirm", value),
        ctx.button("change_button", "story_change", value),
        ctx.button("cancel_button", "story_cancel", value),
        ctx.button(channel, "story_channel", value),
        ctx.button(followers, "story_followers", value),
    ]


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A button under a preview or in the list."""
    found = await plans.series_with_story(ctx.session, int(value["series"]))
    action = message.action.partition(":")[0]
    if found is None or found[0].state not in ("draft", "planned"):
        return [ctx.reply(ctx.say("settled"))]
    if action == "story_cancel":
        return [await _cancelled(found[0], ctx), *_without_buttons(message, found[0], ctx)]
    if found[0].state != "draft":
        return [ctx.reply(ctx.say("settled"))]
    if action == "story_confirm":
        return await _confirm(message, *found, ctx)
    if action == "story_change":
        return _ask(ctx.say("story_change"), "change", found[0], message.sender.id, ctx)
    return [await _toggled(action, message, *found, ctx)]


def _without_buttons(message: InboundMessage, series: Series, ctx: Context) -> list[OutboundMessage]:
    """A preview that is settled loses its buttons."""
    return [OutboundMessage(ctx.here, ctx.key(), "notice", "edit", target=ctx.ref(message))]


async def _toggled(
    action: str, message: InboundMessage, series: Series, content: Story, ctx: Context
) -> OutboundMessage:
    if action == "story_channel":
        series.to_channels = not series.to_channels
    else:
        series.to_followers = not series.to_followers
    shown = await _preview(series, content, ctx)
    return OutboundMessage(
        ctx.here, shown.key, "notice", "edit", text=shown.text, buttons=shown.buttons, target=ctx.ref(message)
    )


async def _confirm(message: InboundMessage, series: Series, content: Story, ctx: Context) -> list[OutboundMessage]:
    if not (series.to_followers or (series.to_channels and ctx.house.channels)):
        return [ctx.reply(ctx.say("story_no_target"))]
    at_once = series.phrase == "now"
    if at_once:
        local = ctx.now.astimezone(ctx.zone).replace(tzinfo=None)
        series.rule = Rule(ctx.shop.timezone, local, None, None).dump()
    after = ctx.now - timedelta(seconds=1) if at_once else ctx.now
    if not await _plan_next(ctx.session, series, after):
        return _ask(ctx.say("story_over"), "when", series, message.sender.id, ctx)
    series.state = "planned"
    sentence = "story_now" if at_once else "story_planned"
    receipt = ctx.reply(ctx.say(sentence, id=str(series.id), words=series.phrase))
    return [receipt, *_without_buttons(message, series, ctx)]


async def _plan_next(session: AsyncSession, series: Series, after: datetime) -> bool:
    """Stores the next occurrence after an instant; False when there is none."""
    coming = occurrences(Rule.load(series.rule or {}), after, DATES_TO_TRY)
    return await plans.plan_post(session, series, [(o.local.date(), o.at) for o in coming])


async def _cancelled(series: Series, ctx: Context) -> OutboundMessage:
    sentence = "story_dropped" if series.state == "draft" else "story_cancelled"
    await plans.cancel(ctx.session, series)
    return ctx.reply(ctx.say(sentence, id=str(series.id)))


async def cancel_by_id(words: str, ctx: Context) -> list[OutboundMessage]:
    """`/story cancel ID`."""
    if not words.isdecimal():
        return [ctx.reply(ctx.say("story_which"))]
    found = await plans.series_with_story(ctx.session, int(words)) if len(words) < 16 else None
    if found is None or found[0].state != "planned":
        return [ctx.reply(ctx.say("story_unknown", id=words))]
    return [await _cancelled(found[0], ctx)]


async def stories(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/stories`: what is planned, each with a cancel button. `cancel`, given by name, is the id of one to cancel."""
    if wanted := message.fields.get("cancel", "").strip():
        return await cancel_by_id(wanted, ctx)
    rows = await plans.planned(ctx.session)
    if not rows:
        return [ctx.reply(ctx.say("stories_none"))]
    text, buttons = ctx.say("stories"), list[Button]()
    for series, content in rows:
        short = first_words(content) or ctx.say("picture").plain
        line = ctx.say("stories_line", id=str(series.id), text=short, words=series.phrase)
        text = text + "\n" + line
        label = ctx.say("cancel_series_button", id=str(series.id)).plain
        buttons.append(ctx.labelled(label, "story_cancel", {"series": series.id}))
    return [ctx.reply(text, buttons)]


def first_words(content: Story) -> str:
    """How a story begins, on one line; empty for a picture without words."""
    return " ".join(plans.told(content)[0].plain.split())[:60]


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Claims one post whose time has come and returns its messages; None when no post is due."""
    post = await plans.claim_due(session, now, MAX_LATENESS)
    if post is None:
        return None
    found = await plans.series_with_story(session, post.series_id)
    assert found is not None
    series, content = found
    if not await _plan_next(session, series, max(post.due_at, now - MAX_LATENESS)):
        series.state = "done"
    if post.state == "missed":
        return _missed(series, post.due_at, house, post.id)
    return await _copies(session, series, content, post.id, house)


async def _copies(
    session: AsyncSession, series: Series, content: Story, post_id: int, house: House
) -> list[OutboundMessage]:
    """One message for each chat that gets the story."""
    text, media = plans.told(content)
    chats: list[tuple[int | None, ChatRef]] = []
    if series.to_channels:
        chats += [(None, chat) for chat in house.channels]
    if series.to_followers:
        chats += await people.followers(session)
    return [
        OutboundMessage(chat, f"post:{post_id}:{number}", "post", text=text, media=media, customer_id=customer_id)
        for number, (customer_id, chat) in enumerate(chats)
    ]


def _missed(series: Series, due_at: datetime, house: House, post_id: int) -> list[OutboundMessage]:
    if house.room is None:
        return []
    local = f"{due_at.astimezone(house.shop.zone):%d.%m. %H:%M}"
    text = say(best_language(*house.shop.languages), "story_missed", id=str(series.id), due=local)
    return [OutboundMessage(house.room, f"missed:{post_id}", "notice", text=text)]
