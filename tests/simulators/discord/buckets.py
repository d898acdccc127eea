"""How fast each route may be called, told in headers. discord.py waits in real seconds, so these count real seconds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulators.discord.wire import Call

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

    def take(self, route: str, call: Call) -> tuple[dict[str, str], float]:
        """Counts a call; the headers that tell of it, and the seconds to wait when it came too fast, else 0."""
        calls, per_s = self.limits.get(route, (self.wide, 1.0))
        major = "+".join(call.ids[name] for name in MAJOR if name in call.ids)
        now = self.seconds()
        bucket = self._open.get(f"{route}:{major}")
        if bucket is None or now >= bucket.ends or bucket.limit != calls:
            bucket = self._open[f"{route}:{major}"] = Bucket(calls, per_s, calls, now + per_s)
        wait_s = bucket.ends - now if bucket.left == 0 else 0.0
        self.overrun += bucket.left == 0
        bucket.left = max(0, bucket.left - 1)
        return self._headers(route, bucket, now), wait_s

    def _headers(self, route: str, bucket: Bucket, now: float) -> dict[str, str]:
        left_s = bucket.ends - now
        return {
            "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{time.time() + left_s:.3f}",
            "X-RateLimit-Reset-After": f"{left_s:.3f}",
        }
