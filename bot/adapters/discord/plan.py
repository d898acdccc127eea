"""One message as parts that each take one call: 2000 signs of Markdown, ten files, 25 buttons. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.adapters.discord.markdown import sayable_links, to_discord
from bot.described import with_words
from bot.messages import Button, Media, OutboundMessage, Text
from bot.splitting import split_text

TEXT_AT_MOST = 2000
"""Code points of what is sent, with all marks: https://discord.com/developers/docs/resources/message#create-message;
Discord counts them as Python does: https://github.com/discord/discord-api-docs/issues/1315."""
FILES_AT_MOST = 10
FILE_BYTES = 10 * 1024 * 1024
"""The largest file that a bot may upload where nobody boosts."""
REQUEST_BYTES = 25_000_000 - 100_000
"""All files of one message together, with room for the words around them."""
BUTTONS_AT_MOST = 25
"""Five rows of five."""
SHORTEST = 5
"""Signs: a part is not cut finer than this to make room for its marks."""
BELOW = Text("⬆️")
"""The words above buttons for which the message itself had no room."""


def plan(message: OutboundMessage, *, marks: bool = False) -> list[OutboundMessage]:
    """The message as one or more parts; later ones get the keys `<key>/2`, `<key>/3` …

    Files come first, the text is the first one's; buttons stand under the last part. `marks`: the room can show how a
    desk stands; where it can't, op `mark` takes no call.
    """
    if message.op == "mark":
        return [message] if marks else []
    if message.op not in ("send", "edit"):
        return [message]
    files = tuple(media for media in message.media if can_be_sent(media))
    text = _with_descriptions(message.text, (media for media in message.media if not can_be_sent(media)))
    parts = _parts(sayable_links(text), files)
    pressable = _button_groups(message.buttons)
    parts += [((), BELOW) for _ in pressable[1:]]
    under: list[tuple[Button, ...]] = [() for _ in parts]
    for place, group in enumerate(reversed(pressable), start=1):
        under[-place] = group
    return [
        _part(message, number, media, words, under[number - 1]) for number, (media, words) in enumerate(parts, start=1)
    ]


def can_be_sent(media: Media) -> bool:
    """Whether there are bytes to be uploaded, or will be when the core has fetched them, and no more than Discord
    takes."""
    return bool(media.sha256 or (media.file_id and media.origin)) and media.size <= FILE_BYTES


def _part(
    message: OutboundMessage, number: int, media: tuple[Media, ...], text: Text, buttons: tuple[Button, ...]
) -> OutboundMessage:
    part = replace(message, text=text, media=media, buttons=buttons)
    if number == 1:
        return part
    return replace(part, key=f"{message.key}/{number}", op="send", target=None, quotes=None)


def _parts(text: Text, files: tuple[Media, ...]) -> list[tuple[tuple[Media, ...], Text]]:
    groups = _groups(files)
    if not text.plain.strip():
        return [(group, Text()) for group in groups] or [((), text)]
    texts = _texts(text)
    first, later = (groups[0] if groups else ()), groups[1:]
    return [(first, texts[0]), *((group, Text()) for group in later), *(((), words) for words in texts[1:])]


def _groups(files: Iterable[Media]) -> list[tuple[Media, ...]]:
    """Files in order, as many together as one message takes."""
    groups: list[tuple[Media, ...]] = []
    for file in files:
        fits = groups and len(groups[-1]) < FILES_AT_MOST
        if fits and sum(other.size for other in groups[-1]) + file.size <= REQUEST_BYTES:
            groups[-1] = (*groups[-1], file)
        else:
            groups.append((file,))
    return groups


def _texts(text: Text, limit: int = TEXT_AT_MOST) -> list[Text]:
    """The text in parts that fit with all their marks: shorter ones where there are many of these."""
    parts: list[Text] = []
    for part in split_text(text, limit, len):
        if len(to_discord(part)) <= TEXT_AT_MOST:
            parts.append(part)
        elif limit < SHORTEST:
            parts.append(Text(part.plain))
        else:
            parts += _texts(part, min(limit, len(part.plain)) * 3 // 4)
    return parts


def _button_groups(buttons: tuple[Button, ...]) -> list[tuple[Button, ...]]:
    """The buttons in as many messages as they need."""
    return [buttons[at : at + BUTTONS_AT_MOST] for at in range(0, len(buttons), BUTTONS_AT_MOST)]


def _with_descriptions(text: Text, media: Iterable[Media]) -> Text:
    """The text, with a line for each attachment that can't be uploaded."""
    for item in media:
        if item.size > FILE_BYTES:
            told = f"[{item.name or item.kind}, {item.size / 1_000_000:.1f} MB, more than Discord takes]"
            text = text + ("\n" if text else "") + told
        else:
            text = with_words(text, (item,))
    return text
