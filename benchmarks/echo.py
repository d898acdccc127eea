"""Messages per CPU-second: the whole house against a bare echo bot on the same library, side by side.

    python benchmarks/echo.py [--platform telegram|discord] [--messages 1000] [--rounds 3] [--customers 100] [--profile]

Both talk to the same cheap server, a process of its own; the bare bot is python-telegram-bot's or discord.py's. Ours
stores each update, answers a question of the sample shop by the real routes, and sends the answer through the outbox,
with SQLite in WAL mode and synchronous FULL; the other says what was said. CPU time is what the operating system
counted for the bot's process alone, all threads, user and system; a run with a tenth of the messages is subtracted, and
start and end with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database, migrate
from bot.database.entries import load_all
from bot.examples import sample_shop
from knowledge.answers import Knowledge

HERE = Path(__file__).resolve().parent
PATIENCE_S = 300.0
LOOK_S, ANSWER_S = 1.0, 60.0


class Failed(Exception):
    """A bot did not do what it was there for; the sentence says what."""


@dataclass(frozen=True)
class Platform:
    """One platform's server and bare bot, which are programs beside this one."""

    name: str
    server: str
    bare: str
    token: str


PLATFORMS = {
    known.name: known
    for known in (
        Platform("telegram", "echo_server.py", "echo_bare.py", "4242:AAH-a-token-of-no-real-bot-at-all-000000"),
        Platform("discord", "echo_discord_server.py", "echo_discord_bare.py", "4242.a-token-of-no-real-bot"),
    )
}


