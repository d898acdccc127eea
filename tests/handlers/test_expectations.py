"""Who will answer and when: by opening hours and by how long answers took of late, never a promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.database.tables import Conversation, Ticket
from tests.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 60


async def earlier(stage: Stage, minutes: Sequence[int | None], opened: str = "2026-03-03T10:00") -> None:
    """Questions of last Tuesday, answered after so many minutes; None is one that waits still."""
    at = datetime.fromisoformat(opened).replace(tzinfo=BERLIN)
    async with stage.database.write() as session:
        for number, took in enumerate(minutes):
            made = Conversation(
                platform="playground", bot="playground", chat_id=f"earlier-{number}", state="bot", kind="customer"
            )
            session.add(made)
            await session.flush()
            answered = at + timedelta(minutes=took) if took is not None else None
            session.add(
                Ticket(
                    conversation_id=made.id, question="?", why="card", opened_at=at, answered_at=answered,
                    closed_at=answered,
                )
            )  # fmt: skip


async def promised(stage: Stage) -> str:
    """What Ana hears when she asks for Hana now."""
    await stage.ana.says("/human")
    return stage.ana.hears()[-1].partition("\n\n")[0].removeprefix("I've told Hana that you would like to talk. ")


async def test_too_few_answers_say_nothing_but_the_hours(stage: Stage) -> None:
    await earlier(stage, [10, 10, 10, 10])
    assert await promised(stage) == "The shop is open until 18:00 today; the answer will come here."


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        ([40, 45, 50, 55, 60], "Hana usually answers within an hour; the answer will come here."),
        (
            [4, 5, 5, 5, 100],
            "Hana often answers within 5 minutes and usually within 2 hours; the answer will come here.",
        ),
        ([200] * 9, "Hana usually answers within 4 hours; the answer will come here."),
    ],
)
async def test_what_was_usual_is_said_and_what_was_slow_is_not_hidden(
    stage: Stage, minutes: list[int], told: str
) -> None:
    await earlier(stage, minutes)
    assert await promised(stage) == told


async def test_time_counts_in_opening_hours_only(stage: Stage) -> None:
    await earlier(stage, [6 * 24 * HOUR - 7 * HOUR] * 5, "2026-03-03T17:30")  # until Monday at 10:30: two hours open
    assert await promised(stage) == "Hana usually answers within 2 hours; the answer will come here."


async def test_what_is_left_lying_does_not_make_the_owner_look_quick(stage: Stage) -> None:
    await earlier(stage, [5] * 5 + [None] * 5)
    assert "within 5 minutes" not in (told := await promised(stage)) or "usually within" in told
    assert "usually answers within 5 minutes" not in told


async def test_shortly_before_closing_the_answer_is_announced_for_the_next_opening(stage: Stage) -> None:
    await earlier(stage, [HOUR] * 5)
    stage.clock.move_to(datetime(2026, 3, 9, 17, 40, tzinfo=BERLIN))
    assert await promised(stage) == (
        "The shop closes at 18:00 today, and Hana usually answers tomorrow at 10:00 at the latest. "
        "The answer will come here."
    )


async def test_outside_the_hours_both_the_opening_and_the_usual_time_are_said(stage: Stage) -> None:
    await earlier(stage, [HOUR] * 5)
    stage.clock.move_to(datetime(2026, 3, 9, 22, 0, tzinfo=BERLIN))
    assert await promised(stage) == (
        "The shop opens again tomorrow at 09:00; Hana usually answers by 10:00. The answer will come here."
    )


async def test_whoever_writes_again_while_they_wait_hears_it_once_more_but_not_each_time(stage: Stage) -> None:
    await stage.ana.says("/human")
    stage.ana.hears()
    await stage.ana.says("It is about a portrait in oil")
    assert stage.ana.hears() == []
    await stage.wait(minutes=11)
    await stage.ana.says("Of three brown hens")
    assert stage.ana.hears() == [
        "Hana has this too, and your question isn't forgotten. "
        "The shop is open until 18:00 today; the answer will come here."
    ]
    await stage.ana.says("Or of four")
    assert stage.ana.hears() == []
