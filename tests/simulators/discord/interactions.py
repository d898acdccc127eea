"""What a person sets off: a command, a press, a form; and how and when the bot answered it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.discord.people import User

if TYPE_CHECKING:
    from tests.simulators.discord.channels import Channel
    from tests.simulators.discord.messages import Message

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
ANSWER, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
FIRST_ANSWER_WITHIN = timedelta(seconds=3)
TOKEN_LIVES = timedelta(minutes=15)


@dataclass(eq=False)
class Interaction:
    """One interaction. `answer_type` is the type of the bot's first answer, as Discord counts them; 0 for none yet."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    data: dict[str, Any]
    at: datetime
    message: Message | None = None
    """The message whose button was pressed, or whose menu was used."""
    answer_type: int = 0
    answered_at: datetime | None = None
    original: Message | None = None
    """The message that the first answer made, or that it changes."""
    followups: list[Message] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    """What autocomplete offered."""
    modal: dict[str, Any] | None = None
    """The form that the bot opened."""
    refused: list[int] = field(default_factory=list)
    """The codes with which late or double answers were refused."""

    @property
    def answered(self) -> bool:
        """Whether the bot gave its first answer."""
        return self.answer_type != 0

    @property
    def failed(self) -> bool:
        """Whether the person saw `The application did not respond`: an answer came too late."""
        return 10062 in self.refused and not self.answered

    @property
    def took(self) -> timedelta | None:
        """How long the first answer took, by the clock."""
        return self.answered_at - self.at if self.answered_at else None

    @property
    def thinking(self) -> bool:
        """Whether the person still sees that the bot is thinking."""
        return self.answer_type == DEFER and self.original is not None and self.original.thinking

    @property
    def seen(self) -> list[Message]:
        """What the person sees of the answer: messages, none that still think and none deleted."""
        own = [self.original] if self.original and self.answer_type in (ANSWER, DEFER, UPDATE) else []
        return [m for m in (*own, *self.followups) if not m.deleted and not m.thinking]

    def expired(self, now: datetime) -> bool:
        """Whether its token is worthless by now."""
        return now - self.at >= TOKEN_LIVES

    def too_late(self, now: datetime) -> bool:
        """Whether a first answer comes too late by now."""
        return now - self.at >= FIRST_ANSWER_WITHIN
