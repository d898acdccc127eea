"""How fast each route may be called, told in headers. discord.py waits in real seconds, so these count real seconds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulators.discord.wire import Call

USUAL = {
    "POST /channels/{channel}/messages": (5, 5.0),
    "PATCH /channels/{channel}/messages/{message}": (5, 5.0),
    "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me": (1, 0.25),
    "PATCH /channels/{channel}": (5, 15.0),
    "PATCH /channels/{channel} name": (2, 600.0),
    "POST /channels/{channel}/threads": (5, 5.0),
}
"""Limits near those that Discord keeps; it doesn't publish them."""
RENAMING = "PATCH /channels/{channel} name"
"""A narrower limit inside `PATCH /channels/{channel}`, which its headers don't tell."""
EVERYWHERE = "everywhere"
"""The limit for all routes together, but for answers to interactions: 50 calls a second for a bot."""
MAJOR = ("channel", "guild", "webhook", "interaction")
"""Parts of a path that have a bucket each."""


@dataclass
class Bucket:
    """One window of calls."""

    limit: int
    per_s: float
    left: int
    ends: float


@dataclass
class Taken:
    """One call, counted. `wait_s` is above 0 where it came too fast; `scope` says for whom the limit is."""

    headers: dict[str, str]
    wait_s: float
    scope: str


@dataclass
class Buckets:
    """All buckets. Routes without a limit of their own have a wide one."""

    seconds: Callable[[], float] = time.monotonic
    wide: int = 10_000
    limits: dict[str, tuple[int, float]] = field(default_factory=dict)
    overrun: int = 0
    """How many calls came too fast."""
    _open: dict[str, Bucket] = field(default_factory=dict)

    def limit(self, route: str, calls: int, per_s: float) -> None:
        """So many calls in so many seconds for a route, such as `POST /channels/{channel}/messages`, each channel."""
        self.limits[route] = calls, per_s

    def as_usual(self) -> None:
        """The limits that Discord keeps, or nearly so."""
        self.limits |= USUAL | {EVERYWHERE: (50, 1.0)}

    def take(self, route: str, call: Call) -> Taken:
        """Counts a call: the headers that tell of it, and how long to wait when it came too fast."""
        major = "+".join(call.ids[name] for name in MAJOR if name in call.ids)
        bucket, wait_s = self._count(route, major)
        taken = Taken(self._headers(route, bucket), wait_s, "user")
        if not wait_s and "name" in call.form_or_nothing and RENAMING in self.limits and route in RENAMING:
            taken.wait_s, taken.scope = self._count(RENAMING, major)[1], "shared"
        if not taken.wait_s and EVERYWHERE in self.limits and not call.path.startswith("/interactions/"):
            taken.wait_s, taken.scope = self._count(EVERYWHERE, "")[1], "global"
        self.overrun += taken.wait_s > 0
        return taken

    def _count(self, route: str, major: str) -> tuple[Bucket, float]:
        calls, per_s = self.limits.get(route, (self.wide, 1.0))
        now = self.seconds()
        bucket = self._open.get(f"{route}:{major}")
        if bucket is None or now >= bucket.ends or bucket.limit != calls:
            bucket = self._open[f"{route}:{major}"] = Bucket(calls, per_s, calls, now + per_s)
        wait_s = bucket.ends - now if bucket.left == 0 else 0.0
        bucket.left = max(0, bucket.left - 1)
        return bucket, wait_s

    def _headers(self, route: str, bucket: Bucket) -> dict[str, str]:
        left_s = bucket.ends - self.seconds()
        return {
            "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{time.time() + left_s:.3f}",
            "X-RateLimit-Reset-After": f"{left_s:.3f}",
        }
