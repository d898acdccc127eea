"""What owners keep about a customer stays among them."""

from __future__ import annotations

import pytest

from tests.handlers.desk import talks, waits
from tests.stage import Stage


async def test_a_remark_is_kept_shown_and_removed_and_never_leaves(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/note allergic to feathers")
    assert thread.hears() == ["Noted about Ana. /notes shows all."]
    await thread.says("/notes")
    assert thread.hears() == ["Notes:\n1 · allergic to feathers — Hana, 09.03.2026"]
    await thread.presses("Remove 1")
    assert thread.hears() == ["Removed: allergic to feathers"]
    await thread.says("/notes")
    assert thread.hears()[-1].startswith("Nothing is noted about Ana.")
    assert stage.ana.hears() == []


async def test_words_that_were_said_are_kept_by_replying_to_them(stage: Stage) -> None:
    thread = await talks(stage)
    await stage.ana.says("I live above the bakery")
    await thread.replies(thread.last("bakery"), "/note")
    await thread.says("/notes")
    assert "I live above the bakery" in thread.hears()[-1]
    assert stage.ana.hears() == []


async def test_a_remark_without_words_is_asked_for(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/note")
    assert thread.hears()[0].startswith("Write behind /note")
    await thread.says("/notes remove 99")
    assert thread.hears() == ["There is no note 99 about Ana. /notes shows them."]


async def test_a_remark_about_one_customer_is_not_removed_from_anothers_thread(stage: Stage) -> None:
    anas, bens = await talks(stage), await talks(stage, stage.ben)
    await anas.says("/note tall")
    await bens.says("/notes remove 1")
    assert bens.hears() == ["There is no note 1 about Ben. /notes shows them."]


async def test_tags_are_given_and_taken(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/tag #VIP")
    await thread.says("/tag vip")
    await thread.says("/tag  pays   late")
    assert thread.hears() == ["Tags: VIP", "Tags: VIP", "Tags: VIP, pays late"]
    await thread.says("/untag Vip")
    assert thread.hears() == ["Tags: pays late"]
    await thread.says("/untag nothing")
    assert thread.hears() == ["Tags: pays late"]


async def test_the_card_of_a_customer_tells_what_is_known(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/note allergic to feathers")
    await thread.says("/tag vip")
    thread.hears()
    await thread.says("/customer")
    (card,) = thread.hears()
    for words in ("Ana", "Playground", "here since 9 March 2026", "questions to you: 1", "Tags: vip", "allergic"):
        assert words in card
    assert stage.ana.hears() == []


@pytest.mark.parametrize("after", ["// secret", "//secret too"])
async def test_an_edit_that_makes_words_a_note_takes_them_back(stage: Stage, after: str) -> None:
    thread = await talks(stage)
    await thread.says("You owe us money")
    stage.ana.hears()
    await thread.edits(thread.wrote("You owe us money"), after)
    assert stage.ana.last("You owe us money").deleted
    assert not any("secret" in shown.text.plain for shown in stage.ana.log())


async def test_an_edit_that_makes_a_note_words_sends_nothing(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("// she owes us money")
    await thread.edits(thread.wrote("owes"), "she owes us money")
    await stage.wait(minutes=1)
    assert stage.ana.hears() == []
    assert thread.hears() == [
        "This was a note, so it stays here, whatever it says now. To tell Ana, write it as a new message."
    ]


async def test_a_note_that_quotes_the_customer_stays_in_the_room(stage: Stage) -> None:
    thread = await talks(stage)
    await stage.ana.says("Is it cheap?")
    await thread.replies(thread.last("Is it cheap?"), "// never")
    await stage.wait(minutes=1)
    assert stage.ana.hears() == []
