"""The calendar of a month, and the story so far."""

from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image

from bot.calendar_page import FILL, Mark, Page, can_write, draw
from bot.database import blobs
from bot.messages import Media
from handlers.stories.month import month_named
from tests.stage import Stage


async def test_the_month_shows_what_was_posted_what_waits_and_what_is_empty(stage: Stage) -> None:
    await stage.room.says("/story series daily 08:00 Chick diary, day {n}")
    await stage.room.presses("Confirm")
    for number in (1, 2, 3):
        photo = Media("photo", file_id=stage.adapter.world.upload(f"{number}.png", "image/png", b"\x89PNG"))
        await stage.room.says(f"Word {number}", [photo])
    await stage.wait(days=1)
    await stage.room.says("/stories month")
    (page,) = stage.room.news()[-1:]
    assert page.text.plain.startswith(
        "March 2026: 1 posted, 2 planned, 19 empty, 0 missed.\nNothing waits yet for: 13, 14"
    )
    (picture,) = page.media
    async with stage.database.read() as session:
        drawn = Image.open(io.BytesIO(await blobs.read_blob(session, picture.sha256)))
    assert drawn.format == "PNG" and drawn.width > 1000
    colours = {colour for _, colour in drawn.convert("RGB").getcolors(1 << 20) or ()}
    assert all(tuple(bytes.fromhex(FILL[kind][1:])) in colours for kind in ("posted", "queued"))
    assert "10: posted 1. Chick diary; 11: planned" in picture.alt


async def test_a_month_that_is_named_is_shown_and_an_unknown_one_is_explained(stage: Stage) -> None:
    await stage.room.says("/story monthly on the 1st 09:00 Newsletter")
    await stage.room.presses("Confirm")
    await stage.room.says("/stories month april")
    assert stage.room.hears()[-1].startswith("April 2026: 0 posted, 1 planned")
    await stage.room.says("/stories month 2026-13")
    assert "“2026-13”" in stage.room.hears()[-1]


@pytest.mark.parametrize(
    ("said", "language", "found"),
    [
        ("", "en", "2026-03"), ("next", "en", "2026-04"), ("last", "en", "2026-02"), ("2025-12", "en", "2025-12"),
        ("dezember", "de", "2026-12"), ("December", "de", "2026-12"), ("2", "en", "2027-02"),
        ("marzo", "es", "2026-03"), ("13", "en", None), ("soon", "en", None), ("2026-13", "en", None),
    ],
)  # fmt: skip
def test_a_month_may_be_named_in_many_ways(said: str, language: str, found: str | None) -> None:
    first = month_named(said, date(2026, 3, 9), language)
    assert (f"{first:%Y-%m}" if first else None) == found


def test_a_month_is_known_in_one_language_after_another_was_asked() -> None:
    for language, said in (("ja", "12月"), ("de", "dezember"), ("es", "diciembre"), ("ko", "12월")):
        assert month_named(said, date(2026, 3, 9), language) == date(2026, 12, 1)


def test_what_no_font_can_write_leaves_the_page_readable() -> None:
    days = [[Mark("posted", "🐣 \U0010fffe chicks")], [Mark("queued", "x" * 200)] * 9, *([()] * 28)]
    page = Page("March", ["Mo"] * 7, 6, days, {"posted": "posted"}, 1)
    assert Image.open(io.BytesIO(draw(page))).size == (1224, 128 + 6 * 132 + 64 + 24)
    assert can_write("März Dom Sáb") and not can_write("\U0010fffd")


async def test_newcomers_get_the_best_of_it_by_reactions_in_one_answer(stage: Stage) -> None:
    await stage.room.says("/story series daily 08:00 Chick diary, day {n}")
    await stage.room.presses("Confirm")
    for number in range(1, 8):
        photo = Media("photo", file_id=stage.adapter.world.upload(f"{number}.png", "image/png", b"\x89PNG"))
        await stage.room.says(f"Word {number}", [photo])
    await stage.ben.says("/sofar")
    assert stage.ben.hears()[-1].startswith("There is no story here yet")
    await stage.wait(days=7)
    await stage.channel.reacts(stage.channel.last("Word 2"), "❤")
    await stage.channel.reacts(stage.channel.last("Word 1"), "❤")
    await stage.channel.reacts(stage.channel.last("Word 1"), "")
    await stage.ana.says("/start")
    assert stage.ana.buttons() == ["Follow the stories"]
    await stage.ana.presses("Follow the stories")
    await stage.ana.presses("The story so far")
    answer = stage.ana.news()[-1]
    assert len(answer.media) == 5
    lines = answer.text.plain.split("\n\n")
    assert lines[0] == "The story so far"
    assert [line.split("\n")[1] for line in lines[1:6]] == ["Word 2", "Word 4", "Word 5", "Word 6", "Word 7"]


async def test_what_only_followers_got_is_not_told_to_others(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.room.says("/story now Only for friends")
    await stage.room.presses("Leave out the channel")
    await stage.room.presses("Confirm")
    await stage.ben.says("/sofar")
    assert "friends" not in stage.ben.hears()[-1]
    await stage.ana.says("/sofar")
    assert "Only for friends" in stage.ana.hears()[-1]
