"""The gateway comes and goes: whatever people did meanwhile is handled, once, in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.discord import catchup
from bot.messages import RawUpdate
from tests.discord_stage import DiscordStage
from tests.simulators.discord import faults
from tests.simulators.discord.waiting import until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASKED, ANSWER = "How do I store eggs?", "Keep them cool and with the tip down."


async def talk(stage: DiscordStage) -> None:
    """Ana and the owner are speaking."""
    await stage.ana.says("I want to speak to a human about my order")
    await stage.thread("Ana").says("What is it?")
    for person in (stage.ana, stage.thread("Ana")):
        person.hears()


def problem(stage: DiscordStage) -> str:
    """What the adapter says is wrong."""
    return str(stage.adapter.health()["problem"])


@on_sqlite
@pytest.mark.parametrize("how", ["cut", "reconnect"])
async def test_a_dropped_connection_is_resumed_and_brings_what_was_said_meanwhile(
    stage: DiscordStage, how: str
) -> None:
    await stage.ben.says(ASKED)
    stage.simulator.drop_gateway(how=how)
    stage.ben.writes("What do the hens eat?")
    await until(lambda: stage.simulator.gateway.resumes == 1)
    await stage.connected()
    await stage.settle()
    first, second = stage.ben.hears()
    assert first.startswith(ANSWER) and second.startswith("Our hens eat")
    assert stage.simulator.gateway.identifies == 1
    assert problem(stage) == ""


@pytest.mark.parametrize("how", ["cut", "invalid"])
async def test_a_session_that_is_lost_begins_anew_and_history_gives_what_was_missed(
    stage: DiscordStage, how: str
) -> None:
    await stage.ben.says(ASKED)
    stage.simulator.drop_gateway(resumable=False, how=how)
    stage.ben.writes("What do the hens eat?")
    await until(lambda: stage.simulator.gateway.identifies == 2)
    await stage.connected()
    stage.ben.writes("thanks")
    await stage.settle()
    assert stage.ben.hears()[1].startswith("Our hens eat")
    assert await stage.outcomes() == ["answered", "answered", "done"]


@on_sqlite
@pytest.mark.parametrize("room_kind", ["forum", "text channel"])
@pytest.mark.parametrize("new_process", [False, True], ids=["same process", "new process"])
async def test_two_hours_of_outage_lose_and_double_nothing(stage: DiscordStage, new_process: bool) -> None:
    await talk(stage)
    hers = await stage.ana.says("Of two zithers")
    his = await stage.thread("Ana").says("A dulcimer")
    (copy,) = [m for m in stage.ana.log() if m.content == "A dulcimer"]
    await stage.ben.says(ASKED)
    for person in (stage.ana, stage.thread("Ana"), stage.ben):
        person.hears()
    if new_process:
        await stage.concierge.stop()
    await stage.simulator.stop()
    thread = stage.thread("Ana")
    for number in range(3):
        stage.ana.writes(f"and {number} flutes")
        stage.clock.move_to(stage.clock.now() + timedelta(minutes=40))
    stage.simulator.user_edits(hers, "Of three zithers")
    thread.writes("A harp, perhaps")
    stage.simulator.user_edits(his, "A small dulcimer")
    stage.ben.writes("What do the hens eat?")
    await stage.simulator.start()
    await (stage.restart() if new_process else stage.connected())
    await stage.settle()
    await stage.wait(minutes=1)
    heard = thread.hears()
    assert [words for words in heard if "flutes" in words] == [f"and {number} flutes" for number in range(3)]
    (shown,) = [message.content for message in thread.log() if message.by_bot and "zithers" in message.content]
    assert "Of three zithers" in shown
    assert (stage.ana.hears(), copy.content) == (["A harp, perhaps"], "A small dulcimer")
    (answer,) = stage.ben.hears()
    assert answer.startswith("Our hens eat")
    before = len(await stage.outcomes())
    await stage.restart()
    await stage.settle()
    assert len(await stage.outcomes()) == before


@on_sqlite
@pytest.mark.parametrize("limit", [10_000, 2], ids=["fast", "limited"])
async def test_more_than_a_page_of_words_is_read_back_in_order(
    stage: DiscordStage, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    await talk(stage)
    monkeypatch.setattr(catchup, "PAGE", 10)
    await stage.concierge.stop()
    stage.simulator.buckets.limit("GET /channels/{channel}/messages", limit, 0.2)
    said = [f"flute number {number}" for number in range(33)]
    for words in said:
        stage.ana.writes(words)
    met = stage.simulator.count("POST /users/@me/channels")
    await stage.restart()
    await stage.settle()
    assert stage.thread("Ana").hears() == said
    assert stage.simulator.buckets.overrun == 0
    assert stage.simulator.count("POST /users/@me/channels") == met


@on_sqlite
async def test_what_was_said_before_the_first_start_ever_is_left_alone(house: DiscordStage) -> None:
    house.ana.writes(ASKED)
    await house.start()
    await house.settle()
    assert house.ana.hears() == []
    await house.ana.says(ASKED)
    assert len(house.ana.hears()) == 1


@on_sqlite
async def test_words_that_come_live_wait_for_those_that_were_missed(stage: DiscordStage) -> None:
    await talk(stage)
    stage.simulator.drop_gateway(resumable=False)
    stage.ana.writes("one zither")
    stalled = stage.simulator.faults.inject(f"GET /channels/{stage.ana.channel.id}/messages", faults.stalled())
    await until(lambda: stage.simulator.gateway.identifies == 2)
    await until(lambda: bool(stage.simulator.faults.met))
    stage.ana.writes("two zithers")
    stage.ben.writes(ASKED)
    await until(lambda: stage.adapter._arrivals.waiting == 1)
    await stage._controls.settle()
    assert len(stage.ben.hears()) == 1 and stage.thread("Ana").hears() == []
    stalled.release()
    await stage.settle()
    assert stage.thread("Ana").hears() == ["one zither", "two zithers"]


@on_sqlite
async def test_events_that_can_not_be_stored_are_tried_again_until_they_can(
    stage: DiscordStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, failures = stage.concierge.accept, 0

    async def failing(updates: Sequence[RawUpdate]) -> None:
        nonlocal failures
        failures += 1
        if failures <= 4:
            raise OSError("the disk is full")
        await accept(updates)

    monkeypatch.setattr(stage.adapter, "_accept", failing)
    stage.ana.writes(ASKED)
    stage.ana.writes("What do the hens eat?")
    await stage.settle()
    first, second = stage.ana.hears()
    assert first.startswith(ANSWER) and second.startswith("Our hens eat")
    assert problem(stage) == ""


@on_sqlite
async def test_an_event_that_nobody_can_store_is_sealed_and_holds_up_nobody(
    stage: DiscordStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = stage.concierge.accept

    async def picky(updates: Sequence[RawUpdate]) -> None:
        if any("poison" in str(update.body.get("d")) for update in updates):
            raise ValueError("what is this?")
        await accept(updates)

    monkeypatch.setattr(stage.adapter, "_accept", picky)
    stage.ana.writes("poison")
    stage.ana.writes(ASKED)
    await stage.settle()
    assert stage.ana.hears()[0].startswith(ANSWER)
    assert await stage.outcomes() == ["failed", "answered"]


async def waits_with(stage: DiscordStage, sentence: str) -> None:
    """The adapter says what is wrong, and goes on trying."""
    await until(lambda: sentence in problem(stage))
    assert stage.adapter.health()["connected"] is False


@on_sqlite
async def test_a_bad_token_is_said_in_a_sentence_and_tried_again(stage: DiscordStage) -> None:
    old = stage.simulator.server.token
    stage.simulator.revoke_token()
    await waits_with(stage, "copy it again from the developer portal (Bot, Reset Token) into DISCORD_BOT_TOKEN")
    stage.simulator.server.token = old
    stage.ana.writes("I want to speak to a human")
    await stage.connected()
    await stage.settle()
    assert problem(stage) == ""


@on_sqlite
async def test_a_missing_intent_is_said_in_a_sentence_and_tried_again(house: DiscordStage) -> None:
    house.simulator.allow_intents()
    await house.concierge.start()
    await waits_with(house, "switch on Message Content Intent")
    house.simulator.allow_intents("message_content")
    await house.connected()
    await house.ana.says(ASKED)
    assert house.ana.hears()[0].startswith(ANSWER)


@on_sqlite
async def test_no_session_is_begun_that_discord_does_not_allow(
    house: DiscordStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    wait: Callable[[float], Any] = house.adapter._line._wait

    async def waiting(seconds: float) -> None:
        waited.append(seconds)
        await wait(seconds)

    monkeypatch.setattr(house.adapter._line, "_wait", waiting)
    house.simulator.world.starts.total = 0
    await house.concierge.start()
    await waits_with(house, "Discord allows no new session")
    assert house.simulator.gateway.identifies == 0
    house.simulator.world.starts.total = 1
    await house.connected()
    assert house.simulator.gateway.identifies == 1
