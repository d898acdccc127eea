"""Bad weather on demand: the next calls of a route are refused, cut, delayed, or answered and lost.

simulator.faults.inject("POST /channels/*/messages", faults.server_error(500), times=2)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.simulators.discord import errors
from tests.simulators.discord.errors import ApiError
from tests.simulators.discord.wire import Call


@dataclass
class Fault:
    """What goes wrong. `after`: only once the call was accepted. Without an error the connection is cut."""

    error: ApiError | None = None
    after: bool = False
    gate: asyncio.Event | None = None
    retry_after_s: float = 0.0
    """For a 429: after how many seconds to try again."""
    everywhere: bool = False
    """For a 429: that it holds for every route."""
    banned: bool = False
    """For a 429: that the address is shut out, which comes as a page and not as JSON."""

    def release(self) -> None:
        """Lets a stalled call go on."""
        if self.gate:
            self.gate.set()


def cut(*, after: bool = False) -> Fault:
    """The connection breaks, before the call is accepted or after."""
    return Fault(after=after)


def server_error(status: int = 500, *, after: bool = False) -> Fault:
    """A 5xx; `after` it was accepted nevertheless. discord.py tries 500, 502, 504 again, and no others."""
    return Fault(ApiError(status, 0, f"{status}: Server Error"), after=after)


def limited(retry_after_s: float, *, everywhere: bool = False) -> Fault:
    """A 429 for the route, or for every route."""
    return Fault(too_many(), retry_after_s=retry_after_s, everywhere=everywhere)


def banned() -> Fault:
    """The 429 of an address that is shut out."""
    return Fault(too_many(), banned=True)


def stalled(*, after: bool = False) -> Fault:
    """The call waits until `release()`, before it is accepted or after."""
    return Fault(after=after, gate=asyncio.Event())


def refused(status: int, code: int, message: str) -> Fault:
    """Any refusal, in whatever words."""
    return Fault(ApiError(status, code, message))


def unauthorised() -> Fault:
    """401: the token is no more."""
    return Fault(errors.unauthorised())


def too_many() -> ApiError:
    """The 429 itself."""
    return ApiError(429, 0, "You are being rate limited.")


@dataclass
class _Planned:
    fault: Fault
    pattern: str
    times: int
    skip: int
    when: Callable[[Call], bool]


@dataclass
class Faults:
    """The faults that are still to come; `met` lists the calls that met one, in order."""

    planned: list[_Planned] = field(default_factory=list)
    met: list[str] = field(default_factory=list)

    def inject(
        self,
        pattern: str,
        fault: Fault,
        *,
        times: int = 1,
        skip: int = 0,
        when: Callable[[Call], bool] = lambda call: True,
    ) -> Fault:
        """The next `times` calls that fit (`*` stands for anything) go wrong, after `skip` that don't.

        Downloads are `GET /attachments/…`, the gateway's connection is `GET /gateway`.
        """
        self.planned.append(_Planned(fault, pattern, times, skip, when))
        return fault

    def clear(self) -> None:
        """Fair weather from now on."""
        for planned in self.planned:
            planned.fault.release()
        self.planned.clear()

    def next_for(self, call: Call) -> Fault | None:
        """What happens to this call; counts it."""
        for planned in self.planned:
            if fnmatchcase(call.name, planned.pattern) and planned.when(call):
                if planned.skip > 0:
                    planned.skip -= 1
                    continue
                planned.times -= 1
                if planned.times <= 0:
                    self.planned.remove(planned)
                self.met.append(call.name)
                return planned.fault
        return None
