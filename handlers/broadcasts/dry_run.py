"""Who would get a broadcast: counted a page at a time, because a crowd would keep everybody else waiting."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import broadcasts, buttons, errands
from bot.database.tables import Broadcast
from bot.messages import Button, ChatRef, Desk, OutboundMessage, Text, dump, load
from handlers.broadcasts.telling import left_out
from handlers.context import House
from handlers.preferences import Contact, next_contact, obstacle
from handlers.texts import best_language, say

PAGE = 1_000
"""So many people are looked at in one commit."""
PER_SECOND = 30
"""What the slowest of the platforms takes, for saying how long it will be."""
OTHER: dict[str, Contact] = {"stories": "offers", "offers": "stories"}
COUNTS = "count"
"""The kind of errand that goes on counting."""


@dataclass
class Tally:
    """How many get it at once, after their quiet hours, or not, and why; `last` is the last who was looked at."""

    at_once: int = 0
    later: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    last: int = 0

    async def add_page(self, session: AsyncSession, house: House, kind: Contact, now: datetime) -> bool:
        """Looks at the next people; whether there may be more."""
        last, found = await broadcasts.alike(session, kind, self.last, PAGE)
        for person, many in found:
            why = obstacle(person, kind, now, house.shop.zone)
            if why == "quiet" and next_contact(person, kind, now, house.shop.zone):
                self.later += many
            elif why:
                self.reasons[why] += many
            else:
                self.at_once += many
        self.last = last or self.last
        return last is not None


async def begin(
    session: AsyncSession, house: House, drafted: Broadcast, to: ChatRef | Desk, conversation_id: int, now: datetime
) -> tuple[Text, tuple[Button, ...]]:
    """The dry run with what can be done; of a crowd only that it is being counted, and the dry run follows."""
    tally = Tally()
    if await tally.add_page(session, house, kind_of(drafted), now):
        about = {"broadcast": drafted.id, "conversation": conversation_id, "to": dump(to), "desk": isinstance(to, Desk),
                 "kind": drafted.kind} | _dumped(tally)  # fmt: skip
        await errands.begin(session, COUNTS, drafted.story_id, None, 0, about, now)
        return _say(house, "broadcast_counting", id=str(drafted.id)), ()
    return await _told(session, house, drafted, tally), _choices(session, house, drafted, tally, conversation_id, now)


async def go_on(session: AsyncSession, house: House, errand: Broadcast, now: datetime) -> list[OutboundMessage]:
    """The next page; after the last, the dry run."""
    about = errand.line or {}
    drafted = await broadcasts.held(session, about["broadcast"])
    if drafted is None or drafted.state != "draft" or drafted.kind != about["kind"]:
        await session.delete(errand)  # it was sent, dropped, or is for others now
        return []
    tally = Tally(about["at_once"], about["later"], Counter(about["reasons"]), about["last"])
    if await tally.add_page(session, house, kind_of(drafted), now):
        errand.line, errand.next_at = about | _dumped(tally), now
        return []
    await session.delete(errand)
    to: ChatRef | Desk = load(Desk, about["to"]) if about["desk"] else load(ChatRef, about["to"])
    choices = _choices(session, house, drafted, tally, about["conversation"], now)
    text, key = await _told(session, house, drafted, tally), f"dry:{drafted.id}:{errand.id}"
    return [OutboundMessage(to, key, "notice", text=text, buttons=choices)]


def kind_of(drafted: Broadcast) -> Contact:
    """What somebody must have said yes to."""
    return "offers" if drafted.kind == "offers" else "stories"


def _dumped(tally: Tally) -> dict[str, Any]:
    return {"at_once": tally.at_once, "later": tally.later, "reasons": dict(tally.reasons), "last": tally.last}


async def _told(session: AsyncSession, house: House, drafted: Broadcast, tally: Tally) -> Text:
    """How many will get it, now or after their quiet hours, who is left out and why."""
    kind, count = kind_of(drafted), tally.at_once + tally.later
    minutes = ceil(count / PER_SECOND / 60)
    values = {"id": str(drafted.id), "count": str(count), "total": str(count + sum(tally.reasons.values()))}
    text = _say(house, f"broadcast_dry_{kind}", **values)
    if tally.later:
        text = text + " " + _say(house, "broadcast_dry_later", later=str(tally.later))
    if minutes > 1:
        text = text + " " + _say(house, "broadcast_dry_minutes", minutes=str(minutes))
    text = text + left_out(house, dict(tally.reasons))
    if others := await broadcasts.others(session, kind):
        text = text + "\n" + _say(house, f"broadcast_others_{kind}", count=str(others))
    return text


def _choices(
    session: AsyncSession, house: House, drafted: Broadcast, tally: Tally, conversation_id: int, now: datetime
) -> tuple[Button, ...]:
    count = tally.at_once + tally.later
    labels = {"send": _say(house, "broadcast_send_button", count=str(count))} if count else {}
    labels |= {
        "test": _say(house, "broadcast_test_button"),
        "kind": _say(house, f"broadcast_to_{OTHER[drafted.kind]}_button"),
        "cancel": _say(house, "cancel_button"),
    }
    return tuple(
        buttons.remember(session, label.plain, "broadcast", conversation_id, {"broadcast": drafted.id, "do": do}, now)
        for do, label in labels.items()
    )


def _say(house: House, sentence: str, **values: str) -> Text:
    known = {"owner": house.shop.owner_name, "shop": house.shop.name}
    return say(best_language(*house.shop.languages), sentence, **known, **values)
