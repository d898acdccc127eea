"""Files by id: what people and the bot attached, what getFile tells, what may be downloaded."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.simulators.telegram.errors import bad_request

MOST_DOWNLOAD = 20 * 1024 * 1024
MOST_PHOTO = 10 * 1024 * 1024
MOST_UPLOAD = 50 * 1024 * 1024
LINK_LIVES_S = 3600
"""A file path of getFile is good for an hour at least; here for exactly that."""

FOLDERS = {"photo": "photos", "video": "videos", "voice": "voice", "audio": "music", "document": "documents"}
ENDINGS = {"photo": "jpg", "video": "mp4", "voice": "oga", "audio": "mp3", "sticker": "webp", "animation": "mp4"}
MIMES = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "animation": "video/mp4",
}
EDGES = (90, 320, 800, 1280)
"""The longest edges of the sizes that a photo is kept in."""


@dataclass
class StoredFile:
    """One file. A photo's sizes share their data and differ in id."""

    file_id: str
    unique_id: str
    kind: str
    data: bytes
    name: str = ""
    mime: str = ""
    size: int = 0
    """Bytes; may be said to be more than `data` holds, for a file that is too big."""


@dataclass
class Files:
    """All files that the bot knows."""

    now: Callable[[], float]
    by_id: dict[str, StoredFile] = field(default_factory=dict)
    _contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What stands in a message for a file, by any of its ids."""
    _links: dict[str, tuple[StoredFile, float]] = field(default_factory=dict)
    _count: int = 0
    claimed_size: int = 0
    """What every further file is said to have, whatever it has: for those that are too big."""
    moving_stickers: bool = False

    def keep(self, kind: str, data: bytes, name: str = "", mime: str = "", size: int = 0) -> dict[str, Any]:
        """Stores a file; returns the part of a message that tells of it, such as {"photo": [...]}."""
        if kind == "photo":
            return self._keep_photo(data, size)
        size = size or self.claimed_size
        file = self._store(kind, data, name or _usual_name(kind), mime or MIMES.get(kind, ""), size)
        content = {
            kind: _described(file) | ({"is_animated": True} if kind == "sticker" and self.moving_stickers else {})
        }
        if kind == "animation":
            content["document"] = _described(StoredFile(**{**vars(file), "kind": "document"}))
        self._contents[file.file_id] = content
        return content

    def reuse(self, kind: str, file_id: str) -> dict[str, Any]:
        """The part of a message for a file that is known already. Raises ApiError for another's or another kind's."""
        if file_id.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        file = self.by_id.get(file_id)
        if file is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            raise bad_request(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
        return self._contents[file_id]

    def get_file(self, file_id: str) -> dict[str, Any]:
        """What getFile answers: a path that is good for an hour."""
        file = self.by_id.get(file_id)
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.size > MOST_DOWNLOAD:
            raise bad_request("file is too big")
        number = list(self.by_id).index(file_id)
        path = f"{FOLDERS.get(file.kind, file.kind + 's')}/file_{number}.{_ending(file)}"
        self._links[path] = (file, self.now())
        told = {"file_id": file.file_id, "file_unique_id": file.unique_id}
        return told | {"file_size": file.size, "file_path": path}

    def download(self, path: str) -> bytes | None:
        """The bytes behind a path of getFile, or None when there is no such path or it has expired."""
        file, since = self._links.get(path, (None, 0.0))
        return file.data if file and self.now() - since <= LINK_LIVES_S else None

    def data(self, file_id: str) -> bytes:
        """The bytes of a file that somebody sent, for a test to compare."""
        return self.by_id[file_id].data

    def _keep_photo(self, data: bytes, size: int) -> dict[str, Any]:
        width, height = dimensions(data)
        sizes = []
        for edge in [e for e in EDGES if e < max(width, height)] or [max(width, height)]:
            scale = edge / max(width, height)
            file = self._store("photo", data, "", "image/jpeg", size)
            shape = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
            sizes.append({"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size} | shape)
        for told in sizes:
            self._contents[str(told["file_id"])] = {"photo": sizes}
        return {"photo": sizes}

    def _store(self, kind: str, data: bytes, name: str, mime: str, size: int) -> StoredFile:
        self._count += 1
        # As long and as opaque as real ones, and a little longer than a column of 64.
        file_id = f"AgACAgIAAxkBAAI{self._count:07d}{kind[:3]}" + "Zy0w_-" * 9
        file = StoredFile(file_id, f"AQAD{self._count:09d}", kind, data, name, mime, size or len(data))
        self.by_id[file_id] = file
        return file


def dimensions(data: bytes) -> tuple[int, int]:
    """Width and height of an image. Raises ApiError with Telegram's refusal for what is none, or is too long."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
    except (UnidentifiedImageError, OSError, ValueError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def picture(colour: str = "orange", width: int = 640, height: int = 480) -> bytes:
    """A JPEG of one colour, for people to send."""
    held = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(held, "JPEG", quality=50)
    return held.getvalue()


def _described(file: StoredFile) -> dict[str, Any]:
    told: dict[str, Any] = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}
    if file.kind in ("video", "animation", "voice", "audio"):
        told["duration"] = 3
    if file.kind in ("video", "animation", "sticker"):
        told |= {"width": 512, "height": 512}
    if file.kind == "video_note":
        told |= {"length": 240, "duration": 3}
    if file.kind == "sticker":
        return told | {"type": "regular", "is_animated": False, "is_video": False, "emoji": "🥚"}
    if file.kind not in ("voice", "video_note"):
        told["file_name"] = file.name
    return told | ({"mime_type": file.mime} if file.mime and file.kind != "video_note" else {})


def _ending(file: StoredFile) -> str:
    return file.name.rpartition(".")[2] if "." in file.name else ENDINGS.get(file.kind, "bin")


def _usual_name(kind: str) -> str:
    return f"{kind}.{ENDINGS.get(kind, 'bin')}"
