"""`setup` in a terminal of its own: it waits for a group, fetches a model, and Ctrl-C leaves nothing half written."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pty
import signal
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.setting_up import sentence_model
from bot.setting_up.sentence_model import Remote, fetch
from bot.setting_up.talk import CantSetUp
from bot.settings import load_settings
from tests.bot.cli.conftest import Call
from tests.simulators.telegram.simulator import TelegramSimulator

PATIENCE_S = 30.0
BODY = bytes(range(256)) * 4_000
FILES = (
    Remote("onnx/model.onnx", "model.onnx", len(BODY), hashlib.sha256(BODY).hexdigest()),
    Remote("tokenizer.json", "tokenizer.json", 7, hashlib.sha256(b"a token").hexdigest()),
)


class Terminal:
    """`concierge` at a screen: what it shows, and somebody who types."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.folder = folder
        self.arguments = arguments
        self.settings = settings
        self.shown = self.all_shown = ""
        self._news = asyncio.Event()

    async def __aenter__(self) -> Terminal:
        self._screen, typing = pty.openpty()
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        root = str(Path(__file__).parents[3])
        command = (sys.executable, "-m", "bot", *self.arguments)
        environment = {**kept, "PYTHONPATH": root, **self.settings}
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, stdin=typing, stdout=typing, stderr=typing, env=environment
        )
        os.close(typing)
        asyncio.get_running_loop().add_reader(self._screen, self._look)
        return self

    async def __aexit__(self, *raised: object) -> None:
        asyncio.get_running_loop().remove_reader(self._screen)
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        os.close(self._screen)

    def _look(self) -> None:
        try:
            seen = os.read(self._screen, 65536)
        except OSError:  # the other side has gone
            asyncio.get_running_loop().remove_reader(self._screen)
            seen = b""
        self.all_shown += seen.decode("utf-8", "replace")
        self.shown += seen.decode("utf-8", "replace").replace("\r\n", "\n")
        self._news.set()

    async def shows(self, words: str) -> None:
        """Waits until it has shown that, and forgets what came before."""
        async with asyncio.timeout(PATIENCE_S):
            while words not in self.shown:
                self._news.clear()
                await self._news.wait()
        self.shown = self.shown.partition(words)[2]

    def types(self, line: str) -> None:
        """Types a line."""
        os.write(self._screen, f"{line}\n".encode())

    def interrupts(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    async def ends(self) -> int:
        """Its exit code."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._process.wait()


@pytest.fixture
async def live() -> AsyncIterator[TelegramSimulator]:
    """Telegram on this loop, so that people act while the command waits."""
    simulator = TelegramSimulator()
    await simulator.start()
    yield simulator
    await simulator.stop()


def left(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_the_group_is_found_when_the_bot_is_added_and_no_customer_is_lost(
    live: TelegramSimulator, tmp_path: Path
) -> None:
    group = live.group("Hana and Ken", bot_is="left")
    live.press_start(live.person("Ana"))
    waiting = len(live.updates.waiting)
    async with Terminal(tmp_path, "setup", TELEGRAM_API_BASE_URL=live.url) as screen:
        await screen.shows("Where do your customers write")
        screen.types("")
        await screen.shows("@BotFather gave you")
        screen.types(live.token)  # at once, as whoever pastes it: it counts, and isn't shown
        await screen.shows("\nTelegram knows the bot: @concierge_bot")
        assert live.token not in screen.all_shown
        assert live.token not in screen.shown
        await screen.shows("What is the group's id?")
        screen.types("")
        await screen.shows("Waiting until the bot is added")
        live.change_bot(group, "administrator")
        await screen.shows(f"“Hana and Ken”, whose id is {group.id}")
        for answer in ("", "", "", "empty", "Hana's Eggs", "Asia/Tokyo", "en", "JPY", "Hana", "", "none"):
            screen.types(answer)
        await screen.shows("`concierge run` starts the bot")
        assert await screen.ends() == 0
    assert f"TELEGRAM_OWNER_CHAT_ID={group.id}\n" in (tmp_path / ".env").read_text(encoding="utf-8")
    assert len(live.updates.waiting) >= waiting + 2 and live.updates.waiting[0].body["message"]["text"] == "/start"


STOPS = [
    ([], "Change it? What isn't asked"),
    (["", "", "-"], "Channels for your stories"),
    (["", "", ""], "Waiting until the bot is added"),
    (["", "", "-", "", "", "empty"], "What is your shop called?"),
]


@pytest.mark.parametrize(("answers", "at"), STOPS, ids=[at for _, at in STOPS])
async def test_ctrl_c_leaves_nothing_half_written(
    live: TelegramSimulator, tmp_path: Path, answers: list[str], at: str
) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=8080\n", encoding="utf-8")
    settings = {"TELEGRAM_API_BASE_URL": live.url, "TELEGRAM_BOT_TOKEN": live.token}
    async with Terminal(tmp_path, "setup", **settings) as screen:
        for answer in answers:
            screen.types(answer)
        await screen.shows(at)
        screen.interrupts()
        await screen.shows("no setting was written")
        assert await screen.ends() == 130 and "Traceback" not in screen.shown
    assert left(tmp_path) == [".env"]
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "HTTP_PORT=8080\n"


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def hub(handler: Handler) -> AsyncIterator[str]:
    """A model hub on this machine."""
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def body_of(request: web.Request) -> bytes:
    """What lies at the path."""
    return {"/onnx/model.onnx": BODY, "/tokenizer.json": b"a token"}[request.path]


async def whole(request: web.Request) -> web.StreamResponse:
    """A hub that knows of ranges."""
    start = request.http_range.start or 0
    status = 206 if "Range" in request.headers else 200
    return web.Response(body=body_of(request)[start:], status=status)


def quiet(_: object) -> None:
    """Says nothing."""


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model of these tests is small."""
    monkeypatch.setattr(sentence_model, "FILES", FILES)


async def test_a_model_is_fetched_checked_and_named_only_when_it_is_whole(tmp_path: Path) -> None:
    steps: list[int] = []
    async with hub(whole) as address:
        await fetch(address, tmp_path / "model", quiet, steps.append)
    assert (tmp_path / "model" / "model.onnx").read_bytes() == BODY
    assert left(tmp_path / "model") == ["model.onnx", "tokenizer.json"]
    assert steps == sorted(steps) and steps[-1] == len(BODY) + 7 and len(steps) > 3


async def test_what_was_cut_is_gone_on_with_from_there(tmp_path: Path) -> None:
    asked: list[str | None] = []

    async def cut_once(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range"))
        if len(asked) > 1:
            return await whole(request)
        response = web.StreamResponse(headers={"Content-Length": str(len(BODY))})
        await response.prepare(request)
        await response.write(BODY[:500_000])
        assert request.transport
        request.transport.close()
        return response

    async with hub(cut_once) as address:
        with pytest.raises(CantSetUp, match="goes on where it was cut"):
            await fetch(address, tmp_path, quiet, quiet)
        assert left(tmp_path) == ["model.onnx.part"]
        kept = (tmp_path / "model.onnx.part").stat().st_size
        assert 0 < kept <= 500_000
        await fetch(address, tmp_path, quiet, quiet)
    assert asked == [None, f"bytes={kept}-", None]
    assert (tmp_path / "model.onnx").read_bytes() == BODY


async def test_a_hub_that_knows_no_ranges_begins_anew(tmp_path: Path) -> None:
    async def stubborn(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body_of(request))

    (tmp_path / "model.onnx.part").write_bytes(b"something")
    async with hub(stubborn) as address:
        await fetch(address, tmp_path, quiet, quiet)
    assert (tmp_path / "model.onnx").read_bytes() == BODY


@pytest.mark.parametrize("body", [bytes(len(BODY)), BODY + b"more"], ids=["other bytes", "too long"])
async def test_another_file_than_the_known_one_is_thrown_away(tmp_path: Path, body: bytes) -> None:
    async def wrong(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body)

    async with hub(wrong) as address:
        with pytest.raises(CantSetUp, match="another file than the one that is known"):
            await fetch(address, tmp_path, quiet, quiet)
    assert left(tmp_path) == []


async def test_a_hub_without_the_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    async def nothing(request: web.Request) -> web.StreamResponse:
        return web.Response(status=404)

    async with hub(nothing) as address:
        with pytest.raises(CantSetUp, match="404"):
            await fetch(address, tmp_path, quiet, quiet)
    assert left(tmp_path) == []


async def test_files_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "model.onnx").write_bytes(BODY)
    (tmp_path / "tokenizer.json").write_bytes(b"a token")
    await fetch("http://127.0.0.1:9", tmp_path, said.append, quiet)
    assert len(said) == 2 and all("is there already" in sentence for sentence in said)


def _field(number: int, value: int | bytes | str) -> bytes:
    """One field of a protocol buffer, of a number below 16."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return (
        bytes([number << 3 | 2, *([len(data)] if len(data) < 128 else [len(data) & 127 | 128, len(data) >> 7])]) + data
    )


def _tensor(name: str, kind: int, axes: int) -> bytes:
    """An input or output, of axes whose lengths are not fixed."""
    shape = b"".join(_field(1, _field(2, f"axis{axis}")) for axis in range(axes))
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def tiny_model() -> bytes:
    """A sentence model of two tokens, each with a vector of two places, in ONNX's own form."""
    vectors = _field(1, 2) + _field(1, 2) + _field(2, 1) + _field(8, "vectors")
    vectors += _field(9, struct.pack("<4f", 1.0, 0.0, 0.0, 1.0))
    look_up = _field(1, "vectors") + _field(1, "input_ids") + _field(2, "last_hidden_state") + _field(4, "Gather")
    ends = _field(11, _tensor("input_ids", 7, 2)) + _field(12, _tensor("last_hidden_state", 1, 3))
    graph = _field(1, look_up) + _field(2, "tiny") + _field(5, vectors) + ends
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13))


