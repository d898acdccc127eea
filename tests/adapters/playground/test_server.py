"""The page's server: it tells its own page everything, and nobody else anything."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.adapter import Core
from bot.adapters.playground.server import MAX_UPLOAD_BYTES, Server, serve
from bot.messages import Media, styled
from tests.adapters.playground.little_core import LittleCore, call, chat

PNG = b"\x89PNG\r\n\x1a\n and more"


class Page:
    """A browser's side of the WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next frame of that kind; others are passed over."""
        async with asyncio.timeout(5):
            while (frame := await self.socket.receive_json())["is"] != kind:
                pass
        heard: dict[str, Any] = frame
        return heard

    async def ask(self, **frame: object) -> None:
        await self.socket.send_json(frame)

    async def sorry(self, **frame: object) -> str:
        await self.ask(**frame)
        return str((await self.hear("sorry"))["text"])


@pytest.fixture
async def server(core: LittleCore) -> AsyncIterator[Server]:
    server = await serve(core.adapter, core.clock, "Hana's Egg Farm", "Hana", 0)
    yield server
    await server.stop()


@pytest.fixture
async def http(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    base = f"http://127.0.0.1:{server.port}"
    async with aiohttp.ClientSession(base, headers={"Origin": base}) as session:
        yield session


@pytest.fixture
async def page(http: aiohttp.ClientSession) -> AsyncIterator[Page]:
    async with http.ws_connect("/ws") as socket:
        yield Page(socket)


async def test_the_page_and_all_that_it_names_is_served(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as answer:
        words = await answer.text()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "http://" not in words
    assert "https://" not in words
    for name, kind in (("app.js", "text/javascript"), ("style.css", "text/css"), ("egg.svg", "image/svg+xml")):
        async with http.get(f"/{name}") as answer:
            assert (answer.status, answer.content_type) == (200, kind)


@pytest.mark.parametrize("path", ["/nothing.js", "/..%2Fserver.py", "/%2e%2e%2fserver.py", "/media/f9", "/page"])
async def test_nothing_else_is_served(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as answer:
        assert answer.status == 404


async def test_the_page_is_told_everything_on_connect(core: LittleCore, server: Server, page: Page) -> None:
    state = await page.hear("state")
    assert (state["shop"], state["owner"], state["zone"]) == ("Hana's Egg Farm", "Hana", "Asia/Tokyo")
    assert [customer["name"] for customer in state["customers"]] == ["Ana", "Ben", "Mei"]
    assert state["now"] == "2026-03-10T18:00:00+09:00"
    assert set(state["logs"]) == {"ana", "ben", "mei", "room", "channel"}


async def test_what_a_customer_types_is_said_and_the_answer_shown(core: LittleCore, page: Page) -> None:
    await page.ask(do="say", place="ana", text="ship")
    asked = (await page.hear("shown"))["message"]
    answered = (await page.hear("shown"))["message"]
    assert (asked["author"], asked["text"]["plain"], asked["from_bot"]) == ("Ana", "ship", False)
    assert (answered["from_bot"], answered["buttons"]) == (True, [{"label": "Ask Hana", "data": "press:Ask Hana"}])
    await page.ask(do="press", place="ana", message_id=answered["id"], data="press:Ask Hana")
    assert (await page.hear("threads"))["threads"] == [{"id": "t1", "title": "Ana", "waiting": False}]
    assert (await page.hear("shown"))["place"] == "room/t1"


async def test_the_owner_writes_in_the_room_a_thread_and_the_channel(core: LittleCore, page: Page) -> None:
    await core.adapter.open_thread(chat("room"), "Ana", call(chat("room"), "Ana asks"))
    await page.ask(do="say", place="room/t1", text="Hello Ana")
    await page.ask(do="say", place="room", text="/help")
    await page.ask(do="say", place="channel", text="Good morning")
    while (shown := await page.hear("shown"))["place"] != "channel":
        pass
    assert shown["message"]["text"]["plain"] == "Good morning"
    assert [(m.chat.thread_id, m.sender.id) for m in core.told] == [("t1", "hana"), (None, "hana")]


async def test_what_was_written_is_edited_and_deleted(core: LittleCore, page: Page) -> None:
    for place in ("ana", "room"):
        await page.ask(do="say", place=place, text="/one")
        message_id = (await page.hear("shown"))["message"]["id"]
        await page.ask(do="edit", place=place, message_id=message_id, text="/two")
        await page.ask(do="delete", place=place, message_id=message_id)
        while not (shown := (await page.hear("shown"))["message"])["deleted"]:
            pass
        assert [version["plain"] for version in shown["versions"]] == ["/one"]
    assert [m.kind for m in core.told] == ["command", "edit", "delete"] * 2


async def test_formatting_and_why_an_answer_was_given_reach_the_page(core: LittleCore, page: Page) -> None:
    update_id = await core.adapter.customer_says("mei", "hi")
    core.adapter.explain(update_id, {"outcome": "answered", "confidence": 0.9})
    text = styled("link", "our shop", "https://eggs.example/")
    await core.adapter.send(call(chat("mei"), text.plain, media=()))
    core.adapter.world.edit(core.adapter.world.places()[2], "2", text)
    state = await page.hear("state")
    log = state["logs"]["mei"] or [(await page.hear("shown"))["message"] for _ in range(4)]
    assert {"outcome": "answered", "confidence": 0.9} in [message["explanation"] for message in log]
    assert log[-1]["text"]["spans"] == [{"kind": "link", "start": 0, "length": 8, "url": "https://eggs.example/"}]


async def test_the_clock_moves_and_says_what_came(core: LittleCore, page: Page) -> None:
    core.later(5 * 3600, chat("ana"), "the post of the day")
    for by, now in (("hour", "2026-03-10T19:00:00+09:00"), ("next", "2026-03-10T23:00:00+09:00")):
        await page.ask(do="clock", by=by)
        while (clock := await page.hear("clock"))["now"] != now:
            pass
    assert clock["told"] == "the post of the day"
    await page.ask(do="clock", by="next")
    assert (await page.hear("clock"))["told"] == "Nothing is planned."
    await page.ask(do="clock", by="day")
    assert (await page.hear("clock"))["now"] == "2026-03-11T23:00:00+09:00"


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ({"do": "dance"}, "The playground doesn't know that request."),
        ({"do": "say", "place": "zoe", "text": "hi"}, "That isn't there any more."),
        ({"do": "say", "place": "room/t9", "text": "hi"}, "That isn't there any more."),
        ({"do": "say", "place": "ana", "text": " "}, "Write something first."),
        ({"do": "say", "place": "ana", "text": 5}, "The request lacks its `text`."),
        ({"do": "say", "place": "ana"}, "The request lacks its `text`."),
        ({"do": "say", "place": "ana", "text": "x" * 4097}, "A message holds at most 4,096 characters"),
        ({"do": "say", "place": "ana", "text": "hi", "media": ["f1"]}, "That isn't there any more."),
        ({"do": "say", "place": "ana", "text": "hi", "media": ["f1"] * 11}, "At most 10 photos"),
        ({"do": "say", "place": "ana", "text": "hi", "reply_to": "99"}, "That isn't there any more."),
        ({"do": "press", "place": "ana", "message_id": "9", "data": "x"}, "That isn't there any more."),
        ({"do": "edit", "place": "channel", "message_id": "9", "text": "x"}, "That isn't there any more."),
        ({"do": "delete", "place": "ana", "message_id": [1]}, "The request lacks its `message_id`."),
        ({"do": "clock", "by": "year"}, "The clock moves by an hour"),
        ({"do": ["say"]}, "The playground doesn't know that request."),
    ],
)
async def test_a_wrong_request_is_answered_by_one_sentence(
    core: LittleCore, page: Page, frame: dict[str, Any], sentence: str
) -> None:
    assert (await page.sorry(**frame)).startswith(sentence)
    assert core.told == []


@pytest.mark.parametrize("data", ["", "{", "[]", "[" * 100_000, '"say"', "null"])
async def test_what_is_no_request_is_answered_by_one_sentence(page: Page, data: str) -> None:
    await page.socket.send_str(data)
    assert (await page.hear("sorry"))["text"] == "The playground couldn't read that request."
    await page.socket.send_bytes(b"\xff")
    assert (await page.hear("sorry"))["text"] == "The playground couldn't read that request."


async def test_half_a_character_is_no_trouble(core: LittleCore, page: Page) -> None:
    await page.socket.send_str('{"do": "say", "place": "ana", "text": "egg \\ud83e"}')
    assert (await page.hear("shown"))["message"]["text"]["plain"] == "egg \ufffd"
    assert json.dumps(core.told[0].text.plain, ensure_ascii=False).encode()


async def test_a_bot_that_is_broken_is_said_so_and_the_page_goes_on(core: LittleCore, page: Page) -> None:
    async def broken(updates: object) -> None:
        raise ConnectionError("no database")

    await core.adapter.start(Core(broken, core.adapter.fetch))  # type: ignore[arg-type]
    assert "the terminal says why" in await page.sorry(do="say", place="ana", text="hi")
    assert await page.sorry(do="dance")


async def test_a_photo_is_uploaded_sent_and_served(core: LittleCore, http: aiohttp.ClientSession, page: Page) -> None:
    async with http.post("/upload", data=PNG, headers={"X-Name": "d%C3%A9jeuner.png"}) as answer:
        told = await answer.json()
    assert told == {"file": "f1", "name": "déjeuner.png"}
    await page.ask(do="say", place="ana", text="", media=["f1"])
    shown = (await page.hear("shown"))["message"]
    assert shown["media"] == [{"kind": "photo", "file": "f1", "name": "déjeuner.png", "alt": ""}]
    (told,) = core.told[0].media
    assert told == Media(
        "photo", "f1", name="déjeuner.png", mime="image/png", size=len(PNG), origin="playground:playground"
    )
    async with http.get("/media/f1") as answer:
        assert (await answer.read(), answer.content_type) == (PNG, "image/png")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"<svg onload=alert(1)>", 415, "That is no photo"),
        (b"", 415, "That is no photo"),
        (PNG + bytes(MAX_UPLOAD_BYTES), 413, "A photo may have at most 10 MB."),
    ],
)
async def test_what_is_no_photo_or_too_big_is_refused(
    http: aiohttp.ClientSession, content: bytes, status: int, sentence: str
) -> None:
    async with http.post("/upload", data=io.BytesIO(content)) as answer:
        assert (answer.status, (await answer.json())["sorry"][: len(sentence)]) == (status, sentence)


