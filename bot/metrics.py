"""What is counted and measured while the house serves; the names are part of the contract with the outside."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from bot.messages import Outcome

REPLY_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 3.5, 5, 10, 30, 60, 300, 3600)
"""Bounds of `concierge_reply_seconds`; an unsure line waits 3 s for the rest of the thought, hence 3.5."""


class Metrics:
    """The figures of one process, in a registry of its own. Counters begin at 0 with each start."""

    def __init__(self, platforms: Iterable[str] = ()) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # else each counter comes with a second one that nobody asked for
        self.registry = CollectorRegistry()
        self._received = Counter(
            "concierge_messages_received_total", "Updates that were stored", ["platform"], registry=self.registry
        )
        self._outcomes = Counter(
            "concierge_outcomes_total", "What became of stored updates", ["outcome"], registry=self.registry
        )
        self._deliveries = Counter(
            "concierge_deliveries_total",
            "Calls to a platform that came to an end",
            ["platform", "kind", "state"],
            registry=self.registry,
        )
        self._waiting = Gauge("concierge_outbox_waiting", "Calls that are still to be made", registry=self.registry)
        self._oldest = Gauge(
            "concierge_oldest_unhandled_seconds",
            "The age of the oldest stored update that has no outcome; 0 when all have",
            registry=self.registry,
        )
        self._reply_s = Histogram(
            "concierge_reply_seconds",
            "From the storing of a message to the sending of its reply",
            buckets=REPLY_S,
            registry=self.registry,
        )
        for platform in platforms:
            self._received.labels(platform)
        for outcome in Outcome:
            self._outcomes.labels(outcome)

    def received(self, platform: str, count: int) -> None:
        """Counts updates that were stored for the first time."""
        self._received.labels(platform).inc(count)

    def ended(self, outcome: str) -> None:
        """Counts a stored update that has its outcome now."""
        self._outcomes.labels(outcome).inc()

    def delivered(self, platform: str, kind: str, state: str, seconds: float | None) -> None:
        """Counts a call that ended as `state`; `seconds` since what it answers was stored, where it is a reply."""
        self._deliveries.labels(platform, kind, state).inc()
        if seconds is not None:
            self._reply_s.observe(max(seconds, 0.0))

    def exposed(self, waiting: float, oldest_s: float) -> bytes:
        """Everything in Prometheus' text format, with the two figures that only the database knows."""
        self._waiting.set(waiting)
        self._oldest.set(oldest_s)
        return generate_latest(self.registry)
