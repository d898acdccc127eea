"""How a customer's desk stands is shown by its topic's icon: never by its name, and at no cost to anybody's words."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulators.telegram import faults
from tests.simulators.telegram.server import Accepted
from tests.simulators.telegram.topics import ICONS
from tests.telegram_stage import TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEEDS_REPLY, WAITING, CLOSED = ICONS["❗️"], ICONS["💬"], ICONS["✅"]


async def test_the_icon_follows_how_the_desk_stands_and_the_name_never_changes(stage: TelegramStage) -> None:
    await stage.ana.says("/human about my order")
    topic = stage.topic("Ana")
    assert topic.icon == NEEDS_REPLY and stage.simulator.count("editForumTopic") == 0
    thread = stage.thread("Ana")
    await thread.says("What about it?")
    await stage.wait(seconds=10)
    assert topic.icon == WAITING
    await stage.ana.says("It is late")
    await stage.wait(seconds=10)
    assert topic.icon == NEEDS_REPLY
    await thread.says("/close")
    await stage.wait(seconds=10)
    assert (topic.icon, topic.name) == (CLOSED, "Ana")
    assert stage.simulator.count("getForumTopicIconStickers") == 1
    assert all("name" not in call.given for call in stage.simulator.calls if call.method == "editForumTopic")


async def test_icons_that_change_faster_than_the_pace_are_one_call_with_the_last(stage: TelegramStage) -> None:
    await stage.ana.says("/human about my order")
    thread = stage.thread("Ana")
    await stage.wait(minutes=2)
    for number in range(4):
        thread.writes(f"answer {number}")
        stage.ana.writes(f"line {number}")
    await stage.settle()
    await stage.wait(minutes=2)
    assert stage.topic("Ana").icon == WAITING
    assert stage.simulator.count("editForumTopic") <= 2  # of eight changes


async def test_a_missing_right_is_no_storm_and_holds_up_no_words(stage: TelegramStage) -> None:
    await stage.ana.says("/human about my order")
    thread = stage.thread("Ana")
    refused = faults.refused(400, "Bad Request: not enough rights to edit the topic")
    stage.simulator.faults.inject("editForumTopic", refused, times=50)
    for number in range(4):
        await thread.says(f"answer {number}")
        await stage.ana.says(f"line {number}")
    await stage.wait(hours=1)
    assert stage.simulator.faults.met.count("editForumTopic") == 1
    assert [text for text in stage.ana.hears() if text.startswith("answer")] == [f"answer {n}" for n in range(4)]


def about_desks(stage: TelegramStage) -> list[Accepted]:
    """The calls for topics, their icons and their cards; the general part and reminders aside."""
    here = [call for call in stage.simulator.calls if str(call.given.get("chat_id")) == str(stage.group.id)]
    return [c for c in here if "ForumTopic" in c.method or "/close ends it." in str(c.given.get("text"))]


async def test_fifty_first_messages_at_once_open_one_topic_each_and_cards_cost_little(stage: TelegramStage) -> None:
    people = [stage.customer(f"Customer {number}") for number in range(50)]
    for person in people:
        person.writes("/human about my order")
    await stage.settle()
    await stage.wait(minutes=10)
    first = about_desks(stage)
    opened = [call for call in first if call.method == "createForumTopic"]
    assert sorted(call.given["name"] for call in opened) == sorted(person.user.first_name for person in people)
    assert len(first) == 100  # a topic and its card each: neither an icon nor a delivery costs a further call
    for person in people:
        stage.thread(person.user.first_name).writes("What about it?")
    await stage.settle()
    await stage.wait(minutes=10)
    later = Counter(call.method for call in about_desks(stage)[len(first) :])
    print(f"fifty tickets: {len(first)} calls; fifty answers: {later}")
    assert later == {"editMessageText": 50, "editForumTopic": 50}
    assert all(person.hears()[-1] == "What about it?" for person in people)