TOKENIZER = b"""{"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"}, "normalizer": null,
 "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "eggs": 1}, "unk_token": "[UNK]"}}"""


@pytest.mark.parametrize("fit", [True, False], ids=["a model", "no model at all"])
async def test_a_downloaded_model_is_tried_before_it_is_set(
    live: TelegramSimulator, alone: Path, call: Call, monkeypatch: pytest.MonkeyPatch, fit: bool
) -> None:
    pytest.importorskip("onnxruntime", reason="the extra semantic is not installed")
    there = {"onnx/model.onnx": tiny_model() if fit else BODY, "tokenizer.json": TOKENIZER}
    known = [
        Remote(path, path.rpartition("/")[2], len(body), hashlib.sha256(body).hexdigest())
        for path, body in there.items()
    ]
    monkeypatch.setattr(sentence_model, "FILES", tuple(known))
    monkeypatch.setenv("TELEGRAM_API_BASE_URL", live.url)

    async def give(request: web.Request) -> web.StreamResponse:
        return web.Response(body=there[request.path[1:]])

    options = ("--telegram-token", live.token, "--name", "A", "--model", "download", "--model-folder", "meaning")
    async with hub(give) as address:
        done = await asyncio.to_thread(call, "setup", "--no-input", *options, "--model-address", address)
    assert left(alone / "meaning") == ["model.onnx", "tokenizer.json"]
    if fit:
        assert done.code == 0, done
        assert load_settings().semantic_model == Path("meaning")
    else:
        assert "is no ONNX model" in done.refused() and "No setting was written" in done.err
        assert left(alone) == ["meaning"]
