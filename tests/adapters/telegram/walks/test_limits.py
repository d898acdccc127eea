"""Lengths in UTF-16 units, and names and words that break markup: whole, in order, and as they were written."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulators.telegram import faults
from tests.telegram_stage import TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HEN = "🐔"
"""Two units."""


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


async def handed_over(stage: TelegramStage) -> None:
    """Ana speaks with the owner."""
    await stage.ana.says("/human")
    await stage.thread("Ana").says("Yes?")
    stage.ana.hears()
    stage.thread("Ana").hears()


@pytest.mark.parametrize(
    "words, parts",
    [("x" * 4096, 1), (HEN * 2048, 1), ("x" * 4094 + HEN, 1)],
    ids=["4096 letters", "2048 hens", "a hen at the edge"],
)
async def test_the_longest_text_that_a_person_can_write_arrives_whole(
    stage: TelegramStage, words: str, parts: int
) -> None:
    await handed_over(stage)
    await stage.ana.says(words)
    assert "".join(stage.thread("Ana").hears()) == words
    await stage.thread("Ana").says(words)
    heard = stage.ana.hears()
    assert (len(heard), "".join(heard)) == (parts, words)


@pytest.mark.parametrize("length, parts", [(4096, 1), (4097, 2), (8193, 3)])
async def test_words_over_4096_units_come_in_parts(stage: TelegramStage, length: int, parts: int) -> None:
    await handed_over(stage)
    words = (HEN + "x" * 62) * (length // 64) + "y" * (length % 64)
    assert units(words) == length
    stage.thread("Ana").writes("z")
    stage.simulator.updates.waiting[-1].body["message"]["text"] = words
    await stage.settle()
    heard = stage.ana.hears()
    assert [units(part) <= 4096 for part in heard] == [True] * parts
    assert "".join(heard) == words
    assert stage.simulator.server.refusals == []


@pytest.mark.parametrize("length, texts", [(1024, 0), (1025, 1)])
async def test_a_caption_over_1024_units_goes_on_in_a_message_of_its_own(
    stage: TelegramStage, length: int, texts: int
) -> None:
    await handed_over(stage)
    words = HEN * 500 + "x" * (length - 1000)
    message = stage.thread("Ana").writes("z", photo=True)
    stage.simulator.updates.waiting[-1].body["message"]["caption"] = words
    await stage.settle()
    first, *rest = stage.ana.news()
    assert (first.media, first.file_id, len(rest)) == ("photo", message.file_id, texts)
    assert first.text + "".join(m.text for m in rest) == words
    assert stage.simulator.server.refusals == []


async def test_a_long_story_with_a_picture_keeps_to_the_channels_pace(stage: TelegramStage) -> None:
    words = "Fresh " + "e" * 1100
    message = stage.room.writes("/story now", photo=True)
    stage.simulator.updates.waiting[-1].body["message"]["caption"] = f"/story now {words}"
    await stage.settle()
    await stage.room.presses("Confirm")
    await stage.wait(minutes=2)
    first, second = stage.channel.news()
    assert (first.file_id, first.text + second.text) == (message.file_id, words.replace(" ", ""))
    assert stage.simulator.budgets.excesses == []


async def test_refused_formatting_is_sent_as_bare_words(stage: TelegramStage) -> None:
    refusal = faults.refused(400, "Bad Request: can't parse entities: unsupported start tag")
    stage.simulator.faults.inject("sendMessage", refusal, when=lambda call: bool(call.text("entities")))
    await stage.ana.says("What do the hens eat?")
    (answer,) = stage.ana.news()
    assert answer.text.startswith("Our hens eat maize") and answer.entities == []
    assert set(await stage.states()) == {"sent"}


MARKS = ["<", "3", " ", "_", "*", "[", "]", "(", ")", "~", "`", ">", "#", "|", "{", "&", "@", "/", "\\", "\n"]
SCRIPTS = ["🐔", "👩‍🌾", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "ש", "م", "\u202e", "\u2067", "\u200d", "é", "e\u0301", "鶏"]
NASTY = st.lists(st.sampled_from(["<3", "_*[", *MARKS, *SCRIPTS]), min_size=1, max_size=12).map("".join)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=64)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(words=NASTY.map(lambda text: f"a{text}b"))
async def test_words_arrive_as_they_were_written(stage: TelegramStage, words: str) -> None:
    if not stage.group.topics:
        await handed_over(stage)
    await stage.ana.says(words)
    assert stage.thread("Ana").log()[-1].text == words
    await stage.thread("Ana").says(words)
    assert stage.ana.log()[-1].text == words
    assert stage.simulator.server.refusals == []


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(name=st.one_of(NAMES, NASTY.filter(lambda text: bool(text.strip()))))
async def test_every_name_gets_its_topic(stage: TelegramStage, name: str) -> None:
    person = stage.customer(name)
    await person.says("/human")
    topic = list(stage.group.topics.values())[-1]
    (card,) = stage.group.in_thread(topic.thread_id)
    assert topic.name == (" ".join(name.split()) or "Customer")
    assert name.strip() in card.text
    assert len(person.hears()) == 1
    assert stage.simulator.server.refusals == []
