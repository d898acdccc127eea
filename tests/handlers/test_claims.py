"""Several owners: whose a ticket is, who else writes, and what is mine."""

from __future__ import annotations

import pytest

from tests.handlers.desk import UNKNOWN, jun_says, talks, waits
from tests.stage import Stage


async def test_an_owner_claims_a_ticket_and_finds_it_again(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/claim")
    assert thread.hears() == ["Hana looks after this now."]
    await thread.says("/claim")
    assert thread.hears() == ["You look after this already."]
    await stage.room.says("/mine")
    (mine,) = stage.room.hears()
    assert "Ana" in mine and UNKNOWN in mine
    await jun_says(stage, stage.room, "/mine")
    assert stage.room.hears()[-1].startswith("You look after nothing")
    await thread.says("/close")
    await stage.room.says("/mine")
    assert stage.room.hears()[-1].startswith("You look after nothing")


async def test_what_another_looks_after_is_taken_over_only_when_asked_for_once_more(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/claim")
    await jun_says(stage, thread, "/claim")
    assert thread.hears()[-1] == "Hana looks after this already."
    await stage.room.says("/mine")
    assert "Ana" in stage.room.hears()[-1]
    await jun_says(stage, thread, "/assign jun")
    assert thread.hears()[-1] == "Jun looks after this now, instead of Hana."
    await thread.says("/claim")
    await thread.presses("Take it over")
    assert thread.hears()[-1] == "Hana looks after this now, instead of Jun."


@pytest.mark.parametrize("name", ["Jun", "@jun", "ju", "<@jun>"])
async def test_a_ticket_is_given_to_somebody_by_name_or_mention(stage: Stage, name: str) -> None:
    thread = await waits(stage)
    await jun_says(stage, stage.room, "Good morning")
    await thread.says(f"/assign {name}")
    told = thread.hears()[-1]
    if name == "<@jun>":  # no id of a person
        assert told == "Nobody called “<@jun>” has written in this room yet. I know: Hana, Jun."
    else:
        assert told == "Jun looks after this now."


async def test_whom_nobody_knows_gets_nothing(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/assign Zoe")
    assert thread.hears() == ["Nobody called “Zoe” has written in this room yet. I know: Hana."]
    await thread.says("/assign")
    assert thread.hears() == ["Write the name behind /assign. I know: Hana."]


async def test_another_owner_is_not_held_up_and_the_first_is_told_once(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/claim")
    thread.hears()
    await jun_says(stage, thread, "I can do it too")
    assert stage.ana.hears() == ["I can do it too"]
    assert thread.hears() == ["Hana, for you to know: Jun has written to Ana here as well."]
    await jun_says(stage, thread, "// between us")
    await jun_says(stage, thread, "On Friday")
    assert stage.ana.hears() == ["On Friday"] and thread.hears() == []
    await thread.says("Thank you, Jun")
    assert thread.hears() == []


async def test_a_ticket_is_let_go(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/unclaim")
    assert thread.hears() == ["Nobody in particular looks after this."]
    await thread.says("/claim")
    await thread.says("/unclaim")
    assert thread.hears()[-1] == "Nobody in particular looks after this now; before, it was Hana."


async def test_nothing_open_can_not_be_claimed(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close")
    await thread.says("/claim")
    assert thread.hears()[-1] == "There is nothing open here that somebody could look after."
