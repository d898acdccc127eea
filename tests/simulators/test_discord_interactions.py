"""Interactions at the Discord simulator, by the real discord.py: commands, buttons, forms, and their deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from bot.clock import Clock
from tests.simulators.discord.files import Upload
from tests.simulators.discord.interactions import DEFER, DEFER_UPDATE, MODAL, UPDATE
from tests.simulators.discord.meeting import Client, meeting
from tests.simulators.discord.waiting import until

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
Seen = discord.Interaction[Any]


class Story(ui.Modal, title="A story"):
    """A form with a text, an optional time and a photo."""

    words: ui.TextInput[Any] = ui.TextInput(label="Text", custom_id="words", style=discord.TextStyle.paragraph)
    when: ui.TextInput[Any] = ui.TextInput(label="When", custom_id="when", required=False, max_length=40)
    photo: ui.Label[Any] = ui.Label(
        text="Photo", component=ui.FileUpload(custom_id="photo", required=False, max_values=2)
    )

    async def on_submit(self, interaction: Seen) -> None:
        """Says back what was filled in."""
        upload = self.photo.component
        assert isinstance(upload, ui.FileUpload)
        sizes = [len(await attachment.read()) for attachment in upload.values]
        await interaction.response.send_message(f"{self.words.value}|{self.when.value}|{sizes}", ephemeral=True)


def taught(client: Client) -> list[Seen]:
    """Gives the client commands that leave the answer to the test; returns what comes in."""
    came: list[Seen] = []

    @client.tree.command(name="help", description="What I can do")
    async def _help(interaction: Seen) -> None:
        came.append(interaction)

    @client.tree.command(name="story", description="Plans a story")
    @app_commands.describe(when="When", text="What", photo="A photo")
    async def _story(
        interaction: Seen, when: str = "", text: str = "", photo: discord.Attachment | None = None
    ) -> None:
        if not text:
            await interaction.response.send_modal(Story(custom_id="story:1"))
            return
        size = len(await photo.read()) if photo else 0
        await interaction.response.send_message(f"{when}: {text} ({size})")

    @_story.autocomplete("when")
    async def _when(interaction: Seen, prefix: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{prefix} 09:00", value=f"{prefix} at nine")]

    @client.tree.context_menu(name="Teach this")
    async def _teach(interaction: Seen, message: discord.Message) -> None:
        await interaction.response.send_message(f"Learned: {message.content}", ephemeral=True)

    @client.tree.context_menu(name="Who is this")
    async def _who(interaction: Seen, user: discord.User) -> None:
        await interaction.response.send_message(f"{user.name}", ephemeral=True)

    return came


def buttons(came: list[Seen]) -> ui.View:
    """Two buttons that leave the answer to the test."""

    class Press(ui.Button[Any]):
        async def callback(self, interaction: Seen) -> None:
            came.append(interaction)

    view = ui.View(timeout=None)
    view.add_item(Press(label="Close", custom_id="close:1"))
    view.add_item(Press(label="Ask Hana", custom_id="ask_owner:1"))
    return view


async def refused(call: Any, code: int) -> None:
    """The call is refused with Discord's code."""
    with pytest.raises(discord.HTTPException) as refusal:
        await call
    assert refusal.value.code == code, refusal.value


async def test_commands_are_registered_everywhere_or_in_the_guild() -> None:
    async with meeting() as (simulator, client):
        taught(client)
        await client.tree.sync()
        names = [(command["type"], command["name"]) for command in simulator.commands()]
        assert names == [(1, "help"), (1, "story"), (3, "Teach this"), (2, "Who is this")]
        before = [command["id"] for command in simulator.commands()]
        await client.tree.sync()
        assert [command["id"] for command in simulator.commands()] == before
        guild = discord.Object(simulator.guild.id)
        client.tree.copy_global_to(guild=guild)
        await client.tree.sync(guild=guild)
        assert len(simulator.commands(in_guild=True)) == 4
        assert [command.name for command in await client.tree.fetch_commands()] == [name for _, name in names]


async def test_a_command_is_answered_with_its_options_and_files() -> None:
    async with meeting() as (simulator, client):
        taught(client)
        await client.tree.sync()
        ana = simulator.person("Ana")
        asked = simulator.user_commands(
            simulator.dm(ana), ana, "story", when="tomorrow", text="Eggs", photo=Upload("eggs.jpg", b"123")
        )
        await until(lambda: asked.answered)
        assert [m.content for m in asked.seen] == ["tomorrow: Eggs (3)"]
        assert simulator.dm(ana).from_bot == asked.seen and not asked.seen[0].ephemeral


