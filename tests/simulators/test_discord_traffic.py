"""What the Discord simulator says and hears fits Discord's own published schema, where that lies beside the house."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from tests.simulators.discord import faults
from tests.simulators.discord.files import Upload
from tests.simulators.discord.meeting import Client, meeting
from tests.simulators.discord.people import User
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.waiting import until
from tests.simulators.telegram.files import picture

CHECKER = Path(__file__).parents[3] / "shared" / "tools" / "check_traffic.py"
Seen = discord.Interaction[Any]


async def direct(simulator: DiscordSimulator, client: Client) -> tuple[User, discord.DMChannel]:
    """Somebody, and the client's direct channel with them."""
    ana = simulator.person("Ana <3 _*[")
    return ana, await (await client.fetch_user(ana.id)).create_dm()


def buttons() -> ui.View:
    """A row of buttons, a link among them, and a menu."""
    view = ui.View(timeout=None)
    view.add_item(ui.Button(label="Close", custom_id="close:1", emoji="🥚", style=discord.ButtonStyle.danger))
    view.add_item(ui.Button(label="Shop", url="https://eggs.example/"))
    options = [discord.SelectOption(label="White", value="w", description="From white hens", emoji="🥚")]
    view.add_item(ui.Select(custom_id="which", options=options, placeholder="Which?"))
    return view


async def people(simulator: DiscordSimulator, client: Client) -> None:
    """Everything that people can say, read back."""
    ana, channel = await direct(simulator, client)
    kept, room = simulator.dm(ana), simulator.text_channel("room")
    files = [Upload("eggs.jpg", picture(), description="Eggs"), Upload("a.ogg", b"voice", duration_s=2.5)]
    said = simulator.user_says(kept, ana, "Eggs? https://eggs.example/", attachments=files)
    simulator.user_says(kept, ana, sticker="Waving hen", reply_to=said)
    simulator.user_says(kept, ana, poll=("Which?", ["White", "Brown"]))
    simulator.user_reacts(said, "👍", ana)
    simulator.user_reacts(said, "hen:123456789012345678", ana)
    simulator.user_edits(said, "Eggs!")
    gone = simulator.user_says(room, ana, f"@everyone {simulator.owner.mention}")
    simulator.user_says(room, simulator.owner, "Yes", reply_to=gone)
    simulator.user_deletes(gone)
    simulator.user_opens_thread(room, ana, "By hand")
    assert len([message async for message in channel.history()]) == 3
    await until(lambda: client.get_channel(room.id))
    public = client.get_channel(room.id)
    assert isinstance(public, discord.TextChannel)
    assert len([message async for message in public.history()]) == 1


async def sends(simulator: DiscordSimulator, client: Client) -> None:
    """Everything that the bot can put into a channel, change there and take away."""
    ana, channel = await direct(simulator, client)
    said = simulator.user_says(simulator.dm(ana), ana, "Eggs?")
    reference = discord.MessageReference(message_id=said.id, channel_id=channel.id, fail_if_not_exists=False)
    file = discord.File(BytesIO(picture()), "eggs.jpg", description="Eggs in a nest")
    first = await channel.send("Sure", reference=reference, nonce="row-1", view=buttons(), file=file)
    await first.edit(content="Surely", view=None, attachments=[*first.attachments, discord.File(BytesIO(b"x"), "x")])
    await first.edit(suppress=True)
    await channel.send("https://eggs.example/", suppress_embeds=True, silent=True)
    await channel.send(embed=discord.Embed(title="Eggs", description="Brown"))
    poll = discord.Poll("Which?", timedelta(hours=1)).add_answer(text="White").add_answer(text="Brown", emoji="🥚")
    await (await channel.send(poll=poll)).end_poll()
    await first.add_reaction("👍")
    users = [user async for user in (await channel.fetch_message(first.id)).reactions[0].users()]
    await first.remove_reaction("👍", users[0])
    await first.pin()
    assert [m.content async for m in channel.pins()] == ["Surely"]
    await first.unpin()
    async with channel.typing():
        await first.delete()
    with pytest.raises(discord.NotFound):
        await first.edit(content="Gone")


