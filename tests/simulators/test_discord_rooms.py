"""Threads and forum posts at the Discord simulator, by the real discord.py: opened, tagged, archived, deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import discord
import pytest

from bot.clock import Clock
from tests.simulators.discord.channels import REQUIRE_TAG, Channel
from tests.simulators.discord.meeting import Client, meeting
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.waiting import until

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
STATES = ("needs reply", "waiting", "closed")


async def seen(client: Client, channel: Channel) -> Any:
    """A channel as the client knows it."""
    await until(lambda: client.get_channel(channel.id))
    return client.get_channel(channel.id)


async def opened(simulator: DiscordSimulator, client: Client) -> tuple[Channel, discord.ForumChannel, discord.Thread]:
    """A forum, and a post that the client opened there."""
    kept = simulator.forum("customers", tags=STATES)
    forum: discord.ForumChannel = await seen(client, kept)
    tags = [forum.available_tags[0]]
    post = await forum.create_thread(name="Ana", content="Eggs?", applied_tags=tags, auto_archive_duration=4320)
    return kept, forum, await seen(client, simulator.world.channels[post.thread.id])


async def refused(call: Any, code: int) -> None:
    """The call is refused with Discord's code."""
    with pytest.raises(discord.HTTPException) as refusal:
        await call
    assert refusal.value.code == code, refusal.value


async def test_a_forum_post_holds_its_first_message_its_files_and_its_tags() -> None:
    async with meeting() as (simulator, client):
        kept = simulator.forum("customers", tags=STATES)
        forum: discord.ForumChannel = await seen(client, kept)
        file = discord.File(BytesIO(b"twelve"), "list.txt")
        made = await forum.create_thread(name="Ana", content="Eggs?", file=file, applied_tags=forum.available_tags[:2])
        post = simulator.thread(kept, "Ana")
        assert post.id == made.thread.id == made.message.id
        assert post.tag_names == ["needs reply", "waiting"]
        assert [(m.content, [a.data for a in m.attachments]) for m in post.from_bot] == [("Eggs?", [b"twelve"])]
        assert await made.message.attachments[0].read() == b"twelve"
        await made.thread.send("More")
        simulator.user_says(post, simulator.owner, "Hello Ana")
        await until(lambda: client.heard)
        assert isinstance(client.heard[0].channel, discord.Thread) and client.heard[0].channel.parent == forum


async def test_tags_show_a_posts_state_and_new_ones_can_be_made() -> None:
    async with meeting() as (simulator, client):
        kept, forum, thread = await opened(simulator, client)
        await thread.edit(applied_tags=[forum.available_tags[2]])
        assert simulator.thread(kept, "Ana").tag_names == ["closed"]
        made = await forum.create_tag(name="snoozed", emoji=discord.PartialEmoji(name="💤"))
        await thread.edit(applied_tags=[made])
        assert simulator.thread(kept, "Ana").tag_names == ["snoozed"]
        assert [tag.name for tag in kept.tags] == [*STATES, "snoozed"]
        simulator.user_tags(simulator.thread(kept, "Ana"), "waiting")
        await until(lambda: [tag.name for tag in thread.applied_tags] == ["waiting"])
        await refused(thread.edit(applied_tags=[discord.Object(5)]), 50035)  # type: ignore[list-item]


async def test_a_forum_may_ask_for_a_tag() -> None:
    async with meeting() as (simulator, client):
        forum = await seen(client, simulator.forum("customers", tags=STATES, flags=REQUIRE_TAG))
        await refused(forum.create_thread(name="Ana", content="Eggs?"), 40067)


async def test_a_post_can_be_pinned_in_its_forum() -> None:
    async with meeting() as (simulator, client):
        kept, _, thread = await opened(simulator, client)
        await thread.edit(pinned=True)
        assert simulator.thread(kept, "Ana").pinned


async def test_threads_hang_on_a_message_or_on_nothing() -> None:
    async with meeting() as (simulator, client):
        kept = simulator.text_channel("customers")
        channel: discord.TextChannel = await seen(client, kept)
        card = await channel.send("Ana asks")
        on_it = await channel.create_thread(name="Ana", message=card)
        alone = await channel.create_thread(name="Ben", type=discord.ChannelType.public_thread)
        assert on_it.id == card.id != alone.id
        assert [thread.name for thread in simulator.threads(kept)] == ["Ana", "Ben"]
        await on_it.send("Hello")
        assert [m.content for m in simulator.thread(kept, "Ana").from_bot] == ["Hello"]
        assert [m.content for m in kept.from_bot] == ["Ana asks"]
        await refused(card.create_thread(name="Again"), 160004)
        with_thread = await channel.fetch_message(card.id)
        assert with_thread.flags.has_thread


async def test_a_message_wakes_a_thread_that_sleeps_and_nothing_else_is_changed_in_it() -> None:
    async with meeting() as (simulator, client):
        kept, _, thread = await opened(simulator, client)
        post = simulator.thread(kept, "Ana")
        first = await thread.fetch_message(thread.id)
        simulator.user_archives(post)
        await until(lambda: thread.archived)
        await refused(first.edit(content="Other"), 50083)
        await refused(first.add_reaction("👍"), 50083)
        await refused(first.delete(), 50083)
        await refused(thread.edit(name="Ana (waiting)"), 50083)
        await thread.send("Hello")
        assert not post.archived
        await until(lambda: client.get_channel(thread.id))  # discord.py had forgotten it


