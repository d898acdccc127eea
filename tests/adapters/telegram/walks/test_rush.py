"""Two hundred customers write within a minute, and the owners' group takes twenty calls a minute: nobody is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from bot.database.tables import OutboxRow
from bot.outbox import FIRST, PRIORITY
from tests.simulators.telegram import faults
from tests.simulators.telegram.server import Accepted
from tests.telegram_stage import Person, TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOKEN = re.compile(r"\bc\d+-\d+\b")
CUSTOMERS, KNOWN, STEPS, STEP_S = 200, 40, 12, 5


def in_room(stage: TelegramStage) -> list[Accepted]:
    """The calls that used up the group's pace."""
    return [c for c in stage.simulator.calls if str(c.given.get("chat_id")) == str(stage.group.id)]


def tokens(texts: list[str]) -> list[str]:
    """The names of the lines in what is to be read."""
    return [token for text in texts for token in TOKEN.findall(text)]


def lines_of(number: int) -> int:
    """How many lines a customer writes: one to three; those with whom the owner is speaking write three."""
    return 3 if number < KNOWN else 1 + number % 3


def writing(people: list[Person], step: int) -> Iterator[tuple[Person, str]]:
    """Who writes what in a step: first lines are spread over the minute, further ones follow a step later."""
    for number, person in enumerate(people):
        line = step - number % (STEPS - 2)
        if 0 <= line < lines_of(number):
            command = "/human " if line == 0 and number >= KNOWN else ""
            yield person, f"{command}please look at c{number}-{line}"


async def speaking_with(stage: TelegramStage, people: list[Person]) -> None:
    """The owner speaks with them already: each has a topic."""
    for person in people:
        person.writes("/human")
    await stage.settle()
    for person in people:
        stage.thread(person.user.first_name).writes("What is it?")
    await stage.settle()
    for person in people:
        assert person.hears()[-1] == "What is it?"
        stage.thread(person.user.first_name).hears()
    await stage.wait(minutes=2)
    stage.room.news()


async def test_two_hundred_customers_in_a_minute_all_arrive_in_their_order_and_each_hears_at_once(
    stage: TelegramStage,
) -> None:
    people = [stage.customer(f"Customer {number}") for number in range(CUSTOMERS)]
    await speaking_with(stage, people[:KNOWN])
    before, began, heard_s = len(in_room(stage)), stage.clock.now(), []
    wrote_at: dict[int, float] = {}
    for step in range(STEPS):
        for person, words in writing(people, step):
            wrote_at.setdefault(person.chat.id, stage.clock.now().timestamp())
            person.writes(words)
        await stage.wait(seconds=STEP_S)
    (told,) = stage.room.news()
    assert "are on their way into their threads" in told.text
    await stage.wait(minutes=25)

    assert stage.simulator.budgets.excesses == [] and stage.simulator.server.refusals == []
    async with stage.database.read() as session:
        late = (await session.scalars(select(OutboxRow).where(OutboxRow.state != "sent"))).all()
    late = [row for row in late if row.priority != FIRST]  # the one line is changed to the last
    assert {row.priority for row in late} <= {PRIORITY["receipt"]}  # icons and changes of cards, behind all words
    for number, person in enumerate(people):
        expected = [f"c{number}-{line}" for line in range(lines_of(number))]
        assert tokens(stage.thread(person.user.first_name).hears()) == expected
        assert tokens(person.hears()) == []
        if number >= KNOWN:
            first = next(c for c in stage.simulator.calls if c.given.get("chat_id") == person.chat.id)
            heard_s.append(first.at - wrote_at[person.chat.id])
    assert max(heard_s) <= 2.0
    assert stage.room.news() == []
    assert late or "stands in their threads now" in told.text

    calls = in_room(stage)[before:]
    carried = [call for call in calls if "send" in call.method and tokens([str(call.given.get("text"))])]
    written = sum(map(lines_of, range(CUSTOMERS)))
    minutes = (max(call.at for call in carried) - began.timestamp()) / 60
    print(f"{written} lines, {len(carried)} messages, {len(calls)} calls, {minutes:.1f} min, {max(heard_s):.1f} s")
    async with stage.database.read() as session:
        shows = await session.scalar(select(func.count()).where(OutboxRow.priority == PRIORITY["receipt"]))
    print(f"{shows} icons and changes of cards in all, of which {len(late)} still wait")
    assert len(carried) < written - 80
    assert minutes <= len(calls) / 20 + 1


async def test_an_edit_of_one_line_of_a_burst_changes_that_line_in_the_thread(stage: TelegramStage) -> None:
    await speaking_with(stage, [stage.ana])
    stage.simulator.faults.inject(
        "sendMessage", faults.limited(30), when=lambda call: call.text("chat_id") == str(stage.group.id)
    )
    written = [stage.ana.writes(f"line {number}") for number in range(4)]
    await stage.settle()
    await stage.wait(seconds=40)
    thread = stage.thread("Ana")
    assert thread.hears() == ["line 0", "line 1\nline 2\nline 3"]
    await stage.ana.edits(written[2], "line two")
    assert thread.log()[-1].text == "line 1\nline two\n\n✎ changed; before: line 2\nline 3"
    reply = thread.writes("That one?", reply_to=thread.log()[-1])
    await stage.settle()
    assert reply.reply_to is not None
    answer = stage.ana.log()[-1]
    assert answer.text == "That one?" and answer.reply_to is not None
    assert answer.reply_to.message_id == written[3].message_id
