"""Taking updates by long polling: nothing is confirmed before it is stored, and nothing ends it."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Sequence

import pytest

from bot.adapter import DeliveryError
from bot.messages import RawUpdate
from tests.adapters.telegram.little_telegram import LittleTelegram, Make, until
from tests.simulators.telegram import faults
from tests.simulators.telegram.simulator import TelegramSimulator


async def test_what_a_customer_says_is_stored_as_it_came(telegram: LittleTelegram) -> None:
    await telegram.start()
    ana = telegram.simulator.person("Ana")
    telegram.simulator.press_start(ana, "card-1")
    telegram.simulator.user_says(ana, text="Do you ship <3?")
    start, question = await telegram.heard(2)
    assert (start.kind, start.action, start.text.plain) == ("command", "start", "card-1")
    assert (question.text.plain, question.sender.name) == ("Do you ship <3?", "Ana")
    assert telegram.stored[1].body["message"]["text"] == "Do you ship <3?"


async def test_what_was_said_while_the_bot_was_away_is_taken_at_the_start(telegram: LittleTelegram) -> None:
    for n in range(250):
        telegram.simulator.user_says(telegram.simulator.person(f"P{n}"), text=f"line {n}")
    await telegram.start()
    heard = await telegram.heard(250)
    assert [message.text.plain for message in heard] == [f"line {n}" for n in range(250)]


async def test_the_offset_moves_only_when_the_core_has_stored(telegram: LittleTelegram) -> None:
    telegram.refusals = 3
    for words in ("one", "two"):
        telegram.simulator.user_says(telegram.simulator.person("Ana"), text=words)
    await telegram.start()
    heard = await telegram.heard(2)
    assert [message.text.plain for message in heard] == ["one", "two"]
    first, second = (update.update_id for update in telegram.stored)
    assert telegram.batches == [[first, second], [first], [first], [first], [second]]
    assert telegram.waits.pauses == [1.0, 2.0, 4.0]
    assert "stored" not in telegram.adapter.health()["problem"]
    await until(lambda: len(telegram.simulator.updates.delivered) == 2)


async def test_an_update_that_can_never_be_stored_is_kept_sealed_and_holds_up_nobody(
    telegram: LittleTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator, ana = telegram.simulator, telegram.simulator.person("Ana")
    tries: list[int] = []

    async def picky(updates: Sequence[RawUpdate]) -> None:
        tries.append(len(updates))
        if any("poison" in str(update.body.get("message")) for update in updates):
            raise ValueError("a database that takes no such letters")
        telegram.stored.extend(updates)

    for words in ("before", "poison \x00 🥚", "after"):
        simulator.user_says(ana, text=words)
    monkeypatch.setattr(telegram, "accept", picky)
    await telegram.start()
    await until(lambda: len(telegram.stored) == 3)
    before, sealed, after = telegram.stored
    assert [before.chat is None, sealed.chat is None, after.chat is None] == [False, True, False]
    kept = json.loads(sealed.body["unstorable"])
    assert kept["message"]["text"] == "poison \x00 🥚"
    assert sealed.update_id == str(kept["update_id"])
    assert sealed.body["unstorable"].isascii()
    assert tries == [3, 1, 2, *[1] * 7], "six tries, of which one with its neighbour"


async def test_while_storing_takes_long_nothing_is_confirmed(telegram: LittleTelegram) -> None:
    telegram.gate = asyncio.Event()
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await telegram.start()
    await until(lambda: len(telegram.batches) == 1)
    assert telegram.simulator.updates.delivered == []
    telegram.gate.set()
    await until(lambda: len(telegram.simulator.updates.delivered) == 1)


async def test_an_update_that_comes_twice_bears_one_name(telegram: LittleTelegram) -> None:
    await telegram.start()
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await telegram.heard()
    telegram.simulator.repeat()
    await telegram.heard(2)
    assert telegram.stored[0] == telegram.stored[1]


async def test_malformed_updates_among_good_ones_hold_nobody_up(telegram: LittleTelegram) -> None:
    simulator, ana = telegram.simulator, telegram.simulator.person("Ana")
    simulator.user_says(ana, text="before")
    simulator.malformed()
    simulator.malformed({"message": None, "edited_message": 7})
    simulator.malformed({"something_new": {"chat": {"id": "x"}}})
    simulator.user_says(ana, text="after")
    await telegram.start()
    await until(lambda: len(telegram.stored) >= 5)
    assert [update.chat is None for update in telegram.stored] == [False, True, True, True, False]
    for update in telegram.stored[1:4]:
        with pytest.raises(ValueError, match="unreadable"):
            telegram.adapter.decode(update.body)
    assert telegram.adapter.decode(telegram.stored[4].body).text.plain == "after"
    await until(lambda: len(simulator.updates.delivered) == 5)


@pytest.mark.parametrize(
    ("fault", "pause_s", "says"),
    [
        (faults.conflict(), 30.0, "Another program"),
        (faults.unauthorised(), 30.0, "@BotFather"),
        (faults.limited(17), 17.0, "pause of 17 s"),
        (faults.server_error(502), 1.0, "can't be reached"),
        (faults.server_error(500, html=True), 1.0, "can't be reached"),
        (faults.cut(), 1.0, "can't be reached"),
        (faults.cut(after=True), 1.0, "can't be reached"),
        (faults.refused(400, "Bad Request: something"), 1.0, "can't be reached"),
    ],
    ids=lambda value: str(value),
)
async def test_foul_weather_is_waited_for(
    telegram: LittleTelegram, fault: faults.Fault, pause_s: float, says: str
) -> None:
    telegram.simulator.faults.inject("getUpdates", fault, skip=1, times=2)
    problems: list[str] = []
    resume = asyncio.Event()

    async def wait(seconds: float) -> None:
        telegram.waits.pauses.append(seconds)
        problems.append(telegram.adapter.health()["problem"])
        assert not telegram.adapter.health()["connected"]
        await resume.wait()

    telegram.adapter._line._wait = wait
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"] or bool(problems))
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await until(lambda: bool(problems))
    resume.set()
    telegram.simulator.user_says(telegram.simulator.person("Ben"), text="Still there?")
    await telegram.heard(2)
    assert telegram.waits.pauses == [pause_s, pause_s * 2 if pause_s == 1.0 else pause_s]
    assert all(says in problem for problem in problems)
    await until(lambda: telegram.adapter.health()["connected"])
    assert telegram.adapter.health()["problem"] == ""


async def test_pauses_grow_up_to_a_minute(telegram: LittleTelegram) -> None:
    telegram.simulator.faults.inject("getUpdates", faults.server_error(), times=9)
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await telegram.start()
    await telegram.heard()
    assert telegram.waits.pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


async def test_a_bot_that_starts_without_telegram_finds_it_later(telegram: LittleTelegram) -> None:
    await telegram.simulator.stop()
    await telegram.start()
    await until(lambda: len(telegram.waits.pauses) > 2)
    assert "can't be reached" in telegram.adapter.health()["problem"]
    await telegram.simulator.start()
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await telegram.heard()


async def test_a_bad_token_is_said_once_and_never_named(
    telegram: LittleTelegram, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.simulator.revoke_token()
    await telegram.start()
    await until(lambda: len(telegram.waits.pauses) > 3)
    await telegram.adapter.stop()
    said = capsys.readouterr()
    words = said.out + said.err + caplog.text
    assert words.count("refuses the token") == 1
    secret = "simulated-token-1"
    assert secret not in words + str(telegram.adapter.health())
    assert set(telegram.waits.pauses) == {30.0}


async def test_somebody_elses_webhook_is_taken_away(telegram: LittleTelegram) -> None:
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    telegram.simulator.world.webhook.url = "http://127.0.0.1:1/theirs"
    telegram.simulator.updates.news.set()
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await telegram.heard()
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Again")
    await telegram.heard(2)
    assert telegram.simulator.world.webhook.url == ""


async def test_a_press_is_answered_when_it_is_stored(telegram: LittleTelegram) -> None:
    telegram.gate = asyncio.Event()
    simulator, ana = telegram.simulator, telegram.simulator.person("Ana")
    said = simulator.user_says(ana, text="Hi")
    query = simulator.user_presses(said, "ask_owner:1")
    await telegram.start()
    await until(lambda: len(telegram.batches) == 1)
    assert query.answers == []
    telegram.gate.set()
    await until(lambda: len(query.answers) == 1)
    assert (await telegram.heard(2))[1].action == "ask_owner:1"


async def test_a_press_is_answered_after_a_second_and_a_half_at_the_latest(telegram: LittleTelegram) -> None:
    telegram.gate = asyncio.Event()
    simulator, ana = telegram.simulator, telegram.simulator.person("Ana")
    query = simulator.user_presses(simulator.user_says(ana, text="Hi"), "ask_owner:1")
    await telegram.start()
    await until(lambda: len(telegram.batches) == 1)
    telegram.waits.press_is_late.set()
    await until(lambda: len(query.answers) == 1)
    assert telegram.stored == []
    telegram.gate.set()
    await telegram.heard(2)


async def test_a_press_that_cannot_be_answered_any_more_is_let_be(telegram: LittleTelegram) -> None:
    simulator, ana = telegram.simulator, telegram.simulator.person("Ana")
    simulator.faults.inject("answerCallbackQuery", faults.refused(400, "Bad Request: query is too old"))
    simulator.user_presses(simulator.user_says(ana, text="Hi"), "ask_owner:1")
    await telegram.start()
    await telegram.heard(2)
    await until(lambda: simulator.faults.met == ["answerCallbackQuery"])
    simulator.user_says(ana, text="Again")
    await telegram.heard(3)


async def test_edits_reactions_and_blocks_are_told(telegram: LittleTelegram) -> None:
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    simulator, ana = telegram.simulator, telegram.simulator.person("Ana")
    said = simulator.user_says(ana, text="Hi")
    simulator.user_edits(said, "Hi there")
    simulator.reacts(said, "👍")
    simulator.block(ana)
    heard = await telegram.heard(4)
    assert [message.kind for message in heard] == ["text", "edit", "reaction", "left"]
    assert [message.message_id for message in heard[:3]] == [str(said.message_id)] * 3
    assert (heard[1].text.plain, heard[2].action) == ("Hi there", "👍")


async def test_words_of_the_owners_come_from_their_topic(make: Make, simulator: TelegramSimulator) -> None:
    room = simulator.group()
    telegram = await make(room_chat_id=str(room.id))
    topic = simulator.open_topic(room, "Ana")
    simulator.user_says(room, text="Hello Ana", thread=topic)
    simulator.user_says(room, text="/waiting@concierge_bot")
    simulator.user_says(room, text="As nobody", anonymous=True)
    await telegram.start()
    _, words, command, anonymous = await telegram.heard(4)
    assert (words.chat, words.reply_to) == (telegram.ref(room, topic.thread_id), None)
    assert (command.action, command.addressed, command.chat.thread_id) == ("waiting", True, None)
    assert anonymous.sender.id == str(room.id)


async def test_a_reply_in_a_plain_group_names_what_it_answers(make: Make, simulator: TelegramSimulator) -> None:
    group = simulator.group(forum=False)
    telegram = await make(room_chat_id=str(group.id))
    receipt = await telegram.adapter.open_thread(telegram.ref(group), "Ana", telegram.call(group, "Hello"))
    await telegram.start()
    simulator.user_says(group, text="Yes!", reply_to=group.from_bot[0])
    await telegram.heard()
    assert telegram.stored[0].reply_to == receipt.message_id


async def test_parts_of_an_album_come_one_by_one_and_name_it(telegram: LittleTelegram) -> None:
    await telegram.start()
    ana = telegram.simulator.person("Ana")
    telegram.simulator.user_sends_album(telegram.simulator.private(ana), ana, 3, "Hens")
    heard = await telegram.heard(3)
    assert [message.text.plain for message in heard] == ["Hens", "", ""]
    assert len({message.album for message in heard}) == 1


async def test_added_to_a_group_the_bot_says_once_how_to_make_it_the_room(telegram: LittleTelegram) -> None:
    group = telegram.simulator.group(bot_is="left")
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    telegram.simulator.change_bot(group, "member")
    await until(lambda: bool(group.from_bot and telegram.simulator.updates.delivered))
    telegram.simulator.change_bot(group, "administrator")
    telegram.simulator.repeat(telegram.simulator.updates.delivered[0])
    await telegram.heard(3)
    (said,) = group.from_bot
    assert f"TELEGRAM_OWNER_CHAT_ID={group.id}" in said.text.splitlines()
    code = said.entities[0]
    assert said.text[code["offset"] :] == f"TELEGRAM_OWNER_CHAT_ID={group.id}"


async def test_a_group_that_lets_nobody_speak_is_let_be(telegram: LittleTelegram) -> None:
    groups = [telegram.simulator.group(bot_is="left") for _ in range(2)]
    telegram.simulator.faults.inject("sendMessage", faults.refused(403, "Forbidden: bot was kicked from the group"))
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    for group in groups:
        telegram.simulator.change_bot(group, "member")
    await until(lambda: bool(groups[1].from_bot))
    assert groups[0].from_bot == []


async def test_in_its_own_room_the_bot_introduces_itself_to_nobody(make: Make, simulator: TelegramSimulator) -> None:
    room, channel = simulator.group(bot_is="left"), simulator.channel(bot_is="left")
    telegram = await make(room_chat_id=str(room.id))
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    simulator.change_bot(room, "administrator")
    simulator.change_bot(channel, "administrator")
    simulator.user_says(simulator.person("Ana"), text="Hi")
    await telegram.heard(3)
    assert room.from_bot == channel.from_bot == []


async def test_a_room_that_became_a_supergroup_stays_the_room(make: Make, simulator: TelegramSimulator) -> None:
    group = simulator.group(kind="group", forum=False)
    telegram = await make(room_chat_id=str(group.id))
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    moved = simulator.migrate_group(group)
    simulator.user_says(moved, text="Are we still here?")
    await until(lambda: any(u.body.get("message", {}).get("text") for u in telegram.stored))
    assert str(moved.id) in {update.moved_to for update in telegram.stored}
    assert telegram.adapter.decode(telegram.stored[-1].body).addressed


async def test_it_stops_at_once_and_can_start_again(telegram: LittleTelegram) -> None:
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    async with asyncio.timeout(1):
        await telegram.adapter.stop()
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await telegram.start()
    await telegram.heard()


async def test_stopping_lets_what_is_being_stored_be_stored(telegram: LittleTelegram) -> None:
    telegram.gate = asyncio.Event()
    telegram.simulator.user_says(telegram.simulator.person("Ana"), text="Hello")
    await telegram.start()
    await until(lambda: len(telegram.batches) == 1)
    stopping = asyncio.create_task(telegram.adapter.stop())
    await asyncio.sleep(0)
    assert telegram.stored == [] and not stopping.done()
    telegram.gate.set()
    await stopping
    assert len(telegram.stored) == 1


async def test_a_stopped_adapter_takes_nothing(telegram: LittleTelegram) -> None:
    await telegram.start()
    await telegram.adapter.stop()
    with pytest.raises(DeliveryError):
        await telegram.adapter._hand_over([{"update_id": 1}])
    assert telegram.stored == []


def test_the_package_alone_imports_no_library_of_telegrams() -> None:
    look = "import sys, bot.adapters.telegram; sys.exit('telegram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