async def test_a_locked_thread_must_be_opened_by_a_moderator_first() -> None:
    async with meeting() as (simulator, client):
        kept, _, thread = await opened(simulator, client)
        post = simulator.thread(kept, "Ana")
        simulator.user_archives(post, locked=True)
        await refused(thread.send("Hello"), 50083)
        simulator.deny(kept, "manage_threads")
        await refused(thread.edit(archived=False), 50013)
        simulator.allow(kept, "manage_threads")
        await thread.edit(archived=False, locked=False)
        await thread.send("Hello")
        await thread.edit(archived=True, locked=True)
        assert post.archived and post.locked


async def test_a_silent_thread_falls_asleep_by_itself() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, client):
        kept, forum, thread = await opened(simulator, client)
        clock.move_to(START + timedelta(days=2))
        await thread.send("Still there?")
        clock.move_to(START + timedelta(days=4))
        assert [t.name for t in await forum.guild.active_threads()] == ["Ana"]
        clock.move_to(START + timedelta(days=5))
        assert await forum.guild.active_threads() == []
        assert simulator.thread(kept, "Ana").archived


async def test_archived_threads_are_listed_the_latest_first_in_pages() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, client):
        kept = simulator.forum("customers", tags=STATES)
        forum: discord.ForumChannel = await seen(client, kept)
        for number in range(5):
            simulator.user_archives(simulator.user_posts(kept, simulator.owner, f"{number}", "Eggs?"))
            clock.move_to(clock.now() + timedelta(minutes=1))
        simulator.user_posts(kept, simulator.owner, "Awake", "Eggs?")
        listed = [thread.name async for thread in forum.archived_threads(limit=None)]
        assert listed == ["4", "3", "2", "1", "0"]
        page = await client.http.get_public_archived_threads(forum.id, limit=2)
        assert page["has_more"] and [thread["name"] for thread in page["threads"]] == ["4", "3"]
        assert [thread.name for thread in await forum.guild.active_threads()] == ["Awake"]


async def test_a_deleted_thread_is_unknown_and_told_of() -> None:
    async with meeting() as (simulator, client):
        kept, _, thread = await opened(simulator, client)
        simulator.user_deletes_channel(simulator.thread(kept, "Ana"))
        await refused(thread.send("Hello"), 10003)
        await until(lambda: "THREAD_DELETE" in client.events)
        assert simulator.threads(kept) == []


async def test_a_deleted_forum_takes_its_posts_along() -> None:
    async with meeting() as (simulator, client):
        kept, forum, thread = await opened(simulator, client)
        simulator.user_deletes_channel(kept)
        await refused(forum.create_thread(name="Ben", content="Eggs?"), 10003)
        await refused(thread.send("Hello"), 10003)
        await until(lambda: "CHANNEL_DELETE" in client.events)


async def test_a_thread_keeps_the_names_that_it_bore() -> None:
    async with meeting() as (simulator, client):
        kept, _, thread = await opened(simulator, client)
        await thread.edit(name="Ana Egg")
        assert simulator.thread(kept, "Ana Egg").names == ["Ana"]
        simulator.user_renames(simulator.thread(kept, "Ana Egg"), "Ana E.")
        await until(lambda: thread.name == "Ana E.")


@pytest.mark.parametrize(
    ("right", "code"),
    [("view_channel", 50001), ("send_messages_in_threads", 50013), ("attach_files", 50013)],
)
async def test_without_a_right_the_call_is_refused(right: str, code: int) -> None:
    async with meeting() as (simulator, client):
        kept, _, thread = await opened(simulator, client)
        simulator.deny(kept, right)
        await refused(thread.send("Hello", file=discord.File(BytesIO(b"x"), "x")), code)


async def test_a_missing_right_to_open_posts_or_threads_is_refused() -> None:
    async with meeting() as (simulator, client):
        forum = await seen(client, simulator.forum("customers", denied={"send_messages"}))
        channel = await seen(client, simulator.text_channel("room", denied={"create_public_threads", "send_messages"}))
        await refused(forum.create_thread(name="Ana", content="Eggs?"), 50013)
        await refused(channel.create_thread(name="Ana", type=discord.ChannelType.public_thread), 50013)
        await refused(channel.send("Hello"), 50013)


async def test_a_closed_direct_channel_takes_nothing_until_it_is_opened() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        channel = await (await client.fetch_user(ana.id)).create_dm()
        simulator.user_closes_dm(ana)
        await refused(channel.send("Hello"), 50007)
        simulator.user_opens_dm(ana)
        await channel.send("Hello")
        assert [m.content for m in simulator.dm(ana).from_bot] == ["Hello"]


async def test_an_event_is_announced_moved_and_called_off() -> None:
    async with meeting() as (simulator, client):
        guild = client.get_guild(simulator.guild.id)
        assert guild
        when = datetime.now(UTC) + timedelta(days=3)
        made = await guild.create_scheduled_event(
            name="Farm day",
            start_time=when,
            end_time=when + timedelta(hours=2),
            entity_type=discord.EntityType.external,
            privacy_level=discord.PrivacyLevel.guild_only,
            location="Hana's farm",
            description="Come and see",
        )
        assert [event["name"] for event in simulator.world.scheduled_events.values()] == ["Farm day"]
        await made.edit(name="Farm days", location="The barn")
        kept = simulator.world.scheduled_events[made.id]
        assert (kept["name"], kept["entity_metadata"]) == ("Farm days", {"location": "The barn"})
        assert [event.name for event in await guild.fetch_scheduled_events()] == ["Farm days"]
        await made.delete()
        assert simulator.world.scheduled_events == {}
        await refused(guild.fetch_scheduled_event(made.id), 10070)
