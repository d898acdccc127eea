"""Every row of the table, by the library's own errors and by the simulator's answers to real calls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
    TimedOut,
)

from bot.adapter import DeliveryError, Reason
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.reasons import ROWS, Where, delivery_error
from bot.adapters.telegram.transport import Cut, ServerTrouble, TooMany, Unsent
from tests.adapters.telegram.little_telegram import LittleTelegram, Make
from tests.simulators.telegram import faults
from tests.simulators.telegram.simulator import TelegramSimulator

CASES: list[tuple[TelegramError, Where, Reason]] = [
    (ChatMigrated(-1009), "room", Reason.migrated),
    (TooMany("Too Many Requests: retry after 7", 7.0), "private", Reason.limited),
    (InvalidToken("Unauthorized"), "private", Reason.unauthorised),
    (Conflict("Conflict: terminated by other getUpdates request"), "elsewhere", Reason.unreachable),
    (Forbidden("Forbidden: bot was blocked by the user"), "private", Reason.blocked),
    (Forbidden("Forbidden: user is deactivated"), "private", Reason.blocked),
    (Forbidden("Forbidden: bot can't initiate conversation with a user"), "private", Reason.blocked),
    (Forbidden("Forbidden: bot can't send messages to bots"), "private", Reason.blocked),
    (Forbidden("Forbidden: something new"), "private", Reason.blocked),
    (Forbidden("Forbidden: bot was kicked from the supergroup chat"), "room", Reason.unauthorised),
    (Forbidden("Forbidden: bot is not a member of the supergroup chat"), "room", Reason.unauthorised),
    (Forbidden("Forbidden: bot was kicked from the channel chat"), "elsewhere", Reason.rejected),
    (Forbidden("Forbidden: bot is not a member of the channel chat"), "elsewhere", Reason.rejected),
    (BadRequest("Bad Request: message thread not found"), "room", Reason.thread_gone),
    (BadRequest("Bad Request: TOPIC_DELETED"), "room", Reason.thread_gone),
    (BadRequest("Bad Request: TOPIC_CLOSED"), "room", Reason.thread_gone),
    (BadRequest("Bad Request: TOPIC_ID_INVALID"), "room", Reason.thread_gone),
    (BadRequest("Bad Request: message to edit not found"), "private", Reason.target_gone),
    (BadRequest("Bad Request: message to delete not found"), "private", Reason.target_gone),
    (BadRequest("Bad Request: message to react not found"), "private", Reason.target_gone),
    (BadRequest("Bad Request: MESSAGE_ID_INVALID"), "private", Reason.target_gone),
    (BadRequest("Bad Request: message can't be edited"), "private", Reason.too_old),
    (BadRequest("Bad Request: message can't be deleted for everyone"), "private", Reason.too_old),
    (BadRequest("Bad Request: message is too long"), "private", Reason.too_long),
    (BadRequest("Bad Request: message caption is too long"), "private", Reason.too_long),
    (BadRequest("Bad Request: chat not found"), "private", Reason.blocked),
    (BadRequest("Bad Request: PEER_ID_INVALID"), "private", Reason.blocked),
    (BadRequest("Bad Request: chat not found"), "room", Reason.unauthorised),
    (BadRequest("Bad Request: not enough rights to create a topic"), "room", Reason.unauthorised),
    (BadRequest("Bad Request: have no rights to send a message"), "room", Reason.unauthorised),
    (BadRequest("Bad Request: need administrator rights in the channel chat"), "elsewhere", Reason.rejected),
    (BadRequest("Bad Request: chat not found"), "elsewhere", Reason.rejected),
    (BadRequest("Bad Request: BUTTON_DATA_INVALID"), "private", Reason.rejected),
    (Forbidden("Forbidden: BOT_ACCESS_FORBIDDEN"), "stories", Reason.blocked),
    (BadRequest("Bad Request: business connection not found"), "stories", Reason.blocked),
    (BadRequest("Bad Request: BUSINESS_CONNECTION_INVALID"), "stories", Reason.blocked),
    (BadRequest("Bad Request: not enough rights"), "stories", Reason.blocked),
    (BadRequest("Bad Request: PREMIUM_ACCOUNT_REQUIRED"), "stories", Reason.blocked),
    (BadRequest("Bad Request: STORIES_TOO_MUCH"), "stories", Reason.full),
    (BadRequest("Bad Request: STORY_SEND_FLOOD_WEEKLY_3600"), "stories", Reason.full),
    (BadRequest("Bad Request: STORY_ID_INVALID"), "stories", Reason.target_gone),
    (BadRequest("Bad Request: story not found"), "stories", Reason.target_gone),
    (BadRequest("Bad Request: PHOTO_INVALID_DIMENSIONS"), "stories", Reason.unfit),
    (BadRequest("Bad Request: VIDEO_FILE_INVALID"), "stories", Reason.unfit),
    (BadRequest("Bad Request: IMAGE_PROCESS_FAILED"), "stories", Reason.unfit),
    (BadRequest("Bad Request: file is too big"), "stories", Reason.unfit),
    (BadRequest("Bad Request: something new"), "stories", Reason.rejected),
    (TooMany("Too Many Requests: retry after 7", 7.0), "stories", Reason.limited),
    (Unsent("ClientConnectorError"), "private", Reason.unreachable),
    (Cut("ServerDisconnectedError"), "private", Reason.uncertain),
    (ServerTrouble("HTTP status 502"), "private", Reason.uncertain),
    (TimedOut(), "private", Reason.uncertain),
    (TelegramError("Something new"), "private", Reason.uncertain),
]


@pytest.mark.parametrize(("error", "where", "reason"), CASES, ids=lambda case: str(case))
def test_a_refusal_means(error: TelegramError, where: Where, reason: Reason) -> None:
    assert delivery_error(error, where).reason is reason


def test_every_row_of_the_table_has_a_case_that_only_it_decides() -> None:
    deciding = {
        next(n for n, row in enumerate(ROWS) if row.fits(error, error.message.lower(), where))
        for error, where, _ in CASES
    }
    assert deciding == set(range(len(ROWS)))


def test_a_migration_names_the_new_id() -> None:
    assert delivery_error(ChatMigrated(-1009)).new_chat_id == "-1009"


async def refused(telegram: LittleTelegram) -> DeliveryError:
    """What becomes of a message to a customer."""
    ana = telegram.simulator.person("Ana")
    telegram.simulator.private(ana).started = True
    with pytest.raises(DeliveryError) as caught:
        await telegram.adapter.send(telegram.call(telegram.simulator.private(ana), "Hello"))
    return caught.value


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.limited(9), Reason.limited),
        (faults.server_error(502), Reason.uncertain),
        (faults.server_error(500, html=True), Reason.uncertain),
        (faults.server_error(504, after=True), Reason.uncertain),
        (faults.cut(), Reason.uncertain),
        (faults.cut(after=True), Reason.uncertain),
        (faults.unauthorised(), Reason.unauthorised),
        (faults.conflict(), Reason.unreachable),
        (faults.refused(403, "Forbidden: user is deactivated"), Reason.blocked),
        (faults.refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009), Reason.migrated),
        (faults.refused(418, "I'm a teapot"), Reason.uncertain),
        (faults.refused(413, "Request Entity Too Large"), Reason.rejected),
    ],
    ids=lambda value: str(value),
)
async def test_the_real_client_says_so(telegram: LittleTelegram, fault: faults.Fault, reason: Reason) -> None:
    telegram.simulator.faults.inject("sendMessage", fault)
    error = await refused(telegram)
    assert error.reason is reason
    assert telegram.simulator.token not in str(error)
    if reason is Reason.limited:
        assert (error.retry_after_s, error.scope) == (9.0, "chat")
    if reason is Reason.migrated:
        assert error.new_chat_id == "-1009"


async def test_a_revoked_token_is_unauthorised(telegram: LittleTelegram) -> None:
    telegram.simulator.revoke_token()
    assert (await refused(telegram)).reason is Reason.unauthorised


async def test_a_server_that_is_not_there_is_unreachable(telegram: LittleTelegram) -> None:
    await telegram.simulator.stop()
    assert (await refused(telegram)).reason is Reason.unreachable


async def test_a_customer_who_blocked_the_bot_is_blocked_until_they_return(telegram: LittleTelegram) -> None:
    simulator = telegram.simulator
    ana = simulator.person("Ana")
    chat = simulator.private(ana)
    chat.started = True
    simulator.block(ana)
    with pytest.raises(DeliveryError) as caught:
        await telegram.adapter.send(telegram.call(chat, "Hello"))
    assert caught.value.reason is Reason.blocked
    simulator.unblock(ana)
    await telegram.adapter.send(telegram.call(chat, "Hello"))
    assert chat.from_bot[-1].text == "Hello"


async def test_somebody_who_never_pressed_start_counts_as_blocked(telegram: LittleTelegram) -> None:
    with pytest.raises(DeliveryError) as caught:
        await telegram.adapter.send(telegram.call(telegram.simulator.private(telegram.simulator.person("Ben")), "Hi"))
    assert caught.value.reason is Reason.blocked


async def test_a_basic_group_that_moved_is_migrated(make: Make, simulator: TelegramSimulator) -> None:
    group = simulator.group(kind="group", forum=False)
    telegram = await make(room_chat_id=str(group.id))
    moved = simulator.migrate_group(group)
    with pytest.raises(DeliveryError) as caught:
        await telegram.adapter.send(telegram.call(group, "Hello"))
    assert (caught.value.reason, caught.value.new_chat_id) == (Reason.migrated, str(moved.id))


async def test_the_limit_of_a_group_is_its_own(make: Make, simulator: TelegramSimulator) -> None:
    rooms = [simulator.group(), simulator.group()]
    telegram = await make()
    simulator.faults.inject("sendMessage", faults.limited(9), times=2)
    for room in rooms:
        with pytest.raises(DeliveryError) as caught:
            await telegram.adapter.send(telegram.call(room, "Hello"))
        assert caught.value.scope == "chat"


@pytest.mark.parametrize(("apart_s", "scope"), [(0.5, "bot"), (5.0, "chat")])
async def test_two_customers_limited_within_a_second_mean_the_whole_bot(
    telegram: LittleTelegram, apart_s: float, scope: str
) -> None:
    telegram.simulator.faults.inject("sendMessage", faults.limited(9), times=2)
    assert (await refused(telegram)).scope == "chat"
    telegram.clock.advance(apart_s)
    assert (await refused(telegram)).scope == scope


@asynccontextmanager
async def raw_server(answer: Callable[[bytes], bytes | None]) -> AsyncIterator[str]:
    """A server that answers the first bytes of a request with `answer`, or (None) not at all."""

    met: list[asyncio.Task[None] | None] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(asyncio.current_task())
        said = answer(await reader.read(65536))
        if said is None:
            await reader.read()  # until the client hangs up
        else:
            writer.write(said)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.gather(*filter(None, met))


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("said", "pause_s"),
    [
        (b'{"ok": false, "description": "Too Many", "parameters": {"retry_after": 8}}', 8.0),
        (b'{"ok": false, "description": "Too Many"}', 5.0),
        (b"<html>", 5.0),
    ],
)
async def test_a_limit_names_its_pause_or_gets_one(said: bytes, pause_s: float) -> None:
    async with raw_server(lambda _: http(said, "429 Too Many Requests")) as url:
        api = Api("7:secret", url)
        with pytest.raises(DeliveryError) as caught:
            await api.call("getMe")
        await api.close()
    assert (caught.value.reason, caught.value.retry_after_s) == (Reason.limited, pause_s)
    assert caught.value.scope == "bot"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (http(b'{"ok": true'), Reason.uncertain),
        (http(b"[]"), Reason.uncertain),
        (http(b'{"ok": true}'), Reason.uncertain),
        (http(b'{"ok": true, "result": {}}')[:-4], Reason.uncertain),
        (b"nonsense\r\n\r\n", Reason.uncertain),
        (http(b"<html>", "404 Not Found"), Reason.unauthorised),
    ],
)
async def test_an_answer_that_is_none_leaves_it_open(said: bytes, reason: Reason) -> None:
    async with raw_server(lambda _: said) as url:
        api = Api("7:secret", url)
        with pytest.raises(DeliveryError) as caught:
            await api.call("sendMessage", chat_id=1, text="Hello")
        await api.close()
    assert caught.value.reason is reason
    assert "secret" not in str(caught.value)


async def test_silence_after_the_request_leaves_it_open() -> None:
    async with raw_server(lambda _: None) as url:
        api = Api("7:secret", url)
        with pytest.raises(DeliveryError) as caught:
            await api.call("sendMessage", chat_id=1, text="Hello", silent_s=0.01)
        await api.close()
    assert caught.value.reason is Reason.uncertain


async def test_an_answer_that_repeats_the_token_does_not_give_it_away(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = http(b'{"ok": false, "error_code": 400, "description": "Bad Request: /bot7:secret/x"}', "400 Bad Request")
    async with raw_server(lambda _: echo) as url:
        api = Api("7:secret", url)
        with pytest.raises(DeliveryError) as caught:
            await api.call("sendMessage", chat_id=1, text="Hello")
        await api.close()
    assert "secret" not in str(caught.value) + caplog.text
    assert caught.value.reason is Reason.rejected
