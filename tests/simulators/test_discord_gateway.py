"""The real discord.py at the Discord simulator's gateway: it begins, is told, loses its connection and goes on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest

from bot.clock import Clock
from tests.simulators.discord import faults
from tests.simulators.discord.gateway import MESSAGE_CONTENT
from tests.simulators.discord.meeting import Client, connected, directed, meeting, usual_intents
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.waiting import PATIENCE_S, until

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py waits up to seconds before it connects again."""
    monkeypatch.setattr("discord.backoff.ExponentialBackoff.delay", lambda self: 0.01)


async def test_a_client_is_told_of_what_somebody_writes_to_it() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        simulator.user_says(simulator.dm(ana), ana, "Eggs?")
        await until(lambda: client.heard)
        heard = client.heard[0]
        assert (heard.content, heard.author.id, heard.guild) == ("Eggs?", ana.id, None)
        assert heard.author.display_name == "Ana"
        await heard.channel.send("Sure.")
        assert [m.content for m in simulator.dm(ana).from_bot] == ["Sure."]
        told = ["READY", "GUILD_CREATE", "MESSAGE_CREATE", "MESSAGE_CREATE"]
        await until(lambda: client.events == told)


async def test_a_client_sees_the_guild_with_its_rooms_and_people() -> None:
    simulator = DiscordSimulator()
    forum = simulator.forum("customers", tags=("waiting", "closed"))
    hidden = simulator.text_channel("hidden", denied={"view_channel"})
    plain = simulator.text_channel("plain", denied={"attach_files"})
    awake = simulator.user_posts(forum, simulator.owner, "Awake", "Hello")
    asleep = simulator.user_posts(forum, simulator.owner, "Asleep", "Hello")
    simulator.user_archives(asleep)
    await simulator.start()
    async with directed(simulator), connected(simulator, Client(usual_intents())) as client:
        guild = client.get_guild(simulator.guild.id)
        assert guild and guild.me and guild.owner_id == simulator.owner.id
        assert {channel.id for channel in guild.channels} == {forum.id, plain.id, hidden.id}
        assert [thread.id for thread in guild.threads] == [awake.id]
        seen = guild.get_channel(forum.id)
        assert isinstance(seen, discord.ForumChannel)
        assert [tag.name for tag in seen.available_tags] == ["waiting", "closed"]
        rights = guild.get_channel(plain.id).permissions_for(guild.me)  # type: ignore[union-attr]
        assert rights.send_messages and not rights.attach_files
        assert not guild.get_channel(hidden.id).permissions_for(guild.me).view_channel  # type: ignore[union-attr]
        simulator.user_says(hidden, simulator.owner, "Behind closed doors")
        simulator.user_says(plain, simulator.owner, "Hello")
        await until(lambda: client.heard)
        assert [m.content for m in client.heard] == ["Hello"]
    await simulator.stop()


async def test_a_bot_that_is_taken_out_of_the_guild_sees_nothing_there_until_it_is_invited_again() -> None:
    async with meeting() as (simulator, client):
        room = simulator.text_channel("room")
        await until(lambda: client.get_channel(room.id))
        simulator.expel_bot()
        await until(lambda: not client.guilds)
        with pytest.raises(discord.Forbidden):
            await client.fetch_channel(room.id)
        with pytest.raises(discord.Forbidden):
            await client.fetch_guild(simulator.guild.id)
        simulator.user_says(room, simulator.owner, "Unheard")
        simulator.invite_bot()
        await until(lambda: client.get_channel(room.id))
        assert client.heard == []


async def test_a_client_with_a_bad_token_is_refused() -> None:
    async with meeting() as (simulator, client):
        token = simulator.token
        simulator.revoke_token()
        async with directed(simulator):
            other = Client(usual_intents())
            with pytest.raises(discord.LoginFailure):
                await other.login(token)
            await other.close()
        await until(client.is_closed)
        assert simulator.gateway.identifies == 1


async def test_a_privileged_intent_that_is_switched_off_closes_the_connection() -> None:
    simulator = DiscordSimulator()
    simulator.allow_intents("members")
    await simulator.start()
    async with directed(simulator):
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with connected(simulator, Client(usual_intents())):
                pass
        intents = discord.Intents.default()
        async with connected(simulator, Client(intents)) as client:
            assert not client.application_flags.gateway_message_content_limited
            assert not simulator.gateway.properties["intents"] & MESSAGE_CONTENT
    await simulator.stop()


async def test_without_the_intent_a_client_reads_only_direct_messages_and_what_names_it() -> None:
    async with meeting(intents=discord.Intents.default()) as (simulator, client):
        ana, room = simulator.person("Ana"), simulator.text_channel("room")
        simulator.user_says(room, ana, "Not for you")
        simulator.user_says(room, ana, f"For you, {simulator.bot.mention}")
        simulator.user_says(simulator.dm(ana), ana, "For you alone")
        await until(lambda: len(client.heard) == 3)
        named = f"For you, {simulator.bot.mention}"
        assert [m.content for m in client.heard] == ["", named, "For you alone"]
        channel = client.get_channel(room.id)
        assert isinstance(channel, discord.TextChannel)
        assert [m.content async for m in channel.history()] == [named, "Not for you"]
        simulator.allow_intents()
        assert [m.content async for m in channel.history()] == [named, ""]


async def test_a_client_that_lost_its_connection_is_told_what_it_missed() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        simulator.faults.inject("GET /gateway", gate := faults.stalled())
        simulator.drop_gateway()
        simulator.user_says(simulator.dm(ana), ana, "While you were away")
        gate.release()
        await until(lambda: client.heard)
        await until(lambda: "RESUMED" in client.events)
        assert (simulator.gateway.identifies, simulator.gateway.resumes) == (1, 1)
        simulator.user_says(simulator.dm(ana), ana, "Now")
        await until(lambda: len(client.heard) == 2)
        assert [m.content for m in client.heard] == ["While you were away", "Now"]


