"""What was sent in words, for where it can't be shown as what it is. Pure."""

from __future__ import annotations

from bot.messages import Media, Text, styled

MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"


def in_words(media: Media) -> Text:
    """A place as a link to a map, a contact with its number, a poll with its answers, anything else by its name."""
    match media.kind:
        case "location" if media.url.startswith("geo:"):
            latitude, longitude = media.url.removeprefix("geo:").split(",")[:2]
            words = media.alt or f"{latitude}, {longitude}"
            return Text("📍 ") + styled("link", words, MAP.format(latitude, longitude))
        case "contact":
            return Text(" ".join(filter(None, ("👤", media.name, media.url.removeprefix("tel:")))))
        case "poll":
            return Text(f"📊 {media.alt}")
        case "sticker" if media.alt:
            return Text(f"[{media.alt} (sticker)]")
    return Text(f"[{media.alt or media.name or media.kind}]")


def with_words(text: Text, media: tuple[Media, ...]) -> Text:
    """The text with a line for each of these."""
    for item in media:
        text = text + ("\n" if text else "") + in_words(item)
    return text


def is_file(media: Media) -> bool:
    """Whether there is a file behind it; a place, a contact, a poll have none."""
    return bool(media.file_id or media.sha256) or bool(media.url and media.kind not in ("location", "contact"))
