"""What `doctor` hears of Discord: each fault by name, with the next step, and never the token."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.adapters.discord.adapter import DiscordAdapter
from bot.clock import Clock
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.simulator import DiscordSimulator


@pytest.fixture
async def simulator(clock: Clock) -> AsyncIterator[DiscordSimulator]:
    """Discord on the own machine."""
    simulator = DiscordSimulator(clock.now)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def room(simulator: DiscordSimulator) -> Channel:
    """The owners' forum, which only they can see."""
    forum = simulator.forum("customers")
    forum.private = True
    return forum


@pytest.fixture
def channel(simulator: DiscordSimulator) -> Channel:
    """The story channel."""
    return simulator.text_channel("hen-news")


async def found(
    simulator: DiscordSimulator, room: Channel | None = None, channel: Channel | None = None, *, guild_id: str = ""
) -> list[str]:
    """What is wrong with a bot that is set up with these."""
    adapter = DiscordAdapter(
        simulator.token,
        now=simulator.world.now,
        api_base_url=simulator.api_url,
        gateway_url=simulator.gateway_url,
        guild_id=guild_id or str(simulator.guild.id),
        room_chat_id=str(room.id) if room else "",
        story_chat_ids=(str(channel.id),) if channel else (),
    )
    try:
        problems = await adapter.inspect()
    finally:
        await adapter.stop()
    for problem in problems:
        assert all(part.endswith(".") for part in (problem.what, problem.why, problem.next))
        assert simulator.token not in str(problem)
    return [problem.what for problem in problems]


async def test_a_healthy_bot_has_no_problems(simulator: DiscordSimulator, room: Channel, channel: Channel) -> None:
    assert await found(simulator, room, channel) == []


async def test_a_bad_token_is_all_that_is_told(simulator: DiscordSimulator, room: Channel) -> None:
    known = simulator.token
    simulator.revoke_token()
    adapter = DiscordAdapter(known, now=simulator.world.now, api_base_url=simulator.api_url, room_chat_id=str(room.id))
    (problem,) = await adapter.inspect()
    await adapter.stop()
    assert problem.what == "Discord refuses the bot's token."
    assert known not in str(problem)


async def test_a_discord_that_is_not_there_is_told(simulator: DiscordSimulator, room: Channel) -> None:
    await simulator.stop()
    (told,) = await found(simulator, room)
    assert told.startswith("Discord can't be reached")


async def test_a_missing_intent_is_told(simulator: DiscordSimulator, room: Channel) -> None:
    simulator.allow_intents()
    assert await found(simulator, room) == ["The bot's Message Content Intent is off."]


async def test_a_budget_of_sessions_that_is_nearly_used_up_is_told(simulator: DiscordSimulator, room: Channel) -> None:
    simulator.world.starts.at = [simulator.world.now()] * 990
    (told,) = await found(simulator, room)
    assert told == "Of the 1000 sessions that Discord grants in a day, 10 are left, for 24 h."


async def test_a_bot_that_nobody_invited_is_told(simulator: DiscordSimulator, room: Channel, channel: Channel) -> None:
    simulator.expel_bot()
    assert await found(simulator, room, channel) == [f"The bot is not on the server {simulator.guild.id}."]


async def test_a_room_that_is_not_there_is_told(simulator: DiscordSimulator, room: Channel) -> None:
    simulator.user_deletes_channel(room)
    assert await found(simulator, room) == [f"The owners' room {room.id} can't be found."]


async def test_a_room_that_is_no_channel_for_threads_is_told(simulator: DiscordSimulator, channel: Channel) -> None:
    thread = simulator.user_opens_thread(channel, simulator.owner, "eggs")
    assert await found(simulator, thread) == ["The owners' room #eggs is neither a forum nor a text channel."]


async def test_a_room_on_another_server_is_told(simulator: DiscordSimulator, room: Channel) -> None:
    room.guild_id, other = 999, str(simulator.guild.id)
    first, *_ = await found(simulator, room, guild_id=other)
    assert first == "The owners' room #customers is on another server than DISCORD_GUILD_ID says."


async def test_rights_that_are_missing_in_the_room_are_named(simulator: DiscordSimulator, room: Channel) -> None:
    simulator.deny(room, "manage_threads", "attach_files")
    assert await found(simulator, room) == [
        "The bot lacks rights in the owners' room #customers: Manage Threads, Attach Files."
    ]


async def test_a_room_that_everybody_can_read_is_told(simulator: DiscordSimulator, room: Channel) -> None:
    room.private = False
    assert await found(simulator, room) == ["Everybody on the server can read the owners' room #customers."]


@pytest.mark.parametrize(("tags", "told"), [((), 1), (("needs reply", "Waiting", "closed"), 0)])
async def test_a_forum_without_tags_where_none_can_be_made_is_told(
    simulator: DiscordSimulator, tags: tuple[str, ...], told: int
) -> None:
    forum = simulator.forum("customers", tags=tags, denied=("manage_channels",))
    forum.private = True
    assert len(await found(simulator, forum)) == told


async def test_a_text_channel_needs_no_tags(simulator: DiscordSimulator, channel: Channel) -> None:
    simulator.deny(channel, "manage_channels")
    channel.private = True
    assert await found(simulator, channel) == []


async def test_a_story_channel_that_is_not_there_is_told(
    simulator: DiscordSimulator, room: Channel, channel: Channel
) -> None:
    simulator.user_deletes_channel(channel)
    assert await found(simulator, room, channel) == [f"The story channel {channel.id} can't be found."]


async def test_a_forum_is_no_story_channel(simulator: DiscordSimulator, room: Channel) -> None:
    assert await found(simulator, room, simulator.forum("news")) != []


async def test_a_story_channel_in_which_the_bot_may_not_post_is_named(
    simulator: DiscordSimulator, room: Channel, channel: Channel
) -> None:
    simulator.deny(channel, "send_messages")
    assert await found(simulator, room, channel) == [
        "The bot may not post in the story channel #hen-news: Send Messages."
    ]
