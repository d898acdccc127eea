"""The words in which people say when: one table for each language, and nothing else that depends on a language.

To add a language, fill in a `Language` in a file of its own and put it into `LANGUAGES`.
"""

from __future__ import annotations

import re

from bot.recurrence.languages.english import ENGLISH
from bot.recurrence.languages.german import GERMAN
from bot.recurrence.languages.japanese import JAPANESE
from bot.recurrence.languages.korean import KOREAN
from bot.recurrence.languages.spanish import SPANISH
from bot.recurrence.phrases import Language

LANGUAGES: tuple[Language, ...] = (ENGLISH, GERMAN, SPANISH, JAPANESE, KOREAN)


def in_order(code: str) -> list[Language]:
    """All languages, the one of `code` ("de", "de-AT") first; an unknown code changes nothing."""
    wanted = re.split(r"[-_]", code.casefold())[0]
    return sorted(LANGUAGES, key=lambda language: language.code != wanted)
