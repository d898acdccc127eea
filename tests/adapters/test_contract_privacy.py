"""/mydata and /forgetme, asked of every pair of a customers' and an owners' platform."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.database.tables import Consent, Customer, Erasure, InboxRow
from tests.adapters.test_contract import ask_hana, in_talk
from tests.scenes import Scene

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def forgotten(scene: Scene) -> None:
    """Ana asks to be forgotten, and it comes to its end."""
    await scene.ana.commands("forgetme")
    scene.ana.news()
    await scene.ana.presses("Yes, forget me")
    assert "I have forgotten your name" in scene.ana.hears()[-1]
    await scene.wait(minutes=2)
    async with scene.database.read() as session:
        assert [row.state for row in await session.scalars(select(Erasure))] == ["done"]


async def test_whoever_asks_is_told_what_is_kept_and_gets_it_as_files(scene: Scene) -> None:
    thread = await in_talk(scene)
    await thread.commands("note", "likes hens")
    await scene.ana.commands("mydata")
    told = scene.ana.news()
    words = "\n".join(line.text for line in told)
    assert "What Test Farm keeps about you" in words and "One of your questions went to Hana." in words
    assert "One remark that Hana made" in words and "likes hens" not in words
    assert sum(len(line.media) for line in told) == 2


async def test_whether_it_helped_is_asked_of_whoever_said_yes_and_why_is_told(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await scene.ana.presses("Ask me later whether it helped")
    assert "I'll ask once whether it helped" in scene.ana.hears()[-1]
    await thread.says("Gladly, in May!")
    await thread.commands("close")
    scene.ana.news()
    await scene.wait(days=1)
    (asked,) = scene.ana.news()
    assert "help you?" in asked.text and "Why did I get this?" in asked.buttons
    await scene.ana.presses("Why did I get this?")
    assert "you said that I may ask" in scene.ana.hears()[-1]
    async with scene.database.read() as session:
        (yes,) = await session.scalars(select(Consent))
    assert (yes.kind, yes.given, yes.wording) == ("follow_up", True, "Ask me later whether it helped")


async def test_stop_and_the_settings_hold_on_every_platform(scene: Scene) -> None:
    await scene.ana.commands("settings")
    await scene.ana.presses("Yes, stories")
    await scene.ana.presses("Yes, offers")
    await scene.ana.presses("Pause for a month")
    await scene.ana.presses("End the pause")
    now = [line for line in scene.ana.log() if "stories: yes" in line.text]
    assert len(now) == 1 and "offers: yes" in now[0].text and "paused" not in now[0].text
    await scene.ana.commands("stop")
    assert "no more stories or news" in scene.ana.hears()[-1]
    await scene.room.plans_story("now", "Ten boxes left")
    await scene.room.presses("Confirm")
    await scene.wait(minutes=1)
    assert scene.ana.hears() == [] and len(scene.channel.news()) == 1
    async with scene.database.read() as session:
        said = [(row.kind, row.given) for row in await session.scalars(select(Consent).order_by(Consent.id))]
    assert said == [("stories", True), ("offers", True), ("stories", False), ("offers", False)]


async def test_nothing_is_forgotten_before_the_second_yes(scene: Scene) -> None:
    await scene.ana.says("Do you ship to Germany?")
    await scene.ana.commands("forgetme")
    assert "Shall I forget you?" in scene.ana.hears()[-1]
    await scene.ana.presses("No, keep it")
    assert scene.ana.hears() == ["Gladly: everything stays as it is."]
    async with scene.database.read() as session:
        assert await session.scalar(select(func.count(Customer.id))) == 1


async def test_who_is_forgotten_in_the_middle_of_a_question_hears_so_and_the_owner_too(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await forgotten(scene)
    shown = thread.log()
    assert [line.text for line in shown if "asked to be forgotten" in line.text and "open question" in line.text]
    assert not [line for line in shown if "portrait" in line.text]
    async with scene.database.read() as session:
        assert await session.scalar(select(func.count(Customer.id))) == 0


async def test_whoever_writes_again_is_somebody_new(scene: Scene) -> None:
    await in_talk(scene)
    await forgotten(scene)
    await scene.ana.says("Do you ship to Germany?")
    assert scene.ana.hears()[-1].startswith("Yes, we ship to Germany every Tuesday.")
    async with scene.database.read() as session:
        (customer,) = await session.scalars(select(Customer))
        assert customer.name == "Ana" and customer.privacy_told_at is not None
        assert await session.scalar(select(func.count(InboxRow.id)).where(InboxRow.customer_id == customer.id)) == 1
