"""An entry and a product: what the merchant wrote, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class Entry:
    """One answer and the phrasings that ask for it.

    `answer` is Markdown exactly as the merchant wrote it. `valid_until` is the last day on which the answer may be
    given. `mode` "draft" means that the owner decides each time. `images` are paths within the shop's folder.
    """

    id: str
    questions: tuple[str, ...]
    answer: str
    tags: tuple[str, ...] = ()
    language: str = ""
    valid_until: date | None = None
    mode: Literal["auto", "draft"] = "auto"
    images: tuple[str, ...] = ()


@dataclass(frozen=True)
class Product:
    """One line of the catalogue. `stock` is None when the merchant doesn't count it."""

    id: str
    title: str
    description: str = ""
    price: Decimal | None = None
    currency: str = ""
    stock: int | None = None
    tags: tuple[str, ...] = ()
    owner_note: str = ""
    image: str = ""
    url: str = ""
