"""Commands are called in this process, alone in an empty folder, with no setting of this machine."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import structlog

from bot.cli import called
from bot.settings import Settings
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.telegram.simulator import TelegramSimulator

Simulator = TypeVar("Simulator", TelegramSimulator, DiscordSimulator)


@dataclass(frozen=True)
class Called:
    """What a command gave back: its exit code, its result, and what it said beside it."""

    code: int
    out: str
    err: str

    def refused(self) -> str:
        """The one sentence of a command that was refused; fails where it was not."""
        assert (self.code, self.out) == (2, ""), self
        assert "Traceback" not in self.err
        assert self.err.endswith(".\n"), self
        return self.err.strip()


Call = Callable[..., Called]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and no setting from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.lower() in Settings.model_fields]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Commands set up the logs of the whole process; afterwards they are as they were."""
    root = logging.getLogger()
    before, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**configured)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls `concierge` with arguments, and with bytes on standard input."""

    def concierge(*arguments: str | Path, given: bytes = b"") -> Called:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = called([str(argument) for argument in arguments])
        return Called(code, out.getvalue(), err.getvalue())

    return concierge


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small shop: three answers, one of them expired, and a product."""
    folder = tmp_path / "my-shop"
    (folder / "knowledge").mkdir(parents=True)
    (folder / "shop.toml").write_text('name = "Test"\ntimezone = "Europe/Berlin"\ncurrency = "EUR"\n', encoding="utf-8")
    (folder / "knowledge" / "all.csv").write_text(
        "id,question,answer,valid_until\n"
        "ship,Do you ship to Germany?,Yes: within two days.,\n"
        "ship,Can you deliver abroad?,,\n"
        "ship,Do parcels go to other countries?,,\n"
        "open,When are you open?,From nine to six.,\n"
        "open,What are your hours?,,\n"
        "open,Until what time can I come?,,\n"
        "fair,Are you at the spring fair?,On stand 12.,2026-03-10\n"
        "fair,Where is your stand at the market?,,\n"
        "fair,Will I see you at the show?,,\n",
        encoding="utf-8",
    )
    (folder / "products.csv").write_text(
        "id,title,description,price,currency,stock,tags,owner_note,image,url\n"
        "six,Six brown eggs,Fresh today,3.50,EUR,7,eggs,,,\n",
        encoding="utf-8",
    )
    return folder


def _elsewhere(simulator: Simulator) -> Iterator[Simulator]:
    """The simulator, on a loop of its own, because a command takes this thread's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(10)
    yield simulator
    asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def telegram() -> Iterator[TelegramSimulator]:
    """Telegram on this machine."""
    yield from _elsewhere(TelegramSimulator())


@pytest.fixture
def discord() -> Iterator[DiscordSimulator]:
    """Discord on this machine."""
    yield from _elsewhere(DiscordSimulator())
