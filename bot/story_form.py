"""Pictures and videos as Telegram's own stories want them: of one size, and without a word of where they were taken.

https://core.telegram.org/bots/api#inputstorycontentphoto and #inputstorycontentvideo. A picture is never cropped: it
stands whole before a blurred copy of itself. A video is made over by ffmpeg, where the machine has it.
"""

from __future__ import annotations

import asyncio
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageFilter, ImageOps

from bot import mp4

PHOTO, VIDEO = (1080, 1920), (720, 1280)
PHOTO_BYTES, VIDEO_BYTES = 10_000_000, 30_000_000
LONGEST_S, KEY_FRAME_S = 60.0, 1.05
"""How long a video may be, and how far its key frames may stand apart: one each second, with room for rounding."""
MOST_PIXELS = 50_000_000
"""A larger picture takes too much memory."""
ENCODE_S = 600.0
"""For so long ffmpeg may work on one video; a minute of it takes two slow cores about two."""
CUT_AT_S = 59.5
FIRST_MINUTE = "first_minute"
"""What is to be told of a video of which only the beginning is posted."""


class Unfit(Exception):
    """A file that can't be made a story: `why` as a word, `detail` what the file is."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.detail = detail


@dataclass(frozen=True)
class Fitted:
    """A file as a story; `remark` is what somebody has to hear of it, or empty."""

    data: bytes
    name: str
    mime: str
    remark: str = ""
    detail: str = ""


async def fitted(kind: str, data: bytes) -> Fitted:
    """A photo or video in the form of a story. Raises Unfit. Works in a thread or in a process of its own."""
    if kind == "photo":
        return Fitted(await asyncio.to_thread(photo, data), "story.jpg", "image/jpeg")
    return await video(data)


def photo(data: bytes) -> bytes:
    """The whole picture, upright, before a blurred and darker copy of itself that fills the rest."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.draft("RGB", (PHOTO[0] * 2, PHOTO[1] * 2))  # a huge JPEG is read smaller
            if picture.width * picture.height > MOST_PIXELS:
                raise Unfit("too_large", f"{picture.width}×{picture.height}")
            colours = picture.info.get("icc_profile") if picture.mode == "RGB" else None
            upright = _opaque(ImageOps.exif_transpose(picture))
    except Unfit:
        raise
    except Exception:  # a broken picture makes the library raise nearly anything
        raise Unfit("broken") from None
    small = ImageOps.fit(upright, (PHOTO[0] // 10, PHOTO[1] // 10)).filter(ImageFilter.GaussianBlur(5))
    page = small.resize(PHOTO, Image.Resampling.BICUBIC).point(lambda value: value * 0.6)
    whole = ImageOps.contain(upright, PHOTO, Image.Resampling.LANCZOS)
    page.paste(whole, ((PHOTO[0] - whole.width) // 2, (PHOTO[1] - whole.height) // 2))
    held = io.BytesIO()
    page.save(held, "JPEG", quality=90, **({"icc_profile": colours} if colours else {}))
    return held.getvalue()


def _opaque(picture: Image.Image) -> Image.Image:
    """In plain colours; what can be seen through lies on white."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    return paper.convert("RGB")


async def video(data: bytes) -> Fitted:
    """As it is where it fits, else made over by ffmpeg: its first minute at the most."""
    found = mp4.read(data)
    if found and _fits(found, len(data)):
        return Fitted(data, "story.mp4", "video/mp4")
    said = _described(found)
    program = shutil.which("ffmpeg")
    if program is None:
        raise Unfit("no_ffmpeg", said)
    made = await _made_over(program, data)
    after = mp4.read(made)
    if after is None or not _fits(after, len(made)):
        raise Unfit("broken", said)
    seconds = found.seconds if found else after.seconds
    cut = seconds > LONGEST_S if found else after.seconds > CUT_AT_S - 1
    return Fitted(made, "story.mp4", "video/mp4", FIRST_MINUTE if cut else "", said)


def _fits(found: mp4.Video, size: int) -> bool:
    right = found.code in ("hvc1", "hev1") and (found.width, found.height) == VIDEO and found.streams
    short = found.seconds <= LONGEST_S and found.gap_s <= KEY_FRAME_S and size <= VIDEO_BYTES
    return right and short and not found.tells_place


def _described(found: mp4.Video | None) -> str:
    if found is None:
        return "not MPEG-4"
    code = {"avc1": "H.264", "avc3": "H.264", "hvc1": "H.265", "hev1": "H.265"}.get(found.code, found.code)
    return f"{found.seconds:.0f} s, {found.width}×{found.height}, {code}"


async def _made_over(program: str, data: bytes) -> bytes:
    """What ffmpeg makes of it, within `ENCODE_S`. Raises Unfit."""
    with TemporaryDirectory(prefix="story-") as folder:
        source, made = Path(folder, "source"), Path(folder, "story.mp4")
        await asyncio.to_thread(source.write_bytes, data)
        nowhere = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            program, *_arguments(source, made), stdin=nowhere, stdout=nowhere, stderr=nowhere
        )
        try:
            code = await asyncio.wait_for(process.wait(), ENCODE_S)
        except TimeoutError:
            raise Unfit("too_slow") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code != 0 or not made.exists():
            raise Unfit("broken")
        return await asyncio.to_thread(made.read_bytes)


def _arguments(source: Path, made: Path) -> list[str]:
    """The whole picture before a blurred copy of itself, H.265, a key frame each second, the index in front, and
    nothing of what else was said in the file. The rate keeps a minute of it below the limit."""
    size = f"{VIDEO[0]}:{VIDEO[1]}"
    filters = (
        "[0:v:0]fps=30,split[behind][before];"
        f"[behind]scale=90:160:force_original_aspect_ratio=increase,crop=90:160,gblur=5,eq=brightness=-0.2,"
        f"scale={size}[page];"
        f"[before]scale={size}:force_original_aspect_ratio=decrease:force_divisible_by=2[whole];"
        "[page][whole]overlay=(W-w)/2:(H-h)/2,setsar=1,format=yuv420p[story]"
    )
    return [
        *("-nostdin", "-v", "error", "-y", "-i", str(source), "-t", str(CUT_AT_S), "-filter_complex", filters),
        *("-map", "[story]", "-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-c:v", "libx265", "-preset", "veryfast", "-tag:v", "hvc1", "-b:v", "2500k", "-maxrate", "3000k"),
        *("-bufsize", "3000k", "-x265-params", "keyint=30:min-keyint=1:open-gop=0:log-level=error"),
        *("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-movflags", "+faststart", "-f", "mp4", str(made)),
    ]  # fmt: skip
