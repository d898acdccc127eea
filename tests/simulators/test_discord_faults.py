"""The Discord simulator breaks on demand, and tells how fast it may be called."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import pytest

from tests.simulators.discord import faults
from tests.simulators.discord.faults import Fault
from tests.simulators.discord.files import Upload
from tests.simulators.discord.meeting import Client, meeting
from tests.simulators.discord.server import Weather
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.waiting import until

SEND = "POST /channels/*/messages"


async def direct(simulator: DiscordSimulator, client: Client, name: str) -> discord.DMChannel:
    """The client's direct channel with somebody new."""
    return await (await client.fetch_user(simulator.person(name).id)).create_dm()


def got(simulator: DiscordSimulator, channel: discord.DMChannel) -> list[str]:
    """What the bot said there."""
    return [message.content for message in simulator.world.channels[channel.id].from_bot]


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (faults.server_error(503), discord.DiscordServerError, 0),
        (faults.server_error(503, after=True), discord.DiscordServerError, 1),
        (faults.cut(), aiohttp.ClientError, 0),
        (faults.cut(after=True), aiohttp.ClientError, 1),
        (faults.banned(), discord.HTTPException, 0),
        (faults.unauthorised(), discord.HTTPException, 0),
        (faults.refused(403, 50007, "Cannot send messages to this user"), discord.Forbidden, 0),
        (faults.refused(404, 10003, "Unknown Channel"), discord.NotFound, 0),
    ],
    ids=["503", "503 after", "cut", "cut after", "banned", "401", "50007", "10003"],
)
async def test_a_fault_is_met_as_often_as_was_asked(fault: Fault, error: type[Exception], arrived: int) -> None:
    async with meeting() as (simulator, client):
        channel = await direct(simulator, client, "Ana")
        simulator.faults.inject(SEND, fault, times=2, skip=1)
        await channel.send("One")
        for _ in range(2):
            with pytest.raises(error):
                await channel.send("Two")
        await channel.send("Three")
        assert got(simulator, channel) == ["One", *["Two"] * 2 * arrived, "Three"]
        assert simulator.faults.met == [f"POST /channels/{channel.id}/messages"] * 2


async def test_what_was_taken_before_a_server_error_is_not_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    pause = asyncio.sleep
    monkeypatch.setattr("discord.http.asyncio.sleep", lambda delay, *more: pause(min(delay, 0.01), *more))
    async with meeting() as (simulator, client):
        channel = await direct(simulator, client, "Ana")
        simulator.faults.inject(SEND, faults.server_error(500, after=True), times=2)
        await channel.send("Once", nonce="row-7")
        assert got(simulator, channel) == ["Once"]
        assert simulator.count("POST /channels/{channel}/messages") == 3


async def test_a_fault_may_be_for_one_channel_only() -> None:
    async with meeting() as (simulator, client):
        ana, ben = [await direct(simulator, client, name) for name in ("Ana", "Ben")]
        simulator.faults.inject(SEND, faults.cut(), when=lambda call: call.form.get("content") == "Psst")
        await ana.send("Hello")
        with pytest.raises(aiohttp.ClientError):
            await ben.send("Psst")


async def test_a_stalled_call_goes_on_when_it_is_released() -> None:
    async with meeting() as (simulator, client):
        channel = await direct(simulator, client, "Ana")
        gate = simulator.faults.inject(SEND, faults.stalled())
        sending = asyncio.create_task(channel.send("Hello"))
        await until(lambda: simulator.faults.met)
        assert got(simulator, channel) == []
        gate.release()
        await sending
        assert got(simulator, channel) == ["Hello"]


def only(event: str) -> Weather:
    """Weather that cuts the connection at one event."""
    return lambda seen, call: seen == event


async def test_the_weather_cuts_calls_where_it_likes() -> None:
    async with meeting() as (simulator, client):
        channel = await direct(simulator, client, "Ana")
        for event, arrived in (("called", []), ("accepted", ["accepted"]), ("answered", ["accepted", "answered"])):
            simulator.set_weather(only(event))
            sending = channel.send(event)
            if event == "answered":
                await sending
            else:
                with pytest.raises(aiohttp.ClientError):
                    await sending
            assert got(simulator, channel) == arrived


async def test_a_gateway_that_is_not_there_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discord.backoff.ExponentialBackoff.delay", lambda self: 0.01)
    async with meeting() as (simulator, client):
        simulator.faults.inject("GET /gateway", faults.server_error(503), times=2)
        simulator.drop_gateway()
        await until(lambda: "RESUMED" in client.events)
        assert simulator.faults.met == ["GET /gateway"] * 2


