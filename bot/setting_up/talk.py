"""One question at a time: answered by an option, by whoever sits there, or by what is usual."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class CantSetUp(Exception):
    """The set-up ends here, with nothing written; `str()` is one sentence with the next step."""


class Unfit(Exception):
    """An answer that can't be used; `str()` is half a sentence that says why."""


class Console(Protocol):
    """Where the talk happens."""

    def say(self, sentence: str) -> None:
        """Shows a line."""
        ...

    def ask(self, question: str, hidden: bool) -> str:
        """The line that is typed after a question; `hidden` doesn't show it. Raises EOFError where nobody types any
        more."""
        ...


def as_it_is(answer: str) -> str:
    """Takes any answer."""
    return answer


class Talk:
    """What was given as options, and a console for the rest. With `asks` False nothing is asked."""

    def __init__(self, console: Console, given: Mapping[str, str | None], asks: bool) -> None:
        self._console = console
        self._given = given
        self.asks = asks
        self.say = console.say

    def has(self, option: str) -> bool:
        """Whether that option was given."""
        return self._given.get(option) is not None

    def answer(
        self,
        option: str,
        question: str,
        check: Callable[[str], T],
        usual: str | None = None,
        *,
        hidden: bool = False,
        shown: str | None = None,
    ) -> T:
        """The answer, as `check` makes it; `check` raises Unfit, and then the question is asked again.

        `usual` is taken for an empty line and where nobody is asked; None: there must be an answer. `shown` is how
        `usual` looks in the question. Raises CantSetUp for an option that is unfit or missing.
        """
        given = self._given.get(option)
        if given is None and not self.asks:
            if usual is None:
                raise CantSetUp(f"--{option} is missing, and nothing is asked with --no-input: add it.")
            given = usual
        if given is not None:
            try:
                return check(given.strip())
            except Unfit as problem:
                raise CantSetUp(f"--{option} {problem}. Nothing was written.") from problem
        while True:
            typed = self._typed(f"{question}{_in_brackets(usual, shown)}", hidden).strip()
            if not typed and usual is None:
                self.say("This one is needed.")
                continue
            try:
                return check(typed or usual or "")
            except Unfit as problem:
                self.say(f"That {problem}.")

    def choice(self, option: str, question: str, choices: Sequence[str], usual: str) -> str:
        """One of a few words."""

        def check(answer: str) -> str:
            found = [one for one in choices if one == answer.casefold()]
            if not found:
                raise Unfit(f"must be {' or '.join(choices)}")
            return found[0]

        return self.answer(option, f"{question} ({', '.join(choices)})", check, usual)

    def agreed(self, question: str) -> bool:
        """Yes or no; yes where nobody is asked."""
        if not self.asks:
            return True
        return self._typed(f"{question} [yes]").strip().casefold()[:1] not in ("n", "0")

    def wait_for_enter(self, sentence: str) -> None:
        """Waits until somebody has done what the sentence says."""
        self._typed(sentence)

    def _typed(self, question: str, hidden: bool = False) -> str:
        try:
            return self._console.ask(f"\n{question}", hidden)
        except EOFError:
            raise CantSetUp(
                "Nobody answers any more, so nothing was written: start again, or use --no-input with options."
            ) from None


def _in_brackets(usual: str | None, shown: str | None) -> str:
    words = usual if shown is None else shown
    return f" [{words}]" if words else "" if usual is None else " [none]"
