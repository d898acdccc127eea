"""Attachments: their bytes, and links that are good for a day."""

from __future__ import annotations

import hashlib
import hmac
import io
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.simulators.discord.errors import ApiError

LINK_LIVES_S = 24 * 3600
MOST_UPLOAD = 10 * 1024 * 1024
SECRET = b"a link's signature"


@dataclass
class Upload:
    """A file that somebody hands over: its name, its bytes, a description for those who can't see it."""

    name: str
    data: bytes
    mime: str = ""
    description: str | None = None
    duration_s: float | None = None
    """Set for a voice message."""


@dataclass(eq=False)
class Attachment:
    """One file in one message."""

    id: int
    channel_id: int
    name: str
    data: bytes
    mime: str
    description: str | None = None
    duration_s: float | None = None
    ephemeral: bool = False
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        """Where it lies at the server for downloads."""
        return f"attachments/{self.channel_id}/{self.id}/{self.name}"


@dataclass
class Files:
    """All attachments, and the links to them. `base` is the address of the server for downloads."""

    seconds: Callable[[], float]
    base: str = ""
    by_path: dict[str, Attachment] = field(default_factory=dict)

    def keep(self, number: int, channel_id: int, upload: Upload) -> Attachment:
        """Takes a file in. Raises ApiError for one that is too big."""
        if len(upload.data) > MOST_UPLOAD:
            raise ApiError(413, 40005, "Request entity too large")
        mime = upload.mime or mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
        width, height = _shape(upload.data) if mime.startswith("image/") else (0, 0)
        kept = Attachment(number, channel_id, upload.name, upload.data, mime, upload.description, upload.duration_s)
        kept.width, kept.height = width, height
        self.by_path[kept.path] = kept
        return kept

    def move(self, attachment: Attachment, channel_id: int) -> None:
        """Puts a file under another channel, such as the post that its message opens."""
        del self.by_path[attachment.path]
        attachment.channel_id = channel_id
        self.by_path[attachment.path] = attachment

    def as_json(self, attachment: Attachment) -> dict[str, Any]:
        """The attachment with fresh links."""
        link = f"{self.base}/{attachment.path}?{self._signed(attachment.path)}"
        told: dict[str, Any] = {
            "id": str(attachment.id),
            "filename": attachment.name,
            "size": len(attachment.data),
            "url": link,
            "proxy_url": link,
            "content_type": attachment.mime,
        }
        if attachment.width:
            told |= {"width": attachment.width, "height": attachment.height}
        if attachment.description:
            told["description"] = attachment.description
        if attachment.duration_s is not None:
            told |= {"duration_secs": attachment.duration_s, "waveform": "AAAA"}
        return told | ({"ephemeral": True} if attachment.ephemeral else {})

    def download(self, path: str, query: dict[str, str]) -> Attachment:
        """The file behind a link. Raises ApiError: 403 for a forged link, 404 for one that has expired."""
        expires, since = query.get("ex", ""), query.get("is", "")
        if not hmac.compare_digest(query.get("hm", ""), _signature(path, expires, since)):
            raise ApiError(403, 0, "This content is no longer available.")
        if path not in self.by_path or int(expires, 16) <= self.seconds():
            raise ApiError(404, 0, "This content is no longer available.")
        return self.by_path[path]

    def _signed(self, path: str) -> str:
        since = int(self.seconds())
        issued, expires = f"{since:x}", f"{since + LINK_LIVES_S:x}"
        return f"ex={expires}&is={issued}&hm={_signature(path, expires, issued)}&"


def sticker() -> bytes:
    """What every sticker looks like."""
    held = io.BytesIO()
    Image.new("RGBA", (320, 320), "gold").save(held, "PNG")
    return held.getvalue()


def _signature(path: str, expires: str, issued: str) -> str:
    return hmac.new(SECRET, f"{path}|{expires}|{issued}".encode(), hashlib.sha256).hexdigest()


def _shape(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError):
        return 0, 0
