"""What is said of products: their columns, a short sentence for each that was asked for, and the owner's own notes."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Text, styled
from handlers.context import Context
from knowledge import words
from knowledge.attributes import Attribute, asked_of, written_of
from knowledge.entry import Product


def columns(product: Product, question: str, ctx: Context) -> Text:
    """A sentence for each attribute that the question names, and that it is sold out where it is. Nothing where it
    names none, or one that the columns don't hold."""
    asked = asked_of(words.read(question))
    told = [_sentence(product, attribute, ctx) for attribute in asked]
    if not told or not all(told):
        return Text()
    if product.stock == 0 and "stock" not in asked:
        told.append(ctx.say("product_out", title=product.title))
    text = told[0]
    for sentence in told[1:]:
        text = text + " " + sentence if sentence.plain not in text.plain else text
    return text


def _sentence(product: Product, attribute: Attribute, ctx: Context) -> Text:
    if attribute == "price":
        return ctx.say("product_price", title=product.title, price=price_of(product, ctx)) if product.price else Text()
    if attribute == "stock":
        if product.stock is None:
            return Text()
        name = "product_in_stock" if product.stock else "product_out"
        return ctx.say(name, title=product.title, stock=str(product.stock))
    written = written_of(product, attribute)
    return ctx.say("product_written", words=written) if written else Text()


def price_of(product: Product, ctx: Context) -> str:
    """What a product costs, with its currency or the shop's."""
    return f"{product.price} {product.currency or ctx.shop.currency}".strip()


def notes(ids: Sequence[str], ctx: Context) -> Text:
    """What the owner says of these products, in the owner's own words, signed."""
    text = ctx.say("recommended")
    for id in ids:
        product = ctx.house.knowledge.products[id.removeprefix("product:")]
        facts = f" ({price_of(product, ctx)})" if product.price else ""
        text = text + "\n\n" + styled("bold", product.title) + facts + "\n" + styled("italic", product.owner_note)
        if product.stock == 0:
            text = text + "\n" + ctx.say("product_out", title=product.title)
    return text + "\n" + ctx.say("signed")
