"""/mydata tells a person all that is kept about them; /forgetme forgets them, after one question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import erasing, people
from bot.database.tables import Erasure
from bot.messages import ChatRef, InboundMessage, OutboundMessage, Outcome
from handlers import mydata
from handlers.context import Context, House
from handlers.texts import best_language, say
from knowledge.shop import Shop


async def my_data(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/mydata: in plain words, and as two files, one to be read and one for programs."""
    if ctx.customer is None or ctx.public:
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say("privacy_in_private"))]
    kept = await mydata.gathered(ctx)
    return [ctx.reply(mydata.told(kept, ctx), (), await mydata.files(kept, ctx))]


async def forget_me(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/forgetme: what that means, and one question."""
    if ctx.customer is None or ctx.public:
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say("privacy_in_private"))]
    text = ctx.say("forget")
    if await people.open_ticket(ctx.session, ctx.conversation.id):
        text = text + " " + ctx.say("forget_open")
    choices = [ctx.button("forget_yes_button", "forget_yes"), ctx.button("forget_no_button", "forget_no")]
    return [ctx.reply(text, choices)]


async def keep(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The person has thought better of it."""
    return [ctx.reply(ctx.say("forget_kept"))]


async def forget(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The person wants it: from now on they are nobody, and all that is kept of them goes."""
    customer = ctx.customer
    assert customer is not None
    farewell = ctx.say("forgotten")
    if await people.open_ticket(ctx.session, ctx.conversation.id):
        farewell = farewell + " " + ctx.say("forgotten_open")
    said = ctx.reply(farewell)
    ctx.settles = Outcome.done
    erasure = await erasing.begin(ctx.session, customer, "customer", ctx.now, ctx.inbox_id)
    return [said, *told_in_threads(erasure, ctx.shop)]


def told_in_threads(erasure: Erasure, shop: Shop) -> list[OutboundMessage]:
    """The word to the owners, in each thread that the person had. It is about what stands there, and names nobody."""
    sentence = "forgotten_owner" if erasure.by == "customer" else "forgotten_owner_by_owner"
    text = _say(shop, sentence)
    if erasure.counts["open"]:
        text = text + " " + _say(shop, "forgotten_owner_open")
    return [
        OutboundMessage(
            ChatRef(*place),
            f"{erasing.key_of(erasure)}told:{number}",
            "note",
            text=text,
            customer_id=erasure.customer_id,
        )
        for number, place in enumerate((erasure.scope or {})["places"])
    ]


def farewell_by_owner(erasure: Erasure, chat: ChatRef, shop: Shop, language: str) -> OutboundMessage:
    """What a person hears whom an owner forgets in the middle of an open question."""
    text = say(best_language(language, *shop.languages), "forgotten_by_owner", owner=shop.owner_name, shop=shop.name)
    return OutboundMessage(chat, f"{erasing.key_of(erasure)}farewell", text=text, customer_id=erasure.customer_id)


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """One step of forgetting whoever asked for it; None where it waits, or nobody did."""
    erasure = await erasing.next_open(session, now)
    if erasure is None:
        return None
    done = await erasing.go_on(session, erasure, now)
    return None if done.step == "waits" else follows(done, erasure, house.shop)


def follows(done: erasing.Done, erasure: Erasure, shop: Shop) -> list[OutboundMessage]:
    """What has to be done and said in the owners' room after a step."""
    key = erasing.key_of(erasure)
    copies = [
        OutboundMessage(ref.chat, f"{key}{number}", "note", "delete", target=ref)
        for number, ref in enumerate(done.copies)
    ]
    if done.step != "over" or not done.left:
        return copies
    text = _say(shop, "forgotten_left", count=str(done.left))
    return [
        OutboundMessage(place, f"{key}left:{number}", "note", text=text) for number, place in enumerate(done.places)
    ]


def _say(shop: Shop, sentence: str, **values: str) -> Any:
    return say(best_language(*shop.languages), sentence, owner=shop.owner_name, shop=shop.name, **values)