@dataclass(frozen=True)
class Load:
    """What a bot is given."""

    messages: int
    customers: int
    texts: Sequence[str]

    @property
    def few(self) -> Load:
        """A tenth of it: what a start costs, and the first of everything."""
        return Load(max(1, self.messages // 10), self.customers, self.texts)


class Server:
    """The platform's server as seen from here."""

    def __init__(self, url: str) -> None:
        self.url = url

    def prepare(self, load: Load) -> None:
        """Forgets the run before and makes the next one's updates ready."""
        self._ask("prepare", json.dumps(vars(load)).encode())

    def answers(self, within_s: float = 0.0) -> dict[str, Any]:
        """How many answers came, whether all did, and in how many chats there are too few or too many."""
        return self._ask(f"answers?within_s={within_s}")

    def _ask(self, what: str, body: bytes | None = None) -> dict[str, Any]:
        with urlopen(f"{self.url}/control/{what}", body, timeout=ANSWER_S) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def fake_server(program: str) -> Iterator[Server]:
    """A platform's server in a process of its own."""
    with subprocess.Popen([sys.executable, HERE / program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(process.stdout.readline().strip())
        finally:
            process.kill()


def cpu_seconds(server: Server, command: Sequence[str | Path], load: Load, log: Path) -> float:
    """Lets a bot answer `load` and returns the CPU time of its process. Raises Failed unless each message was answered
    exactly once."""
    server.prepare(load)
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, *command], stdout=output, stderr=subprocess.STDOUT)
    try:
        _await_answers(server, process)
    finally:
        os.kill(process.pid, signal.SIGTERM)  # not its own way, which would take the exit status away
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    said = server.answers()
    if process.returncode or said["answers"] != load.messages or said["amiss"]:
        words = f"{said['answers']} answers to {load.messages} messages, {said['amiss']} chats amiss"
        raise Failed(f"{command[0]}: {words}, exit code {process.returncode}\n{log.read_text()[-2000:]}")
    return usage.ru_utime + usage.ru_stime


def _await_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Until every message is answered, the bot is gone, or PATIENCE_S have passed."""
    for _ in range(int(PATIENCE_S / LOOK_S)):
        gone = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if gone or server.answers(LOOK_S)["complete"]:
            return


def questions(folder: Path) -> tuple[Path, list[str]]:
    """A database of the sample shop, and what its entries without pictures are asked word for word."""

    async def make() -> list[str]:
        database = Database(f"sqlite+aiosqlite:///{folder}/shop.db")
        try:
            await migrate(database)
            await take_in_shop(database, sample_shop(), Clock())
            async with database.read() as session:
                entries, products = await load_all(session)
        finally:
            await database.close()
        known = Knowledge(entries, products)
        asked = [question for entry in entries if not entry.images for question in entry.questions]
        found = [known.ask(question, date(2026, 1, 1)) for question in asked]
        return [answer.text for answer in found if answer.exact and answer.outcome == "answered" and not answer.parts]

    return folder / "shop.db", asyncio.run(make())


@dataclass(frozen=True)
class Round:
    """Messages per CPU-second of each side."""

    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        """Ours, as a share of the bare bot's."""
        return self.ours / self.bare


class Bench:
    """The two sides, ready to be run in turn."""

    def __init__(self, platform: Platform, server: Server, folder: Path, messages: int, customers: int) -> None:
        self._platform = platform
        self._server = server
        self._folder = folder
        self._shop, texts = questions(folder)
        self.load = Load(messages, customers, texts)

    def bare(self, load: Load) -> float:
        """The CPU time of one run of the echo bot, in seconds."""
        command: list[str | Path] = [HERE / self._platform.bare, self._platform.token, self._server.url]
        return cpu_seconds(self._server, command, load, self._folder / "log")

    def ours(self, load: Load, *more: str) -> float:
        """The CPU time of one run of the house, on a fresh copy of the shop's database, in seconds."""
        for old in self._folder.glob("run.db*"):
            old.unlink()
        shutil.copy(self._shop, self._folder / "run.db")
        address = f"sqlite+aiosqlite:///{self._folder}/run.db"
        where = ["--platform", self._platform.name, "--database", address]
        command: list[str | Path] = [HERE / "echo_ours.py", self._platform.token, self._server.url, *where, *more]
        return cpu_seconds(self._server, command, load, self._folder / "log")

    def round(self) -> Round:
        """Both sides, one right after the other."""
        return Round(self._rate(self.ours), self._rate(self.bare))

    def _rate(self, run: Callable[[Load], float]) -> float:
        few, all_of_it = run(self.load.few), run(self.load)
        return (self.load.messages - self.load.few.messages) / max(all_of_it - few, 0.01)

    def profile(self) -> str:
        """What our side spends its time on."""
        self.ours(self.load, "--profile")
        return (self._folder / "log").read_text()


def table(rounds: Sequence[Round]) -> list[str]:
    """Least, median and most of each side and of the ratio, taken pair by pair."""
    found = [f"{'':28}{'min':>9}{'median':>9}{'max':>9}"]
    for title, values, form in (
        ("ours, messages/CPU-s", [r.ours for r in rounds], "9.0f"),
        ("bare echo, messages/CPU-s", [r.bare for r in rounds], "9.0f"),
        ("ours / bare, pair by pair", [r.ratio for r in rounds], "9.3f"),
    ):
        found.append(f"{title:28}" + "".join(format(f(values), form) for f in (min, median, max)))
    return found


@contextmanager
def bench(messages: int, customers: int, platform: str = "telegram") -> Iterator[Bench]:
    """Server, database and both sides; all gone at the end."""
    on = PLATFORMS[platform]
    with tempfile.TemporaryDirectory(prefix="echo-") as folder, fake_server(on.server) as server:
        yield Bench(on, server, Path(folder), messages, customers)


def main() -> int:
    """Prints the table, or with --profile where our time goes; 1 where a message was not answered exactly once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=tuple(PLATFORMS), default="telegram")
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    try:
        with bench(options.messages, options.customers, options.platform) as both:
            if options.profile:
                print(both.profile())
                return 0
            rounds = []
            for number in range(options.rounds):
                rounds.append(both.round())
                print(f"round {number + 1}: ours {rounds[-1].ours:.0f}, bare {rounds[-1].bare:.0f}", file=sys.stderr)
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.platform}: {options.messages} messages of {options.customers} customers, {os.cpu_count()} cores")
    print("\n".join(table(rounds)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
