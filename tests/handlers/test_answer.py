"""Answers, guesses, and knowing when not to answer."""

from __future__ import annotations

from tests.stage import Stage

NEAR = "hens food feed eggs store?"


async def test_an_answer_brings_its_picture(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    (shown,) = stage.ana.news()
    assert [m.name for m in shown.media] == ["box.png"]
    assert stage.adapter.world.uploaded(shown.media[0].file_id).content.endswith(b"box")


async def test_bold_words_of_an_entry_are_bold(stage: Stage) -> None:
    await stage.ana.says("What do the hens eat?")
    (shown,) = stage.ana.news()
    bold = [s for s in shown.text.spans if s.kind == "bold"]
    assert [shown.text.plain[s.start : s.start + s.length] for s in bold] == ["maize"]


async def test_an_expired_entry_never_answers_and_the_owner_sees_its_text(stage: Stage) -> None:
    await stage.ana.says("Are you open at Easter?")
    await stage.wait(seconds=3)
    (text,) = stage.ana.hears()
    assert "2025" not in text
    (card,) = stage.thread("Ana").hears()
    assert "At Easter 2025 we are closed." in card


async def test_a_draft_goes_to_the_owner_with_its_text(stage: Stage) -> None:
    await stage.ana.says("Do you sell to restaurants?")
    await stage.wait(seconds=3)
    assert "two euros" not in "".join(stage.ana.hears())
    (card,) = stage.thread("Ana").hears()
    assert "Restaurants pay two euros less." in card


async def test_a_sure_answer_within_a_thought_comes_at_once_and_the_rest_is_not_lost(stage: Stage) -> None:
    await stage.ana.says("would you paint my portrait")
    await stage.wait(seconds=1)
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1
    await stage.wait(seconds=3)
    assert len(stage.ana.hears()) == 1
    (card,) = stage.thread("Ana").hears()
    assert "would you paint my portrait" in card
    assert await stage.outcomes() == ["handed_over", "answered"]


async def test_why_an_answer_was_given_is_kept(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    explanation = stage.ana.log()[0].explanation
    assert explanation is not None
    assert explanation["candidates"][0]["entry"] == "shipping"
    assert explanation["outcome"] == "answered"


async def test_an_owner_takes_over_while_a_thought_is_unfinished(stage: Stage) -> None:
    await stage.ana.says("/human")
    await stage.thread("Ana").says("/close")
    await stage.ana.says("would you paint")
    await stage.thread("Ana").says("Hello Ana")
    stage.ana.hears(), stage.thread("Ana").hears()
    await stage.wait(seconds=3)
    assert stage.ana.hears() == []
    assert stage.thread("Ana").hears() == ["would you paint"]
