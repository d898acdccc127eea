"""Messages at the Discord simulator, by the real discord.py: sent, quoted, edited, marked; and their files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import discord
import pytest
from discord.http import handle_message_parameters
from PIL import Image

from bot.clock import Clock
from tests.simulators.discord.files import Upload
from tests.simulators.discord.meeting import Client, meeting
from tests.simulators.discord.messages import SUPPRESS_EMBEDS
from tests.simulators.discord.people import User
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.waiting import until
from tests.simulators.telegram.files import picture

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


async def direct(simulator: DiscordSimulator, client: Client) -> tuple[User, discord.DMChannel]:
    """Somebody, and the client's direct channel with them."""
    ana = simulator.person("Ana")
    return ana, await (await client.fetch_user(ana.id)).create_dm()


async def room(simulator: DiscordSimulator, client: Client) -> discord.TextChannel:
    """A text channel as the client knows it."""
    made = simulator.text_channel("room")
    await until(lambda: client.get_channel(made.id))
    channel = client.get_channel(made.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


def picture_of(data: bytes) -> str | None:
    """The format of a picture."""
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image.format


async def test_the_same_nonce_gives_the_same_message_for_some_minutes() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, client):
        ana, channel = await direct(simulator, client)
        ben = await (await client.fetch_user(simulator.person("Ben").id)).create_dm()
        first = await channel.send("Hello", nonce="row-1")
        again = await channel.send("Hello", nonce="row-1")
        elsewhere = await client.http.send_message(ben.id, params=handle_message_parameters("Hello", nonce="row-1"))
        assert first.id == again.id == int(elsewhere["id"]) and again.nonce == "row-1"
        assert simulator.world.channels[ben.id].messages == []
        clock.move_to(START + timedelta(minutes=6))
        assert (await channel.send("Hello", nonce="row-1")).id != first.id
        assert [m.content for m in simulator.dm(ana).from_bot] == ["Hello", "Hello"]


async def test_a_reply_quotes_and_a_quote_of_nothing_is_refused_or_dropped() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        asked = simulator.user_says(simulator.dm(ana), ana, "Eggs?")
        reference = discord.MessageReference(message_id=asked.id, channel_id=channel.id, fail_if_not_exists=False)
        replied = await channel.send("Sure", reference=reference)
        assert isinstance(replied.reference.resolved, discord.Message)  # type: ignore[union-attr]
        assert simulator.dm(ana).from_bot[-1].reply_to is asked
        simulator.user_deletes(asked)
        assert (await channel.send("Sure", reference=reference)).reference is None
        reference.fail_if_not_exists = True
        with pytest.raises(discord.HTTPException, match="Unknown message") as refusal:
            await channel.send("Sure", reference=reference)
        assert refusal.value.code == 50035


async def test_edits_and_deletes_are_told_and_every_version_is_kept() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        said = simulator.user_says(simulator.dm(ana), ana, "Egs?")
        simulator.user_edits(said, "Eggs?")
        simulator.user_edits(said, "Eggs today?")
        assert [version.content for version in said.versions] == ["Egs?", "Eggs?"]
        edited = await channel.fetch_message(said.id)
        assert edited.content == "Eggs today?" and edited.edited_at
        simulator.user_deletes(said)
        await until(lambda: "MESSAGE_DELETE" in client.events)
        with pytest.raises(discord.NotFound) as refusal:
            await channel.fetch_message(said.id)
        assert refusal.value.code == 10008
        ours = await channel.send("Sure")
        await ours.edit(content="Surely")
        await ours.delete()
        await until(lambda: client.events.count("MESSAGE_UPDATE") == 3)
        kept = simulator.dm(ana).messages[-1]
        assert (kept.content, kept.versions[0].content, kept.deleted) == ("Surely", "Sure", True)


async def test_only_a_moderator_deletes_what_others_said_and_nobody_edits_it() -> None:
    async with meeting() as (simulator, client):
        ana, _channel = await direct(simulator, client)
        public = await room(simulator, client)
        simulator.user_says(simulator.dm(ana), ana, "Mine")
        said = simulator.user_says(simulator.world.channels[public.id], ana, "Mine too")
        await until(lambda: len(client.heard) == 2)
        with pytest.raises(discord.Forbidden) as refusal:
            await client.heard[0].delete()
        assert refusal.value.code == 50003
        with pytest.raises(discord.Forbidden) as refusal:
            await client.heard[1].edit(content="Yours")
        assert refusal.value.code == 50005
        simulator.deny(simulator.world.channels[public.id], "manage_messages")
        with pytest.raises(discord.Forbidden) as refusal:
            await client.heard[1].delete()
        assert refusal.value.code == 50013
        simulator.allow(simulator.world.channels[public.id], "manage_messages")
        await client.heard[1].delete()
        assert said.deleted


