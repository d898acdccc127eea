"""Where the CPU time of a serving house goes, by samples.

The process is looked at after each millisecond of CPU time that it used. A tracing profiler would slow small functions
down more than large ones, and loses its way in the greenlets on which the database's calls run.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import greenlet  # type: ignore[import-untyped]

EVERY_S = 0.001
ROOT = Path(__file__).resolve().parents[1]
OURS = tuple(f"{ROOT / package}/" for package in ("bot", "handlers", "knowledge"))


class Profile:
    """A context manager; `report` says afterwards what was seen."""

    def __init__(self) -> None:
        self._inner: Counter[str] = Counter()
        self._ours: Counter[str] = Counter()
        self._within: Counter[str] = Counter()
        self._samples = 0
        self._began = (0.0, 0.0)
        self._spent = (0.0, 0.0)

    def __enter__(self) -> None:
        self._began = (time.process_time(), time.thread_time())
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._spent = (time.process_time() - self._began[0], time.thread_time() - self._began[1])

    def _look(self, _number: int, frame: FrameType | None) -> None:
        stack = list(_stack(frame))
        if not stack:
            return
        self._samples += 1
        self._inner[_name(stack[0])] += 1
        ours = [_name(f) for f in stack if f.f_code.co_filename.startswith(OURS)]
        self._ours[ours[0] if ours else "(the event loop, or waiting for the database's thread)"] += 1
        self._within.update(set(ours))

    def report(self, most: int = 25) -> list[str]:
        """Three tables: functions, ours with the libraries below them, and ours with everything below them."""
        process_s, thread_s = self._spent
        aside = f"{process_s:.2f} s of CPU, {process_s - thread_s:.2f} of them in the database's threads"
        found = [f"{aside}; {self._samples} samples of the main thread"]
        for title, counts in (
            ("In the function itself", self._inner),
            ("In ours and the libraries that it calls", self._ours),
            ("In ours and everything below", self._within),
        ):
            found += ["", title]
            found += [f"{count / self._samples:7.1%}  {name}" for name, count in counts.most_common(most)]
        return found


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames from the innermost out, through the greenlets in which the database is called."""
    thread: Any = greenlet.getcurrent()
    while thread is not None:
        while frame is not None:
            yield frame
            frame = frame.f_back
        thread = thread.parent
        frame = thread.gr_frame if thread is not None else None


def _name(frame: FrameType) -> str:
    code = frame.f_code
    path = code.co_filename
    short = path.removeprefix(f"{ROOT}/") if path.startswith(OURS) else "/".join(path.rsplit("/", 2)[-2:])
    return f"{short}:{code.co_qualname}"
