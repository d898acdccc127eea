"""The port of a running bot: what it says of itself, and whom it lets in."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from bot.http import CantListen, Port
from tests.bot.shopfront import get


@dataclass
class Bot:
    """What the port asks, answered as a test wants it."""

    missing: str = ""
    taken: list[str] = field(default_factory=list)

    async def ready(self) -> str:
        """What is not ready."""
        return self.missing

    async def figures(self) -> bytes:
        """Some figures."""
        return b"eggs 12\n"

    async def take(self, request: web.Request) -> web.Response:
        """A platform's call."""
        self.taken.append(await request.text())
        return web.Response(status=202)


@pytest.fixture
def bot() -> Bot:
    """The bot behind the port."""
    return Bot()


@pytest.fixture
async def port(bot: Bot) -> AsyncIterator[Port]:
    """An open port."""
    port = Port(bot.ready, bot.figures, {"/telegram/hook": bot.take})
    await port.open("127.0.0.1", 0)
    yield port
    await port.close()


async def test_a_process_that_answers_is_alive_even_when_it_is_not_ready(port: Port, bot: Bot) -> None:
    bot.missing = "database"
    assert await get(port.number, "/healthz") == (200, "alive")


async def test_what_is_not_ready_is_said_in_a_word(port: Port, bot: Bot) -> None:
    assert await get(port.number, "/readyz") == (200, "ready")
    bot.missing = "telegram"
    assert await get(port.number, "/readyz") == (503, "telegram")


async def test_the_figures_come_as_prometheus_wants_them(port: Port) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port.number}/metrics") as response:
            assert response.headers["Content-Type"].startswith("text/plain; version=")
            assert await response.text() == "eggs 12\n"


async def test_a_platform_calls_at_its_path_alone(port: Port, bot: Bot) -> None:
    address = f"http://127.0.0.1:{port.number}"
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{address}/telegram/hook", data="an update") as response:
            assert response.status == 202
        async with session.post(f"{address}/telegram", data="a guess") as response:
            assert response.status == 404
        async with session.get(f"{address}/telegram/hook") as response:
            assert response.status == 405
    assert bot.taken == ["an update"]


async def test_a_port_that_is_taken_is_one_sentence(bot: Bot) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(CantListen, match=rf"127\.0\.0\.1:{number} can't be listened on .*: change HTTP_PORT"):
            await Port(bot.ready, bot.figures, {}).open("127.0.0.1", number)


async def test_a_closed_port_listens_no_more(bot: Bot) -> None:
    port = Port(bot.ready, bot.figures, {})
    await port.open("127.0.0.1", 0)
    await port.close()
    assert await get(port.number, "/healthz") == (0, "")
