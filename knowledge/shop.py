"""The shop itself: `shop.toml` as a value, or one sentence that says which line of it to mend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from knowledge.errors import InputError
from knowledge.files import folder, read_text
from knowledge.hours import WEEKDAYS, Hours, Opening, parse_openings
from knowledge.values import parse_date

_SECTIONS = ("owner", "hours", "privacy", "handoff", "media", "after", "stories", "policies")


@dataclass(frozen=True)
class Owner:
    """Who answers in the end. `voice` describes how the owner speaks."""

    name: str = ""
    voice: str = ""


@dataclass(frozen=True)
class Shop:
    """What `shop.toml` says. `currency` is an ISO 4217 code or empty; `directory` is the shop's folder.

    Who asks within `repeat_minutes` what the bot has answered already gets the owner; of the same complaint of two
    customers within `alert_hours` the owners hear at once. At the minute `ask_story_at` of the day they are asked for
    tomorrow's episode of a series that has none.
    """

    name: str
    timezone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    currency: str = ""
    owner: Owner = Owner()
    hours: Hours = field(default_factory=Hours)
    keep_messages_days: int = 365
    handoff_silence_h: float = 4.0
    repeat_minutes: float = 15.0
    alert_hours: float = 48.0
    ask_if_solved: bool = True
    ask_solved_h: float = 20.0
    ask_story_at: int = 18 * 60
    media_mb_at_most: float = 20.0
    keep_media_days: int = 365
    directory: Path = Path()
    policies: Mapping[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def owner_name(self) -> str:
        """The owner's name as it is put into sentences."""
        return self.owner.name or "the owner"


def read_shop(directory: Path) -> Shop:
    """Reads `shop.toml` in `directory`. Raises InputError with the line of the first thing that is wrong.

    An unknown key is an error, because it is most often a slip; an unknown section is left to later versions.
    """
    top = _read_toml(folder(directory) / "shop.toml")
    top.only("name", "timezone", "languages", "currency", *_SECTIONS)
    timezone, owner = _timezone(top), top.section("owner", "name", "voice")
    privacy = top.section("privacy", "keep_messages_days")
    handoff = top.section("handoff", "silence_hours", "repeat_minutes", "alert_hours")
    media, policies = top.section("media", "keep_mb_at_most", "keep_days"), top.section("policies")
    after = top.section("after", "ask", "hours")
    return Shop(
        name=top.required_text("name"),
        timezone=timezone,
        languages=_languages(top),
        currency=_currency(top),
        owner=Owner(owner.text("name"), owner.text("voice")),
        hours=_hours(top, ZoneInfo(timezone)),
        keep_messages_days=int(privacy.number("keep_messages_days", 365, whole=True)),
        handoff_silence_h=float(handoff.number("silence_hours", 4.0)),
        repeat_minutes=float(handoff.number("repeat_minutes", 15.0)),
        alert_hours=float(handoff.number("alert_hours", 48.0)),
        ask_if_solved=after.yes("ask", True),
        ask_solved_h=float(after.number("hours", 20.0)),
        ask_story_at=top.section("stories", "ask_at").minute("ask_at", "18:00"),
        media_mb_at_most=float(media.number("keep_mb_at_most", 20.0)),
        keep_media_days=int(media.number("keep_days", 365, whole=True)),
        directory=directory,
        policies={key: policies.text(key) for key in policies.values},
    )


