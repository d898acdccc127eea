"""/mydata and /forgetme, asked of every pair of a customers' and an owners' platform."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.database.tables import Customer, Erasure, InboxRow
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
