"""Telegram's pace, with its budgets counted by the same clock: never exceeded, nothing lost, order kept, talk first."""

from __future__ import annotations

import pytest

from tests.simulators.telegram import faults
from tests.simulators.telegram.server import Accepted
from tests.telegram_stage import Person, TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sends(stage: TelegramStage, chat: int) -> list[Accepted]:
    """What was sent to a chat, with the time of each."""
    return [c for c in stage.simulator.calls if c.given.get("chat_id") in (chat, str(chat)) and "send" in c.method]


async def crowd(stage: TelegramStage, count: int) -> list[Person]:
    """So many customers who each write once, all at the same instant."""
    people = [stage.customer(f"Customer {number}") for number in range(count)]
    for person in people:
        person.writes(f"/human I am {person.user.first_name}!")
    await stage.stored()
    return people


async def follow(stage: TelegramStage, people: list[Person]) -> None:
    """They want the stories."""
    for person in people:
        stage.simulator.press_start(person.user)
    await stage.settle()
    for person in people:
        stage.simulator.user_presses(person.log()[-1], "Follow the stories")
    await stage.settle()
    for person in people:
        person.hears()


async def test_a_hundred_desks_and_a_story_to_fifty_followers_exceed_no_budget(stage: TelegramStage) -> None:
    followers = [stage.customer(f"Follower {number}") for number in range(50)]
    await follow(stage, followers)
    people = await crowd(stage, 100)
    stage.room.writes("/story now Fresh eggs")
    await stage.settle()
    await stage.room.presses("Confirm")
    await stage.wait(minutes=15)
    assert stage.simulator.budgets.excesses == []
    assert set(await stage.states()) == {"sent"}
    assert len(stage.group.topics) == 100
    for person in people:
        assert len(person.hears()) == 1
        (card,) = stage.thread(person.user.first_name).hears()
        assert f"I am {person.user.first_name}!" in card
    assert [person.hears() for person in [*followers, stage.channel]] == [["Fresh eggs"]] * 51


async def test_replies_to_customers_do_not_wait_for_the_full_room(stage: TelegramStage) -> None:
    began = stage.clock.now()
    people = await crowd(stage, 40)
    await stage.wait(seconds=5)
    assert [len(person.hears()) for person in people] == [1] * 40
    assert len(stage.group.topics) < 20
    last = max(call.at for person in people for call in sends(stage, person.chat.id))
    assert last - began.timestamp() <= 4  # 30 a second, beside the room's twenty
    assert stage.simulator.budgets.excesses == []


async def test_a_429_of_the_group_with_a_hundred_waiting_loses_nothing_and_keeps_each_order(
    stage: TelegramStage,
) -> None:
    people = await crowd(stage, 100)
    in_room = str(stage.group.id)
    for method in ("createForumTopic", "sendMessage"):
        stage.simulator.faults.inject(
            method, faults.limited(40), times=3, skip=4, when=lambda call: call.text("chat_id") == in_room
        )
    await stage.concierge.settle()
    for number in range(2):
        for person in people[:10]:
            person.writes(f"line {number} of {person.user.first_name}")
    await stage.stored()
    await stage.wait(seconds=10)
    assert [len(person.hears()) for person in people] == [1] * 100
    await stage.wait(minutes=30)
    assert stage.simulator.budgets.excesses == []
    assert set(await stage.states()) == {"sent"}
    for person in people:
        name = person.user.first_name
        card, *lines = stage.thread(name).hears()
        assert f"I am {name}!" in card
        lines = "\n".join(lines).splitlines()  # the pace held them back: they may have come together
        assert lines == [f"line {number} of {name}" for number in range(2)] * (person in people[:10])
    assert len(stage.group.topics) == 100


