"""Commands, presses and forms: answered at their place, in time, and never where others would read it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.database.entries import store
from bot.messages import RawUpdate
from knowledge.entry import Product
from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord import faults
from tests.simulators.discord.files import Upload
from tests.simulators.discord.waiting import until
from tests.simulators.telegram.files import picture

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class SlowDisk:
    """Holds every commit until it is let go."""

    def __init__(self, stage: DiscordStage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = asyncio.Event()
        self._accept = stage.concierge.accept
        monkeypatch.setattr(stage.adapter, "_accept", self._slowly)

    async def _slowly(self, updates: Sequence[RawUpdate]) -> None:
        await self.free.wait()
        await self._accept(updates)


def lobby(stage: DiscordStage, person: Person) -> Person:
    """That person's view of a channel of everybody's."""
    return Person(stage, person.user, stage.simulator.text_channel("lobby"))


@on_sqlite
async def test_a_slow_commit_does_not_let_an_interaction_fail(
    stage: DiscordStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.ana.says("can you send to Poland?")
    await stage.wait(seconds=3)
    (guess,) = stage.ana.news()
    disk, stage.slow = SlowDisk(stage, monkeypatch), True
    asked = stage.simulator.user_commands(stage.ana.channel, stage.ana.user, "start")
    pressed = stage.simulator.user_presses(guess, "Do you ship to Germany?", stage.ana.user)
    await until(lambda: asked.answered and pressed.answered)
    assert (asked.answer_type, pressed.answer_type, asked.thinking) == (5, 6, True)
    disk.free.set()
    await stage.settle()
    assert not asked.thinking and not asked.failed
    greeting, answer = stage.ana.hears()
    assert greeting.startswith("Hello Ana") and answer.startswith("Yes, we ship")


@on_sqlite
async def test_discord_is_told_of_a_command_only_when_it_is_stored(
    stage: DiscordStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(stage, monkeypatch)
    asked = stage.simulator.user_commands(stage.ana.channel, stage.ana.user, "start")
    await until(lambda: stage.adapter._arrivals.waiting == 1)
    assert not asked.answered
    disk.free.set()
    await stage.settle()
    assert asked.answered and len(stage.ana.hears()) == 1


@on_sqlite
async def test_a_command_in_everybodys_channel_is_answered_to_one_person_alone(stage: DiscordStage) -> None:
    ana = lobby(stage, stage.ana)
    asked = await ana.commands("help")
    assert asked.seen and all(message.whispered_to is ana.user for message in asked.seen)
    assert ana.channel.seen_by(stage.ben.user) == []


@on_sqlite
async def test_an_owners_command_from_anyone_else_is_one_friendly_sentence_to_them_alone(stage: DiscordStage) -> None:
    ana = lobby(stage, stage.ana)
    asked = await ana.commands("story")
    (sentence,) = asked.seen
    assert asked.answer_type == 5 and sentence.whispered_to is ana.user and "story" not in stage.channel.hears()
    assert stage.threads() == [] and len(stage.room.log()) == 1
    assert await stage.outcomes() == ["refused"]


@on_sqlite
async def test_an_answer_that_comes_too_late_is_an_ordinary_message_in_private_and_nothing_in_public(
    stage: DiscordStage,
) -> None:
    public = lobby(stage, stage.ana)
    here = stage.simulator.user_commands(public.channel, stage.ana.user, "help")
    there = stage.simulator.user_commands(stage.ana.channel, stage.ana.user, "help")
    await stage.stored()
    stage.clock.move_to(stage.clock.now() + timedelta(minutes=16))
    await stage.settle()
    assert here.seen == [] and public.channel.from_bot[0].thinking
    assert len([m for m in public.channel.from_bot if not m.thinking]) == 0
    assert len(stage.ana.hears()) == 1 and there.thinking
    assert (await stage.states()).count("dead") == 1


@on_sqlite
async def test_a_token_that_is_gone_though_it_is_young_does_not_lose_the_answer(
    stage: DiscordStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer came too late, so Discord has forgotten the interaction."""
    disk = SlowDisk(stage, monkeypatch)
    asked = stage.simulator.user_commands(stage.ana.channel, stage.ana.user, "help")
    await until(lambda: stage.adapter._arrivals.waiting == 1)
    stage.clock.move_to(stage.clock.now() + timedelta(seconds=4))
    disk.free.set()
    await stage.settle()
    assert asked.failed
    assert len(stage.ana.hears()) == 1


@on_sqlite
async def test_a_form_is_opened_by_the_adapter_alone_and_stored_when_it_is_sent(stage: DiscordStage) -> None:
    opened = await stage.room.commands("story")
    assert opened.answer_type == 9 and await stage.outcomes() == []
    stage.room.hears()
    sent = await stage.room.fills(
        opened,
        {"when": "tomorrow 18:00", "text": "Chicks!"},
        photo=[Upload("chick.png", picture("yellow"), "image/png")],
    )
    (preview,) = stage.room.news()
    assert sent.original is preview and preview.content.startswith("Chicks!")
    assert [file.mime for file in preview.attachments] == ["image/png"]


@on_sqlite
async def test_a_story_may_be_given_by_options_at_once(stage: DiscordStage) -> None:
    stage.room.hears()
    asked = await stage.room.commands("story", when="daily 09:00", text="Good morning")
    (preview,) = stage.room.news()
    assert asked.original is preview and preview.labels[0] == "Confirm"


