"""Every sentence that a person reads, from the gettext catalogues beside this file.

A sentence has a name (`msgid`), is written in Markdown, and has `{placeholders}`; a value is never read as markup.
Where a sentence has plural forms (`msgid_plural`), its value `count` decides which of them is said.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from gettext import c2py
from importlib import resources

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.markup import fill, from_markdown
from bot.messages import Text

FALLBACK = "en"


@cache
def languages() -> frozenset[str]:
    """The languages that have a catalogue."""
    names = (file.name for file in resources.files(__name__).iterdir())
    return frozenset(name.removesuffix(".po") for name in names if name.endswith(".po"))


@cache
def catalogue(language: str) -> Catalog:
    """The sentences of one language. Raises FileNotFoundError where there is none."""
    with (resources.files(__name__) / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def best_language(*wanted: str) -> str:
    """The first of the wanted languages that has a catalogue (`de` for `de-AT`), else English."""
    for tag in wanted:
        language = tag.replace("_", "-").partition("-")[0].casefold()
        if language in languages():
            return language
    return FALLBACK


@cache
def _forms(language: str, name: str) -> tuple[Callable[[int], int], tuple[Text, ...]]:
    """The forms of a sentence, and which of them a number takes (the catalogue's `Plural-Forms`)."""
    message = catalogue(language).get(name)
    if message is None or not message.string:
        if language == FALLBACK:
            raise KeyError(f"no sentence is called {name}")
        return _forms(FALLBACK, name)
    forms = message.string if isinstance(message.string, tuple) else (str(message.string),)
    return c2py(catalogue(language).plural_expr), tuple(from_markdown(form) for form in forms)


def say(language: str, name: str, /, **values: Text | str) -> Text:
    """The sentence of that name. Raises KeyError for an unknown name or a missing value."""
    which, forms = _forms(language, name)
    if len(forms) == 1:
        return fill(forms[0], values)
    return fill(forms[which(int(str(values["count"])))], values)


@cache
def _not_spoken() -> dict[str, str]:
    lines = (resources.files(__name__) / "not_spoken.txt").read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def not_spoken(language: str, owner: str) -> Text:
    """Who will answer, told in a language that the shop's knowledge isn't in; nothing in an unknown one."""
    return fill(from_markdown(_not_spoken().get(language, "")), {"owner": owner})
