"""The second imitation of Telegram: installs it, starts it, speaks for the people in it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

PACKAGE = "telegram-test-api@4.2.1"
HERE = Path(__file__).parent
INSTALLED = HERE.parents[2] / "build" / PACKAGE.replace("@", "-")
"""Beside everything else that is built: not in git, and installed once."""
INSTALL_S, START_S = 180, 20


class Unavailable(Exception):
    """The witness can't be heard here; the words say why."""


def install() -> Path:
    """The folder in which the package lies, installed now if it is not yet. Raises Unavailable."""
    for needed in ("node", "npm"):
        if shutil.which(needed) is None:
            raise Unavailable(f"{needed} is not installed")
    if INSTALLED.exists():
        return INSTALLED
    INSTALLED.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="witness-", dir=INSTALLED.parent))
    asked = ["npm", "install", "--prefix", str(fresh), "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    try:
        subprocess.run(asked, check=True, capture_output=True, text=True, timeout=INSTALL_S)
    except (subprocess.SubprocessError, OSError) as error:
        shutil.rmtree(fresh)
        raise Unavailable(f"npm could not install {PACKAGE}: {getattr(error, 'stderr', None) or error}") from None
    try:
        fresh.rename(INSTALLED)
    except OSError:  # another process was faster
        shutil.rmtree(fresh)
    return INSTALLED


@dataclass
class Witness:
    """A running imitation. People have an id, which is their chat's as well."""

    url: str
    token: str
    http: ClientSession

    async def says(self, user_id: int, text: str) -> None:
        """Somebody writes; a text that begins with a slash is a command."""
        message: dict[str, Any] = self._from(user_id) | {"text": text}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        await self._post("sendCommand" if text.startswith("/") else "sendMessage", message)

    async def presses(self, user_id: int, message_id: int, data: str) -> None:
        """Somebody presses a button under a message of the bot."""
        shown = self._from(user_id) | {"message_id": message_id}
        await self._post("sendCallback", self._from(user_id) | {"message": shown, "data": data})

    async def said_by_bot(self, user_id: int) -> list[dict[str, Any]]:
        """What the bot said to somebody as it stands now, oldest first: the message with `message_id` beside it."""
        told = await self._post("getUpdatesHistory", {"token": self.token})
        mine = [item for item in told["result"] if str(item["message"].get("chat_id")) == str(user_id)]
        return [item["message"] | {"message_id": item["messageId"]} for item in mine]

    def _from(self, user_id: int) -> dict[str, Any]:
        user = {"id": user_id, "first_name": "Ana", "is_bot": False, "language_code": "de"}
        chat = {"id": user_id, "first_name": "Ana", "type": "private"}
        return {"botToken": self.token, "from": user, "chat": chat, "date": int(time.time())}

    async def _post(self, route: str, body: dict[str, Any]) -> Any:
        async with self.http.post(f"{self.url}/{route}", json=body) as response:
            response.raise_for_status()
            return await response.json()


@asynccontextmanager
async def witness(folder: Path, token: str) -> AsyncIterator[Witness]:
    """Starts the imitation that is installed in `folder`, and ends it."""
    environment = os.environ | {"NODE_PATH": str(folder / "node_modules")}
    process = await asyncio.create_subprocess_exec(
        "node",
        str(HERE / "witness.js"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    assert process.stdin and process.stdout
    try:
        async with asyncio.timeout(START_S):
            port = int(await process.stdout.readline())
        async with ClientSession() as http:
            yield Witness(f"http://127.0.0.1:{port}", token, http)
    finally:
        process.stdin.close()
        await process.wait()
