"""Refusals in Telegram's own words."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal: the code, the description and what stands under `parameters`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        """The envelope that a client reads."""
        told: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return told | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(words: str) -> ApiError:
    """A 400 with those words behind `Bad Request: `."""
    return ApiError(400, f"Bad Request: {words}")


def forbidden(words: str) -> ApiError:
    """A 403 with those words behind `Forbidden: `."""
    return ApiError(403, f"Forbidden: {words}")


def too_many(retry_after: int) -> ApiError:
    """A 429 that names the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def unauthorised() -> ApiError:
    """The 401 of a token that is no more."""
    return ApiError(401, "Unauthorized")


def conflict(words: str = "") -> ApiError:
    """The 409 of two pollers, or of other words."""
    two = "terminated by other getUpdates request; make sure that only one bot instance is running"
    return ApiError(409, f"Conflict: {words or two}")
