"""Points inside a bot at which it dies by its own hand, as `kill -9` would end it there: no event of a platform tells
of them.

claiming   a post was claimed, and that is not committed yet
claimed    a post was claimed and committed with its messages, of which none was sent
asking     the question for an empty morning was committed, and not sent
sending    a post's message is committed as being sent, and the call was not made
taken      the platform took a post's message, and that is not committed yet
changing   an edit or a recall of a copy is committed as being sent, and the call was not made
changed    the platform took an edit or a recall of a copy, and that is not committed yet
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot import sender
from bot.app import Concierge
from bot.calls import Ready, make
from bot.database import plans

POSTING = ("claiming", "claimed", "sending", "taken")
POINTS = (*POSTING, "changing", "changed", "asking")


class Death:
    """Comes when a point was met so many times; `mark` is a file that says so."""

    def __init__(self, point: str, times: int, mark: Path) -> None:
        self.point, self._left, self._mark = point, times, mark
        self._committing = ""

    def meets(self, point: str) -> None:
        """The process is at that point."""
        self._left -= point == self.point
        if self._left <= 0:
            self._mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    def claimed(self, claim: Callable[..., Awaitable[Any]], before: str, after: str) -> Callable[..., Awaitable[Any]]:
        """Claims, which is committed later."""

        async def claimed(*given: Any) -> Any:
            if post := await claim(*given):
                self.meets(before)
                self._committing = after
            return post

        return claimed

    def committed(self, due: Callable[[Concierge], Awaitable[bool]]) -> Callable[[Concierge], Awaitable[bool]]:
        """Does what is due, claims included."""

        async def committed(house: Concierge) -> bool:
            self._committing = ""
            done = await due(house)
            if self._committing:
                self.meets(self._committing)
            return done

        return committed

    def made(self, call: Callable[[Ready], Awaitable[Any]]) -> Callable[[Ready], Awaitable[Any]]:
        """Makes a call."""

        async def made(ready: Ready) -> Any:
            points = ("sending", "taken") if ready.call.message.op == "send" else ("changing", "changed")
            if ready.kind == "post":
                self.meets(points[0])
            receipt = await call(ready)
            if ready.kind == "post":
                self.meets(points[1])
            return receipt

        return made


def dies(told: str, mark: Path) -> None:
    """Lets this process die at a point, for example `claimed:2`: at the second time that it gets there."""
    point, _, times = told.partition(":")
    death = Death(point, int(times or 1), mark)
    patch.object(plans, "claim_due", death.claimed(plans.claim_due, "claiming", "claimed")).start()
    patch.object(plans, "claim_question", death.claimed(plans.claim_question, "", "asking")).start()
    patch.object(Concierge, "due", death.committed(Concierge.due)).start()
    patch.object(sender, "make", death.made(make)).start()
