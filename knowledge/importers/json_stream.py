"""A long list in a JSON file, element by element: what was read is let go, so the file's length is no matter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.errors import InputError
from knowledge.files import open_text

_PIECE = 1 << 16
LONGEST_VALUE = 8_000_000
"""Characters; longer than any article. What can't be read within it is taken to be broken."""
_ADVICE = "Export it again; it may have been cut off."


class _Text:
    """The part of the file that is in memory; `at` is how far it was read, on `line`."""

    def __init__(self, path: Path) -> None:
        self.path, self.text, self.at, self.line = path, "", 0, 1
        self._pieces = self._read()

    def _read(self) -> Iterator[str]:
        with open_text(self.path) as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def more(self) -> bool:
        """Reads on, as much again as is there; False at the end of the file."""
        parts = [self.text[self.at :]]
        wanted = max(_PIECE, len(parts[0]))
        while wanted > 0 and (piece := next(self._pieces, "")):
            parts.append(piece)
            wanted -= len(piece)
        self.text, self.at = "".join(parts), 0
        return len(parts) > 1

    def to(self, end: int) -> None:
        """Goes on to a place in the text."""
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def next(self, passed: str = r"\s*") -> str:
        """Passes over what matches and returns the character there without taking it; nothing at the end."""
        while True:
            found = re.compile(passed).match(self.text, self.at)
            self.to(found.end() if found else self.at)
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def take(self, character: str) -> None:
        """Takes that character off, blanks before it as well. Raises InputError when another stands there."""
        if self.next() != character:
            raise self.broken(f"a {character} is missing")
        self.to(self.at + 1)

    def broken(self, problem: str) -> InputError:
        """The error for what can't be read at this place."""
        return InputError(self.path, self.line, f"is no valid JSON ({problem})", _ADVICE)

    def value(self) -> Any:
        """The value that begins here, taken off. Raises InputError."""
        self.next()
        while True:
            try:
                value, end = json.JSONDecoder(strict=False).raw_decode(self.text, self.at)
                if end < len(self.text):
                    self.to(end)
                    return value
                if not self.more():
                    self.to(len(self.text))
                    return value
            except RecursionError as error:
                raise self.broken("it is nested too deeply") from error
            except json.JSONDecodeError as error:
                if len(self.text) - self.at > LONGEST_VALUE or not self.more():
                    self.to(min(error.pos, len(self.text)))
                    raise self.broken(error.msg.lower()) from error


def elements(path: Path, key: str) -> Iterator[tuple[Any, int]]:
    """The elements of a list with their lines: of a bare list, of the list under `key` in an object (or in its
    “data”), or one object after another (JSON Lines). An object without that list is an element. Raises InputError.
    """
    text = _Text(path)
    if not text.next():
        raise InputError(path, None, "is empty", "Export it again.")
    while first := text.next(r"[\s,]*"):
        if first == "[":
            yield from _list(text)
        elif first == "{":
            yield from _object(text, key)
        else:
            raise text.broken("a list or an object was expected")


def _list(text: _Text) -> Iterator[tuple[Any, int]]:
    text.take("[")
    while (first := text.next(r"[\s,]*")) != "]":
        if not first:
            raise text.broken("the list has no end")
        line = text.line
        yield text.value(), line
    text.take("]")


def _object(text: _Text, key: str) -> Iterator[tuple[Any, int]]:
    line, whole, inside = text.line, dict[str, Any](), False
    text.take("{")
    while (first := text.next(r"[\s,]*")) != "}":
        if first != '"':
            raise text.broken("the object has no end")
        name = text.value()
        text.take(":")
        if name == key and text.next() == "[":
            inside = True
            yield from _list(text)
        elif name == "data" and text.next() == "{":
            inside = True
            yield from _object(text, key)
        else:
            whole[name] = text.value()
    text.take("}")
    if not inside:
        yield whole, line
