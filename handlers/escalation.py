"""When a human is called: somebody asks for one, is unhappy, asks the same again, or was not helped by an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.database import complaints, people
from bot.database.tables import Ticket
from bot.markup import quoted
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers import alerts, answer, lately, tickets
from handlers.context import Context
from handlers.lately import Told


def wants_person(message: InboundMessage, ctx: Context) -> bool:
    """Whether the customer asks for a human."""
    return ctx.house.phrases.escalation(message.text.plain) == "person"


def is_upset(message: InboundMessage, ctx: Context) -> bool:
    """Whether the customer complains or is angry."""
    return ctx.house.phrases.escalation(message.text.plain) is not None


def is_repeated(message: InboundMessage, ctx: Context) -> bool:
    """Whether the bot has had a try at this very question a short while ago."""
    return not message.media and lately.asked_before(message.text.plain, ctx) is not None


def is_no_help(message: InboundMessage, ctx: Context) -> bool:
    """Whether the customer says of the last answer that it was none."""
    return bool(lately.told(ctx)) and bool(ctx.house.phrases.found("didnt_help", message.text.plain))


async def escalate(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A wish for a person, a complaint or anger goes to the owner at once, with what was said just before."""
    kind = ctx.house.phrases.escalation(message.text.plain) or "person"
    return await hand_over(await tickets.with_what_came_before(message, ctx), kind, ctx)


async def hand_over(message: InboundMessage, kind: str, ctx: Context) -> list[OutboundMessage]:
    """Tells the owner, and the customer in the tone that fits: `kind` is person, complaint or abuse."""
    messages = await tickets.open_ticket(message, ctx, sentence=f"asked_{kind}", card=f"card_{kind}")
    if kind == "complaint" and ctx.customer:
        messages += await _complained(message.text, ctx)
    return messages


async def human(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/human, with or without words."""
    return await hand_over(await tickets.with_what_came_before(message, ctx), "person", ctx)


async def repeated(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The same question twice: the owner gets it, with what was answered. A sure answer is said once more, in case it
    was not seen."""
    before, found = lately.asked_before(message.text.plain, ctx), ctx.ask(message.text.plain)
    assert before is not None
    told, *others = await _not_helped(message, before, "again", ctx)
    if sure := answer.sure_parts(found):
        text, pictures = await answer.answers(sure, ctx)
        told = replace(told, text=text + "\n\n" + told.text, media=tuple(pictures))
    return [told, *others]


async def no_help(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """ "That didn't help": the owner gets the question and the answer that was none."""
    return await _not_helped(message, lately.told(ctx)[0], "no_help", ctx)


async def _not_helped(message: InboundMessage, before: Told, why: str, ctx: Context) -> list[OutboundMessage]:
    whole = await tickets.with_what_came_before(message, ctx)
    words = Text(before.asked) + "\n" + whole.text if before.asked != whole.text.plain else whole.text
    ctx.conversation.lately = None
    return await tickets.open_ticket(
        replace(whole, text=words), ctx, sentence=f"asked_{why}", card=f"card_{why}", answered=before.answer
    )


async def send_answer(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner lets a sure answer go out that was kept back for its tone; once."""
    name, sure = f"anyway:{value['key']}", answer.sure_parts(ctx.ask(str(value["question"])))
    if not sure or await ctx.sent.said(name):
        return [ctx.reply(ctx.say("settled"))]
    text, pictures = await answer.answers(sure, ctx)
    draft = OutboundMessage(tickets.desk(ctx), ctx.key(), "note", "edit", target=str(value["key"]))
    draft = replace(draft, text=ctx.say("tone_sent") + "\n" + quoted(text))
    return [replace(ctx.to_customer(text, (), pictures), key=name), draft]


async def while_a_human_speaks(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The bot is silent; but a complaint that is made now is a complaint, and those who complain alike belong
    together."""
    messages = await tickets.from_customer(message, ctx)
    if ctx.house.phrases.escalation(message.text.plain) == "complaint" and ctx.customer:
        ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
        if ticket is None:
            ticket = Ticket(
                conversation_id=ctx.conversation.id,
                customer_id=ctx.conversation.customer_id,
                question=message.text.plain.strip(),
                why=tickets.COMPLAINT,
                asked_in=ctx.inbox_id,
                opened_at=ctx.now,
            )
            ctx.session.add(ticket)
        ticket.complaint = True
        messages += await _complained(message.text, ctx)
    return messages


async def keep_in_mind(ctx: Context) -> None:
    """Notes on the customer whether a complaint of theirs is open: until it is closed nothing is pressed upon them."""
    if ctx.customer and (ctx.customer.complains or ctx.in_room):
        await ctx.session.flush()
        ctx.customer.complains = await complaints.open_complaint(ctx.session, ctx.customer.id) is not None


async def _complained(words: Text, ctx: Context) -> list[OutboundMessage]:
    """What follows from a complaint: no news is pressed upon this customer, and several alike are told of early."""
    assert ctx.customer is not None
    ctx.customer.complains = True
    await ctx.sent.cancel_for(ctx.customer.id, ["post"])
    await ctx.session.flush()
    ticket = await complaints.open_complaint(ctx.session, ctx.customer.id)
    return await alerts.raised(ticket, words.plain, ctx) if ticket else []
