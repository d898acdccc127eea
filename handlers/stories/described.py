"""Pictures in words, for those who can't see them: lines `alt: …` of a story, one for each picture in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.messages import Media, Text
from handlers.context import Context

LINE = re.compile(r"(?im)^[ \t]*alt:[ \t]*(\S.*?)[ \t]*$\n?")


def described(text: Text, media: Sequence[Media]) -> tuple[Text, tuple[Media, ...]]:
    """The words without such lines, and the pictures with what these say; words that come without pictures stay."""
    shown = [place for place, item in enumerate(media) if item.shows]
    found = list(LINE.finditer(text.plain)) if shown else []
    told = list(media)
    for place, line in zip(shown, found, strict=False):
        told[place] = replace(told[place], alt=line[1])
    for line in reversed(found[: len(shown)]):
        text = text.cut(0, line.start()) + text.cut(line.end(), len(text.plain))
    return text.cut(0, len(text.plain.rstrip())) if found else text, tuple(told)


def in_words(media: Sequence[Media], ctx: Context) -> Text:
    """What the preview says of it; nothing where no picture has such words."""
    told = [item.alt for item in media if item.shows and item.alt]
    return Text("\n") + ctx.say("described_as", words=" · ".join(told)) if told else Text()
