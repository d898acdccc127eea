"""docs/stories.md names only what there is, and all of it; Discord completes what it names."""

from __future__ import annotations

import re
from pathlib import Path

from bot.commands import COMMANDS
from handlers.completion import complete
from handlers.stories.commands import BEGINS, DEEDS
from tests.stage import Stage

GUIDE = (Path(__file__).parents[3] / "docs/stories.md").read_text(encoding="utf-8")


def test_every_command_that_it_names_is_built() -> None:
    named = set(re.findall(r"`/([a-z]+)\b", GUIDE))
    assert {"story", "stories", "queue", "sofar"} <= named
    assert named <= {command.name for command in COMMANDS if command.built}


def test_it_names_all_that_can_be_done_with_a_story() -> None:
    assert {*re.findall(r"/story ([a-z]+) 3", GUIDE), BEGINS} == {*DEEDS, BEGINS}


async def choices(stage: Stage, argument: str, typed: str) -> list[tuple[str, str]]:
    """What is offered while an owner types."""
    async with stage.database.read() as session:
        return list(await complete(session, stage.concierge.house, stage.clock.now(), argument, typed))


async def test_deeds_numbers_series_and_months_are_offered_while_an_owner_types(stage: Stage) -> None:
    await stage.room.says("/story now Ten boxes left")
    await stage.room.presses("Confirm")
    await stage.room.says("/story series daily 08:00 Chick diary")
    await stage.room.presses("Confirm")
    assert await choices(stage, "story do", "re") == [("resume", "resume"), ("recall", "recall")]
    assert [id for _, id in await choices(stage, "story id", "")] == ["2", "1"]
    assert await choices(stage, "story id", "ten") == [("1: Ten boxes left", "1")]
    assert await choices(stage, "queue series", "") == [("2: Chick diary", "2")]
    assert await choices(stage, "stories cancel", "") == [("2: Chick diary", "2")]
    assert (await choices(stage, "stories month", ""))[:2] == [("March 2026", "2026-03"), ("April 2026", "2026-04")]
