"""Formatting, between our code points and Telegram's UTF-16 units. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from bot.messages import Span, SpanKind, Text

MOST_ENTITIES = 100
"""Telegram passes over further ones."""

NAMES: dict[SpanKind, str] = {
    "bold": "bold",
    "italic": "italic",
    "code": "code",
    "strike": "strikethrough",
    "spoiler": "spoiler",
    "quote": "blockquote",
    "link": "text_link",
}
KINDS: dict[str, SpanKind] = {
    **{name: kind for kind, name in NAMES.items()},
    "pre": "code",
    "expandable_blockquote": "quote",
    "mention": "mention",
    "text_mention": "mention",
}


def to_entities(text: Text) -> list[dict[str, Any]]:
    """The formatting of `text` as Telegram's entities, the first 100; a mention is plain text to Telegram."""
    if not text.spans:
        return []
    units = _units(text.plain)
    entities = []
    for span in text.spans:
        name = NAMES.get(span.kind)
        start, end = _clamp(span.start, len(text.plain)), _clamp(span.start + span.length, len(text.plain))
        if name is None or start >= end or (name == "text_link" and not span.url):
            continue
        entity = {"type": name, "offset": units[start], "length": units[end] - units[start]}
        entities.append({**entity, "url": span.url} if name == "text_link" else entity)
    return entities[:MOST_ENTITIES]


def from_entities(plain: str, entities: Sequence[dict[str, Any]]) -> Text:
    """The text with the formatting that Telegram tells; a kind that we don't know stays plain words.

    Raises KeyError or TypeError for an entity that isn't one.
    """
    if not entities:
        return Text(plain)
    units = _units(plain)
    spans = []
    for entity in entities:
        kind = KINDS.get(entity["type"])
        offset, length = entity["offset"], entity["length"]
        start, end = bisect_left(units, offset), bisect_left(units, offset + length)
        end = min(end, len(plain))
        if kind and start < end:
            spans.append(Span(kind, start, end - start, str(entity.get("url", "")) if kind == "link" else ""))
    return Text(plain, tuple(spans))


def _units(plain: str) -> list[int]:
    """Where each code point begins in UTF-16 units, and where the text ends."""
    return list(accumulate((2 if character > "\uffff" else 1 for character in plain), initial=0))


def _clamp(place: int, length: int) -> int:
    return max(0, min(place, length))
