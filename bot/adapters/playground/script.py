"""Replays a conversation file without a browser, and stops at the first thing that goes otherwise."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.controls import Controls
from bot.adapters.playground.steps import Mismatch, Script, ScriptError, Step, read_script
from bot.adapters.playground.world import CHANNEL, ROOM, Place, Shown
from bot.messages import Media

__all__ = ["Mismatch", "Script", "ScriptError", "contains", "read_script", "replay"]

PATIENCE = timedelta(seconds=10)
STEP = timedelta(seconds=0.5)
EMPHASIS = re.compile(r"\*\*|__|~~|`|(?<!\w)[*_]|[*_](?!\w)")
LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")


async def replay(
    path: Path,
    adapter: PlaygroundAdapter,
    controls: Controls,
    shop_dir: Path,
    tell: Callable[[str], None] = lambda line: None,
) -> None:
    """Goes through the script at `path`; `tell` is given each step that went as written, as one line to read.

    Photos are looked for beside the script, then in the shop's images/, stories/ and itself. Raises Mismatch or
    ScriptError.
    """
    script = read_script(path)
    stage = _Stage(script, adapter, controls, shop_dir)
    stage.check()
    for step in script.steps:
        await stage.play(step)
        tell(_in_words(step))


class _Stage:
    """A replay under way, with what each person has taken notice of so far."""

    def __init__(self, script: Script, adapter: PlaygroundAdapter, controls: Controls, shop_dir: Path) -> None:
        self._script = script
        self._adapter = adapter
        self._world = adapter.world
        self._controls = controls
        self._shop_dir = shop_dir
        self._heard: dict[Place, int] = {}
        """The number of the last message that was heard or passed over, for each place."""
        self._seen: set[tuple[str, int]] = set()
        """Messages that the owner or the channel's readers saw, each with the count of its edits."""

    def check(self) -> None:
        """Finds what can't be played before anything is: people and photos that don't exist."""
        for step in self._script.steps:
            if step.who == "customer":
                self._customer(step)
            for photo in step.photos:
                self._photo(step, photo)

    async def play(self, step: Step) -> None:
        """Does or expects what one step says, then lets the core finish."""
        if step.act == "advance":
            await self._controls.advance(step.by)
        elif step.act == "says":
            await self._say(step)
        elif step.act == "presses":
            await self._press(step)
        elif step.act in ("hears_nothing", "sees_nothing"):
            await self._expect_nothing(step)
        else:
            await self._expect(step, self._hear if step.act == "hears" else self._see)
        await self._controls.settle()

    async def _say(self, step: Step) -> None:
        media = [self._photo(step, photo) for photo in step.photos]
        uploads = [self._upload(path) for path in media]
        if step.who == "customer":
            await self._adapter.customer_says(self._customer(step), step.value, uploads)
        else:
            place = self._there(step)
            await self._adapter.owner_says(step.value, place.thread_id, uploads)

    async def _press(self, step: Step) -> None:
        place = self._there(step)
        shown = [m for m in self._world.log(place) if m.from_bot and not m.deleted]
        for message in reversed(shown):
            button = next((b for b in message.buttons if b.label == step.value), None)
            if button is not None:
                await self._adapter.press(place.chat_id, message.message_id, button.data, place.thread_id)
                return
        labels = [f"“{b.label}”" for m in shown for b in m.buttons]
        raise self._mismatch(step, f"a button “{step.value}”", f"the buttons {', '.join(labels)}" if labels else "none")

    async def _expect(self, step: Step, look: Callable[[Step], bool]) -> None:
        waited = timedelta()
        while not look(step):
            if waited >= PATIENCE:
                raise self._missed(step)
            await self._run_on()
            waited += STEP

    async def _expect_nothing(self, step: Step) -> None:
        for _ in range(int(PATIENCE / STEP)):
            self._nothing_new(step)
            await self._run_on()
        self._nothing_new(step)

    async def _run_on(self) -> None:
        await self._controls.advance(STEP)  # which ends with all that there is to do then

    def _hear(self, step: Step) -> bool:
        """The next message must be the one; another one in its place is a mismatch at once."""
        place = self._there(step)
        message = next(iter(self._unheard(place)), None)
        if message is None:
            return False
        self._heard[place] = message.number
        if not contains(message.text.plain, step.value):
            raise self._mismatch(step, f"to hear “{step.value}”", f"“{_short(message.text.plain)}”")
        return True

    def _see(self, step: Step) -> bool:
        """The first unseen message with these words; others may come before it."""
        place = self._place(step)
        for message in self._bots(place) if place else []:
            seen = (message.message_id, len(message.versions))
            if seen not in self._seen and contains(message.text.plain, step.value):
                self._seen.add(seen)
                assert place is not None
                self._heard[place] = max(self._heard.get(place, 0), message.number)
                return True
        return False

    def _nothing_new(self, step: Step) -> None:
        place = self._place(step)
        for message in self._unheard(place) if place else []:
            raise self._mismatch(step, "nothing", f"“{_short(message.text.plain)}”")

    def _unheard(self, place: Place) -> list[Shown]:
        """Whole new messages; one that was heard and then edited is none."""
        return [m for m in self._bots(place) if m.number > self._heard.get(place, 0)]

    def _bots(self, place: Place) -> list[Shown]:
        return [m for m in self._world.log(place) if m.from_bot and not m.deleted]

    def _missed(self, step: Step) -> Mismatch:
        place = self._place(step)
        if place is None:
            titles = ", ".join(thread.title for thread in self._world.threads())
            return self._mismatch(step, f"a thread {step.name}", f"the threads {titles}" if titles else "no threads")
        last = self._bots(place)[-1:] if step.act == "sees" else []
        got = f"“{_short(last[0].text.plain)}” as the last message" if last else "nothing within 10 s"
        return self._mismatch(step, f"to {'see' if step.act == 'sees' else 'hear'} “{step.value}”", got)

    def _mismatch(self, step: Step, expected: str, got: str) -> Mismatch:
        where = f"{self._script.path}, line {step.line}"
        return Mismatch(f"{where}: {_subject(step)} expected {expected}, but got {got}.")

    def _there(self, step: Step) -> Place:
        """Where a step acts; a thread that isn't there is a mismatch."""
        place = self._place(step)
        if place is None:
            raise self._missed(step)
        return place

    def _place(self, step: Step) -> Place | None:
        if step.who == "customer":
            return Place(self._customer(step))
        if step.who == "channel":
            return Place(CHANNEL)
        if not step.name:
            return Place(ROOM)
        try:
            return Place(ROOM, self._world.thread(step.name).thread_id)
        except KeyError:
            return None

    def _customer(self, step: Step) -> str:
        try:
            return self._world.customer(step.name).id
        except KeyError:
            names = ", ".join(customer.name for customer in self._world.customers)
            where = f"{self._script.path}, line {step.line}"
            raise ScriptError(f"{where}: there is no customer {step.name}; there are {names}.") from None

    def _photo(self, step: Step, photo: str) -> Path:
        shop = self._shop_dir
        for folder in (self._script.path.parent, shop / "images", shop / "stories", shop):
            if (folder / photo).is_file():
                return folder / photo
        where = f"{self._script.path}, line {step.line}"
        raise ScriptError(f"{where}: no photo {photo} beside the script, nor in images/ or stories/ of {shop}.")

    def _upload(self, path: Path) -> Media:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ScriptError(f"{path}: the photo can't be read ({error.strerror or error}).") from None
        mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        file_id = self._world.upload(path.name, mime, content)
        return Media("photo", file_id=file_id, name=path.name, mime=mime, size=len(content))


def contains(got: str, expected: str) -> bool:
    """Whether `expected` stands in `got`, case kept; white space and Markdown in either make no difference."""
    got, expected = _spaced(got), _spaced(expected)
    return expected in got or _spaced(_unmarked(expected)) in _spaced(_unmarked(got))


def _spaced(words: str) -> str:
    return " ".join(words.split())


def _unmarked(words: str) -> str:
    return EMPHASIS.sub("", LINK.sub(r"\1", words))


def _short(words: str) -> str:
    words = _spaced(words)
    return words if len(words) <= 200 else f"{words[:199]}…"


def _subject(step: Step) -> str:
    if step.who == "customer":
        return step.name
    if step.who == "channel":
        return "the story channel"
    return f"the owner in the thread {step.name}" if step.name else "the owner"


def _in_words(step: Step) -> str:
    """A step as one line of a transcript."""
    if step.act == "advance":
        return f"the clock moves on by {step.by}"
    words = step.act.replace("_", " ")
    said = "" if step.act.endswith("_nothing") else f" “{_short(step.value)}”"
    return f"{_subject(step)} {words}{said}" + "".join(f" with {photo}" for photo in step.photos)
