"""A shop's folder of one's own: from the sample, or empty but for what was asked."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bot.examples import sample_shop
from bot.setting_up.talk import Talk, Unfit, as_it_is
from knowledge.hours import WEEKDAYS, parse_openings
from knowledge.shop import read_shop

KINDS = ("sample", "empty")
ENTRIES = "id,question,answer,language\n"
PRODUCTS = "id,title,description,price,currency,stock,tags,owner_note,image,url\n"
PHRASES = """# What your customers write when they want {owner} and not an answer: one phrase a line, below its heading.
# The general ones ("talk to a human") come with the bot.
[person]

[complaint]

[abuse]
"""
NEVER_COPIED = ("conversations",)
"""Those replay the sample shop's own customers."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class NewShop:
    """What was asked of a shop that has no folder yet."""

    kind: str
    name: str
    zone: str
    languages: tuple[str, ...]
    currency: str
    owner: str
    hours: tuple[tuple[str, str], ...]

    def as_toml(self) -> str:
        """Its `shop.toml`."""
        languages = ", ".join(map(_quoted, self.languages))
        lines = [f"name = {_quoted(self.name)}", f"timezone = {_quoted(self.zone)}", f"languages = [{languages}]"]
        if self.currency:
            lines.append(f"currency = {_quoted(self.currency)}")
        if self.owner:
            lines += ["", "[owner]", f"name = {_quoted(self.owner)}"]
        if self.hours:
            lines += ["", "[hours]                              # a day that is left out is closed"]
            lines += [f"{day} = {_quoted(times)}" for day, times in self.hours]
        return "".join(f"{line}\n" for line in lines)


def asked(talk: Talk) -> NewShop:
    """Asks for what a shop's folder needs."""
    kind = talk.choice(
        "shop-from",
        "There is no shop folder yet. Begin with the sample shop's answers, to rewrite them, or with none?",
        KINDS,
        "sample",
    )
    name = talk.answer("name", "What is your shop called?", _named)
    zone = talk.answer("zone", "In which time zone is it, such as Europe/Berlin?", _zone, own_zone())
    languages = talk.answer("languages", "In which languages do you answer, such as en,de?", _languages, "en")
    currency = talk.answer("currency", "In which currency are your prices, such as EUR?", _currency, "")
    owner = talk.answer("owner", "Under which name do you answer your customers?", as_it_is, "")
    question = "When are you open, such as mon-fri 09:00-18:00; sat 09:00-12:00, 13:00-15:00?"
    hours = talk.answer("hours", question, parse_hours, "")
    return NewShop(kind, name, zone, languages, currency, owner, hours)


@contextmanager
def staged(folder: Path, shop: NewShop) -> Iterator[Path]:
    """The whole folder, made beside its place and read once; taken away again unless it was moved there."""
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)  # of a start that was cut
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if shop.kind == "sample":
            shutil.copytree(sample_shop(), draft, ignore=shutil.ignore_patterns(*NEVER_COPIED))
        else:
            _make_empty(draft, shop)
        (draft / "shop.toml").write_text(shop.as_toml(), encoding="utf-8")
        read_shop(draft)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def put_in_place(draft: Path, folder: Path) -> None:
    """Moves it where it belongs; an empty folder there gives way."""
    draft.replace(folder)


def _make_empty(draft: Path, shop: NewShop) -> None:
    for name in ("knowledge", "stories", "phrases", "images"):
        (draft / name).mkdir(parents=True)
    (draft / "knowledge" / "answers.csv").write_text(ENTRIES, encoding="utf-8")
    (draft / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    words = PHRASES.format(owner=shop.owner or "the owner")
    (draft / "phrases" / f"{shop.languages[0]}.txt").write_text(words, encoding="utf-8")


def own_zone() -> str:
    """The time zone of this machine, UTC where that can't be told."""
    known = available_timezones()
    place = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return next((name for name in (os.environ.get("TZ", "").lstrip(":"), place) if name in known), "UTC")


def parse_hours(text: str) -> tuple[tuple[str, str], ...]:
    """`mon-fri 09:00-18:00; sat 09:00-12:00` as days with their times, in the week's order. Raises Unfit."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        days, _, times = part.partition(" ")
        first, _, last = days.casefold().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise Unfit(f"begins “{days}”, which is no day: write mon-fri 09:00-18:00; sat 09:00-12:00")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        try:
            parse_openings(times)
        except ValueError as error:
            raise Unfit(f"has a mistake: {error}") from error
        week = [*range(begin, end + 1)] if begin <= end else [*range(begin, 7), *range(end + 1)]
        found |= {WEEKDAYS[day]: times.strip() or "closed" for day in week}
    return tuple((day, found[day]) for day in WEEKDAYS if day in found)


def _named(answer: str) -> str:
    if not answer:
        raise Unfit("is empty: the shop needs a name")
    return answer


def _zone(answer: str) -> str:
    try:
        return ZoneInfo(answer).key
    except (KeyError, ValueError, OSError) as error:
        raise Unfit("is no time zone that is known: write it as Asia/Tokyo or Europe/Berlin") from error


def _languages(answer: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in answer.split(",") if part.strip()))
    if not names or not all(_LANGUAGE.fullmatch(name) for name in names):
        raise Unfit("is no list of language codes: write en, or en,de")
    return names


def _currency(answer: str) -> str:
    code = answer.upper()
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise Unfit("is no currency code: write three letters such as EUR")
    return code


def _quoted(text: str) -> str:
    """As TOML's basic string, whose escapes are JSON's but for the one control character that JSON lets pass."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