async def rooms(simulator: DiscordSimulator, client: Client) -> None:
    """Threads, posts, tags, what sleeps and what is awake."""
    kept, plain = simulator.forum("customers", tags=("waiting", "closed")), simulator.text_channel("room")
    await until(lambda: client.get_channel(plain.id))
    forum, channel = client.get_channel(kept.id), client.get_channel(plain.id)
    assert isinstance(forum, discord.ForumChannel) and isinstance(channel, discord.TextChannel)
    post = await forum.create_thread(name="Ana", content="Eggs?", applied_tags=forum.available_tags[:1], view=buttons())
    file = discord.File(BytesIO(picture()), "eggs.jpg")
    await forum.create_thread(name="Ben", file=file, content="Look", auto_archive_duration=60)
    await forum.create_tag(name="snoozed", emoji=discord.PartialEmoji(name="💤"))
    await post.thread.edit(name="Ana Egg", applied_tags=forum.available_tags, pinned=True, auto_archive_duration=1440)
    await post.thread.edit(archived=True, locked=True)
    assert [thread.name async for thread in forum.archived_threads()] == ["Ana Egg"]
    await post.thread.edit(archived=False, locked=False)
    card = await channel.send("Ana asks")
    thread = await card.create_thread(name="Ana")
    await channel.create_thread(name="Alone", type=discord.ChannelType.public_thread)
    await thread.join()
    await thread.send("Hello")
    assert [m.content async for m in thread.history()] == ["Hello", ""]
    assert len(await forum.guild.active_threads()) == 4
    await client.fetch_channel(thread.id)
    await client.fetch_channel(forum.id)
    await thread.delete()
    await channel.edit(topic="Eggs")
    await channel.delete_messages([await channel.send("One"), await channel.send("Two")])


async def questions(simulator: DiscordSimulator, client: Client) -> None:
    """What the bot asks about itself and its places; the events that it announces."""
    await client.application_info()
    await client.fetch_guild(simulator.guild.id)
    guild = client.get_guild(simulator.guild.id)
    assert guild
    await guild.fetch_channels()
    await guild.fetch_roles()
    await guild.fetch_member(simulator.owner.id)
    assert [g.id async for g in client.fetch_guilds()] == [guild.id]
    when = datetime.now(UTC) + timedelta(days=3)
    event = await guild.create_scheduled_event(
        name="Farm day",
        start_time=when,
        end_time=when + timedelta(hours=2),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="Hana's farm",
    )
    await event.edit(name="Farm days", description="Come", location="The barn")
    await guild.fetch_scheduled_events()
    await guild.fetch_scheduled_event(event.id)
    await event.delete()


class Story(ui.Modal, title="A story"):
    """A form with a text and a photo."""

    words: ui.Label[Any] = ui.Label(text="Text", component=ui.TextInput(custom_id="words"))
    when: ui.TextInput[Any] = ui.TextInput(label="When", custom_id="when", required=False)
    photo: ui.Label[Any] = ui.Label(text="Photo", component=ui.FileUpload(custom_id="photo", required=False))

    async def on_submit(self, interaction: Seen) -> None:
        """Says that it came."""
        await interaction.response.send_message("Planned", ephemeral=True, view=buttons())


