"""Commands whose fields are given by name, choices while typing, and an answer at the command's own place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.adapter import Call, Capabilities
from bot.messages import InboundMessage, Receipt
from tests.stage import Stage


@pytest.fixture
def by_name(stage: Stage) -> dict[str, str]:
    """What commands are given by name from now on, as on a platform that has names."""
    fields: dict[str, str] = {}
    decode = stage.adapter.decode

    def named(raw: dict[str, Any]) -> InboundMessage:
        message = decode(raw)
        if message.kind != "command":
            return message
        given = {name: value for name, value in fields.items() if value}
        text = replace(message.text, plain=given.get("text") or given.get("message") or message.text.plain)
        return replace(message, fields=given, text=text)

    stage.adapter.decode = named  # type: ignore[method-assign]
    return fields


async def test_a_story_by_names_takes_time_and_text_apart(stage: Stage, by_name: dict[str, str]) -> None:
    by_name.update(when="daily 09:00", text="tomorrow 10:00 is market day")
    await stage.room.says("/story")
    (preview,) = stage.room.hears()
    assert preview.startswith("tomorrow 10:00 is market day") and "every day at 09:00" in preview
    await stage.room.presses("Confirm")
    assert "Planned as story 1" in stage.room.hears()[0]


async def test_a_story_by_names_asks_for_what_is_missing(stage: Stage, by_name: dict[str, str]) -> None:
    by_name.update(text="Good morning")
    await stage.room.says("/story")
    assert stage.room.hears()[0].startswith("When shall I post it?")
    by_name.update(text="", when="whenever it suits")
    await stage.room.says("/story")
    assert stage.room.hears()[0].startswith("I did not understand “whenever it suits”")
    by_name.update(when="daily 09:00")
    await stage.room.says("/story")
    assert stage.room.hears()[0].startswith("What shall I post?")


async def test_a_planned_story_is_cancelled_by_name(stage: Stage, by_name: dict[str, str]) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Confirm")
    stage.room.hears()
    by_name.update(cancel="1")
    await stage.room.says("/stories")
    assert stage.room.hears() == ["Story 1 is cancelled."]


async def test_the_words_of_human_may_come_by_name(stage: Stage, by_name: dict[str, str]) -> None:
    by_name.update(message="about my order")
    await stage.ana.says("/human")
    assert "about my order" in stage.thread("Ana").hears()[0]


async def complete(
    stage: Stage, command: str, argument: str, typed: str, who: str = "", room: bool = True
) -> list[Any]:
    core = stage.concierge.core("playground")
    return list(await core.complete(command, argument, typed, who, room))


async def test_while_a_time_is_typed_its_meaning_and_the_next_time_are_shown(stage: Stage) -> None:
    ((shown, value),) = await complete(stage, "story", "when", "daily 09:00")
    assert value == "daily 09:00"
    assert shown == "every day at 09:00 (Europe/Berlin); next Tue 10.03. 09:00"
    examples = await complete(stage, "story", "when", "")
    assert ("now" in [value for _, value in examples]) and len(examples) == 4
    assert [value for _, value in await complete(stage, "story", "when", "eve")] == ["every friday 17:00"]


async def test_while_a_story_is_named_the_planned_ones_are_shown(stage: Stage) -> None:
    for text in ("Good morning", "Fresh eggs"):
        await stage.room.says(f"/story daily 09:00 {text}")
        await stage.room.presses("Confirm")
    assert await complete(stage, "stories", "cancel", "") == [("1: Good morning", "1"), ("2: Fresh eggs", "2")]
    assert await complete(stage, "stories", "cancel", "eggs") == [("2: Fresh eggs", "2")]
    assert await complete(stage, "story", "photo", "x") == []


async def test_choices_are_for_owners_alone(stage: Stage) -> None:
    assert await complete(stage, "story", "when", "daily 09:00", who="ana", room=False) == []


async def test_a_command_gets_its_answer_at_its_own_place(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(stage.adapter), "capabilities", Capabilities(answers_in_place=True))
    calls: list[Call] = []
    send = stage.adapter.send

    async def noted(call: Call) -> Receipt:
        calls.append(call)
        return await send(call)

    stage.adapter.send = noted  # type: ignore[method-assign]
    await stage.ana.says("/help " + "x" * 10)
    (call,) = calls
    assert call.answers and call.answers["text"].startswith("/help") and call.first
    await stage.room.says("/stories@x")
    monkeypatch.setattr("handlers.COMMANDS", {("customer", "help"): _silent})
    await stage.ben.says("/help")
    assert stage.ben.hears()[0].startswith("✓ Done.")


async def _silent(message: object, ctx: object) -> list[object]:
    return []


async def test_the_names_of_answers_are_offered_by_name_and_by_what_they_answer(stage: Stage) -> None:
    assert await complete(stage, "edit", "entry", "fe") == [("feed: What do the hens eat?", "feed")]
    assert [value for _, value in await complete(stage, "retire", "entry", "store eggs")] == ["storage"]
    assert len(await complete(stage, "edit", "entry", "")) == 5