@pytest.mark.parametrize("path", ["/", "/app.js", "/ws", "/media/f1"])
@pytest.mark.parametrize(
    "headers", [{"Host": "eggs.example:8765"}, {"Host": "127.0.0.1:1"}, {"Origin": "https://eggs.example"}]
)
async def test_another_site_or_name_gets_nothing(server: Server, path: str, headers: dict[str, str]) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as stranger:
        async with stranger.get(path, headers=headers) as answer:
            assert answer.status == 403


@pytest.mark.parametrize(("method", "path"), [("GET", "/ws"), ("POST", "/upload")])
@pytest.mark.parametrize("origin", [None, "null", "http://127.0.0.1", "https://127.0.0.1:{port}"])
async def test_doing_something_needs_the_pages_own_origin(
    server: Server, method: str, path: str, origin: str | None
) -> None:
    headers = {"Origin": origin.format(port=server.port)} if origin else {}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as stranger:
        async with stranger.request(method, path, headers=headers, data=PNG) as answer:
            assert answer.status == 403


async def test_it_answers_under_localhost_too(server: Server) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        async with session.get("/", headers={"Host": f"localhost:{server.port}"}) as answer:
            assert answer.status == 200


async def test_a_taken_port_is_an_error_at_once(core: LittleCore, server: Server) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve(core.adapter, core.clock, "Hana's Egg Farm", "Hana", server.port)


async def test_stopping_closes_the_pages_and_the_port(core: LittleCore, server: Server, page: Page) -> None:
    await page.hear("state")
    await server.stop()
    async with asyncio.timeout(5):
        while not page.socket.closed:
            await page.socket.receive()
    again = await serve(core.adapter, core.clock, "Hana's Egg Farm", "Hana", server.port)
    await again.stop()
