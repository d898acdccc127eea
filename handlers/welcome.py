"""The first words: /start, /help, /stop, and what is not there yet."""

from __future__ import annotations

from bot.commands import Audience, commands_for
from bot.messages import Button, InboundMessage, OutboundMessage, Outcome, Text, styled
from handlers import consents, stories
from handlers.context import Context


async def start(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A welcome, with the offer to follow the stories."""
    if (led := await stories.started(message, ctx)) is not None:
        return led
    text = ctx.say("start")
    return [ctx.reply(text, [follow_button(ctx), *await stories.so_far_button(ctx)])]


def follow_button(ctx: Context) -> Button:
    """The button that begins or ends following the stories, whichever is the other."""
    follows = ctx.customer is not None and ctx.customer.follows_stories
    return ctx.button("unfollow_button", "unfollow") if follows else ctx.button("follow_button", "follow")


async def follow(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The customer wants stories: a consent to stories, and to nothing else."""
    await consents.note(ctx, "stories", True, ctx.say("follow_button"))
    return [ctx.reply(ctx.say("following"), [follow_button(ctx), *await stories.so_far_button(ctx)])]


async def unfollow(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """No more stories, those that wait included."""
    await consents.note(ctx, "stories", False, ctx.say("unfollow_button"))
    return [ctx.reply(ctx.say("unfollowed"))]


async def help_customer(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What a customer can do."""
    return [ctx.reply(_help("customer", ctx))]


async def help_owner(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What an owner can do in this place."""
    return [ctx.reply(_help("room" if ctx.conversation.kind == "room" else "thread", ctx))]


def _help(audience: Audience, ctx: Context) -> Text:
    text = ctx.say(f"help_{audience}")
    for command in commands_for(audience):
        text = text + "\n" + styled("bold", f"/{command.name}") + ": " + ctx.say(command.help)
    return text


async def not_built(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A command that is planned."""
    ctx.outcome = Outcome.refused
    return [ctx.reply(ctx.say("not_built", command=message.action))]


async def unknown(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A command that is nobody's, or an owner's from somebody else."""
    ctx.outcome = Outcome.refused
    return [ctx.reply(ctx.say("unknown_command", command=message.action))]


async def stale_button(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A forged button, or one from another chat."""
    ctx.outcome = Outcome.refused
    return [ctx.reply(ctx.say("stale_button"))]
