"""`.env`: what is asked is put into it, what is not asked stays as it is, and nobody else can read it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from dotenv import dotenv_values

from bot.setting_up.talk import CantSetUp
from bot.settings import SettingsError, load_settings

NAME = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")
PLAIN = re.compile(r"[A-Za-z0-9_@%+:,./~-]*")
PRIVATE = 0o600


def standing(path: Path) -> dict[str, str]:
    """What stands in the file now; nothing where there is none. Raises OSError, UnicodeDecodeError."""
    found = dotenv_values(path, encoding="utf-8") if path.exists() else {}
    return {name: value for name, value in found.items() if value}


def changed(text: str, values: Mapping[str, str]) -> str:
    """The file's text with these settings in it: each in its place, new ones at the end; comments stay."""
    left = dict(values)
    lines = list(_replaced(text.splitlines(), left))
    if left and lines and lines[-1].strip():
        lines.append("")
    lines += [f"{name}={_quoted(value)}" for name, value in left.items()]
    return "".join(f"{line}\n" for line in lines)


def _replaced(lines: list[str], left: dict[str, str]) -> Iterator[str]:
    """The lines; where a setting is named twice the last one counts, so each is replaced."""
    found: dict[str, str] = {}
    for line in lines:
        named = NAME.match(line)
        name = named[1].upper() if named else ""
        if name in left:
            found[name] = left.pop(name)
        yield f"{name}={_quoted(found[name])}" if name in found else line


def _quoted(value: str) -> str:
    """The value as it is read back; single quotes keep everything but themselves and the backslash before them."""
    if PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


@contextmanager
def staged(path: Path, values: Mapping[str, str]) -> Iterator[Path]:
    """The new file beside the old one, readable by its owner alone and read once as the bot will read it.

    It is taken away again unless somebody moves it into its place. Raises CantSetUp where the bot would refuse it.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    draft = path.with_name(f"{path.name}.new")
    try:
        with suppress(FileNotFoundError):
            draft.unlink()  # of a start that was cut; another's rights would stay
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="utf-8") as stream:
            stream.write(changed(text, values))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            load_settings(draft)
        except SettingsError as error:
            said = " ".join(error.problems).replace(str(draft), str(path))
            raise CantSetUp(f"These settings don't go together: {said} Nothing was written.") from error
        kept = standing(draft)
        lost = [name for name, value in values.items() if kept.get(name, "") != value]
        if lost:
            raise CantSetUp(
                f"{lost[0]} can't be kept in {path} as it is: write it without ${{…}}. Nothing was written."
            )
        yield draft
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def put_in_place(draft: Path, path: Path, now: datetime) -> Path | None:
    """Makes the draft the file; returns where the older one was copied to, None where there was none."""
    backup = None
    if path.exists():
        backup = path.with_name(f"{path.name}.{now:%Y%m%d-%H%M%S}.backup")
        with os.fdopen(os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as stream:
            stream.write(path.read_bytes())
    draft.replace(path)
    return backup