async def test_history_is_read_from_either_end_and_around() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        said = [simulator.user_says(simulator.dm(ana), ana, f"{n}") for n in range(7)]
        simulator.user_deletes(said[3])
        three, five = discord.Object(said[3].id), discord.Object(said[5].id)
        assert [m.content async for m in channel.history(after=three)] == ["4", "5", "6"]
        assert [m.content async for m in channel.history(before=three)] == ["2", "1", "0"]
        assert [m.content async for m in channel.history(limit=2)] == ["6", "5"]
        assert [m.content async for m in channel.history(around=five, limit=3)] == ["6", "5", "4"]
        assert [m.content async for m in channel.history(after=three, limit=1)] == ["4"]


async def test_a_long_history_comes_in_pages() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        said = [simulator.user_says(simulator.dm(ana), ana, f"{n}") for n in range(250)]
        after = discord.Object(said[0].id)
        assert [m.content async for m in channel.history(after=after, limit=None)] == [f"{n}" for n in range(1, 250)]
        assert simulator.count("GET /channels/{channel}/messages") == 3


async def test_reactions_come_and_go() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        ours = await channel.send("Sure?")
        kept = simulator.dm(ana).from_bot[0]
        simulator.user_reacts(kept, "👍", ana)
        await ours.add_reaction("👍")
        assert kept.reactions == {"👍": [ana, simulator.bot]}
        seen = (await channel.fetch_message(ours.id)).reactions[0]
        assert (seen.count, seen.me) == (2, True)
        assert {user.id async for user in seen.users()} == {simulator.bot.id, ana.id}
        await ours.remove_reaction("👍", discord.Object(simulator.bot.id))
        simulator.user_unreacts(kept, "👍", ana)
        assert kept.reactions == {}
        await until(lambda: client.events.count("MESSAGE_REACTION_REMOVE") == 2)


async def test_files_travel_both_ways_byte_by_byte() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        eggs = picture()
        uploads = [Upload("eggs.jpg", eggs), Upload("list.txt", b"twelve"), Upload("a.ogg", b"voice", duration_s=2.5)]
        simulator.user_says(simulator.dm(ana), ana, attachments=uploads)
        await until(lambda: client.heard)
        got = client.heard[0].attachments
        assert [await attachment.read() for attachment in got] == [eggs, b"twelve", b"voice"]
        assert (got[0].width, got[0].height, got[0].content_type) == (640, 480, "image/jpeg")
        assert got[2].is_voice_message() and got[2].duration == 2.5
        files = [
            discord.File(BytesIO(eggs), "eggs.jpg", description="Eggs in a nest"),
            discord.File(BytesIO(b"x"), "x"),
        ]
        await channel.send("Here", files=files)
        ours = simulator.dm(ana).from_bot[0]
        assert [(a.name, a.data, a.description) for a in ours.attachments] == [
            ("eggs.jpg", eggs, "Eggs in a nest"),
            ("x", b"x", None),
        ]


async def test_an_edit_may_change_the_files() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        ours = await channel.send(files=[discord.File(BytesIO(b"1"), "one"), discord.File(BytesIO(b"2"), "two")])
        await ours.edit(attachments=[ours.attachments[1], discord.File(BytesIO(b"3"), "three")])
        kept = simulator.dm(ana).from_bot[0]
        assert [a.data for a in kept.attachments] == [b"2", b"3"]
        assert [a.data for a in kept.versions[0].attachments] == [b"1", b"2"]


async def test_a_link_to_a_file_is_good_for_a_day_and_a_forged_one_never() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, client):
        ana, channel = await direct(simulator, client)
        simulator.user_says(simulator.dm(ana), ana, attachments=[Upload("list.txt", b"twelve")])
        await until(lambda: client.heard)
        attachment = client.heard[0].attachments[0]
        clock.move_to(START + timedelta(hours=23))
        assert await attachment.read() == b"twelve"
        clock.move_to(START + timedelta(hours=24))
        with pytest.raises(discord.NotFound):
            await attachment.read()
        fresh = (await channel.fetch_message(client.heard[0].id)).attachments[0]
        assert await fresh.read() == b"twelve"
        fresh.url = fresh.url.replace("hm=", "hm=0")
        with pytest.raises(discord.Forbidden):
            await fresh.read()


