"""Taking updates: by long polling, or by a webhook that is looked after. Nothing but `stop` ends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from bot.adapter import DeliveryError, Reason
from bot.adapters.telegram.api import Api
from bot.adapters.telegram.codec import WANTED, update_number
from bot.adapters.telegram.presses import Wait
from bot.adapters.telegram.reasons import is_conflict

log = structlog.get_logger()

POLL_S = 50
"""How long Telegram holds a request while nothing happens; an answer is waited for 5 s longer."""
LONGEST_PAUSE_S, CONFLICT_PAUSE_S = 60.0, 30.0
WEBHOOK_LOOK_S = 300.0
"""How often a webhook is looked after: another program may have taken it away."""

HandOver = Callable[[Sequence[Any]], Awaitable[None]]


class Line:
    """The connection by which updates come. `problem` is a sentence while it is down, else empty."""

    def __init__(
        self,
        api: Api,
        hand_over: HandOver,
        connect: Callable[[], Awaitable[None]],
        wait: Wait,
        offset: int | None = None,
    ) -> None:
        self.connected = False
        self.problem = ""
        self._api = api
        self._hand_over = hand_over
        self._connect = connect
        self._wait = wait
        self._said = ""
        self._failures = 0
        self._offset = offset

    async def poll(self) -> None:
        """Takes updates for ever; the offset moves when they are stored."""
        await self._keep(self._poll_once)

    async def watch(self, webhook: Callable[[], Awaitable[None]]) -> None:
        """Sets the webhook, and looks after it for ever."""

        async def look() -> None:
            await webhook()
            self._is_up()
            await self._wait(WEBHOOK_LOOK_S)

        await self._keep(look)

    async def attend(self) -> None:
        """Connects, and takes no updates."""

        async def look() -> None:
            self._is_up()
            await self._wait(WEBHOOK_LOOK_S)

        await self._keep(look)

    async def _keep(self, step: Callable[[], Awaitable[None]]) -> None:
        introduced = False
        while True:
            try:
                if not introduced:
                    await self._connect()
                    introduced = True
                await step()
            except DeliveryError as error:
                # A webhook of somebody else's is in the way as well: connecting takes it away.
                introduced = introduced and not is_conflict(error)
                await self._pause(explanation(error), self._pause_s(error))
            except Exception as error:
                sentence = f"Updates could not be stored ({type(error).__name__}); Telegram keeps them meanwhile."
                await self._pause(sentence, self._backoff_s())

    async def _poll_once(self) -> None:
        given: dict[str, Any] = {} if self._offset is None else {"offset": self._offset}
        if self._failures:
            given["limit"] = 1  # so that one that can't be stored is found, and holds up no others
        # The first answer comes at once, so that everybody knows whether the line is up.
        held_s = POLL_S if self.connected else 0
        updates = await self._api.call(
            "getUpdates", silent_s=held_s + 5.0, timeout=held_s, allowed_updates=list(WANTED), **given
        )
        self.connected, self.problem = True, ""
        if not isinstance(updates, list):
            raise DeliveryError(Reason.unreachable, "Telegram's answer was no list of updates")
        if updates:
            await self._hand_over(updates)
            self._move_past(updates)
        self._is_up()

    def _move_past(self, updates: Sequence[Any]) -> None:
        numbers = [number for number in map(update_number, updates) if number is not None]
        if not numbers:
            raise DeliveryError(Reason.unreachable, "no update of a batch has a number")
        self._offset = max(numbers) + 1

    def _is_up(self) -> None:
        if self._failures:
            log.info("Telegram is reached again")
        self.connected, self.problem, self._said, self._failures = True, "", "", 0

    async def _pause(self, problem: str, pause_s: float) -> None:
        if problem != self._said:
            log.warning(problem, platform="telegram")
        self.connected, self.problem, self._said = False, problem, problem
        self._failures += 1
        await self._wait(pause_s)

    def _pause_s(self, error: DeliveryError) -> float:
        if error.reason is Reason.limited and error.retry_after_s is not None:
            return error.retry_after_s
        if error.reason is Reason.unauthorised or is_conflict(error):
            return CONFLICT_PAUSE_S
        return self._backoff_s()

    def _backoff_s(self) -> float:
        return float(min(2.0 ** min(self._failures, 10), LONGEST_PAUSE_S))


def explanation(error: DeliveryError) -> str:
    """What is wrong with the line, and what to do, in a sentence or two."""
    if error.reason is Reason.unauthorised:
        return "Telegram refuses the token: copy it again from @BotFather into TELEGRAM_BOT_TOKEN. It is tried again."
    if is_conflict(error):
        return "Another program takes this bot's updates: stop it, or give it a token of its own. It is tried again."
    if error.reason is Reason.limited:
        return f"Telegram asks for a pause of {error.retry_after_s:.0f} s."
    return f"Telegram can't be reached ({error.description or error.reason}); it is tried again."
