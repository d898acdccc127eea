"""A live hour by chat: one at a time, left out or put off, ended by hand, with nothing lost."""

from __future__ import annotations

from sqlalchemy import select

from bot.database.tables import LiveQuestion
from tests.stage import Stage


async def live(stage: Stage) -> None:
    """Ana and Ben follow, and an hour is open."""
    for person in (stage.ana, stage.ben):
        await person.says("/start")
        await person.presses("Follow the stories")
    await stage.room.says("/live Ask the hens")
    stage.room.hears()
    stage.ana.hears()
    stage.ben.hears()


async def ask(stage: Stage, words: str) -> None:
    """Ana asks under her copy of the post."""
    await stage.ana.replies(stage.ana.last("Live now"), words)


async def states(stage: Stage) -> list[str]:
    """How the questions stand."""
    async with stage.database.read() as session:
        return list(await session.scalars(select(LiveQuestion.state).order_by(LiveQuestion.id)))


async def test_a_second_hour_is_not_opened_beside_one_that_is_open(stage: Stage) -> None:
    await live(stage)
    await stage.room.says("/live Another")
    assert "“Ask the hens” is live, with 0 open questions." in stage.room.hears()[-1]
    await stage.room.says("/live stop")
    assert "“Ask the hens” is over, with 0 questions answered." in stage.room.hears()[-1]
    await stage.room.says("/live stop")
    assert stage.room.hears()[-1].startswith("No live hour is open")
    assert [s.text.plain.count("This hour is over") for s in stage.channel.log()] == [1]


async def test_questions_come_in_turn_and_one_can_be_left_out(stage: Stage) -> None:
    await live(stage)
    for words in ("First?", "Second?", "Third?"):
        await ask(stage, words)
    (shown,) = [words for words in stage.room.hears() if "asks:" in words]
    assert shown.startswith("Ana asks:\nFirst?")
    await stage.room.presses("Leave this one out")
    assert "Second?" in stage.room.hears()[-1]
    await stage.room.says("Here you are.")
    assert stage.ana.hears()[-1] == "Here you are."
    assert await states(stage) == ["skipped", "answered", "waiting"]
    await stage.room.says("/live stop")
    said = stage.room.hears()[-1]
    assert "2 questions were not answered" in said and "Ana: First?" in said and "Ana: Third?" in said


async def test_a_question_that_was_left_at_the_end_can_still_be_answered(stage: Stage) -> None:
    await live(stage)
    await ask(stage, "First?")
    await ask(stage, "Second?")
    await stage.room.says("/live stop")
    await stage.room.presses("Next question")
    await stage.room.says("Better late.")
    assert stage.ana.hears()[-1] == "Better late."


async def test_an_answer_that_is_changed_reaches_the_asker_and_the_round_up(stage: Stage) -> None:
    await live(stage)
    await ask(stage, "Do hens dream?")
    await stage.room.replies(stage.room.last("Do hens dream?"), "Of wurms.")
    await stage.room.edits(stage.room.wrote("Of wurms."), "Of worms.")
    assert stage.ana.last("Of worms.")
    await stage.room.says("/live stop")
    assert "A guest: Do hens dream?\nOf worms." in stage.channel.log()[-1].text.plain


async def test_nobody_else_can_give_a_name_away(stage: Stage) -> None:
    await live(stage)
    await ask(stage, "Do hens dream?")
    button = next(b for shown in stage.ana.log() for b in shown.buttons if b.label == "You may say my name")
    await stage.ben.presses_data(stage.ben.log()[-1].message_id, button.data)
    assert "Thank you!" not in stage.ben.hears()[-1]
    async with stage.database.read() as session:
        assert not await session.scalar(select(LiveQuestion.named))


async def test_after_an_hour_the_owner_is_asked_once_and_nothing_ends_by_itself(stage: Stage) -> None:
    await live(stage)
    await stage.wait(hours=3)
    asked = [words for words in stage.room.hears() if "live for an hour" in words]
    assert len(asked) == 1 and not any("is over" in shown.text.plain for shown in stage.channel.log())


async def test_a_reply_after_the_hour_goes_the_usual_way(stage: Stage) -> None:
    await live(stage)
    await stage.room.says("/live stop")
    await ask(stage, "What do the hens eat?")
    assert stage.ana.hears()[-1].startswith("Our hens eat")
