"""How a desk stands is shown where a platform can show it, and only when it changes."""

from __future__ import annotations

import pytest

from bot.adapter import Call
from bot.messages import Mark, OutboundMessage, Receipt
from tests.handlers.test_changes import UNKNOWN, open_ticket
from tests.stage import Stage


@pytest.fixture
def marks(stage: Stage) -> list[Mark | None]:
    """What the room is shown, as if it could show it."""
    shown: list[Mark | None] = []
    plan, send = stage.adapter.plan, stage.adapter.send

    def planned(message: OutboundMessage) -> list[OutboundMessage]:
        return [message] if message.op == "mark" else plan(message)

    async def sent(call: Call) -> Receipt:
        if call.message.op != "mark":
            return await send(call)
        assert call.chat.thread_id
        shown.append(call.message.mark)
        return Receipt("")

    stage.adapter.send = sent  # type: ignore[method-assign]
    stage.concierge._outbox._plans = {stage.adapter.platform: planned}
    return shown


async def test_a_desk_is_marked_when_its_standing_changes(stage: Stage, marks: list[Mark | None]) -> None:
    await stage.ana.says("What do the hens eat?")
    assert marks == []
    await open_ticket(stage)
    await stage.ana.says("for 3 people")
    await stage.wait(seconds=1)  # the thread is opened first
    assert marks == []  # a thread opens as one that needs a reply
    thread = stage.thread("Ana")
    await stage.wait(minutes=1)
    await thread.says("Gladly!")
    await thread.says("In May.")
    assert marks == ["waiting"]
    await stage.wait(minutes=1)
    await stage.ana.says("In the garden?")
    assert marks[-1] == "needs_reply"
    await thread.says("/close")
    assert marks == ["waiting", "needs_reply", "closed"]
    await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    assert marks[-1] == "needs_reply" and len(marks) == 4


async def test_a_mark_never_opens_a_thread(stage: Stage, marks: list[Mark | None]) -> None:
    await open_ticket(stage)
    gone = stage.thread("Ana").place.thread_id
    assert gone
    stage.adapter.world.delete_thread(gone)
    await stage.ana.says("Are you there?")
    await stage.wait(seconds=5)
    thread = stage.thread("Ana")
    stage.adapter.world.delete_thread(thread.place.thread_id or "")
    await stage.wait(hours=5)
    assert stage.adapter.world.threads() == []


async def test_where_nothing_can_be_shown_nothing_is_planned(stage: Stage) -> None:
    await open_ticket(stage)
    assert set(await stage.states()) == {"sent"}
    assert stage.adapter.plan(OutboundMessage(stage.concierge.places.room, "m", op="mark", mark="closed")) == []  # type: ignore[arg-type]
