"""One bot at Telegram's door: calls by name, answers as Telegram gave them, refusals as DeliveryError."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.warnings import PTBUserWarning

from bot.adapter import DeliveryError, Reason
from bot.adapters.telegram.reasons import Where, delivery_error
from bot.adapters.telegram.transport import READ_S, Transport

OFFICIAL = "https://api.telegram.org"


def chat_number(chat_id: str) -> int | str:
    """A chat's id as Telegram wants it: a number, or the @name of a public channel."""
    return chat_id if chat_id.startswith("@") else int(chat_id)


class Api:
    """Telegram's methods for the bot of `token`, at `base_url` or (empty) at Telegram itself."""

    def __init__(self, token: str, base_url: str = "") -> None:
        quieten()
        server = (base_url or OFFICIAL).rstrip("/")
        self._token = token
        self._files = f"{server}/file/bot{token}"
        self._transport = Transport()
        self._bot = Bot(token, base_url=f"{server}/bot", request=self._transport, get_updates_request=self._transport)

    async def call(self, method: str, where: Where = "elsewhere", *, silent_s: float = READ_S, **given: Any) -> Any:
        """What Telegram answers to `method`, as plain JSON: what it may say beside what we read harms nobody.

        `silent_s` is how long it may take. Raises DeliveryError, whose words never hold the token.
        """
        try:
            return await self._bot.do_api_request(method, api_kwargs=given, read_timeout=silent_s)
        except TelegramError as error:
            raise self._clean(delivery_error(error, where, "chat" if "chat_id" in given else "bot")) from None
        except Exception as error:
            raise DeliveryError(Reason.uncertain, f"{method}: {type(error).__name__}") from None

    async def download(self, file_path: str) -> bytes:
        """The bytes of a file by the path that getFile names. Raises DeliveryError."""
        try:
            return await self._transport.retrieve(f"{self._files}/{file_path}")
        except InvalidToken:
            raise DeliveryError(Reason.rejected, "the file is no longer there") from None  # a 404
        except TelegramError as error:
            raise self._clean(delivery_error(error)) from None

    async def close(self) -> None:
        """Lets go of the connections; a later call opens new ones."""
        await self._transport.shutdown()

    def _clean(self, error: DeliveryError) -> DeliveryError:
        words = error.description.replace(self._token, "…")
        return DeliveryError(
            error.reason, words, retry_after_s=error.retry_after_s, scope=error.scope, new_chat_id=error.new_chat_id
        )


def quieten() -> None:
    """Silences what the library would log (addresses, which hold the token) and its advice to use other methods.

    Its own methods build objects of every answer, and one that they can't read would look like a failed send.
    """
    for name in ("telegram", "telegram.Bot", "httpx", "httpcore"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)