async def test_talk_goes_before_posts(stage: TelegramStage) -> None:
    followers = [stage.customer(f"Follower {number}") for number in range(40)]
    await follow(stage, followers)
    await stage.room.says("/story now Fresh eggs")
    stage.simulator.user_presses(stage.room.log()[-1], "Confirm", stage.simulator.owner)
    await stage.stored()
    while await stage.concierge.work() or await stage.concierge.due():
        pass
    asking = [stage.customer(f"Asking {number}") for number in range(40)]
    for person in asking:
        person.writes("What do the hens eat?")
    first = len(stage.simulator.calls)
    await stage.settle()
    await stage.wait(minutes=1)
    told = [call.given["text"] for call in stage.simulator.calls[first:] if call.method == "sendMessage"]
    posts = [place for place, text in enumerate(told) if text == "Fresh eggs"]
    answers = [place for place, text in enumerate(told) if text.startswith("Our hens eat")]
    assert (len(posts), len(answers)) == (41, 40)
    assert max(answers) < min(posts)
    assert stage.simulator.budgets.excesses == []


async def test_a_429_of_the_bot_pauses_everybody_and_loses_nothing(stage: TelegramStage) -> None:
    people = [stage.customer(f"Customer {number}") for number in range(20)]
    stage.simulator.faults.inject("sendMessage", faults.limited(9), times=5)
    for person in people:
        person.writes("What do the hens eat?")
    await stage.settle()
    await stage.wait(minutes=1)
    assert [len(person.hears()) for person in people] == [1] * 20
    assert stage.simulator.faults.met == ["sendMessage"] * 5


def edits_at(person: Person) -> list[Accepted]:
    """The edits in somebody's chat."""
    calls = person.stage.simulator.calls
    return [c for c in calls if c.method == "editMessageText" and str(c.given.get("chat_id")) == str(person.chat.id)]


async def test_edits_that_come_faster_than_the_pace_are_one_edit_with_the_last_words(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    said = await thread.says("draft 0")
    for number in range(1, 21):
        stage.simulator.user_edits(said, f"draft {number}")
    await stage.settle()
    await stage.wait(minutes=1)
    (copy,) = [m for m in stage.ana.log() if m.text.startswith("draft")]
    assert copy.text == "draft 20"
    assert len(edits_at(stage.ana)) == 1
    assert stage.simulator.budgets.excesses == []


async def test_an_edit_of_words_that_wait_changes_those_words(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    stage.simulator.faults.inject("sendMessage", faults.limited(30))
    said = thread.writes("Gladly, in Mai!")
    await stage.stored()
    await stage.concierge.settle()
    stage.simulator.user_edits(said, "Gladly, in May!")
    await stage.settle()
    await stage.wait(minutes=1)
    assert stage.ana.hears()[-1] == "Gladly, in May!"
    assert edits_at(stage.ana) == []


async def test_no_lane_is_overtaken_by_itself_however_the_pace_falls(stage: TelegramStage) -> None:
    """Three talks in one group, each at its own speed: what is said arrives in the order in which it was said."""
    people = await crowd(stage, 3)
    await stage.settle()
    for person in people:
        stage.thread(person.user.first_name).hears()
        person.hears()
    for number in range(6):
        for person in people:
            person.writes(f"q{number}")
            stage.thread(person.user.first_name).writes(f"a{number}")
    await stage.settle()
    await stage.wait(minutes=5)
    for person in people:
        lines = "\n".join(stage.thread(person.user.first_name).hears()).splitlines()
        assert lines == [f"q{number}" for number in range(6)]
        assert person.hears() == [f"a{number}" for number in range(6)]
    assert stage.simulator.budgets.excesses == []


async def test_without_a_pace_of_ours_telegrams_own_429_is_obeyed(house: TelegramStage) -> None:
    house.paced = False
    house._build()
    await house.start()
    for number in range(3):
        house.ana.writes(f"/human q{number}")
    await house.settle()
    await house.wait(minutes=5)
    assert len(house.ana.hears()) == 3
    assert len(house.thread("Ana").hears()) == 3
    assert house.simulator.budgets.excesses != []
    assert {row.state for row in await house.rows()} == {"sent"}
    assert {refusal.error.code for refusal in house.simulator.server.refusals} == {429}