async def test_a_call_that_came_too_fast_goes_through_after_its_wait() -> None:
    async with meeting() as (simulator, client):
        channel = await direct(simulator, client, "Ana")
        simulator.faults.inject(SEND, faults.limited(0.02), times=2)
        await channel.send("Later")
        assert got(simulator, channel) == ["Later"] and len(simulator.faults.met) == 2


@pytest.mark.parametrize("everywhere", [False, True])
async def test_one_route_waits_while_the_others_flow_unless_the_limit_is_for_all(everywhere: bool) -> None:
    async with meeting() as (simulator, client):
        ana, ben = [await direct(simulator, client, name) for name in ("Ana", "Ben")]
        simulator.faults.inject(f"POST /channels/{ana.id}/messages", faults.limited(600, everywhere=everywhere))
        waiting = asyncio.create_task(ana.send("Later"))
        await until(lambda: simulator.faults.met)
        await until(lambda: client.http._global_over.is_set() is not everywhere)
        other = asyncio.create_task(ben.send("At once"))
        if everywhere:
            await asyncio.wait({other}, timeout=0.05)
        else:
            await other
        assert got(simulator, ben) == ["At once"] * (not everywhere) and got(simulator, ana) == []
        waiting.cancel()
        other.cancel()
        await asyncio.wait({waiting, other})


async def test_a_bucket_lets_so_many_calls_through_and_discord_py_keeps_to_it() -> None:
    async with meeting() as (simulator, client):
        simulator.buckets.limit("POST /channels/{channel}/messages", 3, 0.1)
        channel = await direct(simulator, client, "Ana")
        await asyncio.gather(*[channel.send(f"{n}") for n in range(7)])
        assert sorted(got(simulator, channel)) == [f"{n}" for n in range(7)]
        assert simulator.buckets.overrun == 0


async def test_who_comes_too_fast_is_told_how_long_to_wait() -> None:
    async with meeting() as (simulator, _client):
        simulator.buckets.limit("GET /users/@me", 1, 60)
        headers = {"Authorization": f"Bot {simulator.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            first = await session.get(f"{simulator.api_url}/users/@me")
            second = await session.get(f"{simulator.api_url}/users/@me")
            body: dict[str, Any] = await second.json()
        assert (first.status, first.headers["X-RateLimit-Remaining"]) == (200, "0")
        assert first.headers["Content-Type"] == "application/json"
        assert second.status == 429 and second.headers["Via"] and second.headers["X-RateLimit-Scope"] == "user"
        assert 59 < body["retry_after"] <= 60 and body["global"] is False
        assert simulator.buckets.overrun == 1


async def test_a_threads_name_changes_twice_in_ten_minutes_and_its_tags_as_often_as_one_likes() -> None:
    async with meeting() as (simulator, client):
        client.http.max_ratelimit_timeout = 30.0
        simulator.buckets.limits["PATCH /channels/{channel} name"] = 2, 600.0
        kept = simulator.forum("customers", tags=("waiting",))
        await until(lambda: client.get_channel(kept.id))
        forum = client.get_channel(kept.id)
        assert isinstance(forum, discord.ForumChannel)
        post = (await forum.create_thread(name="Ana", content="Eggs?")).thread
        await post.edit(name="Ana 1")
        await post.edit(name="Ana 2")
        with pytest.raises(discord.RateLimited) as refusal:
            await post.edit(name="Ana 3")
        assert 590 < refusal.value.retry_after <= 600
        await post.edit(applied_tags=forum.available_tags)
        assert simulator.thread(kept, "Ana 2").tag_names == ["waiting"]


async def test_the_usual_limits_hold_for_all_routes_together() -> None:
    async with meeting() as (simulator, client):
        simulator.buckets.seconds = lambda: 0.0
        simulator.buckets.as_usual()
        channel = await direct(simulator, client, "Ana")
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {simulator.token}"}) as session:
            answers = [await session.get(f"{simulator.api_url}/channels/{channel.id}") for _ in range(50)]
        refused = [answer for answer in answers if answer.status == 429]
        assert refused and refused[-1].headers["X-RateLimit-Global"] == "true"
        assert len(answers) - len(refused) == 48  # two calls opened the channel


async def test_a_download_can_fail_too() -> None:
    async with meeting() as (simulator, client):
        ana = simulator.person("Ana")
        simulator.user_says(simulator.dm(ana), ana, attachments=[Upload("list.txt", b"twelve")])
        await until(lambda: client.heard)
        simulator.faults.inject("GET /attachments/*", faults.server_error(502))
        with pytest.raises(discord.HTTPException):
            await client.heard[0].attachments[0].read()
        assert await client.heard[0].attachments[0].read() == b"twelve"