@dataclass(frozen=True)
class _Section:
    """A table of the file; its errors know the line of each key."""

    path: Path
    source: str
    name: tuple[str, ...]
    values: Mapping[str, Any]

    def error(self, key: str, problem: str, advice: str) -> InputError:
        return InputError(self.path, _line_of(self.source, (*self.name, key)), problem, advice)

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.error(key, f"“{key}” must be text", f'Write it in quotes: {key} = "…".')
        return value.strip()

    def required_text(self, key: str) -> str:
        value = self.text(key)
        if not value:
            raise self.error(key, f"“{key}” is missing", f'Add {key} = "…" at the top of the file.')
        return value

    def number(self, key: str, default: float, *, whole: bool = False) -> float:
        value = self.values.get(key, default)
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not 0 < value < 100_000:
            wanted = "a whole number" if whole else "a number"
            raise self.error(key, f"“{key}” must be {wanted} above 0", f"Write it without quotes: {key} = {default:g}.")
        return value

    def yes(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"“{key}” must be true or false", f"Write it without quotes: {key} = false.")
        return value

    def minute(self, key: str, default: str) -> int:
        """A time of day such as 18:00, in minutes after midnight."""
        found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", self.text(key, default))
        if not found:
            raise self.error(key, f"“{self.text(key)}” is not a time", f'Write it such as {key} = "{default}".')
        return int(found[1]) * 60 + int(found[2])

    def section(self, key: str, *known: str) -> _Section:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"“{key}” must be a section", f"Write [{key}] on a line of its own, its keys below.")
        below = _Section(self.path, self.source, (*self.name, key), value)
        if known:
            below.only(*known)
        return below

    def only(self, *known: str) -> None:
        """Raises InputError for a key that is none of `known`; at the top, only for what can't be a new section."""
        for key, value in self.values.items():
            near = get_close_matches(key.casefold(), known, n=1, cutoff=0.85 if not self.name else 0.6)
            if key in known or (not self.name and not near and _is_section(value)):
                continue
            place = f" in [{'.'.join(self.name)}]" if self.name else ""
            raise self.error(key, f"“{key}” is no setting that is known{place}", _instead(key, near, known, self.name))


def _is_section(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(part, dict) for part in value))


def _instead(key: str, near: list[str], known: tuple[str, ...], name: tuple[str, ...]) -> str:
    if near:
        return f"Did you mean “{near[0]}”?"
    if name and key in ("name", "timezone", "languages", "currency"):
        return "Move it to the top of the file, above the first line in [brackets]."
    return f"Take it out, or use one of: {', '.join(known)}."


def _read_toml(path: Path) -> _Section:
    source = read_text(path)
    try:
        return _Section(path, source, (), tomllib.loads(source))
    except ValueError as error:
        said, line = _where_in_toml(str(error), source)
        problem = f"this is no valid TOML ({said})"
        raise InputError(path, line, problem, 'Write name = "text", with the quotes.') from error
    except RecursionError as error:
        raise InputError(path, None, "is nested too deeply", "Keep it to sections with plain values.") from error


def _where_in_toml(said: str, source: str) -> tuple[str, int | None]:
    """The parser's words without the place that they end with, and the place's line."""
    at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", said)
    if at is None:
        return said.partition(":")[0], None
    return said[: at.start()], int(at[1]) if at[1] else source.rstrip("\n").count("\n") + 1


def _line_of(source: str, keys: tuple[str, ...]) -> int | None:
    """The line on which a key's statement begins: the first part of the file that has it, read line by line.

    Slow and exact; it runs only when there is an error to report.
    """
    lines, last_whole = source.split("\n"), 0
    for number in range(1, len(lines) + 1):
        try:
            found: Any = tomllib.loads("\n".join(lines[:number]))
        except ValueError:
            continue
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return last_whole + 1
        last_whole = number
    return None


def _timezone(top: _Section) -> str:
    name = top.text("timezone", "UTC")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = f"“{name}” is no time zone"
        raise top.error("timezone", problem, 'Use an IANA name such as "Asia/Tokyo" or "Europe/Berlin".') from error
    return name


def _languages(top: _Section) -> tuple[str, ...]:
    value = top.values.get("languages", ["en"])
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
    if not names or names != value or not all(re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", n) for n in names):
        raise top.error("languages", "“languages” must be a list of language codes", 'Write languages = ["en", "ja"].')
    return tuple(dict.fromkeys(names))


def _currency(top: _Section) -> str:
    code = top.text("currency")
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise top.error("currency", f"“{code}” is no currency code", 'Use three capital letters such as "EUR".')
    return code


def _hours(top: _Section, zone: ZoneInfo) -> Hours:
    hours = top.section("hours", *WEEKDAYS, "special")
    special = hours.section("special")
    weekly = {day: _openings(hours, name) for day, name in enumerate(WEEKDAYS) if name in hours.values}
    return Hours(weekly, {_day(special, key): _openings(special, key) for key in special.values}, zone)


def _openings(section: _Section, key: str) -> tuple[Opening, ...]:
    try:
        return parse_openings(section.text(key))
    except ValueError as error:
        advice = f'Write {key} = "09:00-12:00, 13:00-18:00", or "closed".'
        raise section.error(key, str(error), advice) from error


def _day(section: _Section, key: str) -> date:
    try:
        return parse_date(key)
    except ValueError as error:
        raise section.error(key, str(error), 'Write "2026-12-24" = "closed".') from error
