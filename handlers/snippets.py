"""Canned replies: kept with /snippet, sent in a thread as the owner's own words, with variables filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.database import owners, people
from bot.database.tables import Snippet
from bot.markup import quoted
from bot.messages import InboundMessage, OutboundMessage, Outcome, Text
from handlers import blocks, claims, tickets, tone
from handlers.catalogue import price_of
from handlers.context import Context
from handlers.expectations import day

_VARIABLE = re.compile(r"\{([^{}\n]*)\}")
_NAME = re.compile(r"[^\W_][\w-]{0,31}")
_ACTIONS = ("add", "change", "remove", "show", "list")
LISTED, LONGEST = 40, 3000


class Unfillable(Exception):
    """A variable that can't be filled in; `said` is the sentence for it."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.plain)
        self.said = said


def _hours(ctx: Context) -> str:
    if not ctx.shop.hours.known:
        raise Unfillable(ctx.say("snippet_no_hours"))
    spans = [f"{_clock(begins)}–{_clock(until)}" for begins, until in ctx.shop.hours.on(ctx.today)]
    return ", ".join(spans) or ctx.say("snippet_closed_today").plain


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _opening(ctx: Context) -> str:
    at = ctx.shop.hours.next_opening(ctx.now) if ctx.shop.hours.known else None
    if at is None:
        raise Unfillable(ctx.say("snippet_no_hours"))
    return day(at, ctx).plain


def _price(product_id: str, ctx: Context) -> str:
    product = ctx.house.knowledge.products.get(product_id.strip())
    if product is None or not product.price:
        raise Unfillable(ctx.say("snippet_no_price", id=product_id.strip()[:40]))
    return price_of(product, ctx)


VARIABLES: dict[str, Callable[[Context], str]] = {
    "customer": lambda ctx: ctx.customer_name or ctx.say("snippet_somebody").plain,
    "owner": lambda ctx: ctx.shop.owner_name,
    "shop": lambda ctx: ctx.shop.name,
    "hours": _hours,
    "opening": _opening,
}
PRICE = "price:"
KNOWN = ", ".join([*(f"{{{name}}}" for name in VARIABLES), "{price:ID}"])


def filled(text: str, ctx: Context) -> Text:
    """The words with every variable filled in; a value is never looked through for more. Raises Unfillable."""
    return Text(_VARIABLE.sub(lambda found: _value(found[1], ctx), text))


def _value(name: str, ctx: Context) -> str:
    if name.startswith(PRICE):
        return _price(name.removeprefix(PRICE), ctx)
    if name not in VARIABLES:
        raise Unfillable(ctx.say("snippet_unknown_variable", name=f"{{{name[:40]}}}", known=KNOWN))
    return VARIABLES[name](ctx)


