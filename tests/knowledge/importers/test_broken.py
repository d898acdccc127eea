"""Files that were damaged on the way: each is read, or refused in one sentence, whatever happened to it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.errors import InputError
from knowledge.importers import FORMATS
from tests.knowledge.importers.imports import IMPORTS, read

FILES = sorted(path.relative_to(IMPORTS) for path in IMPORTS.rglob("*") if path.is_file())
PIECES = (
    b'"',
    b"'",
    b",",
    b"\n",
    b"<",
    b"&",
    b"{",
    b"[",
    b"\\",
    b"\0",
    b"\xff",
    b"'-1",
    b"\t",
    b"&#x110000;",
    b"1e999",
)


def _swapped(data: bytearray, lot: random.Random) -> None:
    if data:
        data[lot.randrange(len(data))] = lot.randrange(256)


def _put_in(data: bytearray, lot: random.Random) -> None:
    place = lot.randrange(len(data) + 1)
    data[place:place] = lot.choice(PIECES)


def _taken_out(data: bytearray, lot: random.Random) -> None:
    place = lot.randrange(len(data) + 1)
    del data[place : place + lot.randrange(1, 40)]


def _doubled(data: bytearray, lot: random.Random) -> None:
    place, other = lot.randrange(len(data) + 1), lot.randrange(len(data) + 1)
    data[place:place] = data[other : other + lot.randrange(1, 200)]


def _cut_off(data: bytearray, lot: random.Random) -> None:
    del data[lot.randrange(len(data) + 1) :]


DAMAGE: tuple[Callable[[bytearray, random.Random], None], ...] = (_swapped, _put_in, _taken_out, _doubled, _cut_off)


def outcome(path: Path, format: str) -> tuple[list[str], list[str]]:
    """What was said of a file, and the ids that it gave."""
    try:
        found = read(path, format=format)
    except InputError as error:
        return [str(error)], []
    return found.said, [item.id for item in found.items]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_damaged_file_is_read_or_refused_in_one_sentence(file: Path, tmp_path: Path) -> None:
    lot = random.Random(str(file))
    whole = (IMPORTS / file).read_bytes()
    path = tmp_path / file.name
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(lot.choice((1, 1, 2, 5, 20))):
            lot.choice(DAMAGE)(data, lot)
        path.write_bytes(data)
        said, ids = outcome(path, lot.choice(("auto", "auto", "auto", *FORMATS)))
        assert not any("\n" in sentence for sentence in said)
        assert all(id and id.isprintable() for id in ids)
