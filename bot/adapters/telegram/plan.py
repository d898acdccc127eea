"""One message as parts that each take one call: UTF-16 limits, captions that overflow, albums. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.adapters.telegram.attachments import VIDEO_NOTE
from bot.adapters.telegram.emoji import nearest
from bot.described import with_words
from bot.messages import Media, OutboundMessage, Text
from bot.splitting import split_text, utf16_units

TEXT_UNITS, CAPTION_UNITS = 4096, 1024
"""UTF-16 units: https://core.telegram.org/bots/api#sendmessage and #sendphoto."""
ALBUM_AT_MOST = 10
ALBUMS = {"photo": "pictures", "video": "pictures", "document": "files", "audio": "sounds"}
"""What may stand together in one album."""
CAPTIONED = ("photo", "video", "voice", "audio", "document", "animation")
BELOW_ALBUM = Text("👆")
"""The words under which buttons stand when an album came without any: albums take none."""


def plan(message: OutboundMessage, *, marks: bool = True) -> list[OutboundMessage]:
    """The message as one or more parts; later ones get the keys `<key>/2`, `<key>/3` …

    Media come first, the text is the first one's caption where it fits; buttons stand under the last part. `marks`: the
    room has topics, whose icons can show how a desk stands; where it has none, op `mark` takes no call.
    """
    if message.op == "mark":
        return [message] if marks else []
    if message.op == "react":
        return [replace(message, reaction=nearest(message.reaction) if message.reaction else "")]
    if message.op not in ("send", "edit"):
        return [message]
    sendable = tuple(media for media in message.media if can_be_sent(media))
    text = with_words(message.text, tuple(media for media in message.media if not can_be_sent(media)))
    for place in (media for media in sendable if media.kind == "location" and media.alt):
        text = text + ("\n" if text else "") + f"📍 {place.alt}"  # the map alone bears no name
    if message.op == "edit":
        parts = [(sendable, words) for words in _texts(text, CAPTION_UNITS if sendable else TEXT_UNITS)]
        parts = [parts[0], *(((), words) for _, words in parts[1:])]
    else:
        parts = _parts(text, sendable, bool(message.buttons))
    return [_part(message, number, len(parts), *part) for number, part in enumerate(parts, start=1)]


def can_be_sent(media: Media) -> bool:
    """Whether there is something to be sent: a file, or an address that Telegram can show."""
    return bool(media.file_id or media.sha256 or media.url)


def is_round(media: Media) -> bool:
    """Whether it is a round video, which takes no caption and no album."""
    return media.kind == "video" and media.name == VIDEO_NOTE


def _part(message: OutboundMessage, number: int, count: int, media: tuple[Media, ...], text: Text) -> OutboundMessage:
    part = replace(message, text=text, media=media, buttons=message.buttons if number == count else ())
    if number == 1:
        return part
    return replace(part, key=f"{message.key}/{number}", op="send", target=None, quotes=None)


def _parts(text: Text, media: tuple[Media, ...], buttons: bool) -> list[tuple[tuple[Media, ...], Text]]:
    groups = _groups(media)
    if not groups:
        return [((), words) for words in _texts(text, TEXT_UNITS)]
    album_last = buttons and len(groups[-1]) > 1
    caption, rest = Text(), text
    if groups[0][0].kind in CAPTIONED and not is_round(groups[0][0]) and not album_last:
        caption, rest = _caption(text)
    if album_last and not rest.plain.strip():
        rest = BELOW_ALBUM
    later = [((), words) for words in _texts(rest, TEXT_UNITS)] if rest.plain.strip() else []
    return [(groups[0], caption), *((group, Text()) for group in groups[1:]), *later]


def _groups(media: Iterable[Media]) -> list[tuple[Media, ...]]:
    """Media in order, neighbours that may share an album together."""
    groups: list[tuple[Media, ...]] = []
    for item in media:
        if groups and _album(item) and _album(item) == _album(groups[-1][0]) and len(groups[-1]) < ALBUM_AT_MOST:
            groups[-1] = (*groups[-1], item)
        else:
            groups.append((item,))
    return groups


def _album(media: Media) -> str | None:
    """In what kind of album it may stand; None for what stands alone."""
    return None if is_round(media) else ALBUMS.get(media.kind)


def _caption(text: Text) -> tuple[Text, Text]:
    """As much of the text as a caption takes, and the rest."""
    if not text.plain.strip():
        return Text(), Text()
    caption = split_text(text, CAPTION_UNITS, utf16_units)[0]
    if len(caption.plain) == len(text.plain):
        return caption, Text()
    begin = len(text.plain) - len(text.plain.lstrip()) + len(caption.plain)
    begin += len(text.plain[begin:]) - len(text.plain[begin:].lstrip())
    return caption, text.cut(begin, len(text.plain))


def _texts(text: Text, first_units: int) -> list[Text]:
    """The text in parts, of which the first has at most `first_units`."""
    if first_units == TEXT_UNITS:
        return split_text(text, TEXT_UNITS, utf16_units)
    first, rest = _caption(text)
    return [first, *(split_text(rest, TEXT_UNITS, utf16_units) if rest else [])]