@on_sqlite
async def test_choices_are_offered_while_an_owner_types_and_nothing_of_it_is_stored(stage: DiscordStage) -> None:
    room, owner = stage.room.channel, stage.simulator.owner
    choices = await stage.simulator.user_autocompletes(room, owner, "story", "when", "daily 9")
    assert choices and all(choice["name"] and choice["value"] for choice in choices)
    elsewhere = lobby(stage, stage.ana).channel
    assert await stage.simulator.user_autocompletes(elsewhere, stage.ana.user, "story", "when", "daily 9") == []
    await stage.settle()
    assert await stage.outcomes() == []


@on_sqlite
async def test_the_numbers_of_stories_are_offered_while_they_are_typed(stage: DiscordStage) -> None:
    room, owner = stage.room.channel, stage.simulator.owner
    await stage.room.commands("story", when="daily 09:00", text="Good morning")
    await stage.room.presses("Confirm")
    for verb in ("pause", "now", "edit"):
        choices = await stage.simulator.user_autocompletes(room, owner, "story", "id", "", do=verb)
        assert [(choice["name"], choice["value"]) for choice in choices] == [("1: Good morning", "1")]
    await stage.room.commands("story", do="pause", id="1")
    assert "1" in stage.room.hears()[-1]


@on_sqlite
async def test_canned_replies_owners_tags_and_times_are_offered_while_they_are_typed(stage: DiscordStage) -> None:
    room, owner = stage.room.channel, stage.simulator.owner
    await stage.room.commands("snippet", name="hello", text="Hello {customer}")
    await stage.room.commands("snippet", name="bye", text="Goodbye, and hello to your hens")

    async def offered(command: str, option: str, typed: str = "") -> list[str]:
        found = await stage.simulator.user_autocompletes(room, owner, command, option, typed)
        return [choice["value"] for choice in found]

    assert await offered("s", "name", "h") == ["hello", "bye"]
    assert await offered("s", "name", "bye") == ["bye"]
    assert await offered("snippet", "remove") == ["bye", "hello"]
    assert await offered("assign", "owner") == [owner.name]
    assert "tomorrow 09:00" in await offered("snooze", "until", "tom")
    assert await offered("transcript", "format") == ["html", "markdown"]
    elsewhere = lobby(stage, stage.ana).channel
    assert await stage.simulator.user_autocompletes(elsewhere, stage.ana.user, "s", "name", "h") == []


@on_sqlite
async def test_a_completion_that_breaks_offers_nothing(stage: DiscordStage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*given: object) -> list[tuple[str, str]]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(stage.adapter._interactions, "complete", breaks)
    room, owner = stage.room.channel, stage.simulator.owner
    assert await stage.simulator.user_autocompletes(room, owner, "story", "when", "daily 9") == []


@on_sqlite
async def test_commands_are_registered_once_and_again_only_when_they_differ(stage: DiscordStage) -> None:
    everywhere, here = (
        "PUT /applications/{application}/commands",
        "PUT /applications/{application}/guilds/{guild}/commands",
    )
    names = {command["name"] for command in stage.simulator.commands()}
    owners = {command["name"] for command in stage.simulator.commands(in_guild=True)}
    assert {"start", "help", "human", "stop"} <= names and {"close", "story", "stories", "waiting"} <= owners
    assert not names & owners
    await stage.restart()
    assert (stage.simulator.count(everywhere), stage.simulator.count(here)) == (1, 1)
    stage.simulator.world.commands[0][0]["description"] = "Something else"
    await stage.restart()
    assert (stage.simulator.count(everywhere), stage.simulator.count(here)) == (2, 1)


@on_sqlite
async def test_somebody_elses_press_of_a_forged_button_does_nothing(stage: DiscordStage) -> None:
    await stage.ana.says("I want to speak to a human")
    (card,) = stage.thread("Ana").news()
    close = card.button("Close")["custom_id"]
    (promise,) = stage.ana.news()
    stage.simulator.user_forges(promise, close, stage.ana.user)
    await stage.settle()
    assert await stage.state_of(stage.ana) == "waiting"


@on_sqlite
@pytest.mark.parametrize("fault", [faults.cut(), faults.cut(after=True), faults.server_error(500)])
async def test_a_first_answer_that_was_cut_is_given_once_more(stage: DiscordStage, fault: faults.Fault) -> None:
    stage.simulator.faults.inject("POST /interactions/*", fault)
    asked = await stage.ana.commands("help")
    assert asked.answered and not asked.thinking and not asked.failed
    assert len(stage.ana.hears()) == 1


@on_sqlite
async def test_a_product_is_restocked_by_the_form_of_edit(stage: DiscordStage) -> None:
    cake = Product("plum cake", "Plum cake", price=Decimal("18.50"), currency="EUR", stock=0)
    async with stage.database.write() as session:
        await store(session, [cake], "import", stage.clock.now())
    await stage.concierge.refresh()
    room, owner = stage.room.channel, stage.simulator.owner
    (choice,) = await stage.simulator.user_autocompletes(room, owner, "edit", "entry", "plum")
    assert choice["value"] == "product:plum cake"
    opened = await stage.room.commands("edit")
    assert opened.answer_type == 9
    stage.room.hears()
    await stage.room.fills(opened, {"entry": choice["value"], "change": "stock 12"})
    (shown,) = stage.room.hears()
    assert shown.startswith("Changed.") and "stock: 12" in shown
