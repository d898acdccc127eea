"""Tell me when it is back: the press is a consent to one message, which is sent once, when there is some again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import buttons, wishes
from bot.database.blobs import images
from bot.database.wishes import Wish
from bot.messages import Button, ChatRef, InboundMessage, OutboundMessage, Outcome, Text, styled
from handlers.context import Context, House
from handlers.preferences import asks_again, unasked
from handlers.texts import best_language, say

AT_ONCE = 100
"""How many are told in one transaction."""


def buttons_for(ids: list[str], ctx: Context) -> list[Button]:
    """The button for each of these that is a product and sold out; with its name where there are several."""
    known = ctx.house.knowledge.products
    products = [known.get(id.removeprefix("product:")) for id in dict.fromkeys(ids) if id.startswith("product:")]
    gone = [product for product in products if product and product.stock == 0]
    label = "back_in_stock_button" if len(gone) == 1 else "back_in_stock_named_button"
    return [
        ctx.labelled(ctx.say(label, title=product.title[:40]).plain, "back_in_stock", {"product": product.id})
        for product in gone
    ]


async def wish(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The customer wants to be told; where it is back already they are told at once."""
    product = await wishes.product_of(ctx.session, str(value["product"]))
    if product is None:
        return [ctx.reply(ctx.say("wish_gone"))]
    if product.stock != 0:
        return [ctx.reply(ctx.say("wish_here", title=product.title))]
    assert ctx.customer is not None
    conversation_id = ctx.conversation.id
    if ctx.public:
        assert ctx.privately is not None
        private = await ctx.privately(ctx)
        if not private.reachable:
            link = styled("link", private.link, private.link) if private.link else Text()
            ctx.outcome = Outcome.refused
            return [ctx.reply(ctx.say("wish_in_private", link=link))]
        conversation_id = private.ctx.conversation.id
    asks_again(ctx.customer)
    await ctx.session.flush()
    await wishes.keep_wish(ctx.session, ctx.customer.id, conversation_id, product.id, ctx.now)
    back = ctx.button("wish_drop_button", "back_in_stock_drop", {"product": product.id})
    return [ctx.reply(ctx.say("wish_kept", title=product.title), [back])]


async def drop(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The customer takes it back."""
    assert ctx.customer is not None
    await wishes.drop_wishes(ctx.session, ctx.customer.id, str(value["product"]))
    return [ctx.reply(ctx.say("wish_dropped"))]


async def awaited(ctx: Context) -> Text:
    """For the owners: how many wait for which product; nothing where nobody does."""
    text = Text()
    for id, title, count in await wishes.awaited_products(ctx.session):
        text = text + "\n• " + ctx.say("awaited_line", title=title, id=id, count=str(count))
    return ctx.say("awaited") + text if text else text


async def due(session: AsyncSession, house: House, now: datetime) -> list[OutboundMessage] | None:
    """Claims the wishes of those whose product is back, and returns what each is told; None when there are none."""
    found = await wishes.wishes_come_true(session, AT_ONCE)
    messages = []
    for one in found:
        if message := unasked(await _told(session, house, one, now), one[2], "restock", now, house.shop.zone):
            one[0].told_at = now
            messages.append(message)
    return messages or None


async def _told(session: AsyncSession, house: House, one: Wish, now: datetime) -> OutboundMessage:
    row, product, customer, conversation = one
    language, owner = best_language(customer.language, *house.shop.languages), house.shop.owner_name
    asked = {"question": say(language, "wish_question", title=product.title).plain, "tried": ""}
    label, why = say(language, "ask_owner_button", owner=owner).plain, say(language, "why_button").plain
    return OutboundMessage(
        ChatRef(conversation.platform, conversation.bot, conversation.chat_id),
        wishes.key_of(row, now),
        text=say(language, "wish_come_true", title=product.title, shop=house.shop.name),
        buttons=(
            buttons.remember(session, label, "ask_owner", conversation.id, asked, now),
            buttons.remember(session, why, "why", conversation.id, {"kind": "restock"}, now),
        ),
        media=tuple(await images(session, [product.image] if product.image else [])),
    )
