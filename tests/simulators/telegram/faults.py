"""Foul weather on demand: what goes wrong with which call, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulators.telegram import errors
from tests.simulators.telegram.errors import ApiError
from tests.simulators.telegram.wire import Call


@dataclass
class Fault:
    """One thing that goes wrong. `after`: the call is accepted first, and only its answer is lost.

    With `error` the client reads that refusal, as a page of HTML if `html`; without it the connection is cut, or with
    `gate` the answer waits until the gate opens.
    """

    error: ApiError | None = None
    after: bool = False
    html: bool = False
    gate: asyncio.Event | None = None

    def release(self) -> None:
        """Lets a stalled call go on."""
        if self.gate:
            self.gate.set()


def limited(retry_after_s: int = 3) -> Fault:
    """429 with the seconds to wait."""
    return Fault(errors.too_many(retry_after_s))


def server_error(code: int = 502, *, after: bool = False, html: bool = False) -> Fault:
    """A 5xx, before or after the call was accepted."""
    words = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
    return Fault(ApiError(code, words.get(code, "Service Unavailable")), after=after, html=html)


def cut(*, after: bool = False) -> Fault:
    """The connection breaks, before or after the call was accepted."""
    return Fault(after=after)


def stalled(*, after: bool = False) -> Fault:
    """No answer until `release()`; then the call goes on as if nothing had been."""
    return Fault(after=after, gate=asyncio.Event())


def refused(code: int, description: str, **parameters: int) -> Fault:
    """Any refusal, in whatever words."""
    return Fault(ApiError(code, description, **parameters))


def conflict() -> Fault:
    """409: somebody else polls with this token."""
    return Fault(errors.conflict())


def unauthorised() -> Fault:
    """401: the token is no more."""
    return Fault(errors.unauthorised())


@dataclass
class _Planned:
    fault: Fault
    method: str
    times: int
    skip: int
    when: Callable[[Call], bool]


@dataclass
class Faults:
    """The faults that are still to come; `met` lists the methods that met one, in order."""

    planned: list[_Planned] = field(default_factory=list)
    met: list[str] = field(default_factory=list)

    def inject(
        self,
        method: str,
        fault: Fault,
        *,
        times: int = 1,
        skip: int = 0,
        when: Callable[[Call], bool] = lambda call: True,
    ) -> Fault:
        """The next `times` calls of that method (`*`: any but getUpdates) go wrong, after `skip` that don't."""
        self.planned.append(_Planned(fault, method.lower(), times, skip, when))
        return fault

    def clear(self) -> None:
        """Fair weather from now on."""
        for planned in self.planned:
            planned.fault.release()
        self.planned.clear()

    def next_for(self, call: Call) -> Fault | None:
        """What happens to this call; counts it."""
        method = call.method.lower()
        names = (method, "*") if method != "getupdates" else (method,)
        for planned in self.planned:
            if planned.method in names and planned.when(call):
                if planned.skip > 0:
                    planned.skip -= 1
                    continue
                planned.times -= 1
                if planned.times <= 0:
                    self.planned.remove(planned)
                self.met.append(call.method)
                return planned.fault
        return None