async def interactions(simulator: DiscordSimulator, client: Client) -> None:
    """Commands, choices, forms, presses, and every way of answering them."""
    came: list[Seen] = []

    @client.tree.command(name="story", description="Plans a story")
    @app_commands.describe(when="When", photo="A photo")
    async def _story(interaction: Seen, when: str = "", photo: discord.Attachment | None = None) -> None:
        came.append(interaction)

    @_story.autocomplete("when")
    async def _when(interaction: Seen, prefix: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{prefix} 09:00", value=prefix)]

    @client.tree.context_menu(name="Teach this")
    async def _teach(interaction: Seen, message: discord.Message) -> None:
        came.append(interaction)

    @client.event
    async def on_interaction(interaction: Seen) -> None:
        if interaction.type is discord.InteractionType.component:
            came.append(interaction)

    async def next_one() -> Seen:
        await until(lambda: came)
        return came.pop()

    await client.tree.sync()
    await client.tree.sync(guild=discord.Object(simulator.guild.id))
    await client.tree.fetch_commands()
    room, hana = simulator.text_channel("room"), simulator.owner
    await simulator.user_autocompletes(room, hana, "story", "when", "daily")
    opened = simulator.user_commands(room, hana, "story", when="daily", photo=Upload("eggs.jpg", picture()))
    await (await next_one()).response.send_modal(Story(custom_id="story:1"))
    filled = simulator.user_submits(opened, {"Text": "Eggs"}, {"Photo": [Upload("1.jpg", picture())]})
    await until(lambda: filled.answered)
    simulator.user_uses_menu(simulator.user_says(room, hana, "Noon"), hana, "Teach this")
    seen = await next_one()
    await seen.response.defer(thinking=True, ephemeral=True)
    await seen.edit_original_response(content="Learned", view=buttons())
    await seen.original_response()
    extra = await seen.followup.send("More", file=discord.File(BytesIO(b"x"), "x.txt"), wait=True)
    await extra.edit(content="Even more")
    await extra.delete()
    await seen.delete_original_response()
    simulator.user_commands(simulator.dm(hana), hana, "story")
    await (await next_one()).response.send_message("Shown", file=discord.File(BytesIO(b"x"), "x.txt"), view=buttons())
    offer = simulator.dm(hana).from_bot[-1]
    for number in range(2):
        simulator.user_presses(offer, "Close", hana)
        pressed = await next_one()
        await (pressed.response.defer() if number else pressed.response.edit_message(content="Changed"))


@pytest.mark.parametrize("part", [people, sends, rooms, questions, interactions])
async def test_both_sides_of_the_traffic_fit_discords_schema(
    part: Callable[[DiscordSimulator, Client], Awaitable[None]], tmp_path: Path
) -> None:
    async with meeting(traffic=tmp_path) as (simulator, client):
        await part(simulator, client)
    if not CHECKER.exists():
        pytest.skip(f"there is no {CHECKER.name} beside the checkout")
    (traffic,) = tmp_path.glob("discord-*.jsonl")
    check(traffic)


def check(traffic: Path) -> None:
    """Holds a record against the schema; fails with the checker's own words."""
    checked = subprocess.run([sys.executable, CHECKER, traffic], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def recorded(folder: Path) -> list[dict[str, Any]]:
    """All that was written down."""
    return [json.loads(line) for file in folder.glob("*.jsonl") for line in file.read_text("utf-8").splitlines()]


async def test_the_checker_finds_an_answer_that_lacks_something(tmp_path: Path) -> None:
    async with meeting(traffic=tmp_path) as (simulator, client):
        await direct(simulator, client)
    if not CHECKER.exists():
        pytest.skip(f"there is no {CHECKER.name} beside the checkout")
    record = next(r for r in recorded(tmp_path) if r["path"] == "/users/@me/channels")
    del record["response"]["recipients"]
    (tmp_path / "spoiled.jsonl").write_text(json.dumps(record))
    with pytest.raises(AssertionError, match="POST /users/@me/channels response"):
        check(tmp_path / "spoiled.jsonl")


async def test_what_an_injected_fault_spoiled_is_not_recorded(tmp_path: Path) -> None:
    async with meeting(traffic=tmp_path) as (simulator, client):
        _ana, channel = await direct(simulator, client)
        for fault in (faults.server_error(503), faults.server_error(503, after=True)):
            simulator.faults.inject("POST /channels/*/messages", fault)
            with pytest.raises(discord.DiscordServerError):
                await channel.send("Cut")
        await channel.send("Whole")
    sent = [r["request"]["content"] for r in recorded(tmp_path) if r["path"].endswith("/messages")]
    assert sent == ["Whole"]


async def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_TRAFFIC", str(tmp_path / "traffic"))
    async with meeting():
        pass
    asked = [record["path"] for record in recorded(tmp_path / "traffic")]
    assert asked[0] == "/users/@me"
    async with meeting(record=False):
        pass
    assert len(recorded(tmp_path / "traffic")) == len(asked)