async def snippet(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/snippet: the list; add, change, remove and show; in a thread a name sends it."""
    action, name, text = _wish(message)
    if action in ("add", "change"):
        return await _keep(action, name, text, message.sender.name, ctx)
    if action == "remove":
        return await _remove(name, ctx)
    if not name:
        return await _list(ctx)
    found = await owners.snippet(ctx.session, name)
    if found is None:
        return [ctx.reply(ctx.say("snippet_unknown", id=name[:40]))]
    if action == "show" or ctx.conversation.kind != "customer":
        return [_preview(found, ctx)]
    return await _send(found, message, ctx)


def _wish(message: InboundMessage) -> tuple[str, str, str]:
    """What to do, with which snippet, and its words: by name, or in the words behind the command."""
    given = message.fields
    named = given.get("name", "")
    if given.get("remove") or (named and not (named.split()[0].casefold() in _ACTIONS and " " in named.strip())):
        text = given.get("text", "").strip()
        action = "remove" if given.get("remove") else "change" if text else ""
        return action, _named(given.get("remove") or named), text
    parts = (named or message.text.plain).split(maxsplit=2)
    if not parts or parts[0].casefold() not in _ACTIONS:
        return "", _named(parts[0]) if parts else "", ""
    parts += [""] * (3 - len(parts))
    return parts[0].casefold(), _named(parts[1]), parts[2].strip()


def _named(name: str) -> str:
    return name.strip().casefold()


async def _keep(action: str, name: str, text: str, by: str, ctx: Context) -> list[OutboundMessage]:
    if not _NAME.fullmatch(name) or name in _ACTIONS or not text:
        return [ctx.reply(ctx.say("snippet_how", known=KNOWN))]
    if text.startswith("//") or len(text) > LONGEST:
        return [ctx.reply(ctx.say("snippet_note" if text.startswith("//") else "snippet_long", most=str(LONGEST)))]
    known = await owners.snippet(ctx.session, name)
    if known and action == "add":
        return [ctx.reply(ctx.say("snippet_exists", id=name))]
    try:
        shown = filled(text, ctx)
    except Unfillable as problem:
        return [ctx.reply(problem.said)]
    await owners.keep_snippet(ctx.session, name, text, by, ctx.now)
    return [ctx.reply(ctx.say("snippet_kept", id=name) + "\n" + quoted(shown))]


async def _remove(name: str, ctx: Context) -> list[OutboundMessage]:
    found = await owners.snippet(ctx.session, name)
    if found is None:
        return [ctx.reply(ctx.say("snippet_unknown", id=name[:40]))]
    await owners.drop_snippet(ctx.session, name)
    return [ctx.reply(ctx.say("snippet_removed", id=name, text=found.text))]


async def _list(ctx: Context) -> list[OutboundMessage]:
    rows = await owners.snippets(ctx.session)
    if not rows:
        return [ctx.reply(ctx.say("snippet_how", known=KNOWN))]
    text = ctx.say("snippets")
    for row in rows[:LISTED]:
        line = " ".join(row.text.split())
        short = line if len(line) <= 80 else line[:79] + "…"
        text = text + "\n" + ctx.say("snippet_line", id=row.name, text=short)
    in_thread = ctx.conversation.kind == "customer"
    buttons = [ctx.labelled(row.name, "snippet_show", {"name": row.name}) for row in rows[: 10 if in_thread else 0]]
    return [ctx.reply(text, buttons)]


async def show_pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A name in the list: how it would read here, with a button that sends it."""
    found = await owners.snippet(ctx.session, str(value["name"]))
    if found is None:
        return [ctx.reply(ctx.say("snippet_unknown", id=str(value["name"])))]
    return [_preview(found, ctx)]


def _preview(found: Snippet, ctx: Context) -> OutboundMessage:
    try:
        shown = filled(found.text, ctx)
    except Unfillable as problem:
        return ctx.reply(problem.said)
    value = {"name": found.name, "shown": shown.plain}
    buttons = [ctx.button("snippet_send_button", "snippet_send", value)] if ctx.conversation.kind == "customer" else []
    return ctx.reply(ctx.say("snippet_preview", id=found.name) + "\n" + quoted(shown), buttons)


async def send_pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The button under a preview: sends what was shown; where that has changed since, it is shown anew."""
    found = await owners.snippet(ctx.session, str(value["name"]))
    if found is None:
        return [ctx.reply(ctx.say("snippet_unknown", id=str(value["name"])))]
    try:
        same = filled(found.text, ctx).plain == value["shown"]
    except Unfillable:
        same = False
    return await _send(found, message, ctx, bool(value.get("anyway"))) if same else [_preview(found, ctx)]


async def _send(found: Snippet, message: InboundMessage, ctx: Context, anyway: bool = False) -> list[OutboundMessage]:
    """As the owner's words, which are looked at like all of them. What was sent is shown in the thread, which has only
    its name else."""
    try:
        words = filled(found.text, ctx)
    except Unfillable as problem:
        ctx.outcome = Outcome.refused
        return [ctx.reply(problem.said)]
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket and ticket.complaint and not anyway and (why := tone.doubt(words, ticket, ctx)):
        value = {"name": found.name, "shown": words.plain, "anyway": True}
        button = ctx.button("send_anyway_button", "snippet_send", value)
        return [ctx.reply(ctx.say("tone_draft_tapped", why=ctx.say(why[0], words=why[1])), [button])]
    quotes = message.reply_to if message.kind == "command" else None
    said = replace(message, kind="text", text=words, media=(), reply_to=quotes)
    told = ctx.reply(ctx.say("snippet_sent") + "\n" + quoted(words))
    sent = await tickets.from_owner(said, ctx)
    return [*sent, told, *await claims.beside(message, ctx), *await blocks.beside(ctx)]
