"""One slip of the finger a message, by lot: what the measure of mended typos asks."""

from __future__ import annotations

import random
import re

SHORTEST = 4
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORD = re.compile(r"[^\W\d_]+")


def with_a_slip(text: str, seed: int) -> str:
    """The text with one swap, drop, doubling or neighbouring key in one word of four letters or more, if it has one.

    The same text and seed give the same slip.
    """
    chance = random.Random(f"{seed} {text}")
    able = [match for match in _WORD.finditer(text) if len(match.group()) >= SHORTEST]
    if not able:
        return text
    word = chance.choice(able)
    return text[: word.start()] + _slipped(word.group(), chance) + text[word.end() :]


def _slipped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    kind = chance.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap":
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "neighbour" and (near := _neighbours(word[at].lower())):
        return word[:at] + chance.choice(near) + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def _neighbours(key: str) -> list[str]:
    """The keys beside a key on its row and around it on the next ones; nothing for letters of other keyboards."""
    found = []
    for number, row in enumerate(_ROWS):
        at = row.find(key)
        if at < 0:
            continue
        found += [row[beside] for beside in (at - 1, at + 1) if 0 <= beside < len(row)]
        for other in _ROWS[max(number - 1, 0) : number] + _ROWS[number + 1 : number + 2]:
            found += [other[beside] for beside in (at - 1, at, at + 1) if 0 <= beside < len(other)]
    return found
