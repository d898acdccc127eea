"""Broadcasts, asked of every platform and of every pair: the dry run, one copy each, the line, stop, the report."""

from __future__ import annotations

import pytest

from tests.scenes import Scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def plain(text: str) -> str:
    """The words without Discord's marks."""
    return text.replace("**", "")


async def with_a_subscriber(scene: Scene) -> None:
    """Ana wants the stories."""
    await scene.ana.commands("start")
    await scene.ana.presses("Follow the stories")
    scene.ana.news()
    scene.room.news()


async def test_a_broadcast_is_tried_out_sent_once_and_told_of_in_one_line(scene: Scene) -> None:
    await with_a_subscriber(scene)
    await scene.room.commands("broadcast", "Fresh eggs on Friday")
    await scene.wait(seconds=3)
    look, dry = scene.room.news()
    assert look.text == "Fresh eggs on Friday" and "1 of 1 gets it" in plain(dry.text)
    assert scene.ana.news() == []
    await scene.room.presses("Yes, to 1")
    await scene.wait(seconds=30)
    (copy,) = scene.ana.news()
    assert copy.text == "Fresh eggs on Friday"
    lines = [plain(line.text) for line in scene.room.log() if "Broadcast 1 is" in line.text]
    assert lines == ["Broadcast 1 is done: 1 of 1 got it."]
    await scene.ana.presses("Why did I get this?")
    await scene.wait(seconds=3)
    assert "stories" in scene.ana.hears()[-1]


async def test_a_report_comes_as_a_file(scene: Scene) -> None:
    await with_a_subscriber(scene)
    await scene.room.commands("broadcast", "Fresh eggs")
    await scene.wait(seconds=3)
    await scene.room.presses("Yes, to 1")
    await scene.wait(seconds=30)
    scene.room.news()
    await scene.room.presses("Report (CSV)")
    await scene.wait(seconds=5)
    (told,) = scene.room.news()
    assert told.media in (("document",), ("text",))  # as the platform calls a CSV file


async def test_somebody_who_said_stop_does_not_get_it(scene: Scene) -> None:
    await with_a_subscriber(scene)
    await scene.room.commands("broadcast", "Fresh eggs")
    await scene.wait(seconds=3)
    await scene.ana.commands("stop")
    scene.ana.news()
    await scene.room.presses("Yes, to 1")
    await scene.wait(minutes=1)
    assert scene.ana.news() == []
    assert "nobody" in scene.room.hears()[-1].casefold()
