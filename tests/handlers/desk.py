"""What the tests of the owners' tools have in common: a ticket, a talk, a second owner."""

from __future__ import annotations

from bot.adapters.playground.world import Person as Somebody
from tests.stage import Person, Stage

UNKNOWN = "A portrait in oil, perhaps?"


async def waits(stage: Stage, customer: Person | None = None) -> Person:
    """Ana (or another) waits for an answer; gives her thread, with the card heard."""
    customer = customer or stage.ana
    await customer.says(UNKNOWN)
    await stage.wait(seconds=3)
    customer.hears()
    thread = stage.thread("Ana" if customer is stage.ana else "Ben")
    thread.hears()
    return thread


async def talks(stage: Stage, customer: Person | None = None) -> Person:
    """The same, and Hana has answered."""
    thread = await waits(stage, customer)
    await thread.says("Gladly, in May!")
    (customer or stage.ana).hears()
    thread.hears()
    return thread


async def jun_says(stage: Stage, at: Person, text: str) -> None:
    """Jun, who looks after the shop as well, writes in the room or a thread."""
    await stage.adapter._says(Somebody("jun", "Jun"), at.place, text, (), None)
    await stage.settle()
