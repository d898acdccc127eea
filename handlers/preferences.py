"""What each customer wants to hear: the one door for everything that the bot says without being asked just then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.database.tables import Customer
from bot.messages import InboundMessage, OutboundMessage
from handlers.context import Context

Contact = Literal["restock", "follow_up", "promise", "stories", "offers"]
"""What somebody may be written for later than they wrote themselves:

| kind | what is said | who asked for it |
| --- | --- | --- |
| stories | a story, a broadcast to its followers, that a live hour begins | nobody: needs a yes |
| offers | an offer | nobody: needs a yes |
| follow_up | whether an answer has helped | nobody: needs a yes |
| restock | that a product is back | they, by the button: for one message about that product |
| promise | that an answer which they were promised takes longer | they, by their question, which is open |

Everything else that a customer is told is no contact of this kind: the answer to what they have just written or
pressed, an owner's own words, and what becomes of their own question (docs/privacy.md has the list)."""
NEED_A_YES: tuple[Contact, ...] = ("stories", "offers", "follow_up")
"""Nothing of these before a first yes."""
PROMOTIONS: tuple[Contact, ...] = ("restock", "stories", "offers")
"""Nothing of these while a complaint of theirs is open."""
QUIET = (21 * 60, 8 * 60)
"""From and until which minute of the day nobody is written to who has not said otherwise."""
MOST_A_WEEK = 7
WEEK = timedelta(days=7)
PAUSE = timedelta(days=30)
WITHIN = timedelta(hours=12)
"""What is told to many is left out for whoever could only read it later than this."""


def may_contact(customer: Customer, kind: Contact, now: datetime, zone: tzinfo | None = None) -> bool:
    """Whether the customer may be written to for that, now. `zone` is the shop's, which is theirs until they name
    another; without it, that of `now`."""
    return next_contact(customer, kind, now, zone) == now


def next_contact(customer: Customer, kind: Contact, now: datetime, zone: tzinfo | None = None) -> datetime | None:
    """When the customer may next be written to for that: outside their quiet hours, after a pause, and not more often
    than they want in any week. None where they don't want it, said /stop since, are blocked, can't be reached, or are
    unhappy and it would be a promotion."""
    if customer.complains and kind in PROMOTIONS:
        return None
    stopped = customer.stopped_at is not None or customer.blocked_at is not None
    if not customer.reachable or stopped or not wants(customer, kind):
        return None
    at = max(now, customer.paused_until or now)
    while True:
        later = _after_the_week(customer, _after_quiet(customer, at, zone or now.tzinfo or UTC))
        if later == at:
            return at
        at = later


Obstacle = Literal["unhappy", "blocked", "unreachable", "stopped", "not_wanted", "paused", "cap", "quiet"]
"""Why somebody can't be written to now; `quiet` is over by itself in a few hours."""


def obstacle(customer: Customer, kind: Contact, now: datetime, zone: tzinfo | None = None) -> Obstacle | None:
    """What stands against writing to the customer for that now; None exactly where `may_contact` says yes."""
    if may_contact(customer, kind, now, zone):
        return None
    lasting: tuple[tuple[Obstacle, bool], ...] = (
        ("unhappy", customer.complains and kind in PROMOTIONS),
        ("blocked", customer.blocked_at is not None),
        ("unreachable", not customer.reachable),
        ("stopped", customer.stopped_at is not None),
        ("not_wanted", not wants(customer, kind)),
        ("paused", customer.paused_until is not None and customer.paused_until > now),
        ("cap", _after_the_week(customer, now) > now),
    )
    return next((why for why, is_so in lasting if is_so), "quiet")


def wants(customer: Customer, kind: Contact) -> bool:
    """Whether they said yes; where a yes isn't needed, that they didn't say no."""
    if kind == "stories":
        return customer.follows_stories
    return bool((customer.wants or {}).get(kind, kind not in NEED_A_YES))


def _after_quiet(customer: Customer, at: datetime, zone: tzinfo) -> datetime:
    begins, ends = customer.quiet or QUIET
    local = at.astimezone(ZoneInfo(customer.timezone) if customer.timezone else zone)
    minute = local.hour * 60 + local.minute
    quiet = begins <= minute < ends if begins <= ends else minute >= begins or minute < ends
    if not quiet:
        return at
    day = local.date() + timedelta(days=1 if minute >= ends else 0)
    over = datetime.combine(day, time(ends // 60 % 24, ends % 60), tzinfo=local.tzinfo)
    first = over.astimezone(UTC)
    return first if first > at else over.replace(fold=1).astimezone(UTC)  # of an hour that comes twice, the second


def _after_the_week(customer: Customer, at: datetime) -> datetime:
    """The instant from which on a week holds fewer messages than they want at the most."""
    most = customer.most_a_week or MOST_A_WEEK
    told = sorted(datetime.fromisoformat(each) for each in customer.contacted or ())
    return max(at, told[-most] + WEEK) if len(told) >= most else at


def unasked(
    message: OutboundMessage, customer: Customer, kind: Contact, now: datetime, zone: tzinfo | None = None
) -> OutboundMessage | None:
    """The message as one that nobody asked for just now, counted, and held back until the customer may be written to;
    None where they may not. Nothing else makes a message to a customer unasked."""
    at = next_contact(customer, kind, now, zone)
    if at is None or (kind == "stories" and at - now > WITHIN):
        return None
    contacted(customer, at, now)
    return replace(
        message,
        kind="post" if kind == "stories" else "offer",
        customer_id=customer.id,
        not_before=at if at > now else None,
    )


def contacted(customer: Customer, at: datetime, now: datetime) -> None:
    """Counts an unasked message that goes out at that instant. What counts is kept by `now`: what is planned may lie
    weeks ahead and be cancelled, and what went out this week counts then as before."""
    kept = [each for each in customer.contacted or () if datetime.fromisoformat(each) > now - 2 * WEEK]
    customer.contacted = [*kept, at.isoformat()]


def forget_planned(customer: Customer, now: datetime) -> None:
    """What was to go out later does not: it no longer counts."""
    customer.contacted = [each for each in customer.contacted or () if datetime.fromisoformat(each) <= now]


def asks_again(customer: Customer) -> None:
    """The customer has asked for something to be sent to them: from now on that may be."""
    customer.stopped_at = None


async def why_story(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The same under a story, with the way out of it."""
    return [ctx.reply(ctx.say("why_stories"), [ctx.button("unfollow_button", "unfollow")])]


async def why_offer(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The same under an offer."""
    return [ctx.reply(ctx.say("why_offers"))]


async def why(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The button "Why did I get this?"."""
    return [ctx.reply(ctx.say(f"why_{value['kind']}"))]
