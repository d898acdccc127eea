"""A request of the bot, read: its verb, its path with the ids in it, its query, its body, its files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from tests.simulators.discord.errors import ApiError
from tests.simulators.discord.files import Upload


@dataclass
class Call:
    """One request. `path` begins behind `/api/v10`."""

    verb: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    files: dict[int, Upload] = field(default_factory=dict)
    """By their number in the form: `files[3]` is 3."""
    ids: dict[str, str] = field(default_factory=dict)
    """What the route's pattern found in the path."""
    authorised: bool = False
    reason: str = ""
    """What the bot gives for the audit log."""

    @property
    def name(self) -> str:
        """Verb and path, as faults name it."""
        return f"{self.verb} {self.path}"

    def id(self, name: str) -> int:
        """An id of the path. Raises ApiError for what is no id."""
        return snowflake(self.ids[name], name)

    def text(self, name: str) -> str:
        """A part of the path that is no id, such as an emoji."""
        return unquote(self.ids[name])

    def number(self, name: str) -> int | None:
        """A number of the query."""
        given = self.query.get(name)
        return snowflake(given, name) if given not in (None, "") else None

    def limit(self, usual: int, most: int) -> int:
        """How many are asked for."""
        asked = self.number("limit")
        return usual if asked is None else max(1, min(most, asked))

    @property
    def form(self) -> dict[str, Any]:
        """The body, for calls whose body is an object. Raises ApiError for anything else."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
        return self.body

    @property
    def form_or_nothing(self) -> dict[str, Any]:
        """The body where it is an object."""
        return self.body if isinstance(self.body, dict) else {}


def snowflake(given: Any, name: str = "id") -> int:
    """An id, given as a string or a number. Raises ApiError for anything else."""
    text = str(given)
    if not text.isdigit():
        told = {name: {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": f'Value "{text}" is not snowflake.'}]}}
        raise ApiError(400, 50035, "Invalid Form Body", told)
    return int(text)


async def read_call(request: web.Request, path: str) -> Call:
    """Reads a request whole. Raises ApiError for a body that is neither JSON nor a form with payload_json."""
    reason = unquote(request.headers.get("X-Audit-Log-Reason", ""))
    call = Call(request.method, path, dict(request.query), reason=reason)
    if not request.can_read_body:
        return call
    if request.content_type == "multipart/form-data":
        await _read_form(request, call)
        return call
    raw = await request.read()
    if raw:
        call.body = _json(raw)
    return call


async def _read_form(request: web.Request, call: Call) -> None:
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        name, data = part.name or "", bytes(await part.read())
        if name == "payload_json":
            call.body = _json(data)
        elif name.startswith("files["):
            call.files[int(name[6:-1])] = Upload(part.filename or "unknown", data)
        elif part.filename is None:
            call.body = {**(call.body or {}), name: data.decode()}


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None
