"""Everything that a person can send on Telegram reaches the other side as what it is, both ways."""

from __future__ import annotations

import pytest

from tests.simulators.telegram.chats import Message
from tests.telegram_stage import Person, TelegramStage

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AS_THEY_ARE = (
    *("photo", "video", "voice", "audio", "document", "sticker", "animation", "video_note", "location", "contact"),
)
WITHOUT_WORDS = ("sticker", "video_note", "location", "contact")


def sends(person: Person, kind: str) -> Message:
    """Somebody sends such a thing."""
    words = "" if kind in WITHOUT_WORDS else "Look"
    return person.writes(words, photo=True) if kind == "photo" else person.writes(words, attach=kind)


@on_sqlite
@pytest.mark.parametrize("kind", AS_THEY_ARE)
async def test_what_a_person_sends_comes_as_what_it_is_both_ways(stage: TelegramStage, kind: str) -> None:
    await stage.ana.says("/human")
    stage.ana.hears()
    thread = stage.thread("Ana")
    thread.hears()
    for sender, reader in ((stage.ana, thread), (thread, stage.ana)):
        original = sends(sender, kind)
        await stage.settle()
        (copy,) = reader.news()
        assert (copy.media, copy.text) == (kind, original.text)
        assert copy.content[kind] == original.content[kind]
    assert (await stage.outcomes())[-2:] == ["relayed", "relayed"]


@on_sqlite
async def test_a_poll_comes_as_its_question_and_answers(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    thread.hears()
    await stage.ana.says("Which hens?", attach="poll")
    assert thread.hears() == ["📊 Which hens?\n• white\n• brown"]


@on_sqlite
async def test_a_place_with_a_name_comes_with_its_name(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    thread.hears()
    place = {"latitude": 48.2, "longitude": 16.37}
    sent = stage.ana.writes("x")
    sent.content = {"location": place, "venue": {"location": place, "title": "Market", "address": "Main St 1"}}
    pending = stage.simulator.updates.waiting[-1]
    pending.body["message"] = sent.as_json()
    await stage.settle()
    await stage.wait(seconds=2)
    shown, words = thread.news()
    assert shown.content["location"] == place
    assert words.text == "📍 Market, Main St 1"
