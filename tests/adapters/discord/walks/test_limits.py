"""Names and words that break markup cross the whole relay on Discord as they were written, the card included."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.reading import from_discord
from tests.discord_stage import DiscordStage, Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MARKS = [
    "<",
    "3",
    " ",
    "_",
    "*",
    "[",
    "]",
    "(",
    ")",
    "~",
    "`",
    ">",
    "#",
    "|",
    "{",
    "&",
    "@",
    "/",
    "\\",
    "\n",
    "-",
    "1.",
]
SCRIPTS = ["🐔", "👩‍🌾", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "ש", "م", "\u202e", "\u2067", "\u200d", "é", "e\u0301", "鶏"]
WORDS = ["<3", "_*[", "**", "||", "```", "@everyone", "<@1>", "[x](https://e.org)", "{customer}"]
NASTY = st.lists(st.sampled_from([*WORDS, *MARKS, *SCRIPTS]), min_size=1, max_size=12).map("".join)
FEW = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def read(markdown: str) -> str:
    """The words that a person sees."""
    return from_discord(markdown).plain.strip()


async def talk(stage: DiscordStage) -> Person:
    """Ana's thread, in which the owner speaks with her."""
    if not stage.threads():
        await stage.ana.says("I want to speak to a human about my order")
    return stage.thread("Ana")


@FEW
@given(words=NASTY.map(lambda text: f"a{text}b"))
async def test_words_arrive_as_they_were_written(stage: DiscordStage, words: str) -> None:
    thread = await talk(stage)
    await stage.ana.says(words)
    assert read(thread.log()[-1].content) == read(words)
    await thread.says(words)
    assert read(stage.ana.log()[-1].content) == read(words)
    assert all(message.pings == [] for message in (thread.log()[-1], stage.ana.log()[-1]))
    assert not set(await stage.states()) & {"dead", "uncertain"}


@FEW
@given(name=NASTY.filter(lambda text: bool(text.strip())), words=NASTY)
async def test_every_name_and_question_stands_on_its_card_as_it_was_written(
    stage: DiscordStage, name: str, words: str
) -> None:
    person = stage.customer(name)
    before = len(stage.simulator.threads(stage.room_channel))
    await person.says(f"I want to speak to a human, a{words}b")
    (*_, opened) = stage.simulator.threads(stage.room_channel)
    assert len(stage.simulator.threads(stage.room_channel)) == before + 1
    assert 1 <= len(opened.name) <= 100
    (card,) = opened.from_bot
    shown = " ".join(read(card.content).split())
    assert " ".join(name.split()) in shown
    assert " ".join(f"a{read(f'a{words}b')[1:]}".split())[:20] in shown
    assert card.pings == [] and len(person.hears()) == 1
    assert not set(await stage.states()) & {"dead", "uncertain"}


@pytest.mark.parametrize("letters", ["🐔" * 1000, "ab" * 999 + "🐔", "é" * 2000], ids=["hens", "a hen last", "accents"])
async def test_the_longest_words_cross_whole_in_a_turn_and_alone(stage: DiscordStage, letters: str) -> None:
    thread = await talk(stage)
    thread.hears()
    for words in (letters, "and this", letters):
        stage.ana.writes(words)
    await stage.settle()
    await stage.wait(minutes=1)
    assert "".join(map(read, thread.hears())) == letters + "and this" + letters
