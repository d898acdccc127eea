"""What a call carries, read as the Bot API reads it: form strings, JSON in strings, plain JSON, uploads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.simulators.telegram.errors import ApiError, bad_request

MOST_BYTES = 60 * 1024 * 1024


@dataclass
class Upload:
    """A file as it was sent."""

    name: str
    data: bytes
    mime: str = ""


@dataclass
class Call:
    """One call of a method. `given` holds the parameters as they came; `files` the uploads by field name."""

    method: str
    given: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string, empty when it is missing."""
        value = self.given.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int | None:
        """An integer, or None when it is missing."""
        value = self.text(name).strip()
        if not value:
            return None
        try:
            return int(value)
        except ValueError:
            raise bad_request(f"{name} must be an integer") from None

    def flag(self, name: str) -> bool:
        """A boolean, false when it is missing."""
        return self.text(name).lower() in ("true", "1", "yes")

    def json(self, name: str, kind: type = dict) -> Any:
        """A JSON value of that kind, or None when it is missing."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        try:
            value = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
        if not isinstance(value, kind):
            raise bad_request(f"can't parse {name}: expected {'an Array' if kind is list else 'an Object'}")
        return value

    def recorded(self) -> dict[str, Any]:
        """The parameters for the traffic record: uploads as `<file>`, attachments named inside JSON left out."""
        attached = [name for name in self.files if any(f"attach://{name}" in str(v) for v in self.given.values())]
        uploads = {name: "<file>" for name in self.files if name not in attached}
        return {**self.given, **uploads}


async def read_call(method: str, request: web.Request) -> Call:
    """The call in a request, wherever its parameters stand. Raises ApiError for a body that can't be read."""
    call = Call(method, dict(request.query))
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        call.given |= body
    elif request.content_type == "multipart/form-data":
        await _read_parts(call, request)
    else:
        call.given |= dict(await request.post())
    return call


async def _read_parts(call: Call, request: web.Request) -> None:
    total = 0
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file as file:
                data = file.read()
            total += len(data)
            call.files[name] = Upload(value.filename, data, value.content_type)
        else:
            call.given[name] = value
    if total > MOST_BYTES:
        raise ApiError(413, "Request Entity Too Large")
