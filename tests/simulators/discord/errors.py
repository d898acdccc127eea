"""Refusals in Discord's own numbers and words."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal: the HTTP status, Discord's code and message, and for a faulty form where the fault is."""

    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def as_json(self) -> dict[str, Any]:
        """The body that a client reads."""
        told: dict[str, Any] = {"message": self.message, "code": self.code}
        return told | ({"errors": self.errors} if self.errors else {})


UNKNOWN = {
    "channel": 10003,
    "guild": 10004,
    "message": 10008,
    "user": 10013,
    "emoji": 10014,
    "webhook": 10015,
    "interaction": 10062,
    "application command": 10063,
    "guild scheduled event": 10070,
}
"""What is not there, with its code."""


def unknown(what: str) -> ApiError:
    """The 404 of something that is not there, such as `message`."""
    return ApiError(404, UNKNOWN[what], f"Unknown {what.title()}")


def unauthorised() -> ApiError:
    """The 401 of a token that is no more."""
    return ApiError(401, 0, "401: Unauthorized")


def missing_access() -> ApiError:
    """The bot can't see the channel."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """The bot sees the channel and lacks a right."""
    return ApiError(403, 50013, "Missing Permissions")


def closed_dm() -> ApiError:
    """The person takes no direct messages from the bot."""
    return ApiError(403, 50007, "Cannot send messages to this user")


def archived() -> ApiError:
    """The thread sleeps."""
    return ApiError(400, 50083, "Thread is archived")


def empty_message() -> ApiError:
    """Nothing to send."""
    return ApiError(400, 50006, "Cannot send an empty message")


def acknowledged() -> ApiError:
    """The interaction was answered already."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def invalid_webhook_token() -> ApiError:
    """The interaction's token is older than 15 minutes."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def invalid_form(path: str, code: str, message: str) -> ApiError:
    """A 50035 with one fault at a dotted path, such as `data.components.0.label`."""
    told: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(path.split(".")):
        told = {part: told}
    return ApiError(400, 50035, "Invalid Form Body", told)


def too_long(path: str, most: int) -> ApiError:
    """A 50035 for a text that is longer than it may be."""
    return invalid_form(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