async def test_choices_are_offered_while_somebody_types() -> None:
    async with meeting() as (simulator, client):
        taught(client)
        await client.tree.sync()
        offered = await simulator.user_autocompletes(
            simulator.dm(simulator.owner), simulator.owner, "story", "when", "daily", text="Eggs"
        )
        assert offered == [{"name": "daily 09:00", "value": "daily at nine"}]


async def test_a_form_is_opened_filled_and_answered_with_its_files() -> None:
    async with meeting() as (simulator, client):
        taught(client)
        await client.tree.sync()
        room = simulator.text_channel("owners")
        opened = simulator.user_commands(room, simulator.owner, "story")
        await until(lambda: opened.answered)
        assert (opened.answer_type, opened.seen) == (MODAL, [])
        files = {"Photo": [Upload("1.jpg", b"1"), Upload("2.jpg", b"22")]}
        with pytest.raises(AssertionError, match="must be filled"):
            simulator.user_submits(opened, {"When": "daily"})
        filled = simulator.user_submits(opened, {"Text": "Eggs", "when": "daily"}, files)
        await until(lambda: filled.answered)
        assert [m.content for m in filled.seen] == ["Eggs|daily|[1, 2]"]
        assert filled.seen[0].whispered_to is simulator.owner
        ana = simulator.person("Ana")
        assert room.seen_by(ana) == [] and room.seen_by(simulator.owner) == filled.seen


async def test_menu_entries_are_told_the_message_or_the_person() -> None:
    async with meeting() as (simulator, client):
        taught(client)
        await client.tree.sync()
        room, ana = simulator.text_channel("owners"), simulator.person("Ana")
        said = simulator.user_says(room, ana, "We close at noon")
        learned = simulator.user_uses_menu(said, simulator.owner, "Teach this")
        looked_up = simulator.user_uses_person_menu(room, ana, simulator.owner, "Who is this")
        await until(lambda: learned.answered and looked_up.answered)
        assert [m.content for m in (*learned.seen, *looked_up.seen)] == ["Learned: We close at noon", "ana"]
        assert learned.seen[0].type == 23


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_a_deferred_answer_shows_thinking_until_it_is_filled(ephemeral: bool) -> None:
    async with meeting() as (simulator, client):
        came = taught(client)
        await client.tree.sync()
        room = simulator.text_channel("room")
        asked = simulator.user_commands(room, simulator.owner, "help")
        await until(lambda: came)
        await came[0].response.defer(thinking=True, ephemeral=ephemeral)
        assert (asked.answer_type, asked.thinking, asked.seen) == (DEFER, True, [])
        await came[0].edit_original_response(content="Here I am")
        assert not asked.thinking and [m.content for m in asked.seen] == ["Here I am"]
        await came[0].followup.send("And more", ephemeral=True)
        assert [m.ephemeral for m in asked.seen] == [ephemeral, True]
        assert [m.content for m in room.seen_by(simulator.person("Ana"))] == ["Here I am"] * (not ephemeral)
        await came[0].delete_original_response()
        assert [m.content for m in asked.seen] == ["And more"]


async def test_the_first_followup_takes_the_place_of_the_deferred_answer() -> None:
    async with meeting() as (simulator, client):
        came = taught(client)
        await client.tree.sync()
        asked = simulator.user_commands(simulator.text_channel("room"), simulator.owner, "help")
        await until(lambda: came)
        await came[0].response.defer(thinking=True, ephemeral=True)
        sent = await came[0].followup.send("Here I am", wait=True)
        assert asked.original and sent.id == asked.original.id and asked.original.ephemeral
        await sent.edit(content="Here I still am")
        assert [m.content for m in asked.seen] == ["Here I still am"] and asked.followups == []


async def test_a_press_is_taken_in_silence_or_changes_its_message() -> None:
    async with meeting() as (simulator, client):
        came: list[Seen] = []
        ana = simulator.person("Ana")
        channel = await (await client.fetch_user(ana.id)).create_dm()
        await channel.send("Sure?", view=buttons(came))
        offer = simulator.dm(ana).from_bot[0]
        assert offer.labels == ["Close", "Ask Hana"]
        first, second = (simulator.user_presses(offer, named, ana) for named in ("Close", "ask_owner:1"))
        await until(lambda: len(came) == 2)
        await came[0].response.defer()
        await came[0].edit_original_response(content="Deferred", view=None)
        assert (first.answer_type, offer.content, offer.labels) == (DEFER_UPDATE, "Deferred", [])
        await came[1].response.edit_message(content="Done")
        assert (second.answer_type, offer.content) == (UPDATE, "Done")
        assert [version.content for version in offer.versions] == ["Sure?", "Deferred"]
        with pytest.raises(AssertionError, match="no button"):
            simulator.user_presses(offer, "Close", ana)