async def test_stickers_and_polls_are_told() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        simulator.user_says(simulator.dm(ana), ana, sticker="Waving hen")
        asked = simulator.user_says(simulator.dm(ana), ana, poll=("Which eggs?", ["White", "Brown"]))
        simulator.user_votes(asked, simulator.owner, "Brown")
        await until(lambda: len(client.heard) == 2 and "MESSAGE_POLL_VOTE_ADD" in client.events)
        assert client.heard[0].stickers[0].name == "Waving hen"
        assert picture_of(await client.heard[0].stickers[0].read()) == "PNG"
        poll = client.heard[1].poll
        assert poll and (poll.question, [a.text for a in poll.answers]) == ("Which eggs?", ["White", "Brown"])
        ours = discord.Poll("How many?", timedelta(hours=1))
        ours.add_answer(text="Six").add_answer(text="Twelve", emoji="🥚")
        sent = await channel.send(poll=ours)
        await sent.end_poll()
        kept = simulator.dm(ana).from_bot[0].poll
        assert kept and kept["results"]["is_finalized"]


async def test_what_is_passed_on_comes_as_a_snapshot() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        said = simulator.user_says(
            simulator.text_channel("room"), ana, "Noon", attachments=[Upload("a.txt", b"twelve")]
        )
        passed = simulator.user_forwards(simulator.dm(ana), ana, said)
        await until(lambda: len(client.heard) == 2)
        heard = client.heard[1]
        assert heard.content == "" and heard.flags.forwarded
        assert heard.reference and heard.reference.message_id == said.id
        snapshot = heard.message_snapshots[0]
        assert snapshot.content == "Noon" and await snapshot.attachments[0].read() == b"twelve"
        assert (await channel.fetch_message(passed.id)).message_snapshots[0].content == "Noon"


async def test_another_bots_words_are_told_apart() -> None:
    async with meeting() as (simulator, client):
        kept, other = simulator.text_channel("room"), simulator.person("Other", is_bot=True)
        simulator.user_says(kept, other, "Beep")
        await until(lambda: client.heard)
        assert client.heard[0].author.bot
        assert kept.from_bot == [] and [m.content for m in kept.from_people] == ["Beep"]


async def test_what_discord_says_itself_is_nobodys_word() -> None:
    async with meeting() as (simulator, client):
        kept, ana = simulator.text_channel("room"), simulator.person("Ana")
        simulator.user_joins(kept, ana)
        await until(lambda: client.heard)
        assert client.heard[0].type is discord.MessageType.new_member and client.heard[0].content == ""
        assert kept.from_people == []


async def test_nobody_is_called_whom_the_sender_did_not_let_be_called() -> None:
    async with meeting() as (simulator, client):
        channel = await room(simulator, client)
        ana = simulator.person("Ana")
        text = f"@everyone, ask {ana.mention}"
        await channel.send(text)
        await channel.send(text, allowed_mentions=discord.AllowedMentions(users=[discord.Object(ana.id)]))
        await channel.send(text, allowed_mentions=discord.AllowedMentions.all())
        seen = [(m.pings_everyone, m.pings) for m in simulator.world.channels[channel.id].from_bot]
        assert seen == [(False, []), (False, [ana]), (True, [ana])]


async def test_a_link_unfurls_unless_previews_are_switched_off() -> None:
    async with meeting() as (simulator, client):
        ana, channel = await direct(simulator, client)
        await channel.send("https://eggs.example/")
        await channel.send("https://eggs.example/", suppress_embeds=True)
        assert [m.unfurls for m in simulator.dm(ana).from_bot] == [True, False]
        assert simulator.dm(ana).from_bot[1].flags == SUPPRESS_EMBEDS
        said = simulator.user_says(simulator.dm(ana), ana, "https://eggs.example/")
        simulator.unfurls(said)
        await until(lambda: "MESSAGE_UPDATE" in client.events)
        assert said.edited_at is None


async def test_a_pin_is_listed_and_told_of() -> None:
    async with meeting() as (simulator, client):
        channel = await room(simulator, client)
        sent = await channel.send("Read me")
        await sent.pin()
        assert [m.content async for m in channel.pins()] == ["Read me"]
        kept = simulator.world.channels[channel.id]
        assert [m.type for m in kept.messages] == [0, 6] and kept.from_bot == [kept.messages[0]]
        await sent.unpin()
        assert [m async for m in channel.pins()] == []
        simulator.deny(kept, "pin_messages")
        with pytest.raises(discord.Forbidden):
            await sent.pin()


async def test_many_messages_go_at_once() -> None:
    async with meeting() as (simulator, client):
        channel = await room(simulator, client)
        sent = [await channel.send(f"{n}") for n in range(3)]
        await channel.delete_messages(sent[:2])
        assert [m.content for m in simulator.world.channels[channel.id].from_bot] == ["2"]
        await until(lambda: "MESSAGE_DELETE_BULK" in client.events)
