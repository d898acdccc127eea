"""A ticket that is out of the way comes back by itself."""

from __future__ import annotations

import pytest

from tests.handlers.desk import UNKNOWN, talks, waits
from tests.stage import Stage


@pytest.mark.parametrize(
    ("words", "when", "wait"),
    [
        ("2h", "today 15:00", {"hours": 2}),
        ("until 15:30", "today 15:30", {"hours": 2, "minutes": 30}),
        ("tomorrow 9:00", "Tue 10 Mar, 09:00", {"hours": 20}),
        ("tomorrow", "Tue 10 Mar, 09:00", {"hours": 20}),
        ("9:00", "Tue 10 Mar, 09:00", {"hours": 20}),
    ],
)
async def test_a_snooze_until_a_time_ends_then(stage: Stage, words: str, when: str, wait: dict[str, float]) -> None:
    thread = await waits(stage)
    await thread.says(f"/snooze {words}")
    assert thread.hears() == [f"Out of your way until {when}, or until Ana writes."]
    await stage.wait(seconds=-30, **wait)
    assert thread.hears() == []
    await stage.wait(seconds=30)
    (back,) = thread.hears()
    assert back.startswith("⏰ You wanted this back now, about Ana:") and UNKNOWN in back
    await stage.wait(hours=1)
    assert thread.hears() == [] and stage.ana.hears() == []


@pytest.mark.parametrize("words", ["", " tomorrow 9:00"])
async def test_the_customers_next_word_ends_any_snooze(stage: Stage, words: str) -> None:
    thread = await talks(stage)
    await thread.says(f"/snooze{words}")
    thread.hears()
    await stage.ana.says("Or a drawing?")
    assert thread.hears() == ["⏰ Ana writes, so this is back.", "Or a drawing?"]
    await stage.ana.says("In pencil")
    assert thread.hears() == ["In pencil"]
    await stage.wait(hours=1)
    assert thread.hears() == []


@pytest.mark.parametrize("words", ["the day after never", "yesterday", "daily 09:00", "2020-01-01 10:00"])
async def test_what_is_no_time_to_come_is_said_and_nothing_is_put_off(stage: Stage, words: str) -> None:
    thread = await waits(stage)
    await thread.says(f"/snooze {words}")
    (told,) = thread.hears()
    assert "for example" in told.casefold() or "Try: " in told
    assert "Out of your way" not in told
    await stage.ana.says("Hm")
    assert "⏰" not in " ".join(thread.hears())


async def test_a_snooze_is_ended_by_its_button(stage: Stage) -> None:
    thread = await waits(stage)
    await thread.says("/snooze 2h")
    await thread.presses("Bring it back now")
    assert thread.hears()[-1] == "Here it is again."
    await stage.wait(hours=3)
    assert "⏰" not in " ".join(thread.hears())
    await thread.presses("Bring it back now")
    assert thread.hears()[-1] == "This is not snoozed."


async def test_nothing_open_can_not_be_put_off(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/close")
    await thread.says("/snooze 2h")
    assert thread.hears()[-1] == "There is nothing open here that could be put off."


async def test_a_snoozed_ticket_comes_back_though_the_hand_over_has_ended_meanwhile(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/snooze in 3 days")
    await stage.wait(days=2)
    assert "Nobody has written here for" in " ".join(thread.hears())
    await stage.wait(days=1)
    assert "⏰ You wanted this back now" in " ".join(thread.hears())
