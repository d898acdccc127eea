"""/mydata and /forgetme in dialogues: what somebody is told, and what becomes of them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select

from bot.database.tables import BarredPrint, Block, Conversation, Customer, Erasure, InboxRow, OutboxRow, Ticket
from tests.stage import Person, Stage


async def rows(stage: Stage, table: Any) -> list[Any]:
    """All rows of a table."""
    async with stage.database.read() as session:
        return list(await session.scalars(select(table)))


async def forget(person: Person) -> None:
    """Asks to be forgotten, and says yes."""
    await person.says("/forgetme")
    person.hears()
    await person.presses("Yes, forget me")


async def test_mydata_tells_in_plain_words_and_in_two_files(stage: Stage) -> None:
    await stage.ana.says("Could you carve a goose in oak?")
    await stage.wait(seconds=3)
    thread = stage.thread("Ana")
    await thread.says("Gladly!")
    await thread.says("//she haggles")
    await thread.says("/note she haggles")
    await thread.says("/tag haggler")
    await stage.ana.says("/settings")
    await stage.ana.presses("Yes, stories")
    stage.ana.hears()
    await stage.ana.says("/mydata")
    shown = stage.ana.news()
    words = "\n".join(line.text.plain for line in shown)
    assert "Who you are here: Ana, playground:ana; since 09.03.2026." in words
    assert "One of your questions went to Hana." in words and "One remark that Hana made" in words
    assert "Once you said yes or no" in words and "One word by which Hana finds you again" in words
    assert "deleted after 365 days by themselves" in words
    files = {media.name: media for line in shown for media in line.media}
    assert set(files) == {"my-data-2026-03-09.html", "my-data-2026-03-09.json"}
    page, data = [(await stage.concierge.read_blob(files[name].sha256)).decode() for name in sorted(files)]
    told = json.loads(data)
    assert told["id"] == "playground:ana" and told["consents"][0]["wording"] == "Yes, stories"
    assert [line["text"] for line in told["messages"] if line["by"] == "owner"] == ["Gladly!"]
    assert "goose in oak" in page and "Yes, stories" in page and "haggle" not in page + data


async def test_somebody_who_was_just_met_is_told_too(stage: Stage) -> None:
    await stage.ana.says("/mydata")
    (shown,) = [line for line in stage.ana.news() if line.text.plain]
    assert "Messages: 1 that you wrote" in shown.text.plain and "questions" not in shown.text.plain


async def test_words_that_come_right_after_the_yes_belong_to_somebody_new(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.ana.says("/forgetme")
    stage.ana.hears()
    button = next(b for s in stage.ana.log() for b in s.buttons if b.label == "Yes, forget me")
    message = next(s for s in stage.ana.log() if button in s.buttons)
    await stage.adapter.press("ana", message.message_id, button.data, None)
    await stage.ana.writes("Could you carve a goose in oak?")
    await stage.settle()
    await stage.wait(minutes=1)
    (customer,), (ticket,) = await rows(stage, Customer), await rows(stage, Ticket)
    assert (customer.name, ticket.customer_id) == ("Ana", customer.id)
    assert [row.words for row in await rows(stage, InboxRow)] == ["could you carve a goose in oak?"]
    assert "goose" in " ".join(line.text.plain for line in stage.thread("Ana").log())
    assert [row.state for row in await rows(stage, Erasure)] == ["done"]


async def test_a_block_outlives_whoever_was_forgotten_as_a_fingerprint_alone(stage: Stage) -> None:
    await stage.ana.says("Could you carve a goose in oak?")
    await stage.wait(seconds=3)
    await stage.thread("Ana").says("/block 2h shouting")
    await forget(stage.ana)
    await stage.wait(minutes=1)
    assert await rows(stage, Customer) == [] and await rows(stage, Block) == []
    (barred,) = await rows(stage, BarredPrint)
    assert "ana" not in barred.fingerprint
    stage.ana.hears()
    await stage.ana.says("Hello?")
    assert "takes no messages from you here until today 15:00" in stage.ana.hears()[-1]
    assert await rows(stage, BarredPrint) == []
    await stage.wait(hours=2)
    await stage.ana.says("Do you ship to Germany?")
    assert "Yes, we ship to Germany" in stage.ana.hears()[-1]


async def test_what_stands_in_the_thread_is_taken_back_and_the_owner_knows_why(stage: Stage) -> None:
    await stage.ana.says("Could you carve a goose in oak?")
    await stage.wait(seconds=3)
    thread = stage.thread("Ana")
    await thread.says("Gladly!")
    await forget(stage.ana)
    await stage.wait(minutes=1)
    left = [line.text.plain for line in thread.log() if not line.deleted]
    assert len(left) == 1 and "asked to be forgotten" in left[0] and "open question has ended" in left[0]
    assert stage.ana.hears()[-1].endswith("Hana knows.")
    thread.hears()
    await thread.says("Where are you?")
    assert "goose" not in " ".join(thread.hears())


async def test_nothing_planned_reaches_whoever_was_forgotten(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await forget(stage.ana)
    await stage.wait(minutes=1)
    stage.ana.hears()
    await stage.room.says("/story now Ten boxes left")
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    assert stage.ana.hears() == []
    assert "Ten boxes left" in stage.channel.hears()[-1]


async def test_only_counters_are_left(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await forget(stage.ana)
    await stage.wait(minutes=1)
    async with stage.database.read() as session:
        for table in (Customer, Conversation, InboxRow, OutboxRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
    (erasure,) = await rows(stage, Erasure)
    assert (erasure.customer_id, erasure.scope, erasure.by) == (None, None, "customer")
    assert erasure.counts["heard"] == 3
