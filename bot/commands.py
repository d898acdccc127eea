"""Every command there is: Telegram's lists, Discord's tree, /help and the docs are made from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Audience = Literal["customer", "thread", "room"]


@dataclass(frozen=True)
class Argument:
    """What a command can be given by name: an option of a slash command, a question of its form.

    One that `completes` has suggestions, which the port `bot.adapter.Complete` gives. `in_form`: the command's form,
    where it opens one, asks for it.
    """

    name: str
    kind: Literal["line", "paragraph", "file"] = "line"
    required: bool = False
    completes: bool = False
    in_form: bool = True


@dataclass(frozen=True)
class Command:
    """A command and who may use it, where. `usage` follows the name in /help; `help` is the name of its sentence
    in the texts. One that isn't `built` yet says so.

    `fields` can be given by name where a platform has names for them; everywhere they may stand in its words. With
    `asks`, a platform that has forms opens one with these fields when none was given. `in_menu`: it also stands in the
    menu of a message, which is then its `reply_to`.
    """

    name: str
    audience: Audience
    usage: str = ""
    built: bool = True
    fields: tuple[Argument, ...] = ()
    asks: bool = False
    in_menu: bool = False

    @property
    def help(self) -> str:
        """The name of its line in the texts."""
        return f"help_{self.audience}_{self.name}"

    def field_help(self, field: Argument) -> str:
        """The name of a field's line in the texts."""
        return f"{self.help}_{field.name}"

    @property
    def menu_label(self) -> str:
        """The name of its entry in a message's menu, in the texts."""
        return f"menu_{self.audience}_{self.name}"


STORY = (
    Argument("when", completes=True),
    Argument("text", "paragraph"),
    Argument("photo", "file"),
    Argument("do", completes=True, in_form=False),
    Argument("id", completes=True, in_form=False),
    Argument("more", completes=True, in_form=False),
)
LIVE = (Argument("title", completes=True),)
QUEUE = (Argument("series", completes=True), Argument("text", "paragraph"), Argument("photo", "file"))
BROADCAST = (
    Argument("text", "paragraph"),
    Argument("photo", "file"),
    Argument("to", completes=True, in_form=False),
)
STORIES = (Argument("cancel", completes=True), Argument("month", completes=True))
CLOSE = (Argument("reason"), Argument("after", completes=True), Argument("silently", completes=True))
EDIT = (Argument("entry", completes=True), Argument("change", "paragraph"))
SNIPPET = (Argument("name", completes=True), Argument("text", "paragraph"), Argument("remove", completes=True))
TRANSCRIPT = (Argument("format", completes=True), Argument("notes", completes=True))
TEACH = (Argument("question"), Argument("until"))
PROMISE = (Argument("when"), Argument("text", "paragraph"))

COMMANDS = (
    Command("start", "customer"),
    Command("help", "customer"),
    Command("human", "customer", fields=(Argument("message", "paragraph"),)),
    Command("sofar", "customer"),
    Command("stop", "customer"),
    Command("settings", "customer", fields=(Argument("zone"),)),
    Command("mydata", "customer"),
    Command("forgetme", "customer"),
    Command("events", "customer", built=False),
    Command("deals", "customer", built=False),
    Command("suggest", "customer", built=False),
    Command("close", "thread", "[silently] [in 2h] [reason]", fields=CLOSE),
    Command("reopen", "thread"),
    Command("snooze", "thread", "[until when]", fields=(Argument("until", completes=True),)),
    Command("claim", "thread"),
    Command("unclaim", "thread"),
    Command("assign", "thread", "name", fields=(Argument("owner", completes=True),)),
    Command("delete", "thread", in_menu=True),
    Command("teach", "thread", "[question] [until 2026-12-24]", fields=TEACH, in_menu=True),
    Command("promise", "thread", "tomorrow 12:00 [what]", fields=PROMISE),
    Command("help", "thread"),
    Command("block", "thread", "[until when] [reason]", fields=(Argument("until", completes=True), Argument("reason"))),
    Command("unblock", "thread"),
    Command("note", "thread", "text", fields=(Argument("text", "paragraph"),), asks=True, in_menu=True),
    Command("notes", "thread", fields=(Argument("remove", completes=True),)),
    Command("tag", "thread", "name", fields=(Argument("tag", completes=True),)),
    Command("untag", "thread", "name", fields=(Argument("tag", completes=True),)),
    Command("customer", "thread"),
    Command("snippet", "thread", "name", fields=SNIPPET),
    Command("s", "thread", "name", fields=(Argument("name", completes=True),)),
    Command("transcript", "thread", "[html|markdown] [with notes]", fields=TRANSCRIPT),
    Command("story", "room", "[when] text", fields=STORY, asks=True),
    Command("stories", "room", "[month]", fields=STORIES),
    Command("live", "room", "[title] | stop", fields=LIVE),
    Command("queue", "room", "[number] [text]", fields=QUEUE),
    Command("broadcast", "room", "[offers] text", fields=BROADCAST, asks=True),
    Command("waiting", "room"),
    Command("mine", "room"),
    Command("promises", "room"),
    Command("kept", "room", "[number]", fields=(Argument("promise", completes=True),)),
    Command("snippet", "room", "add|change|remove name text", fields=SNIPPET),
    Command("blocked", "room"),
    Command("search", "room", "words", fields=(Argument("words"),)),
    Command("gaps", "room"),
    Command("find", "room", "words", fields=(Argument("words"),)),
    Command("edit", "room", "name [change]", fields=EDIT, asks=True),
    Command("retire", "room", "name", fields=(Argument("entry", completes=True),)),
    Command("undo", "room"),
    Command("help", "room"),
    Command("insights", "room", built=False),
)


def find(name: str, audience: Audience) -> Command | None:
    """The command of that name for that audience."""
    return next((c for c in COMMANDS if c.name == name and c.audience == audience), None)


def commands_for(audience: Audience) -> list[Command]:
    """What an audience can use now."""
    return [command for command in COMMANDS if command.audience == audience and command.built]
