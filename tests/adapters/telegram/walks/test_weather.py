"""Foul weather on the way: refusals, outages, cut connections, and updates as they should not come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from tests.simulators.telegram import faults, files
from tests.simulators.telegram.errors import bad_request
from tests.simulators.telegram.faults import Fault
from tests.telegram_stage import TelegramStage, until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MINUTES = timedelta(minutes=50)
ASKED, ANSWER = "What do the hens eat?", "Our hens eat maize, wheat and what they find under the trees."


async def met(stage: TelegramStage) -> None:
    """Ana has had her first answer, with the privacy line."""
    await stage.ana.says("How do I store eggs?")
    stage.ana.hears()


# Updates as they should not come.


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"message_id": "no number"}},
        {"message": {"message_id": 5, "date": 1, "chat": {"id": 77, "type": "private"}, "text": 5}},
        {"message": {"message_id": 5, "date": 1, "chat": {"id": 77, "type": "private"}, "text": "no sender"}},
        {"callback_query": {"id": 7}},
        {"message_reaction": None},
        {"something_new": {"whatever": [1, 2]}},
        {"message": {"message_id": 9, "date": 10**30, "chat": {"id": 77, "type": "private"}, "text": "late"}},
        {},
    ],
)
async def test_a_malformed_update_among_good_ones_holds_up_nobody(
    stage: TelegramStage, body: dict[str, object]
) -> None:
    await met(stage)
    stage.ana.writes(ASKED)
    stage.simulator.malformed(body)
    stage.ben.writes(ASKED)
    with capture_logs():
        await stage.settle()
        await stage.wait(minutes=2)
    assert stage.ana.hears() == [ANSWER]
    assert stage.ben.hears()[0].startswith(ANSWER)
    outcomes = await stage.outcomes()
    assert len(outcomes) == 4 and None not in outcomes


async def test_the_same_updates_twice_are_handled_once(stage: TelegramStage) -> None:
    await met(stage)
    for line in (ASKED, "/human zither"):
        stage.ana.writes(line)
    for pending in list(stage.simulator.updates.waiting):
        stage.simulator.repeat(pending)
    await stage.settle()
    for pending in list(stage.simulator.updates.delivered):
        stage.simulator.repeat(pending)
    await stage.settle()
    await stage.wait(minutes=1)
    heard = stage.ana.hears()
    assert (len(heard), heard[0]) == (2, ANSWER)
    assert len(stage.thread("Ana").hears()) == 1
    assert await stage.outcomes() == ["answered", "answered", "handed_over"]


async def test_updates_that_come_late_are_handled_all_the_same(stage: TelegramStage) -> None:
    await met(stage)
    stage.simulator.updates.hold()
    stage.ana.writes(ASKED)
    waiting, stage.simulator.updates.held = stage.simulator.updates.held, None
    await stage.ben.says(ASKED)
    stage.simulator.updates.held = waiting
    stage.simulator.updates.release()
    await stage.settle()
    assert stage.ana.hears() == [ANSWER]


# Outages of the line by which updates come.


@pytest.mark.parametrize(
    "fault",
    [
        faults.conflict(),
        faults.unauthorised(),
        faults.server_error(502),
        faults.server_error(500, html=True),
        faults.server_error(502, after=True),
        faults.cut(),
        faults.cut(after=True),
        faults.limited(7),
    ],
    ids=["409", "401", "502", "500 as a page", "502 after", "cut", "cut after", "429"],
)
async def test_a_poll_that_fails_loses_nothing_and_stops_nothing(stage: TelegramStage, fault: Fault) -> None:
    await met(stage)
    stage.simulator.faults.inject("getUpdates", fault, times=3)
    with capture_logs() as said:
        for person in (stage.ana, stage.ben):
            await person.says(ASKED)
    assert stage.ana.hears() == [ANSWER]
    assert len(stage.ben.hears()) == 1
    await until(lambda: bool(stage.adapter.health()["connected"]))
    assert stage.simulator.token not in repr(said)


async def test_a_revoked_token_is_said_once_and_a_restored_one_goes_on(stage: TelegramStage) -> None:
    await met(stage)
    token = stage.simulator.token
    with capture_logs() as said:
        stage.simulator.revoke_token()
        stage.simulator.updates.news.set()
        stage.ana.writes(ASKED)
        await until(lambda: "token" in str(stage.adapter.health()["problem"]))
        await stage.concierge.settle()
        stage.simulator.server.token = token
        await stage.settle()
    assert stage.ana.hears() == [ANSWER]
    assert len([line for line in said if "token" in line["event"]]) == 1
    assert token not in repr(said)


async def test_an_hour_without_telegram_loses_nothing_and_changes_no_order(stage: TelegramStage) -> None:
    await met(stage)
    await stage.ana.says("/human")
    stage.ana.hears()
    for number in range(3):
        stage.thread("Ana").writes(f"a{number} dulcimer")
    await stage.stored()
    with capture_logs():
        await stage.simulator.stop()
        await stage.concierge.settle()
        await stage._controls.advance(MINUTES)
        assert stage.ana.news() == []
        await stage.simulator.start()
        await stage.wait(minutes=10)
    assert stage.ana.hears() == ["a0 dulcimer", "a1 dulcimer", "a2 dulcimer"]


# Refusals and cuts on the way out.


@pytest.mark.parametrize(
    "fault, copies",
    [
        (faults.server_error(502), 1),
        (faults.server_error(504, html=True), 1),
        (faults.server_error(502, after=True), 2),
        (faults.cut(), 1),
        (faults.cut(after=True), 2),
        (faults.limited(5), 1),
        (faults.unauthorised(), 1),
        (faults.conflict(), 1),
    ],
    ids=["502", "504 as a page", "502 after", "cut", "cut after", "429", "401", "409"],
)
async def test_a_reply_comes_twice_only_where_its_sending_was_cut(
    stage: TelegramStage, fault: Fault, copies: int
) -> None:
    await met(stage)
    stage.simulator.faults.inject("sendMessage", fault)
    await stage.ana.says(ASKED)
    await stage.ana.says("Do you ship to Germany?")
    await stage.wait(minutes=2)
    assert stage.ana.hears() == [ANSWER] * copies + ["Yes, we ship to Germany every Tuesday."]
    assert set(await stage.states()) == {"sent"}


@pytest.mark.parametrize(
    "fault, arrived",
    [
        (faults.server_error(502), False),
        (faults.server_error(502, after=True), True),
        (faults.cut(), False),
        (faults.cut(after=True), True),
    ],
    ids=["502", "502 after", "cut", "cut after"],
)
@pytest.mark.parametrize("choice", ["Resend", "Discard"])
async def test_a_post_is_never_repeated_by_itself_and_the_owner_decides(
    stage: TelegramStage, fault: Fault, arrived: bool, choice: str
) -> None:
    in_channel = str(stage.story_channel.id)
    await stage.room.says("/story now Fresh eggs")
    stage.simulator.faults.inject("sendMessage", fault, when=lambda call: call.text("chat_id") == in_channel)
    await stage.room.presses("Confirm")
    await stage.wait(hours=1)
    assert stage.channel.hears() == ["Fresh eggs"] * arrived
    assert stage.room.hears()[-1].startswith("I can't tell whether this arrived")
    await stage.room.presses(choice)
    await stage.wait(hours=1)
    assert stage.channel.hears() == ["Fresh eggs"] * (choice == "Resend")
    await stage.room.presses("Resend")
    await stage.wait(hours=1)
    assert stage.channel.hears() == []
    assert stage.room.hears()[-1] == "That is settled already."


async def test_a_post_that_never_left_is_sent_once(stage: TelegramStage) -> None:
    await stage.room.says("/story now Fresh eggs")
    stage.simulator.user_presses(stage.room.log()[-1], "Confirm", stage.simulator.owner)
    await stage.stored()
    with capture_logs():
        await stage.simulator.stop()
        await stage.concierge.settle()
        await stage.simulator.start()
        await stage.wait(minutes=10)
    assert stage.channel.hears() == ["Fresh eggs"]


async def test_a_429_for_one_post_delays_it_and_doubles_nothing(stage: TelegramStage) -> None:
    stage.simulator.press_start(stage.ana.user)
    await stage.settle()
    await stage.ana.presses("Follow the stories")
    stage.ana.hears()
    stage.simulator.faults.inject(
        "sendMessage", faults.limited(30), times=2, when=lambda call: call.text("text") == "Fresh eggs"
    )
    await stage.room.says("/story now Fresh eggs")
    await stage.room.presses("Confirm")
    await stage.wait(minutes=3)
    assert (stage.channel.hears(), stage.ana.hears()) == (["Fresh eggs"], ["Fresh eggs"])


# Customers who go and come back.


async def test_a_blocked_customer_is_reported_once_and_welcomed_back_once(stage: TelegramStage) -> None:
    await met(stage)
    await stage.ana.says("/human")
    stage.ana.hears()
    thread = stage.thread("Ana")
    thread.hears()
    stage.simulator.block(stage.ana.user)
    for words in ("one dulcimer", "two dulcimers"):
        await thread.says(words)
    await stage.wait(minutes=1)
    (report,) = thread.hears()
    assert report.startswith("Ana can't be reached")
    stage.simulator.unblock(stage.ana.user)
    await stage.ana.says("I am back")
    await stage.wait(minutes=1)
    assert thread.hears() == ["Ana writes again and can be reached.", "I am back"]
    await thread.says("three dulcimers")
    assert stage.ana.hears() == ["three dulcimers"]


async def test_a_follower_who_has_blocked_the_bot_holds_up_no_story(stage: TelegramStage) -> None:
    for person in (stage.ana, stage.ben):
        stage.simulator.press_start(person.user)
        await stage.settle()
        await person.presses("Follow the stories")
        person.hears()
    stage.simulator.block(stage.ana.user)
    await stage.room.says("/story now Fresh eggs")
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    assert (stage.channel.hears(), stage.ben.hears(), stage.ana.hears()) == (["Fresh eggs"], ["Fresh eggs"], [])


async def test_a_deactivated_account_is_reported_to_its_thread(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    stage.ana.user.deactivated = True
    await stage.thread("Ana").says("A dulcimer")
    await stage.wait(minutes=1)
    assert stage.thread("Ana").hears()[-1].startswith("Ana can't be reached")


async def test_a_room_that_the_bot_was_thrown_out_of_gets_everything_when_it_is_back(stage: TelegramStage) -> None:
    await met(stage)
    stage.simulator.kick_bot(stage.group)
    with capture_logs():
        await stage.ana.says("/human zither")
        assert len(stage.ana.hears()) == 1
        await stage.wait(minutes=30)
        stage.simulator.change_bot(stage.group, "administrator")
        await stage.wait(minutes=10)
    (card,) = stage.thread("Ana").hears()
    assert "zither" in card


# What is mended by a second call keeps the pace.


async def test_a_caption_that_is_edited_costs_no_more_than_the_pace_allows(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    said = await thread.says("Rather like that one", photo=True)
    await stage.wait(seconds=2)
    await thread.edits(said, "Rather like this one")
    await stage.wait(minutes=1)
    assert [m.text for m in stage.ana.log() if m.media] == ["Rather like this one"]


async def test_a_picture_that_telegram_cannot_show_goes_as_a_file_all_the_same(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(data: bytes) -> tuple[int, int]:
        raise bad_request("IMAGE_PROCESS_FAILED")

    monkeypatch.setattr(files, "dimensions", unreadable)
    await stage.ana.says("Do you ship to Germany?")
    await stage.wait(minutes=1)
    assert [(m.media, m.text[:12]) for m in stage.ana.log() if m.by_bot] == [("document", "Yes, we ship")]
