"""What is to be seen in a chat after a storm, on whichever platform."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

from PIL import Image


@dataclass(frozen=True)
class Shown:
    """One message of the bot as it stands now. `width` is its picture's, by which a storm tells pictures apart; 0 is
    none. `buttons` are labels with their data."""

    chat_id: str
    thread_id: str | None
    message_id: str
    text: str
    width: int
    buttons: tuple[tuple[str, str], ...]
    deleted: bool

    def button(self, label: str) -> str | None:
        """The data of the button of that label."""
        return next((data for named, data in self.buttons if named == label), None)


@cache
def width_of(data: bytes) -> int:
    """How wide a picture is."""
    with Image.open(io.BytesIO(data)) as image:
        return image.width
