"""What a customer agrees to hear, and when: /settings in buttons, /stop at once; each yes and no is kept as worded."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.database.tables import Consent, Customer
from bot.database.wishes import forget_wishes, reopen_untold
from bot.messages import Button, Desk, InboundMessage, OutboundMessage, Outcome, Text
from handlers import preferences
from handlers.context import Context
from handlers.preferences import NEED_A_YES, PAUSE, QUIET, Contact, asks_again, forget_planned, wants

QUIETS = ((21 * 60, 8 * 60), (19 * 60, 10 * 60), (23 * 60, 7 * 60), (0, 0))
"""The quiet hours that are offered, in minutes after midnight; the last are none."""
MOST = (7, 3, 1)


async def note(ctx: Context, kind: Contact, given: bool, wording: Text) -> None:
    """Keeps a yes or a no with the words that the customer was shown, and acts on it at once."""
    customer = ctx.customer
    assert customer is not None
    ctx.session.add(Consent(customer_id=customer.id, kind=kind, given=given, wording=wording.plain, at=ctx.now))
    if kind == "stories":
        customer.follows_stories = given
    customer.wants = (customer.wants or {}) | {kind: given}
    if given:
        asks_again(customer)
    else:
        await ctx.sent.cancel_for(customer.id, ("post",) if kind == "stories" else ("offer",))


def says_stop(message: InboundMessage, ctx: Context) -> bool:
    """Whether the whole message is the word for stop, in any language of the shop's."""
    return message.kind == "text" and not message.media and bool(ctx.house.phrases.found("stop", message.text.plain))


async def stop(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Nothing unasked any more, from anywhere; what waits, and what was asked for, is cancelled in the same commit.
    Said as a word to an owner who speaks just now, the owner reads it too."""
    told = []
    if message.kind == "text" and ctx.conversation.state != "bot" and not ctx.public:
        told.append(await ctx.relay(message, Desk(ctx.conversation.id)))
    if ctx.customer:
        ctx.customer.stopped_at = ctx.now
        await forget_wishes(ctx.session, ctx.customer.id)  # first: what is being told just now is then seen below
        for kind in NEED_A_YES:
            if wants(ctx.customer, kind):
                await note(ctx, kind, False, ctx.say("stopped"))
        await ctx.sent.cancel_for(ctx.customer.id, ("offer", "post"))
        forget_planned(ctx.customer, ctx.now)
    return [ctx.reply(ctx.say("stopped")), *told]


async def settings(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/settings`, or `/settings Europe/Madrid` to say where one lives."""
    zone = (message.fields.get("zone") or message.text.plain).strip()
    if ctx.customer is None or ctx.public:
        return [ctx.reply(ctx.say("settings_in_private"))]
    if not zone:
        return [ctx.reply(_shown(ctx), _buttons(ctx))]
    if not _is_zone(zone):
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say("settings_no_zone", zone=zone[:60]))]
    ctx.customer.timezone = zone
    await _anew(ctx)
    return [ctx.reply(_shown(ctx), _buttons(ctx))]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


async def _anew(ctx: Context) -> None:
    """What waits was planned for other wishes: it is cancelled, and what was asked for by itself is planned anew."""
    assert ctx.customer is not None
    await ctx.sent.cancel_for(ctx.customer.id, ("offer", "post"))
    await reopen_untold(ctx.session, ctx.customer.id)
    forget_planned(ctx.customer, ctx.now)


async def chosen(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A button under /settings: the message shows how it stands now."""
    customer, what = ctx.customer, value["set"]
    assert customer is not None
    if what in NEED_A_YES:
        label = ctx.say(f"settings_{what}_{'yes' if value['to'] else 'no'}_button")
        await note(ctx, what, bool(value["to"]), label)
    elif what == "quiet":
        customer.quiet = list(value["to"])
    elif what == "most":
        customer.most_a_week = int(value["to"])
    else:
        customer.paused_until = ctx.now + PAUSE if value["to"] else None
    await _anew(ctx)
    text, choices = _shown(ctx), tuple(_buttons(ctx))
    return [OutboundMessage(ctx.here, ctx.key(), "reply", "edit", text=text, buttons=choices, target=ctx.ref(message))]


def _shown(ctx: Context) -> Text:
    customer = ctx.customer
    assert customer is not None
    lines = [ctx.say("settings")]
    stopped = customer.stopped_at is not None
    for kind in NEED_A_YES:
        lines.append(ctx.say(f"settings_{kind}_{'yes' if wants(customer, kind) and not stopped else 'no'}"))
    begins, ends = customer.quiet or QUIET
    quiet = {"begins": _clock(begins), "ends": _clock(ends), "zone": customer.timezone or ctx.shop.timezone}
    lines.append(ctx.say("settings_quiet" if begins != ends else "settings_never_quiet", **quiet))
    lines.append(ctx.say("settings_most", most=str(customer.most_a_week or preferences.MOST_A_WEEK)))
    if customer.paused_until and customer.paused_until > ctx.now:
        until = f"{customer.paused_until.astimezone(ctx.zone):%d.%m.%Y}"
        lines.append(ctx.say("settings_paused", until=until))
    text = lines[0]
    for line in lines[1:]:
        text = text + "\n• " + line
    return text


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _buttons(ctx: Context) -> list[Button]:
    customer = ctx.customer
    assert customer is not None
    stopped, made = customer.stopped_at is not None, list[Button]()
    for kind in NEED_A_YES:
        to = stopped or not wants(customer, kind)
        label = ctx.say(f"settings_{kind}_{'yes' if to else 'no'}_button").plain
        made.append(ctx.labelled(label, "setting", {"set": kind, "to": to}))
    begins, ends = QUIETS[(_place(customer) + 1) % len(QUIETS)]
    quiet = "settings_quiet_button" if begins != ends else "settings_never_quiet_button"
    label = ctx.say(quiet, begins=_clock(begins), ends=_clock(ends)).plain
    made.append(ctx.labelled(label, "setting", {"set": "quiet", "to": [begins, ends]}))
    now = customer.most_a_week or preferences.MOST_A_WEEK
    most = MOST[(MOST.index(now) + 1) % len(MOST)] if now in MOST else MOST[0]
    made.append(
        ctx.labelled(ctx.say("settings_most_button", most=str(most)).plain, "setting", {"set": "most", "to": most})
    )
    paused = customer.paused_until is not None and customer.paused_until > ctx.now
    label = ctx.say("settings_go_on_button" if paused else "settings_pause_button").plain
    return [*made, ctx.labelled(label, "setting", {"set": "pause", "to": not paused})]


def _place(customer: Customer) -> int:
    now = tuple(customer.quiet or QUIET)
    return QUIETS.index(now) if now in QUIETS else 0
