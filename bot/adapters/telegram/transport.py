"""The road to Telegram: python-telegram-bot's requests over aiohttp, which carries many at once.

It tells apart what never left this machine (`Unsent`) from what may have arrived (`Cut`), which a message that must
go out once at the most depends on. No error and no log line of it names an address: addresses hold the token.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any, Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    TCPConnector,
)
from aiohttp.formdata import FormData
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

AT_ONCE: Final = 64
"""Open connections at the most."""
CONNECT_S, READ_S, UPLOAD_S = 10.0, 20.0, 120.0
PAUSE_S = 5.0
MOST_BYTES = 20 * 1024 * 1024
"""The largest file that a bot may download: https://core.telegram.org/bots/api#getfile."""


class Unsent(NetworkError):
    """The request never left: there was no connection."""


class Cut(NetworkError):
    """The connection broke, or stayed silent, after the request went out: nobody knows whether it arrived."""


class ServerTrouble(NetworkError):
    """Telegram answered with a 5xx, which does not say whether it had accepted the request before."""


class TooMany(NetworkError):
    """429, with the seconds to wait. (The library's own RetryAfter is in the middle of changing its type.)"""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Transport(BaseRequest):
    """Makes the HTTP requests of a `telegram.Bot`. It opens its connections at the first of them."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """How long an answer may keep silent, in seconds."""
        return READ_S

    async def initialize(self) -> None:
        """Nothing: the first request opens the connections."""

    async def shutdown(self) -> None:
        """Closes the connections; a later request opens new ones."""
        session, self._session = self._session, None
        if session:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer's JSON. Raises TelegramError, whose words don't repeat what came."""
        try:
            answer = json.loads(payload)
        except ValueError:
            raise TelegramError("The answer was no JSON.") from None
        if not isinstance(answer, dict):
            raise TelegramError("The answer was no JSON object.")
        return answer

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Makes one request. Raises Unsent, Cut, ServerTrouble, TooMany, or BadRequest for what is too large.

        Only `read_timeout` is heeded; the others are constants of this module.
        """
        silent_s = READ_S if read_timeout is BaseRequest.DEFAULT_NONE else float(read_timeout)
        uploads = request_data is not None and request_data.contains_files
        silent_s = UPLOAD_S if uploads else silent_s
        timeout = ClientTimeout(total=silent_s + UPLOAD_S, connect=CONNECT_S, sock_read=silent_s)
        try:
            async with self._open().request(method, url, timeout=timeout, **_body(request_data)) as response:
                status, payload = response.status, await response.content.read(MOST_BYTES + 1)
                payload += await _rest(response.content, MOST_BYTES + 1 - len(payload))
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Unsent(type(error).__name__) from None
        except (ClientError, TimeoutError, OSError) as error:
            raise Cut(type(error).__name__) from None
        return _checked(status, payload)

    def _open(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=AT_ONCE))
        return self._session


async def _rest(content: Any, room: int) -> bytes:
    """What is left of an answer, as far as there is room."""
    parts = []
    while room > 0 and (part := await content.read(room)):
        parts.append(part)
        room -= len(part)
    return b"".join(parts)


def _checked(status: int, payload: bytes) -> tuple[int, bytes]:
    if status >= 500:
        raise ServerTrouble(f"HTTP status {status}")
    if status == 429:
        raise _too_many(payload)
    if status == 413:
        raise BadRequest("Request Entity Too Large")
    if len(payload) > MOST_BYTES:
        raise BadRequest("file is too big")
    return status, payload


def _too_many(payload: bytes) -> TooMany:
    """The pause that is asked for; where none is named, or none that can be read, PAUSE_S."""
    try:
        answer = json.loads(payload)
        return TooMany(str(answer.get("description", "")), float(answer["parameters"]["retry_after"]))
    except (ValueError, LookupError, TypeError, AttributeError):
        return TooMany("Too Many Requests", PAUSE_S)


def _body(request_data: RequestData | None) -> dict[str, Any]:
    """The request's parameters as JSON, or as a form where it carries files."""
    if request_data is None:
        return {}
    if not request_data.contains_files:
        return {"json": request_data.parameters}
    form = FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        # In a file, because aiohttp sends a long string of bytes in one piece, while everybody waits.
        file = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=filename, content_type=mime)
    return {"data": form}