async def test_a_forged_press_arrives_all_the_same() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        channel = await (await client.fetch_user(ana.id)).create_dm()
        await channel.send("Sure?")
        heard: list[str] = []

        @client.event
        async def on_interaction(interaction: Seen) -> None:
            assert interaction.data
            heard.append(str(interaction.data.get("custom_id")))

        simulator.user_forges(simulator.dm(ana).from_bot[0], "story_confirm:9", ana)
        await until(lambda: heard == ["story_confirm:9"])


async def test_an_answer_after_three_seconds_comes_too_late() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, client):
        came = taught(client)
        await client.tree.sync()
        asked = simulator.user_commands(simulator.text_channel("room"), simulator.owner, "help")
        await until(lambda: came)
        clock.move_to(START + timedelta(seconds=2.9))
        in_time = simulator.user_commands(simulator.text_channel("room"), simulator.owner, "help")
        await until(lambda: len(came) == 2)
        clock.move_to(START + timedelta(seconds=3))
        await refused(came[0].response.send_message("Late"), 10062)
        assert asked.failed and asked.refused == [10062] and asked.seen == []
        await came[1].response.send_message("In time")
        assert in_time.took == timedelta(seconds=0.1) and not in_time.failed


async def test_an_interaction_is_answered_once() -> None:
    async with meeting() as (simulator, client):
        came = taught(client)
        await client.tree.sync()
        asked = simulator.user_commands(simulator.text_channel("room"), simulator.owner, "help")
        await until(lambda: came)
        await came[0].response.send_message("Once")
        came[0].response._response_type = None
        await refused(came[0].response.send_message("Twice"), 40060)
        assert [m.content for m in asked.seen] == ["Once"]


async def test_the_token_is_good_for_fifteen_minutes_and_only_after_a_first_answer() -> None:
    clock = Clock(datetime.now(UTC), running=False)
    async with meeting(clock.now) as (simulator, client):
        came = taught(client)
        await client.tree.sync()
        asked = simulator.user_commands(simulator.text_channel("room"), simulator.owner, "help")
        await until(lambda: came)
        await refused(came[0].followup.send("Too early"), 10015)
        await came[0].response.send_message("Once")
        clock.move_to(clock.now() + timedelta(minutes=14))
        await came[0].followup.send("Still here")
        clock.move_to(clock.now() + timedelta(minutes=1))
        await refused(came[0].followup.send("Gone"), 50027)
        assert [m.content for m in asked.seen] == ["Once", "Still here"]
        assert asked.refused == [50027]


async def test_a_command_that_is_not_offered_in_direct_messages_is_missed_there() -> None:
    async with meeting() as (simulator, client):

        @client.tree.command(name="close", description="Closes")
        @app_commands.guild_only()
        async def _close(interaction: Seen) -> None:
            await interaction.response.send_message("Closed")

        await client.tree.sync()
        with pytest.raises(AssertionError, match="no command 'close' in a direct channel"):
            simulator.user_commands(simulator.dm(simulator.owner), simulator.owner, "close")
        asked = simulator.user_commands(simulator.text_channel("room"), simulator.owner, "close")
        await until(lambda: asked.seen)


async def test_subcommands_are_named_by_their_path() -> None:
    async with meeting() as (simulator, client):
        plans = app_commands.Group(name="plans", description="Plans")
        later = app_commands.Group(name="later", description="Later", parent=plans)

        @later.command(name="add", description="Adds")
        async def _add(interaction: Seen, text: str, times: int = 1) -> None:
            await interaction.response.send_message(f"{text} {times}")

        client.tree.add_command(plans)
        await client.tree.sync()
        room = simulator.text_channel("room")
        with pytest.raises(AssertionError, match=r"/plans later add needs \['text'\]"):
            simulator.user_commands(room, simulator.owner, "plans later add", times=2)
        with pytest.raises(AssertionError, match="has no option"):
            simulator.user_commands(room, simulator.owner, "plans later add", words="Eggs")
        asked = simulator.user_commands(room, simulator.owner, "plans later add", text="Eggs", times=2)
        await until(lambda: asked.seen)
        assert asked.seen[0].content == "Eggs 2"


async def test_a_menu_beneath_a_message_is_chosen_from() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        channel = await (await client.fetch_user(ana.id)).create_dm()

        class Choose(ui.Select[Any]):
            async def callback(self, interaction: Seen) -> None:
                await interaction.response.send_message(f"You chose {self.values}")

        view = ui.View(timeout=None)
        options = [discord.SelectOption(label=text, value=text) for text in ("White", "Brown")]
        view.add_item(Choose(custom_id="which", options=options))
        await channel.send("Which?", view=view)
        chosen = simulator.user_selects(simulator.dm(ana).from_bot[0], "which", ["Brown"], ana)
        await until(lambda: chosen.seen)
        assert chosen.seen[0].content == "You chose ['Brown']"
