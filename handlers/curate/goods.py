"""/edit of a product: its stock, its price, the owner's note. What is back wakes those who wished for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches

from bot.database.entries import store
from bot.database.wishes import product_of
from bot.messages import OutboundMessage, Text
from handlers.context import Context
from knowledge.entry import Product
from knowledge.values import parse_price, parse_stock

PREFIX = "product:"
NONE = ("-", "none")
"""Takes a value away: nobody counts, there is no price, there is no note."""

_PRICE = re.compile(r"(?P<price>.*?)(?:\s+(?P<currency>[A-Za-z]{3}))?", re.DOTALL)


def is_product(words: str) -> bool:
    """Whether words name a product and not an entry."""
    return words.casefold().startswith(PREFIX)


def named(words: str, ctx: Context) -> tuple[str, str]:
    """The product's id and what follows it; an id that the shop knows may hold spaces."""
    plain = words[len(PREFIX) :].strip()
    known = [id for id in ctx.house.knowledge.products if re.match(rf"{re.escape(id)}(\s|$)", plain)]
    id = max(known, key=len, default="") or plain.partition(" ")[0].partition("\n")[0]
    return id, plain[len(id) :].strip()


async def edit(id: str, change: str, ctx: Context) -> list[OutboundMessage]:
    """Shows a product, or changes one value of it, as one revision."""
    product = await product_of(ctx.session, id)
    if product is None:
        return [ctx.reply(_unknown(id, ctx))]
    if not change:
        return [ctx.reply(_whole(product, ctx))]
    word, _, value = change.partition(" ")
    setting = SETTINGS.get(word.casefold())
    if setting is None or not value.strip():
        return [ctx.reply(ctx.say("edit_product_how", id=id))]
    try:
        changed = setting(product, "" if value.strip().casefold() in NONE else value.strip())
    except ValueError:
        return [ctx.reply(ctx.say(f"edit_{word.casefold()}_unread"))]
    report = await store(ctx.session, [changed], f"/edit {PREFIX}{id}", ctx.now)
    return [ctx.reply(ctx.say("edit_done" if report.changed else "edit_same") + "\n\n" + _whole(changed, ctx))]


def _stock(product: Product, value: str) -> Product:
    return replace(product, stock=parse_stock(value))


def _price(product: Product, value: str) -> Product:
    read = _PRICE.fullmatch(value)
    assert read is not None
    currency = (read["currency"] or product.currency).upper()
    return replace(product, price=parse_price(read["price"], currency), currency=currency)


def _note(product: Product, value: str) -> Product:
    return replace(product, owner_note=value)


SETTINGS: dict[str, Callable[[Product, str], Product]] = {"stock": _stock, "price": _price, "note": _note}
"""What may be changed in the chat; each raises ValueError for a value that it can't read."""


def _whole(product: Product, ctx: Context) -> Text:
    price = "-" if product.price is None else f"{product.price.normalize():f} {product.currency}".strip()
    stock = "-" if product.stock is None else str(product.stock)
    shown = ctx.say("edit_product_shown", id=product.id, title=product.title, price=price, stock=stock)
    if product.owner_note:
        shown = shown + "\n" + ctx.say("edit_product_note", note=product.owner_note)
    return shown + "\n\n" + ctx.say("edit_product_how", id=product.id)


def _unknown(id: str, ctx: Context) -> Text:
    near = get_close_matches(id, [*ctx.house.knowledge.products], n=1)
    return ctx.say("product_near", id=id, near=near[0]) if near else ctx.say("product_unknown", id=id)
