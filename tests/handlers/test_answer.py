"""Answers, guesses, and knowing when not to answer."""

from __future__ import annotations

from tests.stage import Stage

NEAR = "can you send to Poland?"


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
    await stage.ana.says("a portrait in oil perhaps")
    await stage.wait(seconds=1)
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1
    await stage.wait(seconds=3)
    assert len(stage.ana.hears()) == 1
    (card,) = stage.thread("Ana").hears()
    assert "a portrait in oil perhaps" in card
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
    await stage.ana.says("and in oil")
    await stage.thread("Ana").says("Hello Ana")
    assert stage.thread("Ana").hears()[-1] == "and in oil"
    stage.ana.hears()
    await stage.wait(seconds=3)
    assert stage.ana.hears() == []
    assert stage.thread("Ana").hears() == []


async def test_under_each_answer_is_the_way_to_the_owner(stage: Stage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    assert stage.ana.buttons() == ["Ask Hana"]
    await stage.ana.presses("Ask Hana")
    assert "I've asked Hana" in stage.ana.hears()[-1]
    (card,) = stage.thread("Ana").hears()
    assert "Do you ship to Germany?" in card
    assert await stage.outcomes() == ["answered", "handed_over"]


async def test_a_near_question_gives_guesses_and_a_press_gives_the_answer(stage: Stage) -> None:
    await stage.ana.says(NEAR)
    assert stage.ana.hears() == []
    await stage.wait(seconds=3)
    (text,) = stage.ana.hears()
    assert text.startswith("Did you mean one of these?")
    assert "Do you ship to Germany?" in stage.ana.buttons()
    assert stage.ana.buttons()[-1] == "Ask Hana"
    assert len(stage.ana.buttons()) <= 4
    await stage.ana.presses("Do you ship to Germany?")
    assert stage.ana.hears() == ["Yes, we ship to Germany every Tuesday."]
    assert await stage.outcomes() == ["suggested", "answered"]
    assert stage.adapter.world.threads() == []


async def test_under_the_guesses_is_the_way_to_the_owner(stage: Stage) -> None:
    await stage.ana.says(NEAR)
    await stage.wait(seconds=3)
    await stage.ana.presses("Ask Hana")
    (card,) = stage.thread("Ana").hears()
    assert NEAR in card
    await stage.ana.presses("Ask Hana")
    assert (
        stage.ana.hears()[-1]
        == "Hana has your question already. The shop is open until 18:00 today; the answer will come here."
    )


async def test_a_long_question_makes_a_long_card_and_nothing_is_lost(stage: Stage) -> None:
    words = " ".join(f"oil{n}" for n in range(1500))
    await stage.ana.says(words)
    await stage.wait(seconds=3)
    cards = stage.thread("Ana").hears()
    assert len(cards) > 1
    assert set(words.split()) <= set(" ".join(cards).split())


async def test_a_language_that_no_entry_is_in_is_handed_over_in_that_language(stage: Stage) -> None:
    await stage.ana.says("Wie viele Eier legt eine Henne in der Woche und sind die auch bunt?")
    await stage.wait(seconds=3)
    (text,) = stage.ana.hears()
    assert text.startswith("Das kann ich hier nicht beantworten, aber ")
    (card,) = stage.thread("Ana").hears()
    assert "Wie viele Eier" in card
