"""What is told of a broadcast: before it begins, in its one line while it goes, and when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import broadcasts, buttons, chats
from bot.database.broadcasts import Counts
from bot.database.tables import Broadcast
from bot.messages import Button, ChatRef, OutboundMessage, Text, dump, load
from handlers.context import House
from handlers.texts import best_language, say

EVERY = timedelta(seconds=10)
"""How often the line is edited at the most: six of the twenty calls a minute that an owners' group on Telegram takes.
An edit that still waits is replaced by the next."""
TOLD_FROM = 50
"""A story that goes to fewer followers is there before a line about it could be read."""
DEEDS: dict[str, tuple[str, ...]] = {"running": ("stop",), "stopped": ("resume", "report"), "done": ("report",)}
"""The buttons under the line, by how the broadcast stands."""
OPEN = ("planned", "later", "queued")


def with_state(counts: Counts, *states: str) -> int:
    """How many recipients are in one of these states."""
    return sum(many for (state, _), many in counts.items() if state in states)


def summary(house: House, broadcast: Broadcast, counts: Counts) -> Text:
    """How far it has come, who was left out and why, and who could not be reached."""
    sent, total = with_state(counts, "sent"), sum(counts.values())
    values = {"id": str(broadcast.id), "sent": str(sent), "total": str(total), "open": str(with_state(counts, *OPEN))}
    text = _say(house, f"broadcast_{broadcast.state}", **values)
    if later := counts["later", "quiet"]:
        text = text + "\n" + _say(house, "broadcast_line_later", count=str(later))
    for state in ("unreachable", "failed", "uncertain"):
        if many := with_state(counts, state):
            text = text + "\n" + _say(house, f"broadcast_line_{state}", count=str(many))
    return text + left_out(house, {why: many for (state, why), many in counts.items() if state == "left_out"})


def left_out(house: House, reasons: dict[str, int]) -> Text:
    """A line for each reason for which people are left out, the most frequent first."""
    text = Text()
    for why, many in sorted(reasons.items(), key=lambda each: (-each[1], each[0])):
        text = text + "\n• " + _say(house, f"broadcast_why_{why}", count=str(many))
    return Text("\n") + _say(house, "broadcast_left_out", count=str(sum(reasons.values()))) + text if text else text


def lines_of(house: House, broadcast: Broadcast, counts: Counts, now: datetime) -> Text:
    """The summary, and while it is running about how long it still takes by its last pace."""
    text, line = summary(house, broadcast, counts), broadcast.line or {}
    done, still = with_state(counts, "sent", "unreachable", "failed", "uncertain"), with_state(counts, *OPEN)
    seconds = (now - datetime.fromisoformat(line["at"])).total_seconds() if line.get("at") else 0.0
    quick = (done - line.get("done", 0)) / seconds if seconds > 0 else 0.0
    if broadcast.state != "running" or quick <= 0 or still <= 60 * quick:
        return text
    return text + "\n" + _say(house, "broadcast_minutes", minutes=str(ceil(still / quick / 60)))


async def line_for_post(
    session: AsyncSession, house: House, broadcast: Broadcast, people: int, now: datetime
) -> list[OutboundMessage]:
    """The line for a story's copies, in the owners' room; none where it goes to few."""
    if house.room is None or people < TOLD_FROM:
        return []
    room_id = await chats.room_conversation(session, house.room)
    return [await first_line(session, house, broadcast, (house.room, room_id), now)]


async def first_line(
    session: AsyncSession, house: House, broadcast: Broadcast, where: tuple[ChatRef, int], now: datetime
) -> OutboundMessage:
    """The message that is edited from then on; `where` is a chat and the conversation in which buttons are pressed."""
    to, room_id = where
    key = f"broadcast:{broadcast.id}:line"
    made = _buttons(session, house, broadcast, room_id, now)
    text = summary(house, broadcast, await broadcasts.counts(session, broadcast.id))
    broadcast.line = {"to": dump(to), "key": key, "room": room_id} | _as_shown(broadcast, text, made, 0, now)
    return OutboundMessage(to, key, "notice", text=text, buttons=made)


async def progress(session: AsyncSession, house: House, broadcast: Broadcast, now: datetime) -> list[OutboundMessage]:
    """The change of the line, where there is one and its time has come; at once where the broadcast stands otherwise
    than the line says, or now rests."""
    line = broadcast.line
    if line is None:
        return []
    rests, changed = broadcast.next_at is None or broadcast.next_at - now > EVERY, line["state"] != broadcast.state
    if not rests and not changed and now - datetime.fromisoformat(line["at"]) < EVERY:
        return []
    counts = await broadcasts.counts(session, broadcast.id)
    text = lines_of(house, broadcast, counts, now)
    made = _buttons(session, house, broadcast, line["room"], now) if changed else _kept(line)
    done = with_state(counts, "sent", "unreachable", "failed", "uncertain")
    broadcast.line = {name: line[name] for name in ("to", "key", "room")} | _as_shown(broadcast, text, made, done, now)
    if text.plain == line["shown"] and not changed:
        return []
    key = f"{line['key']}:{now.timestamp():.3f}"
    return [OutboundMessage(load(ChatRef, line["to"]), key, "notice", "edit", text=text, buttons=tuple(made),
                            target=line["key"])]  # fmt: skip


def _as_shown(broadcast: Broadcast, text: Text, made: Sequence[Button], done: int, now: datetime) -> dict[str, Any]:
    return {"state": broadcast.state, "shown": text.plain, "buttons": [dump(each) for each in made], "done": done,
            "at": now.isoformat()}  # fmt: skip


def _kept(line: dict[str, Any]) -> tuple[Button, ...]:
    return tuple(load(Button, each) for each in line["buttons"])


def _buttons(
    session: AsyncSession, house: House, broadcast: Broadcast, room_id: int, now: datetime
) -> tuple[Button, ...]:
    return tuple(
        buttons.remember(session, _say(house, f"broadcast_{do}_button").plain, "broadcast",
                         room_id, {"broadcast": broadcast.id, "do": do}, now)
        for do in DEEDS.get(broadcast.state, ())
    )  # fmt: skip


def finished(broadcast: Broadcast, now: datetime) -> None:
    """Nobody is left whose message could still go out or come back."""
    broadcast.state = "done" if broadcast.state == "running" else broadcast.state
    broadcast.ended_at = now


def _say(house: House, sentence: str, **values: str) -> Text:
    return say(best_language(*house.shop.languages), sentence, **values)