async def test_a_session_that_cannot_be_resumed_begins_anew_and_misses_what_was_said() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        simulator.drop_gateway(resumable=False)
        simulator.user_says(simulator.dm(ana), ana, "While you were away")
        await until(lambda: client.events.count("READY") == 2)
        assert (simulator.gateway.identifies, simulator.gateway.resumes) == (2, 1)
        simulator.user_says(simulator.dm(ana), ana, "Now")
        await until(lambda: client.heard)
        assert [m.content for m in client.heard] == ["Now"]


@pytest.mark.parametrize(
    ("how", "resumable", "identifies"), [("reconnect", True, 1), ("invalid", True, 1), ("invalid", False, 2)]
)
async def test_a_client_that_is_told_to_come_back_does_so(how: str, resumable: bool, identifies: int) -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        simulator.drop_gateway(how=how, resumable=resumable)
        await until(lambda: "RESUMED" in client.events or client.events.count("READY") == 2)
        simulator.user_says(simulator.dm(ana), ana, "Now")
        await until(lambda: client.heard)
        assert simulator.gateway.identifies == identifies


async def test_a_session_is_over_some_minutes_after_its_connection() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, client):
        ana = simulator.person("Ana")
        async with simulator.outage():
            simulator.user_says(simulator.dm(ana), ana, "Two hours ago")
            clock.move_to(clock.now() + timedelta(hours=2))
        await until(lambda: client.events.count("READY") == 2)
        assert client.heard == []
        assert [m.content for m in simulator.dm(ana).from_people] == ["Two hours ago"]


async def test_a_short_outage_is_made_up_for() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        async with simulator.outage():
            await until(lambda: not simulator.gateway.connected)
            simulator.user_says(simulator.dm(ana), ana, "A minute ago")
        await until(lambda: client.heard)
        assert simulator.gateway.identifies == 1


async def test_the_day_has_only_so_many_beginnings() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (_simulator, client):
        limit = (await client.http.get_bot_gateway())[2]
        assert (limit["total"], limit["remaining"]) == (1000, 999)
        clock.move_to(clock.now() + timedelta(hours=23))
        assert (await client.http.get_bot_gateway())[2]["reset_after"] == 3_600_000
        clock.move_to(clock.now() + timedelta(hours=2))
        assert (await client.http.get_bot_gateway())[2]["remaining"] == 1000


async def test_whoever_says_goodbye_ends_the_session_and_whoever_is_cut_off_does_not() -> None:
    simulator = DiscordSimulator()
    await simulator.start()
    properties = {"token": simulator.token, "intents": 1, "properties": {}}
    async with aiohttp.ClientSession() as web:
        for code, answer in ((1000, {"op": 9, "d": False}), (4000, {"op": 0, "t": "RESUMED", "s": 3, "d": {}})):
            async with web.ws_connect(simulator.gateway_url) as socket:
                assert (await socket.receive_json())["op"] == 10
                await socket.send_json({"op": 2, "d": properties})
                session = (await socket.receive_json())["d"]["session_id"]
                await socket.close(code=code)
            await until(lambda: not simulator.gateway.connected)
            async with web.ws_connect(simulator.gateway_url) as socket:
                await socket.receive_json()
                await socket.send_json({"op": 6, "d": {"token": simulator.token, "session_id": session, "seq": 2}})
                assert await socket.receive_json() == answer
    await simulator.stop()


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([{"op": 3, "d": {}}], 4003),
        ([{"op": 2, "d": {"token": "wrong", "intents": 1}}], 4004),
        ([{"op": 2, "d": {"token": "{token}", "intents": 1}}] * 2, 4005),
    ],
)
async def test_a_client_that_breaks_the_rules_is_sent_away(frames: list[dict[str, Any]], code: int) -> None:
    simulator = DiscordSimulator()
    await simulator.start()
    async with aiohttp.ClientSession() as web, web.ws_connect(simulator.gateway_url) as socket:
        for frame in frames:
            token = str(frame["d"].get("token")).replace("{token}", simulator.token)
            await socket.send_json(frame | {"d": frame["d"] | {"token": token}})
        async with asyncio.timeout(PATIENCE_S):
            while (await socket.receive()).type != aiohttp.WSMsgType.CLOSE:
                pass
        assert socket.close_code == code
    await simulator.stop()


async def test_heartbeats_are_answered() -> None:
    async with meeting() as (simulator, client):
        await until(lambda: client.latency < 10)
        assert simulator.gateway.beats >= 1


async def test_a_gateway_without_compression_tells_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = discord.gateway.DiscordWebSocket.from_client
    monkeypatch.setattr(
        discord.gateway.DiscordWebSocket,
        "from_client",
        classmethod(lambda cls, client, **more: plain.__func__(cls, client, **more, compress=False)),  # type: ignore[attr-defined]
    )
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        simulator.user_says(simulator.dm(ana), ana, "Eggs?")
        await until(lambda: client.heard)


async def test_ids_grow_with_time_and_tell_it() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, _client):
        ana = simulator.person("Ana")
        said = [simulator.user_says(simulator.dm(ana), ana, text) for text in ("One", "Two")]
        clock.move_to(clock.now() + timedelta(minutes=1))
        said.append(simulator.user_says(simulator.dm(ana), ana, "Three"))
        assert said[0].id < said[1].id < said[2].id
        assert discord.utils.snowflake_time(said[0].id) == START
        assert discord.utils.snowflake_time(said[2].id) == START + timedelta(minutes=1)
