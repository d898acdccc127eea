"""Pictures and videos in the form of a story: whole, upright, of one size, without a place; and what can't be."""

from __future__ import annotations

import asyncio
import io
import shutil
import signal
import stat
from asyncio.subprocess import Process
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot import mp4, story_form
from bot.story_form import PHOTO, PHOTO_BYTES, Unfit, fitted
from tests.moving_pictures import as_telegram_wants_it, filmed, played

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")


def drawn(mode: str, size: tuple[int, int], colour: str, kind: str) -> bytes:
    """A picture of one colour."""
    held = io.BytesIO()
    Image.new(mode, size, colour).save(held, kind)
    return held.getvalue()


def looked_at(data: bytes) -> Image.Image:
    """The picture in a file."""
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize(
    ("mode", "size", "kind"),
    [
        ("RGB", (4000, 1000), "JPEG"),
        ("RGB", (30, 900), "PNG"),
        ("L", (1080, 1920), "JPEG"),
        ("CMYK", (900, 900), "JPEG"),
        ("RGBA", (1, 1), "PNG"),
        ("P", (50, 50), "GIF"),
    ],
)
async def test_any_picture_becomes_one_of_a_storys_size(mode: str, size: tuple[int, int], kind: str) -> None:
    made = await fitted("photo", drawn(mode, size, "white", kind))
    assert looked_at(made.data).size == PHOTO and len(made.data) <= PHOTO_BYTES
    assert (made.name, made.mime, made.remark) == ("story.jpg", "image/jpeg", "")


async def test_nothing_of_a_wide_picture_is_cut_off() -> None:
    picture = Image.new("RGB", (1000, 500), "blue")
    for corner in ((0, 0), (990, 0), (0, 490), (990, 490)):
        picture.paste("red", (*corner, corner[0] + 10, corner[1] + 10))
    held = io.BytesIO()
    picture.save(held, "PNG")
    story = looked_at((await fitted("photo", held.getvalue())).data)
    for place in ((4, 694), (1075, 694), (4, 1225), (1075, 1225)):
        red, _, blue = story.getpixel(place)  # type: ignore[misc]
        assert red > 180 > blue


async def test_what_can_be_seen_through_lies_on_white() -> None:
    story = looked_at((await fitted("photo", drawn("RGBA", (1080, 1920), "#00000000", "PNG"))).data)
    assert story.getpixel((500, 900)) == (255, 255, 255)


@pytest.mark.parametrize("data", [b"", b"no picture", drawn("RGB", (64, 64), "red", "JPEG")[:200]])
async def test_a_broken_picture_is_unfit(data: bytes) -> None:
    with pytest.raises(Unfit) as unfit:
        await fitted("photo", data)
    assert unfit.value.why == "broken"


async def test_a_picture_with_too_many_pixels_is_unfit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_form, "MOST_PIXELS", 100)
    with pytest.raises(Unfit) as unfit:
        await fitted("photo", drawn("RGB", (20, 20), "red", "PNG"))
    assert (unfit.value.why, unfit.value.detail) == ("too_large", "20×20")


def test_a_videos_boxes_are_read() -> None:
    found = mp4.read(filmed("hvc1", 90, 1280, 720, key_every_s=2, index_first=False, place=True))
    assert found is not None and found.gap_s == pytest.approx(2)
    assert (found.seconds, found.width, found.height, found.code) == (90, 1280, 720, "hvc1")
    assert (found.streams, found.tells_place) == (False, True)


@given(st.binary(max_size=300), st.integers(0, 700), st.binary(min_size=1, max_size=8))
def test_no_file_breaks_the_reader(data: bytes, at: int, other: bytes) -> None:
    whole = filmed("hvc1", 3, 720, 1280)
    for broken in (data, whole[:at], whole[:at] + other + whole[at + len(other) :]):
        mp4.read(broken)


async def test_a_video_that_fits_is_not_touched() -> None:
    fits = as_telegram_wants_it(60)
    assert (await fitted("video", fits)).data == fits


@pytest.mark.parametrize(
    "video",
    [
        filmed("avc1", 12, 720, 1280),
        filmed("hvc1", 61, 720, 1280),
        filmed("hvc1", 12, 1080, 1920),
        filmed("hvc1", 12, 720, 1280, key_every_s=2),
        filmed("hvc1", 12, 720, 1280, index_first=False),
        filmed("hvc1", 12, 720, 1280, place=True),
        b"no video",
    ],
)
async def test_a_video_that_does_not_fit_says_what_it_is_where_there_is_no_ffmpeg(
    video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unfit) as unfit:
        await fitted("video", video)
    assert unfit.value.why == "no_ffmpeg" and unfit.value.detail


def program(folder: Path, lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called ffmpeg on this machine, from now on; the file to be made is its last argument."""
    made = folder / "ffmpeg"
    made.write_text(f'#!/bin/sh\nfor last in "$@"; do :; done\n{lines}\n')
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


async def test_of_a_long_video_the_first_minute_is_shown_which_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made.mp4").write_bytes(as_telegram_wants_it(59.5))
    program(tmp_path, f'cp {tmp_path}/made.mp4 "$last"', monkeypatch)
    made = await fitted("video", filmed("avc1", 90, 640, 480))
    assert (made.remark, made.detail) == ("first_minute", "90 s, 640×480, H.264")
    assert (await fitted("video", filmed("avc1", 20, 640, 480))).remark == ""


@pytest.mark.parametrize(
    ("lines", "why"), [("exit 1", "broken"), ("exit 0", "broken"), ('echo rubbish > "$last"', "broken")]
)
async def test_what_ffmpeg_can_not_make_is_unfit(
    lines: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, lines, monkeypatch)
    with pytest.raises(Unfit) as unfit:
        await fitted("video", filmed())
    assert unfit.value.why == why


async def test_a_program_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, begin = list[Process](), asyncio.create_subprocess_exec

    async def watched(*args: Any, **given: Any) -> Process:
        begun.append(await begin(*args, **given))
        return begun[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    monkeypatch.setattr(story_form, "ENCODE_S", 0.01)
    program(tmp_path, "exec tail -f /dev/null", monkeypatch)
    with pytest.raises(Unfit) as unfit:
        await fitted("video", filmed())
    assert unfit.value.why == "too_slow" and begun[0].returncode == -signal.SIGKILL


@needs_ffmpeg
async def test_a_real_film_is_made_over_whole_with_its_sound_and_without_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_form, "CUT_AT_S", 1.5)
    film = played(tmp_path, 2)
    before = mp4.read(film)
    assert before is not None and before.tells_place
    made = await fitted("video", film)
    after = mp4.read(made.data)
    assert after is not None and (after.width, after.height, after.code) == (720, 1280, "hvc1")
    assert after.seconds <= 1.6 and after.streams and not after.tells_place and b"mp4a" in made.data


def test_a_videos_place_is_emptied_and_nothing_else_moves() -> None:
    film = filmed("avc1", 12, 640, 480, place=True)
    bare = mp4.without_place(film)
    assert len(bare) == len(film) and b"35.6895" not in bare and bare.count(b"free") == 1
    before, after = mp4.read(film), mp4.read(bare)
    assert before and after and replace(before, tells_place=False) == after
    assert mp4.without_place(bare) == bare and mp4.without_place(b"no video") == b"no video"


@given(st.binary(max_size=200), st.integers(0, 700))
def test_no_broken_file_breaks_the_cleaning(data: bytes, at: int) -> None:
    film = filmed("avc1", 3, place=True)
    for broken in (data, film[:at], film[:at] + data):
        assert len(mp4.without_place(broken)) == len(broken)
