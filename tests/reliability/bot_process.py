"""The house as a process of its own, to be killed: `python tests/reliability/bot_process.py --help`.

With `--nursery` it imports everything once and then starts a bot, by fork, for each line of standard input (a JSON
list of arguments), and prints its process id. A test that kills five bots waits for one start of Python, not for five.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from bot import app, turns
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.messages import ChatRef
from bot.recurrence import second_reader
from handlers import answer
from knowledge.phrases import Phrases
from knowledge.shop import read_shop
from tests.reliability.dying import dies
from tests.reliability.steered import Steered
from tests.simulators.loopback import CHANNEL, ROOM
from tests.simulators.loopback_adapter import BOT, PLATFORM, LoopbackAdapter

TICK_S = 0.05
"""How often a house whose clock a test moves looks whether something is due."""
PLACES = Places(ChatRef(PLATFORM, BOT, ROOM), (ChatRef(PLATFORM, BOT, CHANNEL),))


def adapter_of(url: str, clock: Clock) -> LoopbackAdapter:
    """The way to the platform at that address; other processes put theirs in its place."""
    return LoopbackAdapter(url)


async def run(options: argparse.Namespace) -> None:
    """Serves until the process is killed, or told to end by SIGTERM."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    _end_with(os.getppid())
    answer.THOUGHT = timedelta(seconds=options.thought)
    turns.PAUSE_S, turns.AT_MOST_S = 0.2, 0.6
    if options.dies:
        dies(options.dies, options.log.with_suffix(".died"))
    if options.clock:
        app.TICK_S = TICK_S
    clock = Steered(options.clock) if options.clock else Clock()
    database = Database(options.database)
    adapters = [adapter_of(options.platform, clock)]
    concierge = Concierge(database, clock, adapters, read_shop(options.shop), PLACES)
    try:
        await concierge.start()
        await concierge.serve()
    except asyncio.CancelledError:
        pass
    finally:
        await concierge.stop()
        await database.close()


def _end_with(parent: int) -> None:
    """Lets no bot outlive the test that started it."""
    if os.getppid() != parent:
        os._exit(1)
    asyncio.get_running_loop().call_later(1.0, _end_with, parent)


def arguments() -> argparse.ArgumentParser:
    """What the program is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True, help="a database URL, migrated and with the shop's knowledge")
    parser.add_argument("--shop", required=True, type=Path, help="the shop's folder")
    parser.add_argument("--platform", required=True, help="where tests.simulators.loopback listens")
    parser.add_argument("--thought", default=3.0, type=float, help="seconds that an unsure line waits for the next")
    parser.add_argument("--clock", type=Path, help="a file by which a test moves the clock: see steered.py")
    parser.add_argument("--dies", help="a point at which it dies by itself, such as claimed:2: see dying.py")
    parser.add_argument("--log", type=Path, help="a file for what the process prints")
    return parser


def main(argv: list[str]) -> None:
    """Runs one bot."""
    options = arguments().parse_args(argv)
    if options.log:
        log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
    asyncio.run(run(options))


def nursery() -> None:
    """Starts a bot for each line of standard input until that ends."""
    known = Phrases.load(Path("none"), ("en",), owner_name="Hana")  # two thirds of a start, and the same for all
    patch.object(Phrases, "load", return_value=known).start()
    second_reader.load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are taken away at once, so that their death can be seen
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            code = 0
            try:
                main(json.loads(line))
            except BaseException:
                traceback.print_exc()
                code = 1
            os._exit(code)
        print(child, flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--nursery"]:
        nursery()
    else:
        main(sys.argv[1:])
