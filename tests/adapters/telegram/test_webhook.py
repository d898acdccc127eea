"""Updates that Telegram brings: the real adapter behind a small server, the simulator before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import ClientSession, web

from bot.adapters.telegram.webhook import MOST_BYTES, SECRET_HEADER
from tests.adapters.telegram.little_telegram import LittleTelegram, Make, until
from tests.simulators.telegram import faults
from tests.simulators.telegram.simulator import TelegramSimulator

SECRET = "a-long-secret"


@pytest.fixture
async def hooked(make: Make) -> AsyncIterator[LittleTelegram]:
    """An adapter with a webhook, and the server that takes it."""
    answering: list[LittleTelegram] = []

    async def take(request: web.Request) -> web.Response:
        return await answering[0].adapter.webhook(request)

    app = web.Application(client_max_size=16 * MOST_BYTES)
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    answering.append(await make(webhook_url=f"http://127.0.0.1:{port}/hook", webhook_secret=SECRET))
    yield answering[0]
    await answering[0].adapter.stop()
    await runner.cleanup()


async def post(hooked: LittleTelegram, body: bytes, secret: str | None = SECRET, *, chunked: bool = False) -> int:
    """What a call of the webhook is answered."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    headers = {} if secret is None else {SECRET_HEADER: secret}
    url = hooked.adapter._expected.webhook_url
    async with (
        ClientSession() as session,
        session.post(url, data=pieces() if chunked else BytesIO(body), headers=headers) as response,
    ):
        return response.status


UPDATE = b'{"update_id": 1, "message": {"message_id": 2, "date": 3, "chat": {"id": 5, "type": "private"}}}'


async def test_telegram_brings_what_people_say(hooked: LittleTelegram) -> None:
    await hooked.start()
    await until(lambda: hooked.adapter.health()["connected"])
    hook = hooked.simulator.world.webhook
    assert (hook.secret, hook.max_connections) == (SECRET, 1)
    assert hooked.simulator.updates.wants("message_reaction")
    for words in ("one", "two", "three"):
        hooked.simulator.user_says(hooked.simulator.person("Ana"), text=words)
    heard = await hooked.heard(3)
    assert [message.text.plain for message in heard] == ["one", "two", "three"]
    await until(lambda: len(hooked.simulator.updates.delivered) == 3)


async def test_what_cannot_be_stored_is_brought_again(hooked: LittleTelegram) -> None:
    hooked.refusals = 2
    await hooked.start()
    await until(lambda: hooked.adapter.health()["connected"])
    hooked.simulator.user_says(hooked.simulator.person("Ana"), text="Hello")
    assert [message.text.plain for message in await hooked.heard()] == ["Hello"]
    assert len(hooked.batches) == 3


async def test_it_is_stored_before_telegram_is_told(hooked: LittleTelegram) -> None:
    hooked.gate = asyncio.Event()
    await hooked.start()
    answer = asyncio.create_task(post(hooked, UPDATE))
    await until(lambda: len(hooked.batches) == 1)
    assert not answer.done()
    hooked.gate.set()
    assert await answer == 200


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ünïcode"])
async def test_without_the_secret_nobody_is_heard(hooked: LittleTelegram, secret: str | None) -> None:
    await hooked.start()
    assert await post(hooked, UPDATE, secret) == 403
    assert hooked.batches == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_too_much_is_refused(hooked: LittleTelegram, chunked: bool) -> None:
    await hooked.start()
    much = b'{"update_id": 1, "x": "' + b"x" * MOST_BYTES + b'"}'
    assert await post(hooked, much, chunked=chunked) == 413
    assert await post(hooked, UPDATE, chunked=chunked) == 200
    assert len(hooked.stored) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_json_is_refused(hooked: LittleTelegram, body: bytes) -> None:
    await hooked.start()
    assert await post(hooked, body) == 400


@pytest.mark.parametrize("body", [b"3", b"[]", b"{}", b'{"update_id": 4, "message": 5}'])
async def test_what_is_no_update_is_kept_all_the_same(hooked: LittleTelegram, body: bytes) -> None:
    await hooked.start()
    assert await post(hooked, body) == 200
    assert hooked.stored[0].chat is None


async def test_a_stopped_bot_tells_telegram_to_come_again(hooked: LittleTelegram) -> None:
    assert await post(hooked, UPDATE) == 500


async def test_a_webhook_without_a_secret_gets_one(make: Make, simulator: TelegramSimulator) -> None:
    telegram = await make(webhook_url="http://127.0.0.1:9/hook")
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])
    assert len(simulator.world.webhook.secret) > 20


async def test_a_webhook_that_another_program_took_away_is_set_again(hooked: LittleTelegram) -> None:
    looks = asyncio.Queue[None]()

    async def wait(seconds: float) -> None:
        hooked.waits.pauses.append(seconds)
        await looks.get()

    hooked.adapter._line._wait = wait
    await hooked.start()
    await until(lambda: hooked.waits.pauses == [300.0])
    hooked.simulator.world.webhook.url = ""
    looks.put_nowait(None)
    await until(lambda: hooked.simulator.world.webhook.url.endswith("/hook"))
    looks.put_nowait(None)
    await until(lambda: len(hooked.waits.pauses) == 3)
    assert hooked.simulator.count("setWebhook") == 2


async def test_a_webhook_that_cannot_be_set_is_tried_again(hooked: LittleTelegram) -> None:
    hooked.simulator.faults.inject("setWebhook", faults.server_error(), times=2)
    looks = asyncio.Event()

    async def wait(seconds: float) -> None:
        hooked.waits.pauses.append(seconds)
        if seconds == 300.0:
            await looks.wait()

    hooked.adapter._line._wait = wait
    await hooked.start()
    await until(lambda: hooked.adapter.health()["connected"])
    assert hooked.waits.pauses == [1.0, 2.0, 300.0]


async def test_a_press_is_answered_once_it_is_stored(hooked: LittleTelegram) -> None:
    await hooked.start()
    await until(lambda: hooked.adapter.health()["connected"])
    simulator = hooked.simulator
    query = simulator.user_presses(simulator.user_says(simulator.person("Ana"), text="Hi"), "ask_owner:1")
    await until(lambda: len(query.answers) == 1)
    assert (await hooked.heard(2))[1].kind == "button"
